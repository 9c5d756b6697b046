"""The words of an EnLinea scenario: one step each, as the control API takes them."""

from simulator.enlinea.codes import DECLINE_CODES, METHODS, PENDING
from simulator.steps import Step, read_code, read_fault, read_notice, read_pending, split_step, unknown_step

EXAMPLES = (
    "approve",
    "approve_again",
    "approve:amount=-1000",
    "approve:drop_return",
    "approve:duplicate=3",
    "approve:delay=PT10M",
    "approve:method=TC",
    "approve:query.info_opcional1=OTRA",
    "decline:INSUFFICIENT_FUNDS",
    "decline:set.respuesta=APROBADA",
    "pending:PT26H",
    "pending:PT2H,cash",
    "expire",
    "abandon",
    "reorder",
    "turn:approve",
    "http:error",
    "http:timeout",
    "http:500",
    "http:garbage",
    "http:huge",
    "http:slow=3",
    "query:error",
    "query:html",
)

PAYER_STEPS = ("approve", "approve_again", "decline", "pending", "expire", "abandon", "reorder", "turn")
"""Steps in which a payer or the bank does something; the others only prepare an answer."""

_OPTIONS = (
    "amount",
    "currency",
    "delay",
    "drop_notification",
    "drop_return",
    "duplicate",
    "method",
    "query",
    "set",
)


def parse_step(text: str) -> Step:
    """Reads one step of a script. Raises BadStep with the reason in Spanish."""
    kind, parts = split_step(text)
    match kind:
        case "approve" | "approve_again" | "expire":
            return Step(kind=kind, notice=read_notice(parts, METHODS, _OPTIONS, text))
        case "decline":
            code = read_code(parts, DECLINE_CODES, text)
            return Step(kind=kind, value=code, notice=read_notice(parts, METHODS, _OPTIONS, text))
        case "pending":
            duration, reason = read_pending(parts, PENDING, text)
            notice = read_notice(parts, METHODS, _OPTIONS, text)
            return Step(kind=kind, value=reason or "pse", duration=duration, notice=notice)
        case "turn" if parts and parts[0] in ("approve", "decline", "expire"):
            return Step(kind=kind, value=parts[0], notice=read_notice(parts[1:], METHODS, _OPTIONS, text))
        case "abandon" | "reorder" if not parts:
            return Step(kind=kind)
    step = read_fault(kind, parts, text)
    if step is None:
        raise unknown_step(text, EXAMPLES)
    return step
