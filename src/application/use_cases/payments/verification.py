"""Checking a printed receipt."""

import re
from dataclasses import dataclass

from application.access import Scope, Viewer
from application.attempts import OF_ONE_VERIFIER, verification_attempts
from application.codes import READABLE, VERIFICATION_LENGTH
from application.ports.rate_limits import RateLimiter
from application.ports.unit_of_work import UnitOfWorkFactory
from domain.payments import Payment

_CODE = re.compile(f"[{READABLE}]{{{VERIFICATION_LENGTH}}}", re.ASCII)
_BETWEEN = str.maketrans("", "", " -")


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReceipt:
    """What the receipt with that code says, and the name of the agency that gave it, whichever that is.

    For anybody. The code may be typed in small letters, with blanks and hyphens. None for any other code; addresses
    that try many of those have to wait (TooManyAttempts).
    """

    unit_of_work: UnitOfWorkFactory
    limiter: RateLimiter

    async def __call__(self, viewer: Viewer, *, code: str, ip: str | None) -> tuple[Payment, str] | None:
        key = code[:100].translate(_BETWEEN).upper()
        if not _CODE.fullmatch(key):
            return None
        await self.limiter.hit(viewer.agency_id, verification_attempts(ip), OF_ONE_VERIFIER)
        async with self.unit_of_work(Scope(receipt_key=key)) as uow:
            payment = await uow.payments.by_verification_code(key)
        if payment is None:
            return None
        async with self.unit_of_work(Scope(agency_id=payment.agency_id)) as uow:
            agency = await uow.agencies.get(payment.agency_id)
        await self.limiter.forgive(viewer.agency_id, verification_attempts(ip))
        return None if agency is None else (payment, agency.name)
