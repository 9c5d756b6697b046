"""Carries messages to the merchants' servers, tries again, and keeps a record of each attempt."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import httpx

from simulator.agenda import Agenda
from simulator.clock import Clock
from simulator.delivery import Attempt, Delivery, DeliveryState, Kind, Wire

_KEPT_OF_AN_ANSWER = 4096


def _in_words(error: Exception) -> str:
    match error:
        case httpx.TimeoutException() | TimeoutError():
            return "no respondió a tiempo"
        case httpx.ConnectError():
            return "no hubo conexión"
        case httpx.InvalidURL() | httpx.UnsupportedProtocol():
            return "la dirección no es válida"
    return f"la conexión falló ({type(error).__name__})"


def _arrived(delivery: Delivery, status: int | None) -> bool:
    """A server takes a notification by 200 and nothing else, redirections included; a browser shows what it gets."""
    return status is not None and (status < 400 if delivery.kind is Kind.RETURN else status == 200)


class Courier:
    """Sends messages, and follows no redirection. While `hold` is set, new ones wait until they are replayed."""

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
        self.hold = False

    def clear(self) -> None:
        """Forgets every delivery, and holds nothing back any more."""
        self.deliveries.clear()
        self.hold = False

    async def close(self) -> None:
        """Closes the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def prepare(
        self,
        *,
        gateway: str,
        kind: Kind = Kind.NOTIFICATION,
        wire: Wire = Wire.FORM,
        reference: str,
        transaction_id: str,
        url: str,
        fields: Mapping[str, str],
        at: datetime,
        about: str = "",
        counted: bool = False,
        dropped: bool = False,
    ) -> Delivery:
        """Records a message whose first attempt is due the first delay after `at`, or never when it is kept back.

        A payer's return is due at `at` itself.
        """
        state = DeliveryState.SCHEDULED
        if dropped or self.hold:
            state = DeliveryState.DROPPED if dropped else DeliveryState.HELD
        due = at if kind is Kind.RETURN else at + self._delays[0]
        delivery = Delivery(
            id=len(self.deliveries) + 1,
            gateway=gateway,
            kind=kind,
            wire=wire,
            reference=reference,
            transaction_id=transaction_id,
            url=url,
            fields=fields,
            state=state,
            next_at=due if state is DeliveryState.SCHEDULED else None,
            about=about,
            counted=counted,
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
        """Sends a message once more, right now, whatever became of it; a failure is not tried again."""
        return await self._send(delivery)

    def _plan(self, delivery: Delivery, at: datetime) -> None:
        async def due(planned: datetime) -> None:
            await self._attempt(delivery, planned)

        self._agenda.plan(at, due)

    async def _attempt(self, delivery: Delivery, planned: datetime) -> None:
        delivery.next_at = None
        attempt = await self._send(delivery)
        if _arrived(delivery, attempt.status):
            return
        if delivery.kind is Kind.RETURN or attempt.number >= len(self._delays):
            delivery.state = DeliveryState.ABANDONED
            return
        # From the planned instant, not from now: after the clock is pushed by a day, all that PayU would have tried
        # within that day is due.
        delivery.state = DeliveryState.RETRYING
        delivery.next_at = planned + self._delays[attempt.number]
        self._plan(delivery, delivery.next_at)

    async def _send(self, delivery: Delivery) -> Attempt:
        number = len(delivery.attempts) + 1
        body, at = delivery.body(number), self._clock.now()
        try:
            async with asyncio.timeout(self._timeout):
                status, answer = await self._exchange(delivery, body)
            attempt = Attempt(number=number, at=at, body=body, status=status, response_body=answer)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            attempt = Attempt(number=number, at=at, body=body, error=_in_words(error))
        delivery.attempts.append(attempt)
        if _arrived(delivery, attempt.status):
            delivery.state = DeliveryState.DELIVERED
        return attempt

    async def _exchange(self, delivery: Delivery, body: str) -> tuple[int, str]:
        if self._client is None:
            self._client = httpx.AsyncClient(
                transport=self._transport, timeout=self._timeout, trust_env=False, follow_redirects=False
            )
        headers = {"User-Agent": "Simulador de pasarelas"}
        if delivery.wire is not Wire.GET:
            headers["Content-Type"] = delivery.content_type
        async with self._client.stream(delivery.method, delivery.address, content=body, headers=headers) as response:
            received = b""
            async for chunk in response.aiter_bytes():
                received += chunk
                if len(received) >= _KEPT_OF_AN_ANSWER:
                    break
        return response.status_code, received[:_KEPT_OF_AN_ANSWER].decode(errors="replace")
