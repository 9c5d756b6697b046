"""What a finding says to the staff: a sentence per kind, and what to do about it."""

from collections.abc import Mapping

from domain.findings import Finding, FindingKind
from domain.money import ZERO
from graphql_api.money_texts import pesos

_SENTENCES: Mapping[FindingKind, str] = {
    FindingKind.REVIEW: (
        "El pago {reference} por {amount} no coincide con lo que se esperaba y espera una decisión: apruébelo o "
        "cancélelo."
    ),
    FindingKind.CREDITED: (
        "Del recibo {detail}, {amount} quedaron como saldo a favor del cliente, porque ninguna factura los necesitaba."
    ),
    FindingKind.DOUBLE_PAYMENT: (
        "La persona pagó dos veces con la referencia {reference}: el segundo pago, por {amount}, quedó como saldo a "
        "favor. Acuerde con ella si se abona a otra factura o se devuelve."
    ),
    FindingKind.REPLAYED: (
        "Llegó un aviso de un pago de la referencia {reference} que la pasarela no reconoce; no se aplicó. Puede ser "
        "la repetición de un aviso verdadero por otra persona."
    ),
    FindingKind.UNKNOWN_REFERENCE: (
        "La pasarela avisó de un pago con la referencia {reference}, que no es de este portal; no se aplicó. Búsquelo "
        "en el panel de la pasarela."
    ),
    FindingKind.UNKNOWN_CODE: (
        "La pasarela respondió sobre el pago {reference} con un código que no conocemos; su estado no cambió. "
        "Consúltelo en el panel de la pasarela."
    ),
    FindingKind.TO_RETURN: "Hay que devolver {amount} a quien pagó con la referencia {reference}, fuera del portal.",
    FindingKind.CHARGED_BACK: (
        "El banco devolvió {amount} del pago {reference} al titular de la tarjeta (contracargo): sus facturas vuelven "
        "a deberse."
    ),
    FindingKind.DISPUTE: (
        "Llegó un aviso de reclamo (controversia) del pago {reference} por {amount}. Si es cierto en el panel de la "
        "pasarela, envíe allí las pruebas a más tardar el {due}; si no, descártelo con dismissDispute."
    ),
    FindingKind.REFUND_DECLINED: (
        "La pasarela rechazó la devolución del pago {reference} por {amount}: la factura sigue pagada. Puede pedirla "
        "de nuevo, dejar el dinero como saldo a favor o transferirlo."
    ),
    FindingKind.SLOW: (
        "El pago {reference} por {amount} lleva en proceso más de lo normal.{cus} Consulte a la pasarela; no le diga "
        "al cliente que no pagó hasta que ella responda."
    ),
    FindingKind.UNCONFIRMED: (
        "Pagos que se abrieron y terminaron sin que EnLineaPagos dijera nada de ellos, por {amount} en total. La "
        "mayoría no se pagó; compruébelos con la liquidación de ese día. Son {detail}."
    ),
    FindingKind.NOT_SETTLED: (
        "El recibo {detail} por {amount}, referencia {reference}, no está en la liquidación de la pasarela. Al cliente "
        "no se le muestra; aclárelo con la pasarela."
    ),
    FindingKind.SETTLED_UNKNOWN: (
        "La liquidación trae {amount} con la referencia {reference}, y aquí no hay un pago aprobado que le corresponda."
    ),
    FindingKind.SETTLED_DIFFERENTLY: (
        "La liquidación trae {amount} con la referencia {reference}, y aquí se recibió otro valor: {detail}."
    ),
    FindingKind.BOOKS: (
        "Los libros no cuadran: la factura {detail} tiene una diferencia de {amount} entre sus recibos y el libro "
        "mayor. Avise a soporte."
    ),
    FindingKind.RETURNED_TWICE: (
        "La pasarela le devolvió {amount} a quien pagó el recibo {detail}, que ya estaba reversado. Si ese dinero "
        "también se le había entregado, lo recibió dos veces: cóbreselo."
    ),
    FindingKind.REFUND_UNDECIDED: (
        "La devolución de {amount} del pago {reference} se pidió hace días y la pasarela no la ha decidido. {where}"
    ),
}
_UNNAMED_DISPUTE = (
    "Llegó un aviso de reclamo (controversia) que no nombra un pago recibido aquí. Búsquelo en el panel de la "
    "pasarela: si es cierto, hay plazo para enviar pruebas hasta el {due}."
)
_SETTLED_UNDER_ANOTHER_NUMBER = (
    "La liquidación trae {amount} con la referencia {reference} y un número que no conocemos: puede ser el recibo "
    "{detail}, u otro pago. Compruébelo con la pasarela y escríbalo en la columna «recibo» del archivo: {detail}, o "
    "nuevo."
)
_SETTLED_BESIDE_A_DECISION = (
    "La liquidación trae {amount} con la referencia {reference} y un número que no conocemos: puede ser el dinero que "
    "ya llegó y no tiene recibo, u otro pago. Si aquel espera una decisión, decida primero."
)
_BOOKS_TOTAL = "Los libros no cuadran: la suma del libro mayor es {amount} y debe ser cero. Avise a soporte."


def finding_message(finding: Finding) -> str:
    """The sentence, with the payment and the amount that it is about."""
    text = _SENTENCES[finding.kind]
    if finding.kind is FindingKind.BOOKS and not finding.detail:
        text = _BOOKS_TOTAL
    if finding.kind is FindingKind.SETTLED_UNKNOWN and finding.detail:
        has_receipt = finding.payment_id is not None
        text = _SETTLED_UNDER_ANOTHER_NUMBER if has_receipt else _SETTLED_BESIDE_A_DECISION
    if finding.kind is FindingKind.DISPUTE and finding.reference is None:
        text = _UNNAMED_DISPUTE
    return text.format(
        reference=finding.reference or "sin referencia",
        amount=pesos(ZERO if finding.amount is None else finding.amount),
        detail=finding.detail,
        due=f"{finding.due_on:%d/%m/%Y}" if finding.due_on else "plazo que indique la pasarela",
        where=(
            f"Consúltela en su panel con el número {finding.detail}."
            if finding.detail
            else "Puede que no le haya llegado: si no está en su panel, libérela con releaseRefund y pídala de nuevo."
        ),
        cus=f" El banco lo identifica con el número {finding.detail}." if finding.detail else "",
    )
