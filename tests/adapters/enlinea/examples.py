"""A merchant, an intent, what the platform's services answer, and a platform that answers it over HTTP."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID
from xml.sax.saxutils import escape

from adapters.enlinea.dialects import CARD_STATUS, GANGWAY, PSE_STATUS
from adapters.enlinea.gateway import EnlineaGateway
from adapters.web.calls import http_client
from application.ports.payment_gateway import CheckoutRequest, MerchantAccount, Payer
from domain.ids import AgencyId, ClientId, GatewayAccountId, InvoiceId, PaymentIntentId
from domain.payment_intents import Checkout, IntentInvoice, PaymentIntent, PaymentIntentStatus
from domain.payments import PaymentGatewayCode
from tests.adapters.hostile import Hostile, Wire, hostile

USER, PASSWORD, KEY = "comercio", "clave-secreta", "51d0a1b2c3d4e5f60718293a4b5c6d7e"
ACCOUNT = "acc9f2c"
REFERENCE = "INV0001234A01"
SECRET = b"local-only-secret"
BACK = f"https://api.example/callbacks/enlinea/{ACCOUNT}"
HOME = f"https://portal.example/pago?reference={REFERENCE}"
AT = datetime(2026, 7, 1, 17, tzinfo=UTC)
XML = "text/xml; charset=iso-8859-1"


def a_merchant(*, keys: tuple[str, ...] = (KEY,), dialect: str = GANGWAY) -> MerchantAccount:
    return MerchantAccount(
        id=GatewayAccountId(UUID(int=1)),
        agency_id=AgencyId(UUID(int=2)),
        gateway=PaymentGatewayCode.ENLINEA,
        public_key=ACCOUNT,
        merchant_id=USER,
        account_id="77",
        api_login=PASSWORD,
        api_keys=keys,
        dialect=dialect,
    )


def an_intent(*hints: str, amount: str = "1850000.00") -> PaymentIntent:
    return PaymentIntent(
        id=PaymentIntentId(UUID(int=3)),
        agency_id=AgencyId(UUID(int=2)),
        client_id=ClientId(UUID(int=4)),
        gateway_account_id=GatewayAccountId(UUID(int=1)),
        gateway=PaymentGatewayCode.ENLINEA,
        reference=REFERENCE,
        amount=Decimal(amount),
        status=PaymentIntentStatus.CREATED,
        created_at=AT,
        expires_at=AT + timedelta(minutes=30),
        return_url="https://portal.example/pago",
        idempotency_key="k",
        request_hash="h",
        invoices=(IntentInvoice(invoice_id=InvoiceId(UUID(int=5)), amount=Decimal(amount)),),
        transaction_hints=hints,
    )


A_PAYER = Payer(
    name="Ana María Peña Ñúñez",
    email="ana@example.com",
    phone="3001234567",
    document_type="CC",
    document_number="52123456",
)


def pse_fields(**changes: str) -> dict[str, str]:
    """As WS_PSE answers, whole."""
    return {
        "respuesta": "OK",
        "errorsms": "",
        "int_estado_pago": "1",
        "str_nombre_banco": "BANCO UNIÓN COLOMBIANO",
        "str_codigo_transaccion": "2204682",
        "int_ciclo_transaccion": "3",
        "fechatransaccion": "2026-07-01",
        "horatransaccion": "12:03:20",
        "descripcion_pago": f"Inmobiliaria Andina: FV-1 {REFERENCE}",
        "nombre_cliente": "Ana María",
        "apellido_cliente": "Peña Ñúñez",
        "info_opcional1": REFERENCE,
        "firma": "0badc0de",
        "total_con_iva": "1850000.00",
        "valor_iva": "0",
    } | changes


def card_fields(**changes: str) -> dict[str, str]:
    """As ProcesarTarjetaCredito answers: without an amount."""
    return {
        "respuesta": "aprobada",
        "codigoderespuesta": "00",
        "mensajesistema": "Transacción aprobada",
        "fechatransaccion": "2026-07-01 12:03:20",
        "numerodeautorizacion": "654321",
        "respuestadelared": "",
        "TARJETAbanco": "BANCO",
        "TARJETAtipo": "VISA CREDITO",
        "extra1": REFERENCE,
    } | changes


def failed(text: str = "Error interno") -> dict[str, str]:
    return {"respuesta": "error", "errorsms": text, "mensajesistema": text}


UNKNOWN_NUMBER = failed("La transacción no existe")


def soap(fields: dict[str, str], *, operation: str = "x", encoding: str = "ISO-8859-1") -> bytes:
    """An answer as Apache Axis writes it: the operation's result apart, referred to by its id."""
    inner = "".join(f'<{name} xsi:type="xsd:string">{escape(text)}</{name}>' for name, text in fields.items())
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>'
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
        ' xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f'<soapenv:Body><ns1:{operation}Response xmlns:ns1="http://DefaultNamespace">'
        f'<{operation}Return href="#id0"/></ns1:{operation}Response>'
        f'<multiRef id="id0">{inner}</multiRef></soapenv:Body></soapenv:Envelope>'
    )
    return text.encode(encoding)


