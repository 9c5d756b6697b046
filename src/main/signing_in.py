"""The use cases of signing in and of second factors, put together."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.rate_limits import PostgresFamiliarPlaces
from adapters.totp.codes import TotpCodes
from application.ports.captcha import CaptchaDirectory
from application.ports.clock import Clock
from application.ports.passwords import PasswordHasher
from application.ports.rate_limits import RateLimiter
from application.ports.secrets import SecretBox
from application.ports.unit_of_work import UnitOfWorkFactory
from application.second_factors import SecondFactorDesk
from application.use_cases.second_factor import (
    BeginSecondFactor,
    ConfirmSecondFactor,
    DisableSecondFactor,
    RenewRecoveryCodes,
)
from application.use_cases.second_factor_resets import ResetSecondFactor, ResetSecondFactorByOperator
from application.use_cases.sign_in import SignIn


def signing_in(
    engine: AsyncEngine,
    unit_of_work: UnitOfWorkFactory,
    captchas: CaptchaDirectory,
    limiter: RateLimiter,
    hasher: PasswordHasher,
    secrets: SecretBox,
    clock: Clock,
) -> dict[str, Any]:
    """By their names in the table of contents."""
    desk, places = SecondFactorDesk(codes=TotpCodes(), secrets=secrets), PostgresFamiliarPlaces(engine, clock)
    asking: dict[str, Any] = {"unit_of_work": unit_of_work, "limiter": limiter, "clock": clock}
    proving = asking | {"desk": desk}
    return {
        "begin_second_factor": BeginSecondFactor(**proving, hasher=hasher),
        "confirm_second_factor": ConfirmSecondFactor(**proving),
        "disable_second_factor": DisableSecondFactor(**proving, hasher=hasher),
        "renew_recovery_codes": RenewRecoveryCodes(**proving, hasher=hasher),
        "reset_second_factor": ResetSecondFactor(**asking),
        "reset_second_factor_by_operator": ResetSecondFactorByOperator(**asking),
        "sign_in": SignIn(**asking, captchas=captchas, places=places, second_factors=desk, hasher=hasher),
    }
