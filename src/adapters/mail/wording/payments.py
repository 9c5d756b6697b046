"""What letters say about money that came, or did not."""

from collections.abc import Callable, Mapping
from typing import Any

from adapters.mail.wording.content import Content, Link
from adapters.spanish.formatting import moment, money, month
from adapters.spanish.labels import PAYMENT_METHOD
from application.ports.mail import Letter
from application.ports.mail.payments import PaymentConfirmed, PaymentDeclined
from domain.gateway_reports import StatusReason
from domain.payments import PaymentMethod

_REASONS = {
    StatusReason.INSUFFICIENT_FUNDS: "El banco informó que no había fondos suficientes.",
    StatusReason.CARD_DATA: "Los datos de la tarjeta no coincidieron: revíselos antes de intentar de nuevo.",
    StatusReason.CONTACT_BANK: "Su banco no autorizó el pago: comuníquese con él o use otro medio.",
    StatusReason.NOT_COMPLETED: "El pago no se terminó en la página del banco o de la pasarela.",
    StatusReason.EXPIRED_AT_GATEWAY: "Se venció el tiempo para pagar.",
}


def _confirmed(letter: PaymentConfirmed) -> Content:
    receipt = letter.receipt
    amount = money(receipt.amount)
    facts = [
        ("Recibo", receipt.receipt_number),
        ("Fecha", moment(receipt.paid_at)),
        ("Medio de pago", PAYMENT_METHOD[receipt.method]),
    ]
    if receipt.gateway_reference:
        label = "CUS" if receipt.method is PaymentMethod.PSE else "Referencia"
        facts.append((label, receipt.gateway_reference))
    facts += [
        (f"Factura {part.invoice_number}", f"{money(part.amount)} ({month(part.period)})")
        for part in receipt.allocations
    ]
    if receipt.credited > 0:
        facts.append(("Saldo a su favor", money(receipt.credited)))
    return Content(
        subject=f"Recibimos su pago por {amount}",
        opening=(f"Recibimos su pago por {amount}. Gracias.",),
        facts=tuple(facts),
        link=Link.to_client_area(letter.letterhead),
        closing=(
            "El recibo de caja va adjunto en PDF.",
            f"Con el código de verificación {receipt.verification_code} se comprueba que el recibo es auténtico.",
        ),
    )


def _declined(letter: PaymentDeclined) -> Content:
    reason = _REASONS.get(letter.reason) if letter.reason else None
    invoices = ", ".join(letter.invoices)
    return Content(
        subject="Su pago no fue aprobado",
        opening=(f"Su pago por {money(letter.amount)} no fue aprobado.", *([reason] if reason else ())),
        facts=(
            ("Referencia", letter.reference),
            ("Fecha del intento", moment(letter.attempted_at)),
            ("Facturas" if len(letter.invoices) > 1 else "Factura", invoices),
        ),
        link=Link.to_client_area(letter.letterhead),
        closing=(
            "Puede intentarlo de nuevo desde el área de clientes, con el mismo medio de pago o con otro.",
            "Si su banco muestra el débito, no pague otra vez: escríbanos con la referencia de este mensaje.",
        ),
    )


WORDS: Mapping[type[Letter], Callable[[Any], Content]] = {
    PaymentConfirmed: _confirmed,
    PaymentDeclined: _declined,
}
