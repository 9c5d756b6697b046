"""The composition root: settings become adapters, adapters become use cases."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.argon2.hasher import Argon2PasswordHasher
from adapters.captcha.directory import CaptchaByAgency
from adapters.csv.sheets import CsvSheetReader
from adapters.enlinea.gateway import SIMULATOR_MERCHANTS, EnlineaGateway
from adapters.files.inspector import FairFileInspector, IsolatedFileInspector
from adapters.guard.gateway import GuardedGateway
from adapters.holidays.calendar import ColombianHolidays
from adapters.payu.gateway import SANDBOX_MERCHANTS, PayuGateway
from adapters.pdf.renderer import PdfDocumentRenderer
from adapters.postgres.engine import create_engine, refuse_unsafe_role
from adapters.postgres.rate_limits import PostgresRateLimiter, PostgresSpentChallenges
from adapters.postgres.reading.snapshot import PostgresReadings
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from adapters.secrets.fernet import FernetSecretBox
from adapters.secrets.links import DerivedLinkTokens
from adapters.system.clock import SystemClock
from adapters.web.calls import http_client
from application.attachments import CheckFiles
from application.links import AccountLinks
from application.merchants import Merchants
from application.ports.clock import Clock
from application.ports.files import FileInspector
from application.ports.payment_gateway import PaymentGateway
from application.ports.reading import Readings
from application.use_cases import UseCases
from application.use_cases.account_status import DisableAccount, EnableAccount
from application.use_cases.accounts import ChangePassword, CreateAccount
from application.use_cases.agencies import FindAgency, MayCall, RegisterAgency
from application.use_cases.agency_settings import AgencySettings, SetAgency, UpdateAgency
from application.use_cases.audit import CheckAudit, NoteAuditHead
from application.use_cases.bulk_invitations import InviteClients
from application.use_cases.documents import DrawDocuments
from application.use_cases.imports import ImportFile, ImportRecords
from application.use_cases.invitations import InviteClient, InviteStaff
from application.use_cases.jobs import RetryJob
from application.use_cases.mail_preferences import UpdateMailPreferences
from application.use_cases.payments import (
    ApplyCredit,
    CancelPayment,
    CheckBooks,
    ConfigureGateway,
    DismissDispute,
    GatewayAddresses,
    ReceiveDisputeNotice,
    ReceiveGatewayReport,
    ReceiveReturn,
    ReconcileDay,
    ReconcilePayments,
    ReconcileSettlement,
    RecordPayment,
    RefreshPayment,
    RefundPayment,
    ReleaseRefund,
    ResolveFinding,
    ResolvePaymentReview,
    ReversePayment,
    SetMerchantAccount,
    Settlement,
    StartPayment,
    VerifyReceipt,
)
from application.use_cases.pqrs import FilePqrs
from application.use_cases.pqrs_acts import AnswerPqrs, AssignPqrs, CountBusinessDays, ExtendPqrs, StartPqrs
from application.use_cases.pqrs_messages import AddPqrsMessage, AddPqrsNote, ClosePqrs, ReopenPqrs
from application.use_cases.profile import ConfirmEmail, UpdateProfile
from application.use_cases.resets import OpenReset, RequestPasswordReset, ResetPassword
from application.use_cases.sessions import EndSession, RefreshSession, SignOut, TouchSession
from application.use_cases.sign_in import IssueCaptcha
from application.use_cases.view_as import ViewAsClient
from domain.payments import PaymentGatewayCode
from main.personal_data import rights_over_data
from main.settings import Secrets, Settings
from main.signing_in import signing_in

_CALLS_AT_ONCE = 20
_OF_AN_ACCOUNT_AT_ONCE = 10
"""Of each kind (creating, asking, returning), at one gateway. The more calls are under way, the less it matters to the
others that one agency's are slow; none of them holds a connection to the database."""
_KINDS_OF_CALLS = 3
_CAPTCHAS_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """Everything that runs, put together."""

    settings: Settings
    secrets: Secrets
    engine: AsyncEngine
    clock: Clock
    readings: Readings
    renderer: PdfDocumentRenderer
    use_cases: UseCases


