"""A letter about a second factor. Everybody gets it."""

from dataclasses import dataclass
from datetime import datetime

from application.ports.mail import Letter
from domain.second_factors import SecondFactorChange


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorChanged(Letter):
    """What happened to it at `at` (aware)."""

    username: str
    change: SecondFactorChange
    at: datetime
