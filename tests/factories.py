"""Things of the business, complete and valid, of which a test names only what matters to it.

Codes and numbers count up, so that none is given twice. Dates are the caller's, or fixed ones of July 2026.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import uuid4

from application.access import SignedIn, StaffViewer, viewer_of
from application.ports.books import Reconciliation
from domain.accounts import Account, AccountRole, AccountStatus
from domain.agencies import Agency
from domain.attachments import Attachment, FileKind
from domain.clients import Client, IdentityDocumentType, PersonKind
from domain.contracts import Contract, ContractKind, ContractParty, ContractStatus, PartyRole
from domain.findings import Finding, FindingKind
from domain.ids import (
    AccountId,
    AgencyId,
    AttachmentId,
    ClientId,
    ConsentId,
    ContractId,
    InvoiceId,
    LinkId,
    PaymentId,
    PaymentIntentId,
    PayoutId,
    PqrsId,
    PqrsMessageId,
    PropertyId,
    SessionId,
)
from domain.invoices import Invoice, InvoiceKind, InvoiceLine, InvoiceStatus, status_after
from domain.links import AccountLink, LinkPurpose
from domain.money import ZERO, pesos
from domain.payments import Payment, PaymentGatewayCode, PaymentMethod, PaymentStatus
from domain.payouts import Payout, PayoutLine, PayoutLineKind
from domain.periods import BillingPeriod
from domain.personal_data import Consent, ConsentChannel, ConsentPurpose
from domain.pqrs import (
    Pqrs,
    PqrsActor,
    PqrsClassification,
    PqrsEvent,
    PqrsMessage,
    PqrsMessageKind,
    PqrsStatus,
    PqrsSubject,
)
from domain.properties import Ownership, Property, PropertyUse
from domain.second_factors import SecondFactor
from domain.sessions import Session, TokenPair

TODAY = date(2026, 7, 15)
NOON = datetime(2026, 7, 15, 17, tzinfo=UTC)
"""Noon in Bogotá of that day."""

Fields = dict[str, Any]
_numbers = count(1)


def a_number(prefix: str) -> str:
    """One that nobody else has, and that sorts after those given before."""
    return f"{prefix}-{next(_numbers):06d}"


def an_agency(**given: Any) -> Agency:
    number = next(_numbers)
    common: Fields = {
        "id": AgencyId(uuid4()),
        "slug": f"agencia-{number}",
        "name": f"Inmobiliaria {number}",
        "tax_id": "900123456",
        "check_digit": 8,
    }
    return Agency(**(common | given))


def a_client(agency: Agency, name: str = "Ana Peña", **given: Any) -> Client:
    common: Fields = {
        "id": ClientId(uuid4()),
        "agency_id": agency.id,
        "code": a_number("T"),
        "kind": PersonKind.NATURAL,
        "name": name,
        "document_type": IdentityDocumentType.CC,
        "document_number": f"52{next(_numbers):06d}",
        "email": f"tercero-{next(_numbers)}@correo.example",
        "phone": "300 123 4567",
        "address": "Calle 1 # 2-3",
        "city": "Bogotá",
    }
    return Client(**(common | given))


def a_company(agency: Agency, name: str = "Comercializadora Ñandú S.A.S.", **given: Any) -> Client:
    legal: Fields = {"kind": PersonKind.LEGAL, "document_type": IdentityDocumentType.NIT}
    return a_client(agency, name, **(legal | {"document_number": "800197268", "check_digit": 4} | given))


def an_account(client: Client, **given: Any) -> Account:
    """The client's own; with other `roles` it is of staff too."""
    common: Fields = {
        "id": AccountId(uuid4()),
        "agency_id": client.agency_id,
        "username": a_number("usuario"),
        "email": f"{uuid4()}@correo.example",
        "password_hash": "hash",
        "status": AccountStatus.ACTIVE,
        "roles": (AccountRole.CLIENT,),
        "client_id": client.id,
        "created_at": NOON - timedelta(days=30),
    }
    return Account(**(common | given))


