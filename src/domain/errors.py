"""What the system refuses, as data. The sentences that people read are written where they are shown."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from domain.second_factors import Enrolment


class DomainError(Exception):
    """Base of every expected refusal: nothing was changed when it leaves a use case."""


class FieldProblemCode(StrEnum):
    REQUIRED = "REQUIRED"
    INVALID = "INVALID"
    TOO_LONG = "TOO_LONG"
    NOT_FOUND = "NOT_FOUND"
    DUPLICATE = "DUPLICATE"
    WEAK = "WEAK"
    MISMATCH = "MISMATCH"
    NOT_ALLOWED = "NOT_ALLOWED"


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field that cannot stay as it is.

    `field` is the path a front end knows ("email", "attachments.0"); `reason` names the rule when the code alone
    does not say it ("future", "control_characters"); `limit` is the bound that was passed, where there is one;
    `subject` is what the sentence has to name (a missing column, say).
    """

    field: str
    code: FieldProblemCode
    reason: str = ""
    limit: int | None = None
    subject: str = ""


class InvalidInput(DomainError):
    """All problems of a form at once."""

    def __init__(self, *problems: FieldProblem) -> None:
        super().__init__(", ".join(f"{p.field}: {p.code}" for p in problems))
        self.problems = problems


def refuse(*problems: FieldProblem | None) -> None:
    """InvalidInput with those that are problems, where there are any."""
    found = [problem for problem in problems if problem is not None]
    if found:
        raise InvalidInput(*found)


class NotFound(DomainError):
    """It does not exist, or is not the viewer's: the two are not told apart."""


class ReadOnly(DomainError):
    """Who sees what a client sees does nothing."""


class NotAllowed(DomainError):
    """The viewer's kind may not do this at all; never used where it would reveal that a row exists."""


class Unauthenticated(DomainError):
    """The token is expired, revoked or of another agency, or the act needs a session."""


class AgencyNotFound(DomainError):
    """Neither the host nor the header names an agency, and there is not exactly one."""


class InvalidCredentials(DomainError):
    """Unknown user, wrong password or disabled account: the three are not told apart."""


class SecondFactorRequired(DomainError):
    """The password is right, and a code has to come with it. `rejected`: one came, and was not good. `enrolment`: the
    account has to have a second factor and has none yet; with this its application makes the code."""

    def __init__(self, *, rejected: bool = False, enrolment: Enrolment | None = None) -> None:
        super().__init__("second factor required")
        self.rejected = rejected
        self.enrolment = enrolment


class CaptchaRejected(DomainError):
    """No proof of a person, or one that is false, spent or out of date."""


class RetryLater(DomainError):
    """Base of refusals that time cures; `retry_after_seconds` is at least 1."""

    def __init__(self, retry_after_seconds: int = 1) -> None:
        super().__init__(f"retry after {retry_after_seconds} s")
        self.retry_after_seconds = max(1, retry_after_seconds)


class CaptchaUnavailable(RetryLater):
    """The service that tells people from programs does not answer; never taken for a yes."""


class Cure(StrEnum):
    """What ends a wait. TIME: waiting. PASSWORD: a new password, by mail. ADMINISTRATOR: another person of the agency,
    who takes the second factor away."""

    TIME = "TIME"
    PASSWORD = "PASSWORD"  # noqa: S105 (no password)
    ADMINISTRATOR = "ADMINISTRATOR"


class TooManyAttempts(RetryLater):
    """The account or the address has to wait before the next try; where time is not the cure, waiting is in vain."""

    def __init__(self, retry_after_seconds: int = 1, *, cure: Cure = Cure.TIME) -> None:
        super().__init__(retry_after_seconds)
        self.cure = cure


class Busy(RetryLater):
    """A bounded resource (hashing, connections) has no room now."""


class Unavailable(RetryLater):
    """The store of data cannot be reached."""


class TokenExpired(DomainError):
    """A one-time or refresh token that no longer serves."""


class PaymentsDisabled(DomainError):
    """The agency does not take payments through that gateway."""


class InvoiceNotPayable(DomainError):
    """Paid, voided or not payable online; `invoice_ids` are those that stand in the way."""

    def __init__(self, *invoice_ids: UUID) -> None:
        super().__init__("invoice not payable")
        self.invoice_ids = invoice_ids


class PaymentInProgress(DomainError):
    """A live attempt on those invoices cannot be used again; `intent_id` is that attempt."""

    def __init__(self, intent_id: UUID) -> None:
        super().__init__("payment in progress")
        self.intent_id = intent_id


class AmountNotAllowed(DomainError):
    """The amount lies outside what may be paid now."""

    def __init__(self, minimum: Decimal, maximum: Decimal) -> None:
        super().__init__("amount not allowed")
        self.minimum = minimum
        self.maximum = maximum


class GatewayUnavailable(RetryLater):
    """The gateway did not answer as it should; what was known before stands (`intent_id`)."""

    def __init__(self, retry_after_seconds: int = 30, intent_id: UUID | None = None) -> None:
        super().__init__(retry_after_seconds)
        self.intent_id = intent_id


class IdempotencyConflict(DomainError):
    """The same key came before with other data."""


class InvalidTransition(DomainError):
    """The thing is no longer, or not yet, in a state that allows the act."""


class RefundObstacle(StrEnum):
    """Why money cannot be returned through its gateway. METHOD: it returns nothing of that kind (PSE, cash, a wallet,
    what never came through it). TOO_EARLY, TOO_LATE: outside the time in which it does."""

    METHOD = "METHOD"
    TOO_EARLY = "TOO_EARLY"
    TOO_LATE = "TOO_LATE"


class RefundNotPossible(DomainError):
    """The gateway does not return that money: it becomes credit, or the agency transfers it."""

    def __init__(self, why: RefundObstacle = RefundObstacle.METHOD) -> None:
        super().__init__(f"refund not possible: {why}")
        self.why = why


class LimitReached(DomainError):
    """A quota of the business is used up; `limit` says how much it is."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"limit {limit}")
        self.limit = limit
