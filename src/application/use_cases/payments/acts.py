"""What the acts of clients and staff on payments share: finding the payment, and meeting repetitions."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from application.access import Scope, Viewer, require_signed_in
from application.idempotency import request_hash
from application.ports.books import AnsweredRequest
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from application.text import problem_of_required_text
from domain.errors import FieldProblem, FieldProblemCode, IdempotencyConflict, NotFound
from domain.ids import AccountId, ClientId, InvoiceId
from domain.invoices import Invoice
from domain.payment_intents import PaymentIntent
from domain.payments import Payment

MAX_INVOICES = 50
MAX_KEY = 200
MAX_NOTE = 500
"""Characters of the reason that the staff give for what they decide."""

_REFERENCE = re.compile(r"[A-Z0-9]{1,30}", re.ASCII)


async def intent_of(unit_of_work: UnitOfWorkFactory, viewer: Viewer, reference: str) -> PaymentIntent:
    """The intent with all that its agency knows of it, for whoever may see it: its client, and staff. NotFound for any
    other reference."""
    signed_in = require_signed_in(viewer)
    if not _REFERENCE.fullmatch(reference):
        raise NotFound
    async with unit_of_work(signed_in.scope) as uow:
        seen = await uow.intents.by_reference(reference)
    if seen is None:
        raise NotFound
    async with unit_of_work(Scope.of_agency(seen.agency_id)) as uow:
        intent = await uow.intents.by_reference(reference)
    if intent is None:
        raise NotFound
    return intent


async def intent_of_payment(uow: UnitOfWork, payment: Payment) -> PaymentIntent | None:
    """The intent that brought it, locked; None for money that came through no gateway."""
    seen = None if payment.intent_id is None else await uow.intents.get(payment.intent_id)
    return None if seen is None else await uow.intents.by_reference(seen.reference, for_update=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What an account asks for under a key of its own, which counts for that `act` alone; `told` is all it said."""

    account_id: AccountId
    act: str
    key: str
    told: tuple[object, ...]

    async def answered(self, uow: UnitOfWork) -> UUID | None:
        """What the same request was answered with before; IdempotencyConflict where another came under the key. Who
        asks for the same meanwhile waits until this work ends."""
        known = await uow.request_keys.find(self.account_id, self._kept_key)
        if known is not None and known.request_hash != self._digest:
            raise IdempotencyConflict
        return None if known is None else known.result_id

    async def remember(self, uow: UnitOfWork, result_id: UUID) -> None:
        await uow.request_keys.remember(self.account_id, self._kept_key, AnsweredRequest(result_id, self._digest))

    @property
    def _kept_key(self) -> str:
        return f"{self.act}:{self.key}"

    @property
    def _digest(self) -> str:
        return request_hash(self.told)


def problems_of_invoices(
    wanted: Sequence[InvoiceId], found: Mapping[InvoiceId, Invoice], client_id: ClientId
) -> list[FieldProblem]:
    """Those of a form that are named twice, or are not the client's."""
    problems = []
    for place, key in enumerate(wanted):
        if key in wanted[:place]:
            problems.append(FieldProblem(f"invoiceIds.{place}", FieldProblemCode.DUPLICATE))
        elif key not in found or found[key].client_id != client_id:
            problems.append(FieldProblem(f"invoiceIds.{place}", FieldProblemCode.NOT_FOUND))
    return problems


def problem_of_key(key: str) -> FieldProblem | None:
    return problem_of_required_text("idempotencyKey", key, limit=MAX_KEY)


def problem_of_note(field: str, note: str) -> FieldProblem | None:
    return problem_of_required_text(field, note, limit=MAX_NOTE, lines=True)
