"""What the simulator is told when it starts: merchants, delays, limits, seed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

ALGORITHMS = ("md5", "sha1", "sha256")


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """A merchant of PayU with one account.

    `confirmation_algorithm` is the digest of the notifications and of the response page; None follows the algorithm
    that the checkout form asked for, which is MD5 when it asked for none.
    `duplicate_control` is the switch of PayU's panel: a reference is accepted once only.
    `response_url` and `confirmation_url` are the addresses of the panel, used when the form brings none.
    `sandbox` marks every transaction as a test whatever the form says.
    """

    merchant_id: str
    account_id: str
    api_login: str
    api_key: str
    name: str = "Comercio de prueba"
    address: str = ""
    url: str = ""
    telephone: str = ""
    currencies: tuple[str, ...] = ("COP", "USD")
    confirmation_algorithm: str | None = None
    duplicate_control: bool = True
    response_url: str = ""
    confirmation_url: str = ""
    sandbox: bool = True


SANDBOX_MERCHANT = Merchant(
    merchant_id="508029",
    account_id="512321",
    api_login="pRRXKOl8ikMmt9u",
    api_key="4Vj8eK4rloUd272L48hsrarnUA",
    name="Comercio de prueba (Colombia)",
)
"""PayU's public sandbox merchant with its Colombian account (PayU, «Pruebe su solución»)."""

_SECONDS_BEFORE_EACH_ATTEMPT = (0, 5, 15, 60, 120, 300, 600, 1800, 3600)

_LIMITS = MappingProxyType(
    {
        "EFECTY": (Decimal(20_000), Decimal(6_000_000)),
        "OTHERS_CASH": (Decimal(1_000), Decimal(4_000_000)),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can differ between a demo and a test.

    seed: of the ids; None takes a new one for each process, so that ids never repeat against a service that
        remembers the earlier ones.
    frozen_at: the clock stands still at this aware instant but for what the control API adds; None: the real clock.
    background: what falls due (retries, delayed notifications, expiries) runs by itself; otherwise only on
        `POST /_sim/tick`.
    attempt_delays: before each attempt to deliver a notification; their number is the number of attempts (PayU: nine).
    delivery_timeout, timeout_hold: seconds; the second is how long a scripted `http:timeout` keeps the caller waiting.
    limits: smallest and largest amount in pesos, by method.
    """

    merchants: tuple[Merchant, ...] = (SANDBOX_MERCHANT,)
    seed: int | None = None
    frozen_at: datetime | None = None
    background: bool = False
    attempt_delays: tuple[timedelta, ...] = field(
        default_factory=lambda: tuple(timedelta(seconds=seconds) for seconds in _SECONDS_BEFORE_EACH_ATTEMPT)
    )
    delivery_timeout: float = 10.0
    timeout_hold: float = 75.0
    max_body_bytes: int = 64 * 1024
    limits: Mapping[str, tuple[Decimal, Decimal]] = field(default_factory=lambda: _LIMITS)
