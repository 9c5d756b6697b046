"""The words of a PayU scenario: one step each, as the control API takes them."""

from simulator.payu.codes import DECLINE_CODES, ERROR_CODES, PENDING
from simulator.payu.methods import METHODS
from simulator.steps import Step, read_code, read_fault, read_notice, read_pending, split_step, unknown_step

EXAMPLES = (
    "approve",
    "approve_again",
    "approve:amount=-1000",
    "approve:currency=USD",
    "approve:bad_sign",
    "approve:duplicate=3",
    "approve:delay=PT10M",
    "approve:drop_notification",
    "approve:replay_new_id",
    "approve:test=0",
    "approve:method=PSE",
    "approve:set.state_pol=99",
    "approve:query.state=ON_HOLD",
    "decline:INSUFFICIENT_FUNDS",
    "error:BANK_UNREACHABLE",
    "pending:PT26H",
    "pending:PT2H,review",
    "expire",
    "reorder",
    "refund:approve",
    "refund:decline",
    "chargeback",
    "dispute:opened",
    "turn:decline",
    "http:timeout",
    "http:slow=3",
    "http:500",
    "query:error",
)

PAYER_STEPS = (
    "approve",
    "approve_again",
    "decline",
    "error",
    "pending",
    "expire",
    "reorder",
    "chargeback",
    "dispute",
    "turn",
)
"""Steps in which a payer or the bank does something; the others only prepare an answer."""

DISPUTE_STATES = {
    "opened": "NOTIFIED",
    "review": "ON_PAYMENT_NETWORK_REVIEW",
    "undocumented": "DOCUMENTS_NOT_PROVIDED",
    "lost": "LOST",
    "won": "WON",
    "expired": "EXPIRED",
    "refunded": "REFUNDED",
}
"""The states of a dispute (PayU, disputas), by the word of a scenario."""

_OPTIONS = (
    "amount",
    "bad_sign",
    "currency",
    "delay",
    "drop_notification",
    "duplicate",
    "method",
    "query",
    "replay_new_id",
    "set",
    "test",
)


def parse_step(text: str) -> Step:
    """Reads one step of a script, e.g. `decline:INSUFFICIENT_FUNDS` or `approve:duplicate=3,delay=PT10M`.

    Raises BadStep with the reason in Spanish.
    """
    kind, parts = split_step(text)
    match kind:
        case "approve" | "approve_again" | "expire":
            return Step(kind=kind, notice=read_notice(parts, METHODS, _OPTIONS, text))
        case "decline" | "error":
            code = read_code(parts, DECLINE_CODES if kind == "decline" else ERROR_CODES, text)
            return Step(kind=kind, value=code, notice=read_notice(parts, METHODS, _OPTIONS, text))
        case "pending":
            duration, reason = read_pending(parts, PENDING, text)
            notice = read_notice(parts, METHODS, ("method", "amount", "currency", "query"), text)
            return Step(kind=kind, value=reason or "pse", duration=duration, notice=notice)
        case "reorder" | "chargeback" if not parts:
            return Step(kind=kind)
        case "refund" if parts in (["approve"], ["decline"]):
            return Step(kind=kind, value=parts[0])
        case "turn" if parts and parts[0] in ("approve", "decline", "expire"):
            return Step(kind=kind, value=parts[0], notice=read_notice(parts[1:], METHODS, _OPTIONS, text))
        case "dispute" if len(parts) == 1 and parts[0] in DISPUTE_STATES:
            return Step(kind=kind, value=parts[0])
    step = read_fault(kind, parts, text)
    if step is None:
        raise unknown_step(text, EXAMPLES)
    return step
