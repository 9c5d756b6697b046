"""What the control API shows of a delivery."""

from datetime import datetime
from typing import Any

from simulator.delivery import Attempt, Delivery


def iso(instant: datetime | None) -> str | None:
    """The instant in ISO 8601."""
    return None if instant is None else instant.isoformat()


def _attempt_view(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "at": iso(attempt.at),
        "status": attempt.status,
        "body": attempt.body,
        "responseBody": attempt.response_body,
        "error": attempt.error or None,
    }


def delivery_view(delivery: Delivery) -> dict[str, Any]:
    """One notification. `status` and `body` are those of the last attempt; before the first, null and what is to go."""
    last = delivery.attempts[-1] if delivery.attempts else None
    return {
        "id": delivery.id,
        "gateway": delivery.gateway,
        "kind": delivery.kind.value,
        "reference": delivery.reference,
        "transactionId": delivery.transaction_id,
        "method": delivery.method,
        "url": delivery.address,
        "state": delivery.state.value,
        "status": last.status if last else None,
        "body": last.body if last else delivery.body(1),
        "fields": dict(delivery.fields),
        "attempts": [_attempt_view(attempt) for attempt in delivery.attempts],
        "nextAttemptAt": iso(delivery.next_at),
    }
