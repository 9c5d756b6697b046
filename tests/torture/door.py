"""The service as its clients reach it: several addresses, any of which may be dead, and answers that may be lost."""

import asyncio
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.torture.history import Outcome
from tests.torture.processes import Service
from tests.torture.wire import Lost, NotSent, Wire

_SECONDS = 30.0
"""Longer than the service itself takes to give up, so that its answer is heard."""

_JSON = "application/json"
_CALLS = 20
"""How often a gateway is asked whether it has caught up, each time for as long as a call waits."""
_NOT_EXECUTED = frozenset(
    {"RATE_LIMITED", "UNAUTHENTICATED", "FORBIDDEN", "BAD_USER_INPUT", "QUERY_TOO_COMPLEX", "AGENCY_NOT_FOUND"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`data` is that of the one field that was asked for; `problem` a code of the errors, or what befell the
    connection."""

    outcome: Outcome
    data: Any = None
    problem: str = ""


@dataclass(slots=True)
class Aim:
    """Somebody waits for a moment at which a call of one of these kinds is under way, at a service or anywhere."""

    place: int | None
    acts: frozenset[str]
    moment: asyncio.Event = field(default_factory=asyncio.Event)


class Door:
    def __init__(self, services: Sequence[Service], chance: random.Random) -> None:
        self.services = services
        self.aims: list[Aim] = []
        self._chance = chance
        self._wire = Wire(seconds=_SECONDS)

    async def close(self) -> None:
        self._wire.close()

    async def ask(
        self, act: str, query: str, variables: dict[str, Any], *, token: str | None = None, agency: str = ""
    ) -> Answer:
        """Ask any service that seems to be up; what the one field of the answer says."""
        up = [service for service in self.services if service.up]
        service = self._chance.choice(up or self.services)
        headers = {"Authorization": f"Bearer {token}"} if token else {"X-Agency": agency}
        self.happens(act, service.place)
        asked = json.dumps({"query": query, "variables": variables}).encode()
        try:
            reply = await self._wire.send("POST", f"{service.url}/graphql", asked, media_type=_JSON, headers=headers)
            body = json.loads(reply.body)
        except NotSent:
            return Answer(outcome=Outcome.FAIL, problem="not sent")
        except (Lost, ValueError) as error:
            return Answer(outcome=Outcome.UNKNOWN, problem=f"{type(error).__name__} {error}")
        data = next(iter((body.get("data") or {}).values()), None)
        errors = body.get("errors")
        if not errors:
            return Answer(outcome=Outcome.OK, data=data)
        code = str(errors[0].get("extensions", {}).get("code"))
        told = Outcome.FAIL if code in _NOT_EXECUTED else Outcome.UNKNOWN
        identified = errors[0].get("extensions", {}).get("errorId", "")
        return Answer(outcome=told, data=data, problem=f"{code} {identified}".strip())

    def happens(self, act: str, place: int | None) -> None:
        """A call is on its way: whoever waits for such a moment hears of it."""
        for aim in self.aims:
            if act in aim.acts and aim.place in (None, place):
                aim.moment.set()

    async def moment(self, acts: frozenset[str], *, place: int | None = None, at_most: float) -> None:
        """Until such a call is under way, or `at_most` seconds."""
        aim = Aim(place, acts)
        self.aims.append(aim)
        try:
            async with asyncio.timeout(at_most):
                await aim.moment.wait()
        except TimeoutError:
            return
        finally:
            self.aims.remove(aim)


class Gateway:
    """The simulator as a payer's browser and as the test's director meet it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._wire = Wire(seconds=300)

    async def close(self) -> None:
        self._wire.close()

    async def control(self, path: str, **body: Any) -> Any:
        return await self._told("POST", path, json.dumps(body).encode())

    async def caught_up(self) -> dict[str, int]:
        """What was due by the simulator's clock is done: how much `ran`, and how much is `planned` for later.

        After a long storm it is more than one call waits for; the gateway goes on, and another call waits for the rest.
        """
        ran = 0
        for _ in range(_CALLS):
            try:
                told = await self.control("tick")
            except Lost:
                ran = 1
                continue
            return {"ran": ran + told["ran"], "planned": told["planned"]}
        raise TimeoutError("the gateway did not catch up")

    async def script(self, reference: str, *steps: str) -> Any:
        """What shall happen to the checkout of a reference; at once, if it was tried already."""
        return await self.control("scenarios", gateway="payu", reference=reference, script=list(steps))

    async def pay(self, checkout: dict[str, Any]) -> str:
        """Send the form as a browser does; the state that the browser brings back, empty if the form was refused."""
        form = urlencode({each["name"]: each["value"] for each in checkout["fields"]}).encode()
        reply = await self._wire.send("POST", checkout["url"], form, media_type="application/x-www-form-urlencoded")
        if reply.status != 303:
            return ""
        brought = parse_qs(urlsplit(reply.headers["location"]).query)
        return brought.get("lapTransactionState", [""])[0]

    async def orders(self) -> list[dict[str, Any]]:
        return list(await self._told("GET", "orders"))

    async def deliveries(self) -> list[dict[str, Any]]:
        return list(await self._told("GET", "deliveries"))

    async def _told(self, method: str, path: str, body: bytes = b"") -> Any:
        reply = await self._wire.send(method, f"{self._url}/_sim/{path}", body, media_type=_JSON if body else "")
        if reply.status != 200:
            raise RuntimeError(f"{path}: {reply.status} {reply.body[:500]!r}")
        return json.loads(reply.body)
