"""The SOAP services: PSE (WS_PSE) and cards (ProcesarTarjetaCredito)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.banks import BANKS, bank_named
from simulator.enlinea import soap
from simulator.enlinea.codes import METHODS
from simulator.enlinea.director import Director
from simulator.enlinea.merchants import EnLineaMerchant
from simulator.enlinea.model import Order, Transaction
from simulator.enlinea.openings import link_to
from simulator.enlinea.requests import Refused, check_iniciar_pago
from simulator.enlinea.statements import CARD_OPERATIONS, PSE_OPERATIONS, card_state, pse_state
from simulator.faults import answered
from simulator.web import BadRequest, read_body

PSE = "/secure/webservices/WS_PSE.do"
CARD = "/secure/webservices/ProcesarTarjetaCredito.do"

Operation = Callable[[Request, EnLineaMerchant, Mapping[str, str]], Awaitable[Mapping[str, str]]]


def _error(message: str) -> dict[str, str]:
    return {"respuesta": "error", "errorsms": message}


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
        arguments = call.arguments

        async def truth() -> Response:
            merchant = world.merchant_with(*(arguments.get(name, "") for name in ("usuario", "llavemd5", "clave")))
            if merchant is None:
                return soap.answer(call.operation, _error("Usuario, clave o llave no válidos"))
            return soap.answer(call.operation, await operations[call.operation](request, merchant, arguments))

        return await answered(
            request,
            world.scenarios.take_fault(("query",), self._reference(arguments)),
            world.settings,
            error=lambda: soap.answer(call.operation, _error("Error interno consultando la transacción")),
            truth=truth,
        )

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
        return pse_state(*found, self.director.world.ids.uuid().replace("-", ""))

    async def _card_result(
        self, request: Request, merchant: EnLineaMerchant, arguments: Mapping[str, str]
    ) -> Mapping[str, str]:
        found = self._found(merchant, arguments.get("numerodetransaccion", ""), "card")
        if found is None:
            return {"respuesta": "error", "mensajesistema": "No existe la transacción"}
        return card_state(*found)

    def _found(self, merchant: EnLineaMerchant, number: str, service: str) -> tuple[Order, Transaction] | None:
        found = self.director.world.transaction(number)
        if found is None or found[0].merchant.usuario != merchant.usuario or found[1].method.service != service:
            return None
        return found
