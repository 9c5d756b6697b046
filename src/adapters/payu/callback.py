"""Where PayU posts its confirmations: the return leg of what we sent there, not a second API.

Source: PayU, «Confirmation page»: a form posted to a public address without authentication, repeated until it is
answered with 200. A redirect would count as a failure.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.web.callbacks import BodyRefused, Turns, come_again, read_body
from application.ports.payment_gateway import NotificationRejected, Reception, Rejection
from domain.errors import Busy, GatewayUnavailable, TooManyAttempts, Unavailable
from domain.payments import PaymentGatewayCode

_log = logging.getLogger(__name__)

_AT_ONCE = 4
_OF_ACCOUNT_AT_ONCE = 3
_WAIT_SECONDS = 4.0
_ACCOUNT = re.compile(r"[A-Za-z0-9_-]{1,64}")
_STATUS = {
    Rejection.MALFORMED: 400,
    Rejection.BAD_SIGNATURE: 401,
    Rejection.WRONG_MERCHANT: 403,
    Rejection.UNKNOWN_ACCOUNT: 404,
}


class ReceiveNotification(Protocol):
    """What becomes of a notice: stored, checked and applied. Raises NotificationRejected for one that proves nothing,
    anything else for one that could not be dealt with now."""

    async def __call__(
        self, *, gateway: PaymentGatewayCode, account: str, body: bytes, headers: Mapping[str, str], ip: str | None
    ) -> Reception: ...


def payu_routes(
    receive: ReceiveNotification, *, at_once: int = _AT_ONCE, wait_seconds: float = _WAIT_SECONDS
) -> list[Route]:
    """`POST /callbacks/payu/{account}`, with or without a final slash, so that no router answers with a redirect."""
    handler = payu_callback(receive, at_once=at_once, wait_seconds=wait_seconds)
    return [Route(f"/callbacks/payu/{{account}}{end}", handler, methods=["POST"]) for end in ("", "/")]


def payu_dispute_routes(receive: ReceiveNotification) -> list[Route]:
    """`POST /callbacks/payu/{account}/disputes`: the address for disputes in PayU's panel. The form is not documented
    (PayU, disputas), so that whatever comes is taken."""
    handler = payu_callback(receive, at_once=1)
    return [Route(f"/callbacks/payu/{{account}}/disputes{end}", handler, methods=["POST"]) for end in ("", "/")]


def payu_callback(
    receive: ReceiveNotification, *, at_once: int = _AT_ONCE, wait_seconds: float = _WAIT_SECONDS
) -> Callable[[Request], Awaitable[Response]]:
    """The handler. Answers with an empty body: 200 for what was processed, known or stored for a person; 400 for no
    such form or one over 64 KiB; 401 for a bad signature; 403 for another merchant's; 404 for an unknown account;
    503 when it could not be processed now, so that PayU sends it again.

    Anybody may post here: no more than `at_once` notices are dealt with at a time, fewer of one account, so that the
    database has time for others too, and one that waited `wait_seconds` for its turn has to come again."""
    turns = Turns(at_once, wait_seconds=wait_seconds, of_account=min(at_once, _OF_ACCOUNT_AT_ONCE))

    async def handle(request: Request) -> Response:
        account = request.path_params["account"]
        if not _ACCOUNT.fullmatch(account):
            return Response(status_code=404)
        try:
            body = await read_body(request)
            async with turns.one(account):
                reception = await receive(
                    gateway=PaymentGatewayCode.PAYU,
                    account=account,
                    body=body,
                    headers=request.headers,
                    ip=request.client.host if request.client else None,
                )
        except NotificationRejected as rejection:
            _log.warning("notice to account %s rejected: %s", account, rejection)
            return Response(status_code=_STATUS[rejection.kind])
        except BodyRefused as refusal:
            _log.warning("notice to account %s rejected: %s", account, refusal)
            return Response(status_code=400)
        except ClientDisconnect:
            return Response(status_code=400)
        except (Busy, GatewayUnavailable, TooManyAttempts, Unavailable) as error:
            _log.warning("notice to account %s has to come again: %s", account, type(error).__name__)
            return come_again(error.retry_after_seconds)
        except Exception:
            # Whatever it was, a later repetition may go better; 503 is what makes PayU repeat.
            _log.exception("notice to account %s not processed", account)
            return come_again()
        _log.info("notice to account %s: %s", account, reception)
        return Response(status_code=200)

    return handle
