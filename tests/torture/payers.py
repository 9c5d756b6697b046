"""Tenants who pay: each presses the button, fills in the gateway's form, comes back, looks, and tries again."""

import asyncio
import random
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from tests.torture.agency import PASSWORD, RETURN_URL, Tenant
from tests.torture.door import Answer, Door, Gateway
from tests.torture.history import Outcome, Recorder

LOGIN = """
mutation Entrar($login: String!, $password: String!) {
  login(input: {login: $login, password: $password}) {
    __typename ... on SessionPayload { accessToken refreshToken } ... on UserError { code }
  }
}
"""
REFRESH = """
mutation Renovar($token: String!) {
  refreshSession(refreshToken: $token) { __typename ... on SessionPayload { accessToken refreshToken } }
}
"""
INVOICES = """
query Facturas($after: String) {
  me { client { invoices(first: 100, after: $after) {
    nodes { id number balance payable } pageInfo { hasNextPage endCursor }
  } } }
}
"""
START = """
mutation Pagar($input: StartPaymentInput!) {
  startPayment(input: $input) {
    __typename
    ... on PaymentIntentPayload { intent { reference status amount checkout { url fields { name value } } } }
    ... on PaymentInProgress { intent { reference } }
    ... on UserError { code }
  }
}
"""
SEE = """
query Sondear($reference: String!) {
  paymentIntent(reference: $reference) { status payments { receiptNumber amount credited verificationCode } }
}
"""
SEE_IN_FULL = """
query Detallar($reference: String!) {
  paymentIntent(reference: $reference) {
    status payments { receiptNumber amount credited verificationCode allocations { invoiceNumber amount } }
  }
}
"""
ASK_GATEWAY = """
mutation Consultar($reference: String!) {
  refreshPayment(reference: $reference) {
    __typename ... on PaymentIntentPayload { intent { status } } ... on UserError { code }
  }
}
"""
INVOICE = "query Factura($id: ID!) { invoice(id: $id) { number balance } }"
STATEMENT = """
query Cuenta {
  me { client {
    dashboard { tenant { pendingAmount creditBalance } }
    payments(first: 1) { totalCount }
  } }
}
"""

APPROVE: tuple[str, ...] = ()
"""What happens to any form for which nothing else was agreed."""
SCRIPTS: dict[tuple[str, ...], int] = {
    APPROVE: 60,
    ("approve:duplicate=3",): 6,
    ("decline:INSUFFICIENT_FUNDS", "approve"): 5,
    ("approve:drop_notification",): 5,
    ("approve:delay=PT8S",): 5,
    ("pending:PT15S", "approve"): 4,
    ("approve", "approve_again"): 3,
    ("reorder",): 3,
    ("decline:INSUFFICIENT_FUNDS",): 3,
    ("expire",): 2,
    ("approve:replay_new_id",): 2,
    ("query:error", "approve"): 2,
}
"""What happens at the gateway, and how often."""

_OVER = frozenset({"APPROVED", "DECLINED", "EXPIRED", "REVIEW", "CANCELLED"})
_TRIES = 60


