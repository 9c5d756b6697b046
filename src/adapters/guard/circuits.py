"""The circuit breakers of a gateway's accounts, and what operators see of them."""

import logging

from interlock import Clock, Config, CoreEventListener, FailureClassifier, Registry, State

from application.ports.payment_gateway import CredentialsRefused
from domain.errors import GatewayUnavailable

_log = logging.getLogger(__name__)

_CONFIG = Config(
    # Of the last ten calls, half and at least five without an answer: five in a row, for whoever asks seldom.
    window_size=10,
    minimum_number_of_calls=5,
    failure_rate_threshold=0.5,
    # Then nobody is let through for a while, which doubles as long as the one call that may try finds nobody.
    wait_duration_in_open=15.0,
    wait_duration_backoff_multiplier=2.0,
    wait_duration_in_open_max=120.0,
    permitted_calls_in_half_open=1,
    max_concurrent_probes=1,
    # An answer that took long is an answer; deadlines take care of the rest.
    slow_call_duration_threshold=3600.0,
)


def circuits(clock: Clock | None = None) -> Registry:
    """One for each name, closed at first."""
    return Registry(config=_CONFIG, clock=clock, classifier=_Silence(), listener=_Log())


class _Silence(FailureClassifier):
    """Only what is no answer counts. That the gateway says no, be it to the account's credentials, is an answer."""

    def is_failure(self, *, result: object, exception: Exception | None) -> bool:
        return isinstance(exception, GatewayUnavailable) and not isinstance(exception, CredentialsRefused)


class _Log(CoreEventListener):
    """One line for each change. Names are an operation and an account's id, never credentials."""

    def on_state_change(self, *, name: str, old: State, new: State) -> None:
        operation, _, account = name.partition(" ")
        match new:
            case State.OPEN:
                level, told = logging.WARNING, "does not answer and is not asked for a while"
            case State.HALF_OPEN:
                level, told = logging.INFO, "is tried with one call"
            case _:
                level, told = logging.WARNING, "answers again"
        _log.log(level, "gateway of merchant account %s: %s %s", account, operation, told)