@asynccontextmanager
async def portal(
    settings: Settings,
    *,
    app_url: str,
    public_url: str,
    clock: Clock | None = None,
    hasher: Argon2PasswordHasher | None = None,
) -> AsyncIterator[Portal]:
    """The portal over the database at `app_url`; refuses (UnsafeRole) a role that could read past its policies.

    `public_url` is where gateways reach the service. `clock` and `hasher` are the system's and a costly one unless
    the caller brings its own; the hasher is closed at the end.
    """
    secrets = Secrets(settings)
    async with AsyncExitStack() as stack:
        engine = create_engine(app_url, pool_size=settings.database_pool)
        stack.push_async_callback(engine.dispose)
        await refuse_unsafe_role(engine)
        # One for each, so that a gateway that is slow takes no connection from signing in.
        to_payu = await stack.enter_async_context(http_client(_CALLS_AT_ONCE * _KINDS_OF_CALLS))
        to_enlinea = await stack.enter_async_context(http_client(_CALLS_AT_ONCE * _KINDS_OF_CALLS))
        to_captchas = await stack.enter_async_context(http_client(_CAPTCHAS_AT_ONCE))
        renderer = await stack.enter_async_context(PdfDocumentRenderer())
        inspector = FairFileInspector(await stack.enter_async_context(IsolatedFileInspector()))
        hasher = hasher or Argon2PasswordHasher()
        stack.callback(hasher.close)
        clock = clock or SystemClock()
        readings = PostgresReadings(engine, clock, test_gateways=not settings.is_production)
        yield Portal(
            settings=settings,
            secrets=secrets,
            engine=engine,
            clock=clock,
            readings=readings,
            renderer=renderer,
            use_cases=_use_cases(
                settings,
                secrets,
                engine,
                clock,
                readings,
                to_payu,
                to_enlinea,
                to_captchas,
                renderer,
                inspector,
                hasher,
                public_url.rstrip("/"),
            ),
        )