@dataclass(slots=True)
class Tally:
    """How far it has come."""

    approved: int = 0
    forms: int = 0
    enough: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Payer:
    tenant: Tenant
    door: Door
    gateway: Gateway
    history: Recorder
    chance: random.Random
    tally: Tally
    invoices: deque[dict[str, Any]] = field(default_factory=deque)
    paid: list[dict[str, Any]] = field(default_factory=list)
    unsettled: deque[str] = field(default_factory=deque)
    _token: str = ""
    _renewal: str = ""
    _keys: int = 0

    async def arrive(self) -> None:
        """Sign in, and see what there is to pay. The session is renewed once, as it is every quarter of an hour."""
        await self._sign_in()
        first = self._token
        await self._renew()
        if self._token == first:
            raise RuntimeError(f"{self.tenant.name} could not renew the session")
        after: str | None = None
        while True:
            answer = await self._insist("invoices", INVOICES, after=after)
            page = answer.data["client"]["invoices"]
            self.invoices.extend(node for node in page["nodes"] if node["payable"])
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
        self.chance.shuffle(self.invoices)

    async def pay_until_enough(self) -> None:
        while self.invoices and not self.tally.enough.is_set():
            await self._pay_something()
            if self.unsettled and self.chance.random() < 0.5:
                await self._look_again()
            if self.chance.random() < 0.1:
                await self.statement()
            if self.paid and self.chance.random() < 0.1:
                await self._look_at(self.chance.choice(self.paid))

    async def read_until_enough(self) -> None:
        """The same person's other device: only reads."""
        while not self.tally.enough.is_set():
            await self.statement()
            await asyncio.sleep(self.chance.uniform(10.0, 40.0))

    async def leave(self) -> None:
        """The last look at everything, when all is quiet again."""
        while self.unsettled:
            await self.see(self.unsettled.popleft())
        await self.statement()

    async def _pay_something(self) -> None:
        several = 2 if len(self.invoices) > 1 and self.chance.random() < 0.1 else 1
        chosen = [self.invoices.popleft() for _ in range(several)]
        intent = await self.start(chosen)
        if intent is None or intent["checkout"] is None:
            return
        script = self.chance.choices(list(SCRIPTS), list(SCRIPTS.values()))[0]
        reference = intent["reference"]
        if script:
            await self.gateway.script(reference, *script)
        state = await self._fill_in(reference, intent["checkout"], script)
        if state == "APPROVED" or "approve" in "".join(script):
            self.paid.extend(chosen)
        if script == APPROVE and self.chance.random() < 0.4:
            return  # the page of the gateway said it all
        status = await self._come_back(reference, script)
        if status in ("DECLINED", "EXPIRED") and script[-1:] != ("approve",):
            if status == "DECLINED" and self.chance.random() < 0.5:
                # Once more in the same checkout, whose page is still open.
                number = self.history.invoke(self.tenant.name, "pay", reference=reference, script=["approve"])
                self.door.happens("pay", None)
                await self.gateway.script(reference, "approve")
                self.history.end(number, Outcome.OK, state="APPROVED")
                self._count(("approve",))
                await self._come_back(reference, ("approve",))
            elif status == "DECLINED" or self.chance.random() < 0.5:
                self.invoices.extend(chosen)

    async def start(self, chosen: list[dict[str, Any]]) -> dict[str, Any] | None:
        """Press the button until there is an answer, always with the same key; sometimes once too often."""
        key = self._new_key()
        intent = await self._start(chosen, key)
        if intent is not None and self.chance.random() < 0.06:
            await self._start(chosen, key if self.chance.random() < 0.5 else self._new_key())
        return intent

    async def _start(self, chosen: list[dict[str, Any]], key: str) -> dict[str, Any] | None:
        given = {
            "invoiceIds": [invoice["id"] for invoice in chosen],
            "gateway": "PAYU",
            "returnUrl": RETURN_URL,
            "idempotencyKey": key,
        }
        numbers = [invoice["number"] for invoice in chosen]
        for attempt in range(_TRIES):
            operation = self.history.invoke(self.tenant.name, "start", key=key, invoices=numbers)
            answer = await self._ask("start", START, input=given)
            if answer.outcome is Outcome.OK:
                data = answer.data
                if data["__typename"] == "PaymentIntentPayload":
                    intent: dict[str, Any] = data["intent"]
                    told = {name: intent[name] for name in ("reference", "status", "amount")}
                    self.history.end(operation, Outcome.OK, **told)
                    return intent
                if data["__typename"] != "GatewayUnavailable":
                    self.history.end(operation, Outcome.FAIL, refused=data["__typename"])
                    return None
                answer = Answer(outcome=Outcome.UNKNOWN, problem="GatewayUnavailable")
            self.history.end(operation, answer.outcome, problem=answer.problem)
            await self._wait(attempt)
        self.invoices.extend(chosen)  # another time
        return None

    async def _fill_in(self, reference: str, checkout: dict[str, Any], script: tuple[str, ...]) -> str:
        operation = self.history.invoke(self.tenant.name, "pay", reference=reference, script=list(script))
        self.door.happens("pay", None)
        state = await self.gateway.pay(checkout)
        self.history.end(operation, Outcome.OK, state=state)
        if state:
            self._count(script)
        return state

    def _count(self, script: tuple[str, ...]) -> None:
        self.tally.forms += 1
        steps = [step.partition(":")[0] for step in script]
        self.tally.approved += steps.count("approve") + steps.count("approve_again") + steps.count("reorder")
        self.tally.approved += script == APPROVE

    async def _come_back(self, reference: str, script: tuple[str, ...]) -> str:
        """What the page shows to which the payer comes back; it asks a few times, and sometimes asks the gateway."""
        status = ""
        for attempt in range(3):
            status = await self.see(reference)
            if status in _OVER:
                return status
            if self.chance.random() < (0.4 if "drop" in "".join(script) else 0.1):
                status = await self.ask_gateway(reference)
                continue
            await asyncio.sleep(self.chance.uniform(0.1, 0.5) * (attempt + 1))
        self.unsettled.append(reference)
        return status

    async def _look_again(self) -> None:
        reference = self.unsettled.popleft()
        if await self.see(reference) not in _OVER:
            self.unsettled.append(reference)

    async def see(self, reference: str) -> str:
        operation = self.history.invoke(self.tenant.name, "see", reference=reference)
        query = SEE_IN_FULL if self.chance.random() < 0.3 else SEE
        answer = await self._ask("see", query, reference=reference)
        told = answer.data if answer.outcome is Outcome.OK and answer.data else {}
        self.history.end(operation, self._read(answer), **told, problem=answer.problem)
        return str(told.get("status", ""))

    async def ask_gateway(self, reference: str) -> str:
        operation = self.history.invoke(self.tenant.name, "refresh", reference=reference)
        answer = await self._ask("refresh", ASK_GATEWAY, reference=reference)
        told = answer.data.get("intent") if answer.outcome is Outcome.OK and answer.data else None
        self.history.end(operation, answer.outcome, **(told or {}), problem=answer.problem)
        return str(told["status"]) if told else ""

    async def statement(self) -> None:
        operation = self.history.invoke(self.tenant.name, "statement")
        answer = await self._ask("statement", STATEMENT)
        told: dict[str, Any] = {}
        if answer.outcome is Outcome.OK and answer.data:
            client = answer.data["client"]
            tenant = client["dashboard"]["tenant"]
            told = {
                "pending": tenant["pendingAmount"],
                "credit": tenant["creditBalance"],
                "receipts": client["payments"]["totalCount"],
            }
        self.history.end(operation, self._read(answer), **told, problem=answer.problem)

    async def _look_at(self, invoice: dict[str, Any]) -> None:
        operation = self.history.invoke(self.tenant.name, "invoice", invoice=invoice["number"])
        answer = await self._ask("invoice", INVOICE, id=invoice["id"])
        told = answer.data if answer.outcome is Outcome.OK and answer.data else {}
        self.history.end(operation, self._read(answer), **told, problem=answer.problem)

    @staticmethod
    def _read(answer: Answer) -> Outcome:
        """Of a question: it changes nothing, so that one without an answer has simply failed."""
        return Outcome.OK if answer.outcome is Outcome.OK and answer.data else Outcome.FAIL

    def _new_key(self) -> str:
        self._keys += 1
        return f"{self.tenant.name}/{self._keys}"

    async def _ask(self, act: str, query: str, **variables: Any) -> Answer:
        answer = await self.door.ask(act, query, variables, token=self._token)
        if answer.problem.startswith("UNAUTHENTICATED"):
            await self._renew()
        return answer

    async def _insist(self, act: str, query: str, **variables: Any) -> Answer:
        for attempt in range(_TRIES):
            answer = await self._ask(act, query, **variables)
            if answer.outcome is Outcome.OK:
                return answer
            await self._wait(attempt)
        raise RuntimeError(f"{self.tenant.name} got no answer: {answer.problem}")

    async def _renew(self) -> None:
        slug = self.tenant.agency.slug
        answer = await self.door.ask("refreshSession", REFRESH, {"token": self._renewal}, agency=slug)
        if answer.outcome is Outcome.OK and answer.data["__typename"] == "SessionPayload":
            self._keep(answer.data)
        elif answer.outcome is Outcome.OK:  # used before, by an answer that was lost: that ended the session
            await self._sign_in()

    async def _sign_in(self) -> None:
        variables = {"login": self.tenant.code.lower(), "password": PASSWORD}
        for attempt in range(_TRIES):
            answer = await self.door.ask("login", LOGIN, variables, agency=self.tenant.agency.slug)
            if answer.outcome is Outcome.OK and answer.data["__typename"] == "SessionPayload":
                self._keep(answer.data)
                return
            await self._wait(attempt)
        raise RuntimeError(f"{self.tenant.name} could not sign in: {answer}")

    def _keep(self, session: dict[str, Any]) -> None:
        self._token, self._renewal = session["accessToken"], session["refreshToken"]

    async def _wait(self, attempt: int) -> None:
        await asyncio.sleep(self.chance.uniform(0.1, 0.3) * min(attempt + 1, 10))
