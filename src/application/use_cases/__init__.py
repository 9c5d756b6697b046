"""What the system does: the table of contents of the use cases, and all that the schema receives of them."""

from dataclasses import dataclass

from application.use_cases.account_status import DisableAccount, EnableAccount
from application.use_cases.accounts import ChangePassword, CreateAccount
from application.use_cases.agencies import FindAgency, MayCall, RegisterAgency
from application.use_cases.agency_settings import SetAgency, UpdateAgency
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
    StartPayment,
    VerifyReceipt,
)
from application.use_cases.personal_data import EraseClient, ExportPersonalData, RecordConsent
from application.use_cases.pqrs import FilePqrs
from application.use_cases.pqrs_acts import AnswerPqrs, AssignPqrs, CountBusinessDays, ExtendPqrs, StartPqrs
from application.use_cases.pqrs_messages import AddPqrsMessage, AddPqrsNote, ClosePqrs, ReopenPqrs
from application.use_cases.profile import ConfirmEmail, UpdateProfile
from application.use_cases.resets import OpenReset, RequestPasswordReset, ResetPassword
from application.use_cases.second_factor import (
    BeginSecondFactor,
    ConfirmSecondFactor,
    DisableSecondFactor,
    RenewRecoveryCodes,
)
from application.use_cases.second_factor_resets import ResetSecondFactor, ResetSecondFactorByOperator
from application.use_cases.sessions import EndSession, RefreshSession, SignOut, TouchSession
from application.use_cases.sign_in import IssueCaptcha, SignIn
from application.use_cases.view_as import ViewAsClient


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCases:
    add_pqrs_message: AddPqrsMessage
    add_pqrs_note: AddPqrsNote
    answer_pqrs: AnswerPqrs
    apply_credit: ApplyCredit
    assign_pqrs: AssignPqrs
    begin_second_factor: BeginSecondFactor
    cancel_payment: CancelPayment
    change_password: ChangePassword
    check_audit: CheckAudit
    check_books: CheckBooks
    close_pqrs: ClosePqrs
    configure_gateway: ConfigureGateway
    confirm_email: ConfirmEmail
    count_business_days: CountBusinessDays
    confirm_second_factor: ConfirmSecondFactor
    create_account: CreateAccount
    disable_account: DisableAccount
    dismiss_dispute: DismissDispute
    disable_second_factor: DisableSecondFactor
    draw_documents: DrawDocuments
    enable_account: EnableAccount
    end_session: EndSession
    erase_client: EraseClient
    export_personal_data: ExportPersonalData
    extend_pqrs: ExtendPqrs
    file_pqrs: FilePqrs
    find_agency: FindAgency
    gateway_addresses: GatewayAddresses
    import_file: ImportFile
    import_records: ImportRecords
    invite_client: InviteClient
    invite_clients: InviteClients
    invite_staff: InviteStaff
    issue_captcha: IssueCaptcha
    open_reset: OpenReset
    receive_dispute_notice: ReceiveDisputeNotice
    receive_gateway_report: ReceiveGatewayReport
    receive_return: ReceiveReturn
    may_call: MayCall
    reconcile_day: ReconcileDay
    reconcile_payments: ReconcilePayments
    reconcile_settlement: ReconcileSettlement
    note_audit_head: NoteAuditHead
    record_consent: RecordConsent
    record_payment: RecordPayment
    refresh_payment: RefreshPayment
    refresh_session: RefreshSession
    reopen_pqrs: ReopenPqrs
    retry_job: RetryJob
    refund_payment: RefundPayment
    register_agency: RegisterAgency
    request_password_reset: RequestPasswordReset
    reset_password: ResetPassword
    release_refund: ReleaseRefund
    renew_recovery_codes: RenewRecoveryCodes
    reset_second_factor: ResetSecondFactor
    reset_second_factor_by_operator: ResetSecondFactorByOperator
    resolve_finding: ResolveFinding
    resolve_payment_review: ResolvePaymentReview
    reverse_payment: ReversePayment
    set_agency: SetAgency
    set_merchant_account: SetMerchantAccount
    sign_in: SignIn
    sign_out: SignOut
    start_payment: StartPayment
    start_pqrs: StartPqrs
    touch_session: TouchSession
    update_mail_preferences: UpdateMailPreferences
    update_agency: UpdateAgency
    update_profile: UpdateProfile
    verify_receipt: VerifyReceipt
    view_as_client: ViewAsClient
