"""Scalars of the contract: money and percentages travel as text, never as floats."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from domain.periods import BillingPeriod

Money = NewType("Money", Decimal)
Percentage = NewType("Percentage", Decimal)
Quantity = NewType("Quantity", Decimal)

_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,2})?\Z", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)


def _amount(value: Any) -> Decimal:
    """From text or a whole number; a float has already lost what it meant."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**12:
        return Decimal(value)
    if isinstance(value, str) and _NUMBER.match(value):
        try:
            return Decimal(value)
        except InvalidOperation as error:
            raise ValueError(value) from error
    raise ValueError('Se espera un número como texto, por ejemplo "1250000.00".')


def _day(value: Any) -> date:
    if isinstance(value, str) and _DATE.match(value):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise ValueError("Se espera una fecha AAAA-MM-DD que exista.") from error
    raise ValueError("Se espera una fecha AAAA-MM-DD.")


def _instant(value: Any) -> datetime:
    if isinstance(value, str) and len(value) <= 40:
        try:
            found = datetime.fromisoformat(value)
        except ValueError as error:
            raise ValueError("Se espera un instante ISO 8601 con zona.") from error
        if found.tzinfo is not None:
            return found
    raise ValueError("Se espera un instante ISO 8601 con zona.")


def _month(value: Any) -> BillingPeriod:
    try:
        return BillingPeriod.parse(value if isinstance(value, str) else "")
    except ValueError as error:
        raise ValueError("Se espera un mes AAAA-MM.") from error


def _two_decimals(value: Decimal) -> str:
    return f"{value:.2f}"


def _utc(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _scalar(name: str, description: str, serialize: Any, parse: Any) -> ScalarDefinition:
    return strawberry.scalar(name=name, description=description, serialize=serialize, parse_value=parse)


SCALARS: dict[object, ScalarDefinition] = {
    date: _scalar("Date", "Fecha ISO 8601 (AAAA-MM-DD), en hora de Colombia.", date.isoformat, _day),
    datetime: _scalar("DateTime", "Instante ISO 8601 con zona.", _utc, _instant),
    Money: _scalar(
        "Money", 'Pesos colombianos como texto decimal con dos cifras: "1250000.00".', _two_decimals, _amount
    ),
    Percentage: _scalar("Percentage", 'Porcentaje como texto decimal: "10.00" es 10 %.', _two_decimals, _amount),
    BillingPeriod: _scalar("Month", "Mes: AAAA-MM.", str, _month),
    Quantity: _scalar("Decimal", "Número decimal como texto.", str, _amount),
}