@dataclass
class Platform:
    """What it answers, by path, and what it was asked. A body may be a function of the transaction's number."""

    answers: dict[str, Any]
    status: str = "200 OK"
    content_type: str = XML
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def numbers(self) -> list[tuple[str, str]]:
        """Which service was asked about which number, with which key."""
        return [(path, number_in(body)) for path, _, body in self.asked]

    async def __call__(self, wire: Wire) -> None:
        head, _, body = wire.request.partition(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").split("\r\n")
        path = first.split(" ")[1]
        headers = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in rest}
        self.asked.append((path, headers, body))
        answer = self.answers[path]
        if callable(answer):
            answer = answer(number_in(body))
        kind = f"Content-Type: {self.content_type}\r\nConnection: close\r\n".encode("latin-1")
        await wire.answer(soap(answer) if isinstance(answer, dict) else answer, status=self.status, head=kind)


def number_in(body: bytes) -> str:
    found = re.search(rb"<numerod?e?transaccion>([^<]*)<", body)
    return found[1].decode() if found else ""


def services(pse: Any, card: Any = None) -> Platform:
    return Platform({PSE_STATUS.path: pse, CARD_STATUS.path: card if card is not None else UNKNOWN_NUMBER})


@asynccontextmanager
async def gateway_at(behaviour: Callable[[Wire], Any], **options: Any) -> AsyncIterator[tuple[EnlineaGateway, Hostile]]:
    """The adapter with that platform at the other end of real connections."""
    async with hostile(behaviour) as place, http_client(20) as client:
        options.setdefault("allowed_hosts", {"127.0.0.1"})
        yield EnlineaGateway(client, url=place.url, return_secret=SECRET, **options), place


async def create(
    gateway: EnlineaGateway,
    *,
    merchant: MerchantAccount | None = None,
    intent: PaymentIntent | None = None,
    payer: Payer = A_PAYER,
    tax: str = "0.00",
    tax_base: str = "0.00",
    description: str = "Inmobiliaria Andina: FV-1",
    back: str = BACK,
) -> Checkout:
    asked = CheckoutRequest(
        intent=intent or an_intent(),
        payer=payer,
        description=description,
        tax=Decimal(tax),
        tax_base=Decimal(tax_base),
        agency_phone="6011234567",
        response_url=HOME,
        confirmation_url=back,
    )
    return await gateway.create_checkout(asked, merchant=merchant or a_merchant())


def form_in(body: bytes) -> dict[str, str]:
    """A form as the platform reads it."""
    return {name: values[0] for name, values in parse_qs(body.decode("ascii")).items()}


def without(payer: Payer, **changes: Any) -> Payer:
    return replace(payer, **changes)
