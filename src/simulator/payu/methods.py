"""Payment methods of Colombia (PayU, medios de pago)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from simulator.banks import BANKS, Bank


@dataclass(frozen=True, slots=True)
class Method:
    """One payment method.

    group: the panel of the hosted page that offers it. type_id and type_name: `payment_method_type` and
    `lapPaymentMethodType`. pol_id: the number that PayU's own pages give inconsistently; data only.
    """

    name: str
    title: str
    group: str
    type_id: str
    type_name: str
    pol_id: str

    @property
    def is_card(self) -> bool:
        """Only cards can be refunded through PayU."""
        return self.group == "tarjeta"


METHODS = {
    method.name: method
    for method in (
        Method("VISA", "Visa", "tarjeta", "2", "CREDIT_CARD", "10"),
        Method("MASTERCARD", "Mastercard", "tarjeta", "2", "CREDIT_CARD", "11"),
        Method("AMEX", "American Express", "tarjeta", "2", "CREDIT_CARD", "12"),
        Method("DINERS", "Diners Club", "tarjeta", "2", "CREDIT_CARD", "22"),
        Method("CODENSA", "Codensa", "tarjeta", "2", "CREDIT_CARD", "27"),
        Method("VISA_DEBIT", "Visa débito", "tarjeta", "6", "DEBIT_CARD", "31"),
        Method("MASTERCARD_DEBIT", "Mastercard débito", "tarjeta", "6", "DEBIT_CARD", "33"),
        Method("PSE", "PSE", "pse", "4", "PSE", "25"),
        Method("NEQUI", "Nequi", "nequi", "4", "BANK_TRANSFER", "749"),
        Method("EFECTY", "Efecty", "efectivo", "7", "CASH", "35"),
        Method("OTHERS_CASH", "Su Red", "efectivo", "7", "CASH", "70"),
        Method("BANK_REFERENCED", "Pago en bancos", "efectivo", "8", "REFERENCED", "51"),
    )
}


def requested_methods(payment_methods: str) -> tuple[str, ...]:
    """The names in `paymentMethods`, e.g. `PSE,VISA-1-3` without its instalments; those we do not know are left out."""
    names = (part.split("-", 1)[0].strip().upper() for part in payment_methods.split(","))
    return tuple(dict.fromkeys(name for name in names if name in METHODS))


def offered_methods(
    requested: Iterable[str], amount: Decimal, currency: str, limits: Mapping[str, tuple[Decimal, Decimal]]
) -> tuple[Method, ...]:
    """The methods a payer may choose for this amount: the requested ones, or all; limits hold for pesos only."""
    wanted = tuple(requested) or tuple(METHODS)
    offered = []
    for name in wanted:
        least, most = limits.get(name, (Decimal(0), Decimal("Infinity")))
        if currency != "COP" or least <= amount <= most:
            offered.append(METHODS[name])
    return tuple(offered)


def offered_banks(pse_banks: str) -> tuple[Bank, ...]:
    """The banks of PSE, narrowed by the codes of the form's `pseBanks` when it has any that exist."""
    codes = {code.strip() for code in pse_banks.split(",")}
    return tuple(bank for bank in BANKS if bank.code in codes) or BANKS
