"""Asking about transactions: SOAP over real connections, answered as integrators saw it and in every way it should not
be."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from adapters.enlinea.dialects import CARD_STATUS, PSE_STATUS, WEBCHECKOUT_REST
from application.ports.payment_gateway import MerchantAccount, NotificationRejected, Rejection
from domain.errors import GatewayUnavailable, RefundNotPossible
from domain.gateway_reports import Evidence, GatewayReport, ReportedState, StatusReason
from domain.payment_intents import GatewayAttempt, PaymentIntentStatus
from domain.payments import PaymentMethod
from tests.adapters.enlinea.examples import (
    AT,
    KEY,
    PASSWORD,
    REFERENCE,
    UNKNOWN_NUMBER,
    USER,
    Platform,
    a_merchant,
    an_intent,
    card_fields,
    failed,
    gateway_at,
    pse_fields,
    services,
    soap,
)
from tests.adapters.hostile import BROKEN, ENDLESSLY, LATE, NONSENSE, Behaviour, redirects_to

PSE, CARD = PSE_STATUS.path, CARD_STATUS.path
S = ReportedState


async def query(
    behaviour: Callable[..., Any], *hints: str, merchant: MerchantAccount | None = None, **options: Any
) -> tuple[GatewayReport, ...]:
    async with gateway_at(behaviour, **options) as (gateway, _):
        return await gateway.query(an_intent(*(hints or ("901",))), merchant=merchant or a_merchant())


async def test_an_approved_pse_payment() -> None:
    platform = services(pse_fields())
    assert await query(platform) == (
        GatewayReport(
            reference=REFERENCE,
            transaction_id="901",
            state=S.APPROVED,
            amount=Decimal("1850000.00"),
            currency="COP",
            evidence=Evidence.QUERY,
            code="OK 1",
            method=PaymentMethod.PSE,
            gateway_reference="2204682",
            occurred_at=datetime(2026, 7, 1, 17, 3, 20, tzinfo=UTC),
        ),
    )


async def test_the_question_is_soap_with_the_credentials_first() -> None:
    platform = services(pse_fields())
    await query(platform, "9&<0>1")
    ((path, headers, body),) = platform.asked
    assert path == "/secure/webservices/WS_PSE.do"
    assert headers["content-type"] == "text/xml; charset=iso-8859-1"
    assert headers["soapaction"].strip('"').endswith("/secure/webservices/WS_PSE.do/Confirma_Respuesta_Pago")
    assert headers["soapaction"].startswith('"http://127.0.0.1:')
    assert body.decode("iso-8859-1") == (
        '<?xml version="1.0" encoding="ISO-8859-1"?>'
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
        ' xmlns:def="http://DefaultNamespace"><soapenv:Body><def:Confirma_Respuesta_Pago>'
        f"<usuario>{USER}</usuario><clave>{PASSWORD}</clave><llavemd5>{KEY}</llavemd5>"
        "<numerotransaccion>9&amp;&lt;0&gt;1</numerotransaccion>"
        "</def:Confirma_Respuesta_Pago></soapenv:Body></soapenv:Envelope>"
    )


async def test_a_card_payment_is_asked_for_second_and_has_the_amount_it_was_opened_with() -> None:
    platform = services(failed(), card_fields())
    assert await query(platform) == (
        GatewayReport(
            reference=REFERENCE,
            transaction_id="901",
            state=S.APPROVED,
            amount=Decimal("1850000.00"),
            currency="COP",
            evidence=Evidence.QUERY,
            code="aprobada 00",
            method=PaymentMethod.CREDIT_CARD,
            gateway_reference="654321",
            occurred_at=datetime(2026, 7, 1, 17, 3, 20, tzinfo=UTC),
        ),
    )
    assert platform.numbers == [(PSE, "901"), (CARD, "901")]


@pytest.mark.parametrize(
    ("word", "state", "reason"),
    [
        ("OK", S.APPROVED, None),
        ("ok", S.APPROVED, None),
        ("PENDING", S.PENDING, StatusReason.AWAITING_BANK),
        ("NOT_AUTHORIZED", S.DECLINED, StatusReason.CONTACT_BANK),
        ("FAILED", S.DECLINED, StatusReason.CONTACT_BANK),
        ("EN REVISIÓN", S.UNKNOWN, None),
        ("OK?", S.UNKNOWN, None),
        ("", S.UNKNOWN, None),
    ],
)
async def test_words_of_pse(word: str, state: S, reason: StatusReason | None) -> None:
    (report,) = await query(services(pse_fields(respuesta=word)))
    assert (report.state, report.reason) == (state, reason)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("aprobada", S.APPROVED),
        ("Aprobada", S.APPROVED),
        ("pendiente", S.PENDING),
        ("rechazada", S.DECLINED),
        ("reversada", S.UNKNOWN),
    ],
)
async def test_words_of_the_cards(word: str, state: S) -> None:
    (report,) = await query(services(failed(), card_fields(respuesta=word)))
    assert report.state is state


@pytest.mark.parametrize(
    ("answer", "method"),
    [
        (pse_fields(), PaymentMethod.PSE),
        (pse_fields(str_nombre_banco=""), None),
        (card_fields(), PaymentMethod.CREDIT_CARD),
        (card_fields(TARJETAtipo="VISA DÉBITO"), PaymentMethod.DEBIT_CARD),
        (card_fields(TARJETAtipo="VISA DEBITO"), PaymentMethod.DEBIT_CARD),
    ],
)
async def test_how_it_was_paid(answer: dict[str, str], method: PaymentMethod | None) -> None:
    is_card = "TARJETAtipo" in answer
    (report,) = await query(services(failed() if is_card else answer, answer if is_card else None))
    assert report.method is method


@pytest.mark.parametrize(
    "changes",
    [
        {"info_opcional1": REFERENCE, "descripcion_pago": ""},
        {"info_opcional1": REFERENCE.lower(), "descripcion_pago": ""},
        {"info_opcional1": "", "referencia": REFERENCE},
        {"info_opcional1": "", "extra1": REFERENCE},
        {"info_opcional1": "", "descripcion_pago": f"Arriendo ({REFERENCE})."},
        {"info_opcional1": "", "descripcion_pago": f"Administración, julio: {REFERENCE}"},
    ],
)
async def test_an_answer_that_names_our_reference_is_ours(changes: dict[str, str]) -> None:
    (report,) = await query(services(pse_fields(**changes)))
    assert not report.is_foreign


@pytest.mark.parametrize(
    "changes",
    [
        {"info_opcional1": "INV0009999Z99", "descripcion_pago": "Otra cosa INV0009999Z99"},
        {"info_opcional1": "", "descripcion_pago": ""},
        {"info_opcional1": "", "descripcion_pago": f"X{REFERENCE}"},
        {"info_opcional1": f"{REFERENCE}0", "descripcion_pago": f"{REFERENCE}0"},
        {"info_opcional1": REFERENCE[:-1], "descripcion_pago": "INV0001234 A01"},
        {"info_opcional1": "", "descripcion_pago": "", "nombre_cliente": REFERENCE, "email": REFERENCE},
    ],
)
async def test_another_payments_number_is_foreign_and_stays_the_others(changes: dict[str, str]) -> None:
    (report,) = await query(services(pse_fields(**changes)))
    assert report.is_foreign
    assert (report.reference, report.transaction_id) == (REFERENCE, f"901~{REFERENCE}")


async def test_a_card_payment_that_does_not_name_our_reference_is_foreign() -> None:
    (report,) = await query(services(failed(), card_fields(extra1="")))
    assert report.is_foreign


@pytest.mark.parametrize(("text", "amount"), [("1850000", "1850000.00"), ("1850000.5", "1850000.50"), ("0", "0.00")])
async def test_amounts_are_exact(text: str, amount: str) -> None:
    (report,) = await query(services(pse_fields(total_con_iva=text)))
    assert report.amount == Decimal(amount)


@pytest.mark.parametrize("text", ["", "1.850.000", "1,850,000.00", "-1", "NaN", "1e9", "0.001", "9" * 13, "１", "$5"])
async def test_an_amount_that_is_none_leaves_things_as_they_are(text: str) -> None:
    with pytest.raises(GatewayUnavailable):
        await query(services(pse_fields(total_con_iva=text)))


@pytest.mark.parametrize("word", ["NOT_AUTHORIZED", "PENDING"])
async def test_what_brings_no_money_needs_no_amount(word: str) -> None:
    (report,) = await query(services(pse_fields(respuesta=word, total_con_iva="")))
    assert (report.state, report.amount) == (PSE_STATUS.states[word], Decimal("1850000.00"))


@pytest.mark.parametrize(
    ("date", "time", "at"),
    [
        ("01/07/2026", "12:03:20", "2026-07-01T17:03:20"),
        ("2026-07-01 12:03:20.0", "", "2026-07-01T17:03:20"),
        ("2026-07-01", "12:03", "2026-07-01T17:03:00"),
        ("2026-07-01", "", None),
        ("ayer", "12:03:20", None),
        ("", "", None),
    ],
)
async def test_instants_are_of_bogota_where_they_can_be_read(date: str, time: str, at: str | None) -> None:
    (report,) = await query(services(pse_fields(fechatransaccion=date, horatransaccion=time)))
    assert report.occurred_at == (None if at is None else datetime.fromisoformat(at).replace(tzinfo=UTC))


async def test_every_number_is_asked_about() -> None:
    def pse(number: str) -> dict[str, str]:
        words = {"1": "NOT_AUTHORIZED", "2": "OK", "3": "PENDING"}
        return pse_fields(respuesta=words[number]) if number in words else UNKNOWN_NUMBER

    platform = services(pse)
    reports = await query(platform, "1", "2", "3", "4")
    assert [(report.transaction_id, report.state) for report in reports] == [
        ("1", S.DECLINED),
        ("2", S.APPROVED),
        ("3", S.PENDING),
    ]
    assert len(platform.asked) == 5


async def test_a_number_that_nobody_knows_is_nothing() -> None:
    assert await query(services(UNKNOWN_NUMBER)) == ()


async def test_a_number_nothing_is_said_about_is_unknown_and_no_failure_of_the_platform() -> None:
    """Anybody with a return address can make numbers up."""
    (report,) = await query(services(failed(), failed("Error interno")))
    assert (report.state, report.is_foreign, report.transaction_id) == (S.UNKNOWN, False, "901")


A_FAULT = (
    b"<soapenv:Envelope xmlns:soapenv='http://schemas.xmlsoap.org/soap/envelope/'><soapenv:Body><soapenv:Fault>"
    b"<faultcode>soapenv:Server</faultcode><faultstring>%s</faultstring></soapenv:Fault></soapenv:Body>"
    b"</soapenv:Envelope>"
)


@pytest.mark.parametrize("status", ["200 OK", "500 Internal Server Error"])
async def test_nor_is_a_fault_over_it(status: str) -> None:
    platform = services(A_FAULT % b"java.lang.NumberFormatException", A_FAULT % b"java.lang.NumberFormatException")
    platform.status = status
    (report,) = await query(platform)
    assert report.state is S.UNKNOWN
    platform = services(A_FAULT % b"la transaccion no existe", A_FAULT % b"la transaccion no existe")
    assert await query(platform) == ()


async def test_without_a_number_nothing_is_asked_and_nothing_known() -> None:
    platform = services(pse_fields())
    async with gateway_at(platform) as (gateway, _):
        assert await gateway.query(an_intent(), merchant=a_merchant()) == ()
    assert platform.asked == []


async def test_the_dialect_of_json_can_ask_nothing() -> None:
    platform = services(pse_fields())
    assert await query(platform, "901", merchant=a_merchant(dialect=WEBCHECKOUT_REST)) == ()
    assert platform.asked == []


async def test_the_next_key_is_tried_while_no_service_knows_the_number() -> None:
    asked: list[str] = []

    class Keyed(Platform):
        async def __call__(self, wire: Any) -> None:
            is_old = KEY.encode() in wire.request
            asked.append("old" if is_old else "new")
            self.answers = {PSE: failed("llave"), CARD: card_fields() if is_old else failed("llave")}
            await super().__call__(wire)

    (report,) = await query(Keyed({}), "901", merchant=a_merchant(keys=("new-key", KEY)))
    assert report.state is S.APPROVED
    assert asked == ["new", "new", "old", "old"]


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "UTF-8", "windows-1252"])
@pytest.mark.parametrize("content_type", ["text/xml; charset=iso-8859-1", "text/xml;charset=UTF-8", "text/xml"])
async def test_accents_come_through_in_what_the_answer_declares(encoding: str, content_type: str) -> None:
    platform = services(soap(pse_fields(respuesta="DEVOLUCIÓN"), encoding=encoding))
    platform.content_type = content_type
    (report,) = await query(platform)
    assert (report.state, report.code) == (S.UNKNOWN, "DEVOLUCIÓN 1")


async def test_an_undeclared_answer_is_read_all_the_same() -> None:
    undeclared = soap(pse_fields()).replace(b' encoding="ISO-8859-1"', b"")
    platform = services(undeclared)
    platform.content_type = "text/xml"
    (report,) = await query(platform)
    assert report.state is S.APPROVED


ENVELOPE = soap(pse_fields())
LAUGHS = b"<!DOCTYPE a [" + b"".join(
    b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10 if n else b"ha" * 10) for n in range(10)
)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"OK",
        b"<respuesta>OK</respuesta>",
        b"<Envelope><respuesta>OK</respuesta></Envelope>",
        b"<html><body>OK</body></html>",
        b'{"respuesta": "OK"}',
        ENVELOPE[:-30],
        ENVELOPE + b"<x/>",
        ENVELOPE.replace(b"respuesta>", b"answer>"),
        ENVELOPE.replace(b"</multiRef>", b"<respuesta>PENDING</respuesta></multiRef>"),
        ENVELOPE.replace(b"?>", b'?><!DOCTYPE a SYSTEM "file:///etc/passwd">', 1),
        ENVELOPE.replace(b"?>", b'?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>', 1).replace(
            b">OK", b">&x;"
        ),
        ENVELOPE.replace(b"?>", b"?>" + LAUGHS + b"]>", 1).replace(b">OK", b">&a9;"),
        ENVELOPE.replace(b">OK", b">&unknown;"),
        ENVELOPE.replace(b">OK", b">\x00"),
        b"<soapenv:Envelope>" + b"<a>" * 40_000,
        b"x" * 300_000,
    ],
    ids=lambda body: repr(body[:40]),
)
async def test_an_answer_that_is_none_leaves_things_as_they_are(body: bytes) -> None:
    with pytest.raises(GatewayUnavailable) as unavailable:
        await query(services(body))
    assert unavailable.value.retry_after_seconds == 30


@pytest.mark.parametrize("status", ["500 Internal Server Error", "202 Accepted", "404 Not Found"])
async def test_any_other_status_leaves_things_as_they_are(status: str) -> None:
    platform = services(pse_fields())
    platform.status = status
    with pytest.raises(GatewayUnavailable):
        await query(platform)


@pytest.mark.parametrize("behaviour", [*BROKEN, *NONSENSE, *ENDLESSLY, redirects_to("http://127.0.0.1/")])
async def test_a_platform_that_breaks_leaves_things_as_they_are(behaviour: Behaviour) -> None:
    with pytest.raises(GatewayUnavailable):
        await query(behaviour)


@pytest.mark.parametrize("behaviour", LATE)
async def test_a_platform_that_is_late_is_given_up(behaviour: Behaviour) -> None:
    async with asyncio.timeout(10):
        with pytest.raises(GatewayUnavailable):
            await query(behaviour, "1", "2", "3", total_timeout=0.2)


async def test_one_answer_that_fails_is_no_answer_about_the_others() -> None:
    """Else an approved payment could be taken for all there is, and one that is over for never tried."""
    with pytest.raises(GatewayUnavailable):
        await query(services(lambda number: pse_fields() if number == "1" else b"<x/>"), "1", "2")


async def test_no_notice_of_the_platform_is_authentic() -> None:
    async with gateway_at(services(pse_fields())) as (gateway, _):
        with pytest.raises(NotificationRejected) as rejected:
            gateway.parse_notification(b"respuesta=APROBADA", {}, merchant=a_merchant())
    assert rejected.value.kind is Rejection.BAD_SIGNATURE


async def test_nothing_is_returned_through_the_platform() -> None:
    charge = GatewayAttempt(
        transaction_id="901",
        status=PaymentIntentStatus.APPROVED,
        amount=Decimal("1850000.00"),
        currency="COP",
        verified_by=Evidence.QUERY,
        at=AT,
        method=PaymentMethod.CREDIT_CARD,
        charged=True,
    )
    platform = services(pse_fields())
    async with gateway_at(platform) as (gateway, _):
        with pytest.raises(RefundNotPossible):
            await gateway.refund(charge, amount=charge.amount, whole=True, reason="x", merchant=a_merchant())
    assert platform.asked == []