def a_staff_account(agency: Agency, **given: Any) -> Account:
    common: Fields = {
        "id": AccountId(uuid4()),
        "agency_id": agency.id,
        "username": a_number("personal"),
        "email": f"{uuid4()}@agencia.example",
        "password_hash": "hash",
        "status": AccountStatus.ACTIVE,
        "roles": (AccountRole.STAFF,),
        "client_id": None,
        "created_at": NOON - timedelta(days=30),
    }
    return Account(**(common | given))


def staff_of(agency: Agency, *, client: Client | None = None) -> StaffViewer:
    """Somebody who works there, and may be a client too."""
    return StaffViewer(
        agency_id=agency.id,
        account_id=AccountId(uuid4()),
        session_id=SessionId(uuid4()),
        client_id=client.id if client else None,
    )


def viewer_as(account: Account) -> SignedIn:
    return viewer_of(account, SessionId(uuid4()))


def a_link(account: Account, purpose: LinkPurpose = LinkPurpose.RESET, **given: Any) -> AccountLink:
    """One sent at noon, whose token is its id."""
    link_id = LinkId(uuid4())
    new_email = f"{uuid4()}@correo.example" if purpose is LinkPurpose.EMAIL_CHANGE else None
    link = AccountLink.to(account, purpose, id=link_id, token=str(link_id), at=NOON, new_email=new_email)
    return replace(link, **given)


def a_second_factor(account: Account, **changes: Any) -> SecondFactor:
    """Begun, and not yet on."""
    common: dict[str, Any] = {"account_id": account.id, "agency_id": account.agency_id, "secret": "sealed"}
    return SecondFactor(**(common | {"begun_at": NOON} | changes))


def a_session(
    account: Account, *, at: datetime = NOON, user_agent: str | None = "Firefox"
) -> tuple[Session, TokenPair]:
    """A session that begins at that instant, with its first pair of tokens."""
    session = Session.begin(
        id=SessionId(uuid4()),
        agency_id=account.agency_id,
        account_id=account.id,
        staff=account.is_staff,
        user_agent=user_agent,
        at=at,
    )
    return session, session.issue(at=at)


def a_property(agency: Agency, **given: Any) -> Property:
    common: Fields = {
        "id": PropertyId(uuid4()),
        "agency_id": agency.id,
        "code": a_number("I"),
        "address": "Carrera 7 # 71-21",
        "city": "Bogotá",
        "use": PropertyUse.HOUSING,
    }
    return Property(**(common | given))


def owned_by(home: Property, *owners: tuple[Client, str]) -> tuple[Ownership, ...]:
    """Who owns it, each with a share such as "50.00"."""
    return tuple(
        Ownership(property_id=home.id, client_id=owner.id, name=owner.name, share=Decimal(share))
        for owner, share in owners
    )


def a_lease(home: Property, **given: Any) -> Contract:
    common: Fields = {
        "id": ContractId(uuid4()),
        "agency_id": home.agency_id,
        "number": a_number("ARR"),
        "kind": ContractKind.LEASE,
        "status": ContractStatus.ACTIVE,
        "property_id": home.id,
        "start_on": date(2025, 8, 1),
        "rent": pesos(1_500_000),
    }
    return Contract(**(common | given))


def a_management(home: Property, **given: Any) -> Contract:
    rates: Fields = {"kind": ContractKind.MANAGEMENT, "number": a_number("ADM"), "rent": None}
    return a_lease(home, **(rates | {"commission_rate": Decimal("10.00")} | given))


def parties_of(contract: Contract, *parties: tuple[Client, PartyRole]) -> tuple[ContractParty, ...]:
    return tuple(
        ContractParty(contract_id=contract.id, client_id=party.id, role=role, name=party.name)
        for party, role in parties
    )


