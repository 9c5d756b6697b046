"""TOTP by pyotp; its address as a picture by segno."""

import hmac
import io
from datetime import datetime

import pyotp
import segno

from application.ports.one_time_codes import OneTimeCodes
from domain.second_factors import STEP_SECONDS, WINDOW

_PIXELS_A_MODULE = 6
_LONGEST = 60
"""Of a name, so that the picture never has to hold too much; applications show less."""


class TotpCodes(OneTimeCodes):
    def new_secret(self) -> str:
        return pyotp.random_base32()

    def address(self, secret: str, *, account: str, issuer: str) -> str:
        return pyotp.TOTP(secret).provisioning_uri(name=account[:_LONGEST], issuer_name=issuer[:_LONGEST])

    def picture(self, address: str) -> bytes:
        written = io.BytesIO()
        segno.make(address, error="m", micro=False).save(written, kind="png", scale=_PIXELS_A_MODULE)
        return written.getvalue()

    def step(self, secret: str, code: str, *, at: datetime, after: int | None) -> int | None:
        totp, now, typed = pyotp.TOTP(secret), int(at.timestamp()) // STEP_SECONDS, code.encode("utf-8", "replace")
        matching = [
            step
            for step in range(now - WINDOW, now + WINDOW + 1)
            if hmac.compare_digest(totp.generate_otp(step).encode(), typed) and (after is None or step > after)
        ]
        return min(matching, default=None)
