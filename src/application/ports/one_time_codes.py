"""Codes that an application on a telephone makes out of a secret and the time."""

from datetime import datetime
from typing import Protocol


class OneTimeCodes(Protocol):
    """TOTP as every application knows it: SHA-1, six digits, steps of 30 seconds."""

    def new_secret(self) -> str:
        """160 random bits in base32."""
        ...

    def address(self, secret: str, *, account: str, issuer: str) -> str:
        """What an application takes the secret from, as an otpauth:// address."""
        ...

    def picture(self, address: str) -> bytes:
        """The address as a QR code: PNG."""
        ...

    def step(self, secret: str, code: str, *, at: datetime, after: int | None) -> int | None:
        """The step of the code, if it is one of the present, the one before or the next, and later than `after`; the
        earliest where two have the same."""
        ...
