"""What letters say about PQRS."""

from collections.abc import Callable, Mapping
from typing import Any

from adapters.mail.wording.content import Content
from adapters.spanish.formatting import day, moment
from adapters.spanish.labels import PQRS_CLASSIFICATION, PQRS_SUBJECT
from application.ports.mail import Letter
from application.ports.mail.pqrs import (
    PqrsAnswered,
    PqrsDueSoon,
    PqrsExtended,
    PqrsFiled,
    PqrsReplied,
    PqrsTakenFurther,
    Said,
)
from domain.periods import bogota_date

_SHOWN = 600


def excerpt(text: str) -> str:
    """The beginning of what somebody wrote, whole where it is short."""
    text = text.strip()
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN].rstrip()}…"


def _filed(letter: PqrsFiled) -> Content:
    case = letter.acknowledgement
    kind = PQRS_CLASSIFICATION[case.classification]
    return Content(
        subject=f"Recibimos su {kind.lower()} {case.filing_number}",
        opening=(f"Recibimos su {kind.lower()}. El número de radicado es {case.filing_number}.",),
        facts=(
            ("Número de radicado", case.filing_number),
            ("Fecha y hora", moment(case.filed_at)),
            ("Clase", kind),
            ("Asunto", PQRS_SUBJECT[case.subject]),
            ("Responderemos a más tardar", day(case.due_on)),
        ),
        quote=excerpt(case.description),
        closing=(
            "La constancia de radicación va adjunta en PDF.",
            "Puede seguir el trámite en el área de clientes con este número.",
        ),
    )


def _answered(letter: PqrsAnswered) -> Content:
    kind = PQRS_CLASSIFICATION[letter.said.classification].lower()
    if letter.reopenable_until is None:
        further = "Si la respuesta no lo resuelve, puede escribirnos o reabrir el caso desde el área de clientes."
    else:
        last = day(bogota_date(letter.reopenable_until))
        further = (
            "El caso quedó cerrado con esta respuesta. Si no lo resuelve, puede reabrirlo desde el área de clientes "
            f"hasta el {last}."
        )
    return Content(
        subject=f"Respondimos su {kind} {letter.said.filing_number}",
        opening=(f"Respondimos su {kind} {letter.said.filing_number}. La respuesta va después de los datos del caso.",),
        quote=letter.said.body.strip(),
        facts=_facts(letter.said),
        closing=(further,),
    )


def _extended(letter: PqrsExtended) -> Content:
    kind = PQRS_CLASSIFICATION[letter.said.classification].lower()
    until = day(letter.due_on)
    return Content(
        subject=f"Responderemos su {kind} {letter.said.filing_number} a más tardar el {until}",
        opening=(
            f"No alcanzamos a responder su {kind} {letter.said.filing_number} en el término inicial.",
            f"La responderemos a más tardar el {until}. Abajo le contamos por qué.",
        ),
        quote=letter.said.body.strip(),
        facts=(*_facts(letter.said), ("Nueva fecha límite", until)),
        closing=("Puede seguir el trámite en el área de clientes con el número de radicado.",),
    )


def _replied(letter: PqrsReplied) -> Content:
    kind = PQRS_CLASSIFICATION[letter.said.classification].lower()
    return Content(
        subject=f"Le escribimos sobre su {kind} {letter.said.filing_number}",
        opening=(
            f"Le escribimos sobre su {kind} {letter.said.filing_number}. El mensaje va después de los datos del caso.",
        ),
        quote=letter.said.body.strip(),
        facts=_facts(letter.said),
        closing=("Puede contestar desde el área de clientes, en la misma PQRS.",),
    )


def _taken_further(letter: PqrsTakenFurther) -> Content:
    did = "reabrió" if letter.reopened else "escribió en"
    return Content(
        subject=f"{letter.client} {did} el caso {letter.said.filing_number}",
        opening=(f"{letter.client} {did} el caso {letter.said.filing_number}, que está a su cargo.",),
        quote=letter.said.body.strip(),
        facts=(*_facts(letter.said), ("Fecha límite de respuesta", day(letter.due_on))),
        closing=("Conteste en la PQRS misma: lo que escriba a este correo no le llega al cliente.",),
    )


def _due_soon(letter: PqrsDueSoon) -> Content:
    until = day(letter.due_on)
    charge = "Nadie está a cargo de ella." if letter.unassigned else "Está a su cargo."
    return Content(
        subject=f"Falta responder {letter.said.filing_number}: vence el {until}",
        opening=(f"{letter.client} radicó {letter.said.filing_number} y todavía no tiene respuesta. {charge}",),
        quote=excerpt(letter.said.body),
        facts=(*_facts(letter.said), ("Vence", until)),
        closing=(
            "Responda a más tardar ese día: el silencio cuenta en contra de la inmobiliaria.",
            "Una petición se puede prorrogar antes de que venza, con el motivo; una queja o un reclamo, no.",
        ),
    )


def _facts(said: Said) -> tuple[tuple[str, str], ...]:
    return (
        ("Número de radicado", said.filing_number),
        ("Radicada", moment(said.filed_at)),
        ("Clase", PQRS_CLASSIFICATION[said.classification]),
        ("Asunto", PQRS_SUBJECT[said.subject]),
    )


WORDS: Mapping[type[Letter], Callable[[Any], Content]] = {
    PqrsAnswered: _answered,
    PqrsDueSoon: _due_soon,
    PqrsExtended: _extended,
    PqrsFiled: _filed,
    PqrsReplied: _replied,
    PqrsTakenFurther: _taken_further,
}
