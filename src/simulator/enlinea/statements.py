"""What the SOAP services take and tell, operation by operation."""

from simulator.clock import BOGOTA
from simulator.enlinea.codes import CARD_ANSWER, PSE_ANSWER, State, code_number, code_text
from simulator.enlinea.model import Order, Transaction
from simulator.money import two_decimals

_SECRETS = ("usuario", "clave", "llavemd5")
_CLIENT = ("nombre_cliente", "apellido_cliente", "telefono_cliente", "direccion", "pais", "ciudad")
_INFORMATION = ("info_opcional1", "info_opcional2", "info_opcional3")

PSE_OPERATIONS = {
    "Listar_Bancos": (_SECRETS, ("errorsms", "bancos")),
    "Iniciar_Pago": (
        (
            *_SECRETS,
            *("referencia", "total_con_iva", "valor_iva", "descripcion_pago", "email", "id_cliente"),
            *_CLIENT,
            "ip",
            *_INFORMATION,
            *("url_retorno", "codigo_banco", "tipo_usuario"),
        ),
        ("respuesta", "errorsms", "url", "numerotransaccion"),
    ),
    "Confirma_Respuesta_Pago": (
        (*_SECRETS, "numerotransaccion"),
        (
            *("respuesta", "errorsms", "int_estado_pago", "str_nombre_banco", "str_codigo_transaccion"),
            *("int_ciclo_transaccion", "dat_fecha", "fechatransaccion", "horatransaccion", "descripcion_pago", "email"),
            *_CLIENT,
            *_INFORMATION,
            *("firma", "ip", "total_con_iva", "valor_iva"),
        ),
    ),
}
"""Inputs and outputs of each operation; the names of the inputs are inferred from those of the outputs."""

CARD_OPERATIONS = {
    "Confirmar_Transaccion": (
        (*_SECRETS, "numerodetransaccion"),
        (
            *("respuesta", "codigoderespuesta", "mensajesistema", "fechatransaccion", "numerodeautorizacion"),
            *("respuestadelared", "TARJETAbanco", "TARJETAtipo", "IP", "extra1", "extra2", "extra3"),
        ),
    )
}


def pse_state(order: Order, transaction: Transaction, signature: str) -> dict[str, str]:
    """Confirma_Respuesta_Pago of a transaction; `signature` is `firma`, whose formula nobody knows."""
    purchase, local = order.purchase, transaction.operated_at.astimezone(BOGOTA)
    state, number = PSE_ANSWER[transaction.state]
    first, second, third = purchase.information
    if not first and order.merchant.tells_reference:
        first = purchase.reference
    return {
        "respuesta": state,
        "errorsms": "" if transaction.state is State.APPROVED else code_text(transaction.code),
        "int_estado_pago": number,
        "str_nombre_banco": transaction.bank,
        "str_codigo_transaccion": transaction.cus,
        "int_ciclo_transaccion": "1",
        "dat_fecha": local.strftime("%Y-%m-%dT%H:%M:%S"),
        "fechatransaccion": local.strftime("%Y-%m-%d"),
        "horatransaccion": local.strftime("%H:%M:%S"),
        "descripcion_pago": purchase.description,
        "email": purchase.email,
        "nombre_cliente": purchase.names,
        "apellido_cliente": purchase.surnames,
        "telefono_cliente": purchase.phone,
        "direccion": purchase.address,
        "pais": purchase.country or "CO",
        "ciudad": purchase.city,
        "info_opcional1": first,
        "info_opcional2": second,
        "info_opcional3": third,
        "firma": signature,
        "ip": "127.0.0.1",
        "total_con_iva": two_decimals(transaction.amount),
        "valor_iva": two_decimals(purchase.tax),
        **transaction.answers,
    }


def card_state(order: Order, transaction: Transaction) -> dict[str, str]:
    """Confirmar_Transaccion of a transaction, which tells no amount."""
    local = transaction.operated_at.astimezone(BOGOTA)
    return {
        "respuesta": CARD_ANSWER[transaction.state],
        "codigoderespuesta": code_number(transaction.code),
        "mensajesistema": code_text(transaction.code),
        "fechatransaccion": local.strftime("%Y-%m-%d %H:%M:%S"),
        "numerodeautorizacion": transaction.authorization,
        "respuestadelared": code_text(transaction.code),
        "TARJETAbanco": "BANCO DE PRUEBA",
        "TARJETAtipo": "VISA",
        "IP": "127.0.0.1",
        "extra1": order.purchase.reference if order.merchant.tells_reference else "",
        "extra2": "",
        "extra3": "",
        **transaction.answers,
    }
