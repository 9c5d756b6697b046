"""What letters say about what is to be paid: without pressing anybody."""

from collections.abc import Callable, Mapping
from typing import Any

from adapters.mail.wording.billing import owed_facts, total
from adapters.mail.wording.content import Content, Link
from adapters.spanish.formatting import day, money
from application.ports.mail import Letter
from application.ports.mail.billing import PaymentsDue, PaymentsOverdue


def _overdue(letter: PaymentsOverdue) -> Content:
    amount = money(total(letter.invoices))
    many = len(letter.invoices) > 1
    return Content(
        subject=f"Tiene {len(letter.invoices)} facturas vencidas por {amount}"
        if many
        else f"Su factura {letter.invoices[0].number} por {amount} está vencida",
        opening=(
            "Según nuestros registros, estas facturas de arrendamiento están pendientes de pago:"
            if many
            else "Según nuestros registros, esta factura de arrendamiento está pendiente de pago:",
        ),
        facts=owed_facts(letter.invoices, due="venció"),
        link=Link.to_client_area(letter.letterhead),
        closing=(
            "Puede pagar en línea desde el área de clientes.",
            "Si ya pagó, o si no está de acuerdo con el cobro, responda este mensaje o radique una PQRS.",
        ),
    )


def _due(letter: PaymentsDue) -> Content:
    first = letter.invoices[0]
    many = len(letter.invoices) > 1
    return Content(
        subject=f"Próximos vencimientos: {len(letter.invoices)} facturas por {money(total(letter.invoices))}"
        if many
        else f"Su factura {first.number} por {money(first.balance)} vence el {day(first.due_on)}",
        opening=("Le recordamos que pronto vencen estas facturas:" if many else "Le recordamos que pronto vence:",),
        facts=owed_facts(letter.invoices),
        link=Link.to_client_area(letter.letterhead),
        closing=("Puede pagar en línea desde el área de clientes. Si ya lo hizo, no tenga en cuenta este mensaje.",),
    )


WORDS: Mapping[type[Letter], Callable[[Any], Content]] = {
    PaymentsDue: _due,
    PaymentsOverdue: _overdue,
}
