"""What letters say about PQRS."""

from collections.abc import Callable, Mapping
from typing import Any

from adapters.mail.wording.content import Content
from adapters.spanish.formatting import day, moment
from adapters.spanish.labels import PQRS_CLASSIFICATION, PQRS_SUBJECT
from application.ports.mail import Letter
from application.ports.mail.pqrs import PqrsFiled

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


WORDS: Mapping[type[Letter], Callable[[Any], Content]] = {
    PqrsFiled: _filed,
}