def an_invoice(client: Client, contract: Contract, *, subtotal: int | str = 1_000_000, **given: Any) -> Invoice:
    """Of rent under a lease, of commission otherwise; one line; its status follows from what is paid of it."""
    amount, vat = pesos(subtotal), pesos(given.pop("vat", 0))
    withholdings = pesos(given.pop("withholdings", 0))
    total, paid = amount + vat - withholdings, pesos(given.pop("paid", 0))
    line = InvoiceLine(
        description="Canon de arrendamiento",
        quantity=Decimal("1.00"),
        unit_price=amount,
        vat_rate=Decimal("19.00") if vat else Decimal("0.00"),
        vat=vat,
        amount=amount,
    )
    issued_on = given.get("issued_on", date(2026, 7, 1))
    is_lease = contract.kind is ContractKind.LEASE
    common: Fields = {
        "id": InvoiceId(uuid4()),
        "agency_id": client.agency_id,
        "number": a_number("FV"),
        "kind": InvoiceKind.RENT if is_lease else InvoiceKind.COMMISSION,
        "contract_id": contract.id,
        "client_id": client.id,
        "description": "Canon de julio",
        "period": BillingPeriod.of(issued_on),
        "issued_on": issued_on,
        "due_on": issued_on + timedelta(days=9),
        "status": status_after(total=total, paid=paid),
        "subtotal": amount,
        "vat": vat,
        "withholdings": withholdings,
        "total": total,
        "paid": paid,
        "lines": (line,),
    }
    return Invoice(**(common | given))


def a_voided_invoice(client: Client, contract: Contract, **given: Any) -> Invoice:
    return an_invoice(client, contract, status=InvoiceStatus.VOIDED, **given)


def a_payment(client: Client, *, amount: int | str = 1_000_000, credited: int | str = 0, **given: Any) -> Payment:
    """One that was reversed is so altogether."""
    key = PaymentId(uuid4())
    gone = given.get("status") is PaymentStatus.REVERSED
    common: Fields = {
        "id": key,
        "agency_id": client.agency_id,
        "receipt_number": a_number("RC"),
        "client_id": client.id,
        "paid_at": NOON,
        "amount": pesos(amount),
        "credited": pesos(credited),
        "credit_left": ZERO if gone else pesos(credited),
        "reversed": pesos(amount) if gone else ZERO,
        "method": PaymentMethod.PSE,
        "status": PaymentStatus.APPLIED,
        "verification_code": str(key),
    }
    return Payment(**(common | given))


def an_online_payment(client: Client, intent_id: PaymentIntentId, **given: Any) -> Payment:
    gateway: Fields = {"gateway": PaymentGatewayCode.PAYU, "gateway_reference": a_number("CUS"), "intent_id": intent_id}
    return a_payment(client, **(gateway | given))


def a_consent(client: Client, by: Account, **given: Any) -> Consent:
    """That the client may be reminded of debts, decided now in the portal."""
    common: Fields = {
        "id": ConsentId(uuid4()),
        "agency_id": client.agency_id,
        "client_id": client.id,
        "purpose": ConsentPurpose.COLLECTION,
        "granted": True,
        "policy_version": "2026-1",
        "at": NOON,
        "channel": ConsentChannel.PORTAL,
        "account_id": by.id,
    }
    return Consent(**(common | given))


def a_finding(client: Client, **given: Any) -> Finding:
    common: Fields = {
        "id": uuid4(),
        "agency_id": client.agency_id,
        "kind": FindingKind.CREDITED,
        "key": a_number("HALLAZGO"),
        "at": NOON,
        "client_id": client.id,
        "detail": "RP-000001",
    }
    return Finding(**(common | given))


def a_report(agency: Agency, on: date, **given: Any) -> Reconciliation:
    empty: Fields = {name: {} for name in ("received", "taken_back", "credit", "intents", "findings", "ledger")}
    common: Fields = {
        "id": uuid4(),
        "agency_id": agency.id,
        "on": on,
        "at": NOON,
        "figures": empty | {"total": "0.00", "differences": 0, "asked": 0},
    }
    return Reconciliation(**(common | given))


