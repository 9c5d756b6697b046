"""Delivers notifications to the merchants' servers, tries again, and keeps a record of each attempt."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode

import httpx

from simulator.agenda import Agenda
from simulator.clock import Clock

_KEPT_OF_AN_ANSWER = 4096


class DeliveryState(StrEnum):
    """What became of a notification. DROPPED: a scenario keeps it back; it leaves only when it is replayed."""

    SCHEDULED = "SCHEDULED"
    RETRYING = "RETRYING"
    DELIVERED = "DELIVERED"
    ABANDONED = "ABANDONED"
    DROPPED = "DROPPED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One POST: what was sent, and the status that came back, or the error for which none came."""

    number: int
    at: datetime
    body: str
    status: int | None = None
    response_body: str = ""
    error: str = ""


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One notification to one address. `next_at` is the planned instant of the next attempt, None when none is."""

    id: int
    gateway: str
    reference: str
    transaction_id: str
    url: str
    fields: Mapping[str, str]
    state: DeliveryState
    next_at: datetime | None
    attempts: list[Attempt] = field(default_factory=list)

    def body(self, number: int) -> str:
        """The form of attempt `number`, which PayU counts in `attempts`."""
        return urlencode({**self.fields, "attempts": str(number)})


def _in_words(error: Exception) -> str:
    match error:
        case httpx.TimeoutException() | TimeoutError():
            return "no respondió a tiempo"
        case httpx.ConnectError():
            return "no hubo conexión"
        case httpx.InvalidURL() | httpx.UnsupportedProtocol():
            return "la dirección no es válida"
    return f"la conexión falló ({type(error).__name__})"


class Courier:
    """Sends notifications; success is status 200 and nothing else, redirections included."""

    def __init__(
        self,
        *,
        clock: Clock,
        agenda: Agenda,
        delays: Sequence[timedelta],
        timeout: float,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._clock = clock
        self._agenda = agenda
        self._delays = delays
        self._timeout = timeout
        self._transport = transport
        self._client: httpx.AsyncClient | None = None
        self.deliveries: dict[int, Delivery] = {}

    def clear(self) -> None:
        """Forgets every delivery."""
        self.deliveries.clear()

    async def close(self) -> None:
        """Closes the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def prepare(
        self,
        *,
        gateway: str,
        reference: str,
        transaction_id: str,
        url: str,
        fields: Mapping[str, str],
        at: datetime,
        dropped: bool = False,
    ) -> Delivery:
        """Records a notification whose first attempt is due the first delay after `at`, or never when dropped."""
        delivery = Delivery(
            id=len(self.deliveries) + 1,
            gateway=gateway,
            reference=reference,
            transaction_id=transaction_id,
            url=url,
            fields=fields,
            state=DeliveryState.DROPPED if dropped else DeliveryState.SCHEDULED,
            next_at=None if dropped else at + self._delays[0],
        )
        self.deliveries[delivery.id] = delivery
        return delivery

    async def dispatch(self, deliveries: Sequence[Delivery]) -> None:
        """Makes the attempts that are due, all at once, and plans the others."""
        now, due = self._clock.now(), []
        for delivery in deliveries:
            if delivery.next_at is None:
                continue
            if delivery.next_at <= now:
                due.append(self._attempt(delivery, delivery.next_at))
            else:
                self._plan(delivery, delivery.next_at)
        await asyncio.gather(*due)

    async def replay(self, delivery: Delivery) -> Attempt:
        """Sends a notification once more, right now, whatever became of it; a failure is not tried again."""
        return await self._post(delivery)

    def _plan(self, delivery: Delivery, at: datetime) -> None:
        async def due(planned: datetime) -> None:
            await self._attempt(delivery, planned)

        self._agenda.plan(at, due)

    async def _attempt(self, delivery: Delivery, planned: datetime) -> None:
        delivery.next_at = None
        attempt = await self._post(delivery)
        if attempt.status == 200:
            return
        if attempt.number >= len(self._delays):
            delivery.state = DeliveryState.ABANDONED
            return
        # From the planned instant, not from now: after the clock is pushed by a day, all that PayU would have tried
        # within that day is due.
        delivery.state = DeliveryState.RETRYING
        delivery.next_at = planned + self._delays[attempt.number]
        self._plan(delivery, delivery.next_at)

    async def _post(self, delivery: Delivery) -> Attempt:
        number = len(delivery.attempts) + 1
        body, at = delivery.body(number), self._clock.now()
        try:
            async with asyncio.timeout(self._timeout):
                status, answer = await self._exchange(delivery.url, body)
            attempt = Attempt(number=number, at=at, body=body, status=status, response_body=answer)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            attempt = Attempt(number=number, at=at, body=body, error=_in_words(error))
        delivery.attempts.append(attempt)
        if attempt.status == 200:
            delivery.state = DeliveryState.DELIVERED
        return attempt

    async def _exchange(self, url: str, body: str) -> tuple[int, str]:
        if self._client is None:
            self._client = httpx.AsyncClient(
                transport=self._transport, timeout=self._timeout, trust_env=False, follow_redirects=False
            )
        headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Simulador de pasarelas"}
        async with self._client.stream("POST", url, content=body, headers=headers) as response:
            received = b""
            async for chunk in response.aiter_bytes():
                received += chunk
                if len(received) >= _KEPT_OF_AN_ANSWER:
                    break
        return response.status_code, received[:_KEPT_OF_AN_ANSWER].decode(errors="replace")