def _use_cases(
    settings: Settings,
    secrets: Secrets,
    engine: AsyncEngine,
    clock: Clock,
    readings: Readings,
    to_payu: httpx.AsyncClient,
    to_enlinea: httpx.AsyncClient,
    to_captchas: httpx.AsyncClient,
    renderer: PdfDocumentRenderer,
    inspector: FileInspector,
    hasher: Argon2PasswordHasher,
    public_url: str,
) -> UseCases:
    unit_of_work = PostgresUnitOfWorkFactory(engine, secrets.audit)
    box = FernetSecretBox(secrets.keys)
    limiter = PostgresRateLimiter(engine, clock)
    captchas = CaptchaByAgency(
        altcha_secret=secrets.altcha,
        spent=PostgresSpentChallenges(engine, clock),
        clock=clock,
        secrets=box,
        http=to_captchas,
        open_gate_allowed=not settings.is_production,
        own_hosts=frozenset({urlsplit(public_url).hostname or ""}),
    )
    payu = PayuGateway(
        to_payu,
        checkout_url=settings.payu_checkout_url,
        reports_url=settings.payu_reports_url,
        payments_url=settings.payu_api_url,
        allowed_hosts=settings.payu_hosts,
    )
    enlinea = EnlineaGateway(
        to_enlinea,
        url=settings.enlinea_base,
        rest_url=settings.enlinea_rest_url,
        return_secret=secrets.enlinea,
        allowed_hosts=settings.enlinea_hosts,
    )
    spoken: dict[PaymentGatewayCode, PaymentGateway]
    spoken = {PaymentGatewayCode.PAYU: payu, PaymentGatewayCode.ENLINEA: enlinea}
    gateways = {
        code: GuardedGateway(gateway, at_once=_CALLS_AT_ONCE, at_once_of_account=_OF_AN_ACCOUNT_AT_ONCE)
        for code, gateway in spoken.items()
    }
    merchants = Merchants(secrets=box, test_allowed=not settings.is_production)
    settlement = Settlement(unit_of_work=unit_of_work, gateways=gateways, merchants=merchants, clock=clock)
    reconcile_payments = ReconcilePayments(settlement=settlement)
    set_merchant_account = SetMerchantAccount(
        unit_of_work=unit_of_work,
        merchants=merchants,
        clock=clock,
        sandbox_merchants={
            PaymentGatewayCode.PAYU: SANDBOX_MERCHANTS,
            PaymentGatewayCode.ENLINEA: SIMULATOR_MERCHANTS,
        },
    )
    link_base = None if settings.is_production else public_url
    links = AccountLinks(tokens=DerivedLinkTokens(secrets.links), default_base=link_base)
    sheets, calendar, check_files = CsvSheetReader(), ColombianHolidays(), CheckFiles(inspector=inspector)
    rules = AgencySettings(secrets=box, inspector=inspector, strict=settings.is_production)
    return UseCases(
        **signing_in(engine, unit_of_work, captchas, limiter, hasher, box, clock),
        add_pqrs_message=AddPqrsMessage(unit_of_work=unit_of_work, check_files=check_files, clock=clock),
        add_pqrs_note=AddPqrsNote(unit_of_work=unit_of_work, check_files=check_files, clock=clock),
        answer_pqrs=AnswerPqrs(unit_of_work=unit_of_work, clock=clock),
        apply_credit=ApplyCredit(unit_of_work=unit_of_work, clock=clock),
        assign_pqrs=AssignPqrs(unit_of_work=unit_of_work, clock=clock),
        cancel_payment=CancelPayment(settlement=settlement),
        change_password=ChangePassword(unit_of_work=unit_of_work, limiter=limiter, hasher=hasher, clock=clock),
        check_audit=CheckAudit(readings=readings, keys=secrets.audit),
        check_books=CheckBooks(unit_of_work=unit_of_work, clock=clock),
        close_pqrs=ClosePqrs(unit_of_work=unit_of_work, clock=clock),
        configure_gateway=ConfigureGateway(set_merchant_account=set_merchant_account),
        confirm_email=ConfirmEmail(unit_of_work=unit_of_work, limiter=limiter, clock=clock),
        count_business_days=CountBusinessDays(calendar=calendar),
        create_account=CreateAccount(unit_of_work=unit_of_work, hasher=hasher, clock=clock),
        disable_account=DisableAccount(unit_of_work=unit_of_work, clock=clock),
        dismiss_dispute=DismissDispute(settlement=settlement),
        draw_documents=DrawDocuments(renderer=renderer),
        enable_account=EnableAccount(unit_of_work=unit_of_work, clock=clock),
        end_session=EndSession(unit_of_work=unit_of_work, clock=clock),
        extend_pqrs=ExtendPqrs(unit_of_work=unit_of_work, calendar=calendar, clock=clock),
        file_pqrs=FilePqrs(unit_of_work=unit_of_work, check_files=check_files, calendar=calendar, clock=clock),
        find_agency=FindAgency(unit_of_work=unit_of_work),
        gateway_addresses=GatewayAddresses(public_url=public_url, test_allowed=merchants.test_allowed),
        import_file=ImportFile(unit_of_work=unit_of_work, sheets=sheets, clock=clock),
        import_records=ImportRecords(unit_of_work=unit_of_work, sheets=sheets, clock=clock),
        invite_client=InviteClient(unit_of_work=unit_of_work, links=links, clock=clock),
        invite_clients=InviteClients(unit_of_work=unit_of_work, links=links, clock=clock),
        invite_staff=InviteStaff(unit_of_work=unit_of_work, links=links, clock=clock),
        issue_captcha=IssueCaptcha(captchas=captchas),
        open_reset=OpenReset(unit_of_work=unit_of_work, links=links, clock=clock),
        receive_dispute_notice=ReceiveDisputeNotice(settlement=settlement, limiter=limiter, calendar=calendar),
        receive_gateway_report=ReceiveGatewayReport(settlement=settlement),
        receive_return=ReceiveReturn(settlement=settlement),
        may_call=MayCall(unit_of_work=unit_of_work, readings=readings),
        reconcile_day=ReconcileDay(unit_of_work=unit_of_work, clock=clock, ask=reconcile_payments),
        reconcile_payments=reconcile_payments,
        reconcile_settlement=ReconcileSettlement(unit_of_work=unit_of_work, sheets=sheets, clock=clock),
        note_audit_head=NoteAuditHead(readings=readings),
        record_payment=RecordPayment(unit_of_work=unit_of_work, clock=clock),
        refresh_payment=RefreshPayment(settlement=settlement),
        refresh_session=RefreshSession(unit_of_work=unit_of_work, clock=clock),
        refund_payment=RefundPayment(settlement=settlement),
        register_agency=RegisterAgency(unit_of_work=unit_of_work, clock=clock),
        request_password_reset=RequestPasswordReset(unit_of_work=unit_of_work, captchas=captchas, limiter=limiter),
        reset_password=ResetPassword(unit_of_work=unit_of_work, limiter=limiter, hasher=hasher, clock=clock),
        release_refund=ReleaseRefund(settlement=settlement),
        resolve_finding=ResolveFinding(unit_of_work=unit_of_work, clock=clock),
        reopen_pqrs=ReopenPqrs(unit_of_work=unit_of_work, calendar=calendar, clock=clock),
        retry_job=RetryJob(unit_of_work=unit_of_work, clock=clock),
        resolve_payment_review=ResolvePaymentReview(settlement=settlement),
        reverse_payment=ReversePayment(unit_of_work=unit_of_work, clock=clock),
        set_agency=SetAgency(unit_of_work=unit_of_work, rules=rules, clock=clock),
        set_merchant_account=set_merchant_account,
        sign_out=SignOut(unit_of_work=unit_of_work, clock=clock),
        start_payment=StartPayment(
            unit_of_work=unit_of_work,
            gateways=gateways,
            merchants=merchants,
            settlement=settlement,
            clock=clock,
            public_url=public_url,
        ),
        start_pqrs=StartPqrs(unit_of_work=unit_of_work, clock=clock),
        touch_session=TouchSession(unit_of_work=unit_of_work, clock=clock),
        update_agency=UpdateAgency(unit_of_work=unit_of_work, rules=rules, clock=clock),
        update_profile=UpdateProfile(
            unit_of_work=unit_of_work, links=links, limiter=limiter, hasher=hasher, clock=clock
        ),
        update_mail_preferences=UpdateMailPreferences(unit_of_work=unit_of_work, clock=clock),
        view_as_client=ViewAsClient(unit_of_work=unit_of_work, clock=clock),
        verify_receipt=VerifyReceipt(unit_of_work=unit_of_work, limiter=limiter),
        **rights_over_data(engine, unit_of_work, limiter, clock),
    )