def a_payout(owner: Client, contract: Contract, *, net: int | str = 900_000, **given: Any) -> Payout:
    amount = pesos(net)
    paid_on = given.get("paid_on", date(2026, 7, 10))
    common: Fields = {
        "id": PayoutId(uuid4()),
        "agency_id": owner.agency_id,
        "number": a_number("CE"),
        "contract_id": contract.id,
        "client_id": owner.id,
        "period": BillingPeriod.of(paid_on),
        "paid_on": paid_on,
        "net": amount,
        "method": PaymentMethod.BANK_TRANSFER,
        "lines": (
            PayoutLine(kind=PayoutLineKind.RENT, description="Canon", amount=amount + 100_000),
            PayoutLine(kind=PayoutLineKind.COMMISSION, description="Comisión", amount=pesos(-100_000)),
        ),
    }
    return Payout(**(common | given))


def a_case(client: Client, filed_by: Account, **given: Any) -> Pqrs:
    common: Fields = {
        "id": PqrsId(uuid4()),
        "agency_id": client.agency_id,
        "filing_number": a_number("PQRS-2026"),
        "client_id": client.id,
        "filed_by": filed_by.id,
        "status": PqrsStatus.PENDING,
        "classification": PqrsClassification.PETITION,
        "subject": PqrsSubject.REPAIRS,
        "start_on": date(2026, 7, 1),
        "description": "Gotea el techo.",
        "filed_at": NOON,
        "term_from_on": TODAY,
        "due_on": date(2026, 8, 6),
        "idempotency_key": str(uuid4()),
        "request_hash": "hash",
    }
    return Pqrs(**(common | given))


def filing_of(case: Pqrs, *, by: PqrsActor = PqrsActor.CLIENT) -> PqrsEvent:
    return PqrsEvent(
        pqrs_id=case.id,
        at=case.filed_at,
        from_status=None,
        to_status=PqrsStatus.PENDING,
        by=by,
        account_id=case.filed_by,
        due_on=case.due_on,
    )


def a_message(case: Pqrs, account: Account, **given: Any) -> PqrsMessage:
    """Of whoever's account it is: the case's client, or the agency."""
    common: Fields = {
        "id": PqrsMessageId(uuid4()),
        "agency_id": case.agency_id,
        "pqrs_id": case.id,
        "client_id": case.client_id,
        "author": PqrsActor.CLIENT if account.client_id == case.client_id else PqrsActor.AGENCY,
        "account_id": account.id,
        "kind": PqrsMessageKind.MESSAGE,
        "body": a_number("Mensaje"),
        "sent_at": NOON,
    }
    return PqrsMessage(**(common | given))


def an_attachment(case: Pqrs, file_name: str = "foto.jpg", **given: Any) -> Attachment:
    """A file of the case, whose content is that of `content_of`."""
    kind = next(kind for kind in FileKind if file_name.endswith(f".{kind.extension}"))
    common: Fields = {
        "id": AttachmentId(uuid4()),
        "agency_id": case.agency_id,
        "pqrs_id": case.id,
        "client_id": case.client_id,
        "author": PqrsActor.CLIENT,
        "added_at": case.filed_at,
        "position": 1,
        "file_name": file_name,
        "content_type": kind,
        "byte_size": 0,
        "sha256": "",
    }
    file = Attachment(**(common | given))
    return replace(file, **measures_of(content_of(file)))


def measures_of(content: bytes) -> Fields:
    """What a file tells of its content."""
    return {"byte_size": len(content), "sha256": sha256(content).hexdigest()}


def content_of(file: Attachment) -> bytes:
    """No picture and no PDF, but bytes that nobody else's file has."""
    return f"{file.content_type} {file.file_name} {file.id}".encode()
