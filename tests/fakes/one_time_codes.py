"""Codes that are plain functions of the secret and the step."""

from datetime import datetime
from hashlib import sha256
from itertools import count

from application.ports.one_time_codes import OneTimeCodes
from domain.second_factors import STEP_SECONDS, WINDOW


class FakeOneTimeCodes(OneTimeCodes):
    def __init__(self) -> None:
        self._numbers = count(1)

    def new_secret(self) -> str:
        return f"SECRET{next(self._numbers)}"

    def address(self, secret: str, *, account: str, issuer: str) -> str:
        return f"otpauth://{issuer}/{account}/{secret}"

    def picture(self, address: str) -> bytes:
        return address.encode()

    def step(self, secret: str, code: str, *, at: datetime, after: int | None) -> int | None:
        now = int(at.timestamp()) // STEP_SECONDS
        steps = (now + offset for offset in range(-WINDOW, WINDOW + 1))
        return next((it for it in steps if _code(secret, it) == code and (after is None or it > after)), None)


def code_at(secret: str, at: datetime) -> str:
    """What the application shows then."""
    return _code(secret, int(at.timestamp()) // STEP_SECONDS)


def _code(secret: str, step: int) -> str:
    return f"{int(sha256(f'{secret}{step}'.encode()).hexdigest(), 16) % 1_000_000:06d}"
