"""The SOAP services: PSE (WS_PSE) and cards (ProcesarTarjetaCredito)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.banks import BANKS, bank_named
from simulator.clock import BOGOTA
from simulator.enlinea import soap
from simulator.enlinea.codes import CARD_ANSWER, METHODS, PSE_ANSWER, State, code_number, code_text
from simulator.enlinea.director import Director
from simulator.enlinea.merchants import EnLineaMerchant
from simulator.enlinea.model import Order, Transaction
from simulator.enlinea.openings import link_to
from simulator.enlinea.requests import Refused, check_iniciar_pago
from simulator.faults import failed
from simulator.money import two_decimals
from simulator.web import BadRequest, read_body

PSE = "/secure/webservices/WS_PSE.do"
CARD = "/secure/webservices/ProcesarTarjetaCredito.do"

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

Operation = Callable[[Request, EnLineaMerchant, Mapping[str, str]], Awaitable[Mapping[str, str]]]


def _error(message: str) -> dict[str, str]:
    return {"respuesta": "error", "errorsms": message}


def _pse_state(order: Order, transaction: Transaction, signature: str) -> dict[str, str]:
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


def _card_state(order: Order, transaction: Transaction) -> dict[str, str]:
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


@dataclass(slots=True)
class Services:
    """Routes of both services. A wrong secret or an unknown transaction is `respuesta` error with HTTP 200."""

    director: Director

    def routes(self) -> list[Route]:
        """GET describes a service, POST calls it."""
        return [
            Route(PSE, self.pse, methods=["GET", "POST"]),
            Route(CARD, self.card, methods=["GET", "POST"]),
        ]

    async def pse(self, request: Request) -> Response:
        """WS_PSE."""
        if request.method != "POST":
            return soap.wsdl(request, "WS_PSE", PSE_OPERATIONS)
        operations = {
            "Listar_Bancos": self._banks,
            "Iniciar_Pago": self._begin,
            "Confirma_Respuesta_Pago": self._pse_result,
        }
        return await self._call(request, operations)

    async def card(self, request: Request) -> Response:
        """ProcesarTarjetaCredito, of which only the question for a transaction is known."""
        if request.method != "POST":
            return soap.wsdl(request, "ProcesarTarjetaCredito", CARD_OPERATIONS)
        return await self._call(request, {"Confirmar_Transaccion": self._card_result})

    async def _call(self, request: Request, operations: Mapping[str, Operation]) -> Response:
        world = self.director.world
        try:
            call = soap.read_call(await read_body(request, world.settings.max_body_bytes))
        except BadRequest as refusal:
            return soap.fault(refusal.message)
        except soap.BadSoap as refusal:
            return soap.fault(str(refusal))
        if call.operation not in operations:
            return soap.fault(f"La operación debe ser una de {', '.join(operations)}.")
        wrong = world.scenarios.take_fault(("query",), self._reference(call.arguments))

        def trouble() -> Response:
            return soap.answer(call.operation, _error("Error interno consultando la transacción"))

        if wrong is not None and (answer := await failed(request, wrong, world.settings, trouble)):
            return answer
        arguments = call.arguments
        merchant = world.merchant_with(*(arguments.get(name, "") for name in ("usuario", "llavemd5", "clave")))
        if merchant is None:
            return soap.answer(call.operation, _error("Usuario, clave o llave no válidos"))
        return soap.answer(call.operation, await operations[call.operation](request, merchant, arguments))

    def _reference(self, arguments: Mapping[str, str]) -> str | None:
        number = arguments.get("numerotransaccion") or arguments.get("numerodetransaccion") or ""
        found = self.director.world.transaction(number)
        return found[0].purchase.reference if found else arguments.get("referencia")

    async def _banks(
        self, request: Request, merchant: EnLineaMerchant, arguments: Mapping[str, str]
    ) -> Mapping[str, str]:
        listed = ";".join(f"BancoID={bank.code},BancoNombre={bank.name}" for bank in BANKS)
        return {"errorsms": "", "bancos": listed}

    async def _begin(
        self, request: Request, merchant: EnLineaMerchant, arguments: Mapping[str, str]
    ) -> Mapping[str, str]:
        bank = bank_named(arguments.get("codigo_banco", ""))
        try:
            purchase = check_iniciar_pago(arguments)
        except Refused as refusal:
            return {**_error(refusal.message), "url": "", "numerotransaccion": ""}
        if bank is None:
            return {**_error("El banco no existe"), "url": "", "numerotransaccion": ""}
        now = self.director.clock.now()
        order = self.director.world.open_order(merchant, purchase, now)
        transaction = self.director.begin(order, METHODS["PSE"], now, bank=bank.name)
        url = link_to(request, order)
        return {"respuesta": "SUCCESS", "errorsms": "", "url": url, "numerotransaccion": transaction.number}

    async def _pse_result(
        self, request: Request, merchant: EnLineaMerchant, arguments: Mapping[str, str]
    ) -> Mapping[str, str]:
        found = self._found(merchant, arguments.get("numerotransaccion", ""), "pse")
        if found is None:
            return _error("No existe la transacción")
        return _pse_state(*found, self.director.world.ids.uuid().replace("-", ""))

    async def _card_result(
        self, request: Request, merchant: EnLineaMerchant, arguments: Mapping[str, str]
    ) -> Mapping[str, str]:
        found = self._found(merchant, arguments.get("numerodetransaccion", ""), "card")
        if found is None:
            return {"respuesta": "error", "mensajesistema": "No existe la transacción"}
        return _card_state(*found)

    def _found(self, merchant: EnLineaMerchant, number: str, service: str) -> tuple[Order, Transaction] | None:
        found = self.director.world.transaction(number)
        if found is None or found[0].merchant.usuario != merchant.usuario or found[1].method.service != service:
            return None
        return found
