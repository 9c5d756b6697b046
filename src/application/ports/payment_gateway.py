"""Online payment gateways as the application sees them. The merchant's credentials are an argument of every call:
each agency has its own account."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from domain.errors import GatewayUnavailable, RefundNotPossible
from domain.gateway_reports import GatewayReport, Hint, RefundReport
from domain.ids import AgencyId, GatewayAccountId
from domain.payment_intents import Checkout, GatewayAttempt, PaymentIntent
from domain.payments import PaymentGatewayCode

__all__ = [
    "Checkout",
    "CheckoutRequest",
    "CredentialsRefused",
    "GatewayRefused",
    "GatewayReport",
    "GatewayUnavailable",
    "Hint",
    "MerchantAccount",
    "NotificationRejected",
    "Payer",
    "PaymentGateway",
    "Reception",
    "RefundNotPossible",
    "RefundReport",
    "Rejection",
    "SignatureAlgorithm",
]


class SignatureAlgorithm(StrEnum):
    """The digest that the agency chose in the gateway's panel."""

    MD5 = "md5"
    SHA1 = "sha1"
    SHA256 = "sha256"


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantAccount:
    """An agency's account at a gateway, with its credentials in clear: never logged, never stored like this.

    `public_key` is the opaque part of the address that the gateway calls. Of `api_keys` the first signs and all are
    accepted, so that a key can be changed without losing what is under way. `dialect` names the protocol, where a
    gateway has several. `test`: no real money.
    """

    id: GatewayAccountId
    agency_id: AgencyId
    gateway: PaymentGatewayCode
    public_key: str
    merchant_id: str
    account_id: str
    api_login: str = field(repr=False)
    api_keys: tuple[str, ...] = field(repr=False)
    signature: SignatureAlgorithm = SignatureAlgorithm.MD5
    dialect: str = ""
    test: bool = False
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """Whom the gateway's page greets; what is unknown is left for the payer to fill in."""

    name: str
    email: str
    phone: str | None = None
    document_type: str | None = None
    document_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutRequest:
    """A checkout to be opened for `intent`. `tax` is the VAT within its amount, `tax_base` what carries that VAT; zero
    for exempt housing. `agency_phone` is for gateways that want one where the payer has none. The payer comes back to
    `response_url`; the gateway itself calls `confirmation_url`."""

    intent: PaymentIntent
    payer: Payer
    description: str
    tax: Decimal
    tax_base: Decimal
    agency_phone: str | None
    response_url: str
    confirmation_url: str


class Rejection(StrEnum):
    """Why a gateway's notice was turned away."""

    MALFORMED = "MALFORMED"
    BAD_SIGNATURE = "BAD_SIGNATURE"
    WRONG_MERCHANT = "WRONG_MERCHANT"
    UNKNOWN_ACCOUNT = "UNKNOWN_ACCOUNT"


class NotificationRejected(Exception):
    """A notice that proves nothing. `detail` names the field or rule for our log and is never sent back."""

    def __init__(self, kind: Rejection, detail: str = "") -> None:
        super().__init__(f"{kind}: {detail}" if detail else str(kind))
        self.kind = kind
        self.detail = detail


class CredentialsRefused(GatewayUnavailable):
    """The gateway answered, and does not take the account's credentials: to whoever pays the same as no answer, but no
    outage, and nothing that waiting cures."""


class GatewayRefused(Exception):
    """The gateway answered that it opens no checkout: nothing exists there. `detail` is its own word, for our log."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail


class Reception(StrEnum):
    """What became of a notice that was accepted; to the gateway they are all the same success."""

    PROCESSED = "PROCESSED"
    DUPLICATE = "DUPLICATE"
    STORED = "STORED"


class PaymentGateway(Protocol):
    """One gateway's protocol. Nothing here touches the database."""

    async def create_checkout(self, asked: CheckoutRequest, *, merchant: MerchantAccount) -> Checkout:
        """Where the payer's browser goes to pay. May call the gateway, hence never inside a unit of work; raises
        GatewayRefused when the gateway said no, and GatewayUnavailable when it is not known whether it opened
        anything."""
        ...

    def parse_notification(
        self, body: bytes, headers: Mapping[str, str], *, merchant: MerchantAccount
    ) -> GatewayReport:
        """What an authentic notice says; raises NotificationRejected for anything else."""
        ...

    async def query(self, intent: PaymentIntent, *, merchant: MerchantAccount) -> tuple[GatewayReport, ...]:
        """Everything the gateway knows about the intent's reference, in no order; nothing while the payer tried no
        method. A gateway that is asked by transaction number goes by the intent's `transaction_hints`, and answers
        nothing without. Raises GatewayUnavailable for every other answer: silence or an error never means «not
        paid»."""
        ...

    async def refund(
        self, charge: GatewayAttempt, *, amount: Decimal, whole: bool, reason: str, merchant: MerchantAccount
    ) -> RefundReport:
        """Ask for `amount` of a charge to be returned to its payer; `whole`: that is all of it. The answer is seldom
        more than that it will be decided. Raises RefundNotPossible where the gateway returns nothing of that kind, and
        GatewayUnavailable when it is not known whether the request arrived."""
        ...
