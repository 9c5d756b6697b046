"""What letters say about what was billed, and what was paid to owners."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from adapters.mail.wording.content import Content, Link
from adapters.spanish.formatting import day, money, month
from application.ports.mail import Letter
from application.ports.mail.billing import InvoicesIssued, OwedInvoice, PayoutsSent, SentPayout


def owed_facts(invoices: tuple[OwedInvoice, ...], *, due: str = "vence") -> tuple[tuple[str, str], ...]:
    """A line for each, and what they come to where there are several."""
    facts = [
        (
            f"Factura {it.number}",
            " · ".join(filter(None, (money(it.balance), month(it.period), f"{due} el {day(it.due_on)}", it.place))),
        )
        for it in invoices
    ]
    if len(invoices) > 1:
        facts.append(("Total por pagar", money(total(invoices))))
    return tuple(facts)


def total(invoices: tuple[OwedInvoice, ...]) -> Decimal:
    return sum((it.balance for it in invoices), Decimal(0))


def _issued(letter: InvoicesIssued) -> Content:
    invoices = letter.invoices
    if len(invoices) == 1:
        (only,) = invoices
        return Content(
            subject=f"Su factura {only.number} por {money(only.balance)} vence el {day(only.due_on)}",
            opening=("Emitimos su factura de arrendamiento.",),
            facts=tuple(
                (label, value)
                for label, value in (
                    ("Factura", only.number),
                    ("Periodo", month(only.period)),
                    ("Inmueble", only.place),
                    ("Valor por pagar", money(only.balance)),
                    ("Fecha de vencimiento", day(only.due_on)),
                )
                if value
            ),
            link=Link.to_client_area(letter.letterhead),
            closing=("La factura va adjunta en PDF.", "Puede pagarla en línea desde el área de clientes."),
        )
    return Content(
        subject=f"Sus {len(invoices)} facturas nuevas suman {money(total(invoices))}",
        opening=("Emitimos sus facturas de arrendamiento:",),
        facts=owed_facts(invoices),
        link=Link.to_client_area(letter.letterhead),
        closing=("En el área de clientes puede descargarlas en PDF y pagarlas en línea.",),
    )


def _sent(letter: PayoutsSent) -> Content:
    payouts = letter.payouts
    if len(payouts) == 1:
        (only,) = payouts
        paid = f"Le pagamos {money(only.net)} de {month(only.period)}"
        # Repairs can take more than the rent: then nothing was paid, and the balance goes on to the next month.
        nothing = f"Su liquidación de {month(only.period)} dejó un saldo de {money(only.net)}"
        return Content(
            subject=paid if only.net > 0 else nothing,
            opening=(f"Esta es la liquidación de {month(only.period)} de su inmueble.",),
            facts=tuple(
                (label, value)
                for label, value in (
                    ("Comprobante de egreso", only.number),
                    ("Fecha", day(only.paid_on)),
                    ("Periodo", month(only.period)),
                    ("Inmueble", only.place),
                    ("Valor neto", money(only.net)),
                )
                if value
            ),
            link=Link.to_client_area(letter.letterhead),
            closing=("El comprobante, con la liquidación completa, va adjunto en PDF.",),
        )
    return Content(
        subject=f"Sus {len(payouts)} comprobantes de egreso suman {money(sum((it.net for it in payouts), Decimal(0)))}",
        opening=("Estas son las liquidaciones nuevas de sus inmuebles:",),
        facts=(
            *((f"Comprobante {it.number}", _told(it)) for it in payouts),
            ("Total neto", money(sum((it.net for it in payouts), Decimal(0)))),
        ),
        link=Link.to_client_area(letter.letterhead),
        closing=("En el área de clientes puede ver cada liquidación y descargar sus comprobantes.",),
    )


def _told(payout: SentPayout) -> str:
    return " · ".join(filter(None, (money(payout.net), month(payout.period), day(payout.paid_on), payout.place)))


WORDS: Mapping[type[Letter], Callable[[Any], Content]] = {
    InvoicesIssued: _issued,
    PayoutsSent: _sent,
}
