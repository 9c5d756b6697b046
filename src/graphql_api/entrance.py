"""How an operation comes in: who asks is found out before anything runs, and what was opened is closed after it."""

import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from application.access import StaffViewer, sees_as_client
from application.patience import patience
from application.ports.clock import Clock
from application.ports.reading import Entry, Readings
from application.use_cases import UseCases
from domain.errors import DomainError, ReadOnly, Unauthenticated
from domain.sessions import TOUCH_INTERVAL, token_hash
from graphql_api.context import Context
from graphql_api.handlers import explain
from graphql_api.http.facts import OpenContext, OperationFacts, RequestFacts
from graphql_api.presenting import present

TOLERANT = frozenset(
    {"agency", "captcha", "confirmEmail", "login", "refreshSession", "requestPasswordReset", "resetPassword"}
)
"""Fields for which a stale token does not matter: they are how one gets a good one, or need none."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance(OpenContext):
    """Opens the context of an operation. A query reads one snapshot from here on; a mutation has its session checked
    in a snapshot that ends before the mutation begins. What is asked of gateways meanwhile has to be answered before
    whoever asked loses patience."""

    use_cases: UseCases
    readings: Readings
    clock: Clock

    def __call__(self, facts: RequestFacts, operation: OperationFacts) -> AbstractAsyncContextManager[Context]:
        return self._open(facts, operation)

    async def knows(self, facts: RequestFacts) -> bool:
        """Whether the token is that of a session, without opening anything for it. Raises what reading raises."""
        if facts.bearer is None:
            return False
        entry = Entry(token_hash=token_hash(facts.bearer), host=facts.host, slug=facts.agency_header, tolerant=False)
        try:
            async with self.readings.enter(entry):
                return True
        except Unauthenticated:
            return False

    @asynccontextmanager
    async def _open(self, facts: RequestFacts, operation: OperationFacts) -> AsyncIterator[Context]:
        asked = operation.root_fields - {"__typename"}
        entry = Entry(
            token_hash=None if facts.bearer is None else token_hash(facts.bearer),
            host=facts.host,
            slug=facts.agency_header,
            tolerant=bool(asked) and asked <= TOLERANT,
        )
        async with AsyncExitStack() as stack:
            try:
                reading = await stack.enter_async_context(self.readings.enter(entry))
                if operation.kind != "query" and sees_as_client(reading.viewer):
                    raise ReadOnly
            except DomainError as error:
                refused = explain(error)
                if refused is None:
                    raise
                raise refused from error
            context = Context(
                use_cases=self.use_cases,
                readings=self.readings,
                clock=self.clock,
                facts=facts,
                viewer=reading.viewer,
                present=present,
                today=self.clock.today(),
            )
            stack.push_async_callback(context.aclose)
            if operation.kind == "query":
                context.read_from(reading)
            else:
                await reading.close()
            with patience():
                yield context
        last_seen_at = reading.last_seen_at
        if last_seen_at is not None and self.clock.now() >= last_seen_at + TOUCH_INTERVAL:
            await self._touch(reading.viewer)

    async def _touch(self, viewer: Any) -> None:
        """Apart from the answer: that it could not be noted spoils nothing."""
        try:
            await self.use_cases.touch_session(viewer)
        except DomainError as error:
            _log.warning("session not touched", extra={"problem": type(error).__name__})


def may_introspect(context: Context) -> bool:
    """Where introspection is closed, the staff's explorer still needs it."""
    return isinstance(context.viewer, StaffViewer)
