"""What a client asks to pay."""

from dataclasses import dataclass
from decimal import Decimal

from application.idempotency import request_hash
from application.ports.payments import AnsweredKey
from application.text import problem_of_required_text
from domain.errors import FieldProblem, FieldProblemCode
from domain.ids import ClientId, InvoiceId
from domain.payments import PaymentGatewayCode

MAX_INVOICES = 50
MAX_KEY = 255
MAX_RETURN_URL = 210
"""PayU takes addresses of 255 characters, and the reference is added to this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the client asked for; `amount` none means the whole balance."""

    client_id: ClientId
    invoice_ids: tuple[InvoiceId, ...]
    amount: Decimal | None
    gateway: PaymentGatewayCode
    return_url: str
    key: str

    @property
    def digest(self) -> str:
        """Equal for repetitions of the same order. The amount is compared apart: leaving it out means the whole."""
        return request_hash((sorted(map(str, self.invoice_ids)), self.gateway, self.return_url))

    def repeats(self, answered: AnsweredKey) -> bool:
        return answered.request_hash == self.digest and self.amount in (None, answered.intent.amount)

    def problems(self) -> list[FieldProblem]:
        """Everything that the form alone tells."""
        problems = []
        if not self.invoice_ids:
            problems.append(FieldProblem("invoiceIds", FieldProblemCode.REQUIRED))
        if len(self.invoice_ids) > MAX_INVOICES:
            problems.append(FieldProblem("invoiceIds", FieldProblemCode.TOO_LONG, limit=MAX_INVOICES))
        problems += [
            FieldProblem(f"invoiceIds.{place}", FieldProblemCode.DUPLICATE)
            for place, key in enumerate(self.invoice_ids)
            if key in self.invoice_ids[:place]
        ]
        texts = (
            problem_of_required_text("returnUrl", self.return_url, limit=MAX_RETURN_URL),
            problem_of_required_text("idempotencyKey", self.key, limit=MAX_KEY),
        )
        return problems + [problem for problem in texts if problem is not None]
