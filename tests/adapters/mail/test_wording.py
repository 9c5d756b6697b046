"""What each letter says, word by word."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from adapters.mail.wording import WORDS, content
from adapters.mail.wording.content import Content, Link
from adapters.mail.wording.pqrs import excerpt
from application.ports.mail import Letter
from application.ports.mail.billing import InvoicesIssued, PaymentsDue, PaymentsOverdue, PayoutsSent
from application.ports.mail.pqrs import PqrsFiled
from application.ports.mail.second_factors import SecondFactorChanged
from domain.pqrs import PqrsClassification
from domain.second_factors import SecondFactorChange
from tests.adapters.mail.letters import (
    ANSWERED,
    CASE,
    DUE_SOON,
    EVERY,
    EXTENDED,
    FACTOR,
    FILED,
    INVOICE,
    ISSUED,
    LETTERHEAD,
    PAYOUT,
    REPLIED,
    SENT,
    TAKEN_FURTHER,
)

AREA = "https://clientes.inmobiliaria.example"
ABOUT_MONEY = {"confirmed", "declined", "issued", "sent", "overdue", "due"}


def plain(written: Content) -> Content:
    """Without the spaces that break no line."""
    return replace(
        written,
        subject=written.subject.replace("\xa0", " "),
        facts=tuple((label, value.replace("\xa0", " ")) for label, value in written.facts),
    )


def said(letter: Letter) -> Content:
    return plain(content(letter))


def test_there_is_an_example_of_every_letter() -> None:
    assert {type(mail.letter) for mail in EVERY.values()} == set(WORDS)


def test_a_new_invoice_says_how_much_and_until_when() -> None:
    written = said(ISSUED.letter)

    assert written.subject == "Su factura FV-1024 por $ 1.850.000 vence el 5 de diciembre de 2026"
    assert written.facts == (
        ("Factura", "FV-1024"),
        ("Periodo", "diciembre de 2026"),
        ("Inmueble", "Carrera 9 # 70-11 apto 302, Bogotá"),
        ("Valor por pagar", "$ 1.850.000"),
        ("Fecha de vencimiento", "5 de diciembre de 2026"),
    )
    assert "va adjunta en PDF" in written.closing[0]


def test_several_invoices_are_added_up_and_say_nothing_of_an_attachment() -> None:
    other = replace(INVOICE, number="FV-1025", balance=Decimal("950000.50"), place="")
    written = said(InvoicesIssued(letterhead=LETTERHEAD, invoices=(INVOICE, other)))

    assert written.subject == "Sus 2 facturas nuevas suman $ 2.800.000,50"
    assert written.facts[1:] == (
        ("Factura FV-1025", "$ 950.000,50 · diciembre de 2026 · vence el 5 de diciembre de 2026"),
        ("Total por pagar", "$ 2.800.000,50"),
    )
    assert "adjunt" not in " ".join(written.closing)


def test_a_payout_says_what_was_paid_for_which_month() -> None:
    written = said(SENT.letter)

    assert written.subject == "Le pagamos $ 3.233.212,50 de noviembre de 2026"
    assert ("Comprobante de egreso", "CE-004714") in written.facts
    assert ("Fecha", "18 de noviembre de 2026") in written.facts


def test_a_settlement_that_left_nothing_is_not_called_a_payment() -> None:
    written = said(PayoutsSent(letterhead=LETTERHEAD, payouts=(replace(PAYOUT, net=Decimal("-20000.00")),)))

    assert written.subject == "Su liquidación de noviembre de 2026 dejó un saldo de -$ 20.000"
    assert "pagamos" not in " ".join((written.subject, *written.opening, *written.closing))


def test_several_payouts_are_added_up() -> None:
    other = replace(PAYOUT, number="CE-004715", net=Decimal("-233212.50"), paid_on=date(2026, 11, 19))
    written = said(PayoutsSent(letterhead=LETTERHEAD, payouts=(PAYOUT, other)))

    assert written.subject == "Sus 2 comprobantes de egreso suman $ 3.000.000"
    assert written.facts[-1] == ("Total neto", "$ 3.000.000")


def test_an_overdue_invoice_is_told_without_pressing_anybody() -> None:
    one, many = (said(PaymentsOverdue(letterhead=LETTERHEAD, invoices=(INVOICE,) * count)) for count in (1, 2))

    assert one.subject == "Su factura FV-1024 por $ 1.850.000 está vencida"
    assert many.subject == "Tiene 2 facturas vencidas por $ 3.700.000"
    assert "venció el 5 de diciembre de 2026" in one.facts[0][1]
    assert many.facts[-1] == ("Total por pagar", "$ 3.700.000")
    assert one.closing[-1].startswith("Si ya pagó")


def test_an_invoice_that_will_be_due_is_told_when() -> None:
    one, many = (said(PaymentsDue(letterhead=LETTERHEAD, invoices=(INVOICE,) * count)) for count in (1, 2))

    assert one.subject == "Su factura FV-1024 por $ 1.850.000 vence el 5 de diciembre de 2026"
    assert many.subject == "Próximos vencimientos: 2 facturas por $ 3.700.000"


def test_a_filed_case_says_its_number_and_when_it_is_answered() -> None:
    written = said(FILED.letter)

    assert written.subject == "Recibimos su reclamo PQRS-2026-000017"
    assert ("Fecha y hora", "5 de noviembre de 2026, 3:04 p. m.") in written.facts
    assert ("Responderemos a más tardar", "27 de noviembre de 2026") in written.facts
    assert written.quote == CASE.description


@pytest.mark.parametrize("classification", PqrsClassification)
def test_every_classification_reads_well(classification: PqrsClassification) -> None:
    written = said(PqrsFiled(letterhead=LETTERHEAD, acknowledgement=replace(CASE, classification=classification)))

    assert written.subject.split()[2] in {"petición", "queja", "reclamo", "sugerencia"}


def test_of_a_long_text_the_beginning_is_shown() -> None:
    assert excerpt("  corto \n") == "corto"
    assert excerpt("ñ" * 600) == "ñ" * 600
    assert excerpt("ñ" * 601) == "ñ" * 600 + "…"


def test_an_answer_is_told_whole_with_what_can_be_done_about_it() -> None:
    written = said(ANSWERED.letter)
    closed = said(replace(ANSWERED.letter, reopenable_until=datetime(2026, 12, 20, 3, 0, tzinfo=UTC)))  # type: ignore[call-arg]

    assert written.subject == "Respondimos su reclamo PQRS-2026-000017"
    assert written.quote == "Señora Ana: la llave se cambió hoy.\nEl plomero <dejó> garantía de 6 meses."
    assert "reabrir" in written.closing[0]
    assert closed.closing[0].endswith("hasta el 19 de diciembre de 2026.")


def test_an_extension_tells_why_and_until_when() -> None:
    written = said(EXTENDED.letter)

    assert written.subject == "Responderemos su petición PQRS-2026-000017 a más tardar el 18 de diciembre de 2026"
    assert ("Nueva fecha límite", "18 de diciembre de 2026") in written.facts
    assert written.quote == "El informe del plomero llega la otra semana."


def test_messages_say_whose_they_are() -> None:
    assert said(REPLIED.letter).subject == "Le escribimos sobre su reclamo PQRS-2026-000017"
    assert said(TAKEN_FURTHER.letter).subject == "Ana Peña reabrió el caso PQRS-2026-000017"
    wrote = said(replace(TAKEN_FURTHER.letter, reopened=False))  # type: ignore[call-arg]
    assert wrote.subject == "Ana Peña escribió en el caso PQRS-2026-000017"


def test_a_warning_says_what_waits_and_until_when() -> None:
    written = said(DUE_SOON.letter)
    assigned = said(replace(DUE_SOON.letter, unassigned=False))  # type: ignore[call-arg]

    assert written.subject == "Falta responder PQRS-2026-000017: vence el 27 de noviembre de 2026"
    assert written.opening[0].endswith("Nadie está a cargo de ella.")
    assert assigned.opening[0].endswith("Está a su cargo.")
    assert written.quote == CASE.description


@pytest.mark.parametrize("change", SecondFactorChange)
def test_a_change_of_the_second_factor_says_what_when_and_what_to_do(change: SecondFactorChange) -> None:
    letter = FACTOR.letter
    assert isinstance(letter, SecondFactorChanged)
    written = said(replace(letter, change=change))

    assert written.facts == (("Su usuario", "ana"), ("Cuándo", "5 de noviembre de 2026, 3:04 p. m."))
    assert "cambie ya su contraseña" in written.closing[1]
    assert ("sesiones" in written.opening[0]) is (change.name in ("ON", "OFF", "RESET"))


@pytest.mark.parametrize("name", EVERY)
def test_what_is_about_money_leads_to_the_client_area_where_the_agency_has_one(name: str) -> None:
    letter = EVERY[name].letter
    with_area = content(replace(letter, letterhead=replace(LETTERHEAD, client_area=AREA)))

    assert (with_area.link == Link("Ver en el área de clientes", AREA)) is (name in ABOUT_MONEY)
    assert name not in ABOUT_MONEY or content(letter).link is None


@pytest.mark.parametrize("number", [1, 2])
def test_so_does_what_is_about_several_things(number: int) -> None:
    head = replace(LETTERHEAD, client_area=AREA)
    letters = (
        InvoicesIssued(letterhead=head, invoices=(INVOICE,) * number),
        PayoutsSent(letterhead=head, payouts=(PAYOUT,) * number),
        PaymentsOverdue(letterhead=head, invoices=(INVOICE,) * number),
        PaymentsDue(letterhead=head, invoices=(INVOICE,) * number),
    )

    assert [said(letter).link for letter in letters] == [Link("Ver en el área de clientes", AREA)] * 4
