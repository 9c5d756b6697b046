"""Letters about PQRS."""

from dataclasses import dataclass

from application.ports.documents import AcknowledgementView
from application.ports.mail import Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class PqrsFiled(Letter):
    """A case was filed: what its acknowledgement says. The law asks for it, so that nobody can decline it."""

    acknowledgement: AcknowledgementView
