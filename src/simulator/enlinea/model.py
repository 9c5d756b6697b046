"""Checkouts and transactions as EnLinea keeps them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from simulator.enlinea.codes import Method, State
from simulator.enlinea.merchants import EnLineaMerchant


class Dialect(StrEnum):
    """How a checkout was asked for."""

    GANGWAY = "gangway"
    REST = "webcheckout_rest"
    PSE = "iniciar_pago"


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What a merchant asked to be paid, checked.

    return_url: where the payer's browser comes back to. notify_url: where the REST dialect posts its notification;
    empty elsewhere. information: `info_opcional1` to 3 as Iniciar_Pago brought them.
    """

    dialect: Dialect
    reference: str
    currency: str
    amount: Decimal
    tax: Decimal
    tax_base: Decimal
    description: str
    return_url: str
    notify_url: str = ""
    names: str = ""
    surnames: str = ""
    email: str = ""
    document: str = ""
    phone: str = ""
    address: str = ""
    country: str = ""
    city: str = ""
    information: tuple[str, str, str] = ("", "", "")


@dataclass(slots=True, kw_only=True)
class Transaction:
    """One try to pay; `number` is `nrotransaccion`. returned: its payer has left, or lost the way back.

    Amount and currency are what was really charged, which a scenario may make differ from the order's; so are
    `answers`, fields that the query services tell otherwise.
    """

    number: str
    method: Method
    amount: Decimal
    currency: str
    created_at: datetime
    operated_at: datetime
    state: State = State.PENDING
    code: str = ""
    authorization: str = ""
    cus: str = ""
    bank: str = ""
    expires_at: datetime | None = None
    returned: bool = False
    answers: Mapping[str, str] = field(default_factory=dict)

    @property
    def account(self) -> str:
        """`cuentanro`: the masked card, empty for the other methods."""
        return "************0004" if self.method.name == "TC" else ""


@dataclass(slots=True, kw_only=True)
class Order:
    """One checkout: the purchase, the token in its link, and every try to pay it."""

    id: int
    token: str
    merchant: EnLineaMerchant
    purchase: Purchase
    created_at: datetime
    visited: bool = False
    transactions: list[Transaction] = field(default_factory=list)

    @property
    def last(self) -> Transaction | None:
        """The newest try."""
        return self.transactions[-1] if self.transactions else None

    @property
    def approved(self) -> Transaction | None:
        """The newest approved try."""
        return next((one for one in reversed(self.transactions) if one.state is State.APPROVED), None)

    @property
    def pending(self) -> Transaction | None:
        """The newest try that still waits for its result."""
        return next((one for one in reversed(self.transactions) if one.state is State.PENDING), None)

    @property
    def status(self) -> str:
        """NEW before the first try; else what matters most of its tries."""
        if self.last is None:
            return "NEW"
        return (self.approved or self.pending or self.last).state.value
