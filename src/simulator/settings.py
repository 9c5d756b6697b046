"""What the simulator is told when it starts: merchants, delays, limits, seed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

from simulator.enlinea.merchants import SIMULATOR_MERCHANT, EnLineaMerchant
from simulator.payu.merchants import SANDBOX_MERCHANT, Merchant

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

    merchants, enlinea_merchants: those known from the start, of PayU and of EnLinea.
    seed: of the ids; None takes a new one for each process, so that ids never repeat against a service that
        remembers the earlier ones.
    frozen_at: the clock stands still at this aware instant but for what the control API adds; None: the real clock.
    background: what falls due (retries, delayed notifications, expiries) runs by itself; otherwise only on
        `POST /_sim/tick`.
    attempt_delays: before each attempt to deliver a notification; their number is the number of attempts (PayU: nine).
    delivery_timeout, timeout_hold: seconds; the second is how long a scripted `http:timeout` keeps the caller waiting.
    huge_bytes: the length of the answer of a scripted `http:huge`.
    limits: smallest and largest amount in pesos, by method.
    """

    merchants: tuple[Merchant, ...] = (SANDBOX_MERCHANT,)
    enlinea_merchants: tuple[EnLineaMerchant, ...] = (SIMULATOR_MERCHANT,)
    seed: int | None = None
    frozen_at: datetime | None = None
    background: bool = False
    attempt_delays: tuple[timedelta, ...] = field(
        default_factory=lambda: tuple(timedelta(seconds=seconds) for seconds in _SECONDS_BEFORE_EACH_ATTEMPT)
    )
    delivery_timeout: float = 10.0
    timeout_hold: float = 75.0
    huge_bytes: int = 16 * 1024 * 1024
    max_body_bytes: int = 64 * 1024
    limits: Mapping[str, tuple[Decimal, Decimal]] = field(default_factory=lambda: _LIMITS)
