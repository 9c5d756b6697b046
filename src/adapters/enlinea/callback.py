"""Where the payer's browser comes back from EnLineaPagos: the return leg of what we sent there, not a second API.

Whether the platform sends the browser by GET or by POST is not known, nor whether it sends a copy from server to
server; all are taken, and none of them says more than «ask again».
"""

import logging
import re
from collections.abc import Awaitable, Callable
from typing import Protocol

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from adapters.enlinea.returning import REFERENCE, TOKEN, hint_in, is_json, reference_in, token_fits, told_fields
from adapters.web.callbacks import RETRY_AFTER, BodyRefused, Turns, read_body
from application.ports.payment_gateway import NotificationRejected
from domain.errors import NotFound
from domain.gateway_reports import Hint
from domain.payments import PaymentGatewayCode

_log = logging.getLogger(__name__)

_AT_ONCE = 8
_OF_ACCOUNT_AT_ONCE = 6
_WAIT_SECONDS = 6.0
_ACCOUNT = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_OUR_TOKEN = re.compile(rb"(?<![a-z_])k=[0-9a-f]{64}&?")
"""Opens the address to whoever reads it, so that it is not kept."""
_LATER = (
    "No pudimos mostrar el resultado de su pago. No pague de nuevo: "
    "recargue esta página en unos segundos o vuelva al portal de su inmobiliaria."
)


class ReceiveReturn(Protocol):
    """What becomes of a return: stored, remembered, and the platform asked, which alone moves money. The address of the
    agency's page for the browser; NotificationRejected or NotFound for an account or a payment that does not exist."""

    async def __call__(
        self, *, gateway: PaymentGatewayCode, account: str, hint: Hint, body: bytes, ip: str | None
    ) -> str: ...


def enlinea_routes(
    receive: ReceiveReturn, *, secret: bytes, at_once: int = _AT_ONCE, wait_seconds: float = _WAIT_SECONDS
) -> list[Route]:
    """`GET` and `POST /callbacks/enlinea/{account}/{reference}` for browsers, and `POST /callbacks/enlinea/{account}`
    for a copy that names the reference itself; with or without a final slash, so that no router answers with a
    redirect of its own. `secret` made the tokens."""
    handler = enlinea_callback(receive, secret=secret, at_once=at_once, wait_seconds=wait_seconds)
    paths = {"/{account}/{reference}": ["GET", "POST"], "/{account}": ["POST"]}
    return [
        Route(f"/callbacks/enlinea{path}{end}", handler, methods=methods)
        for path, methods in paths.items()
        for end in ("", "/")
    ]


def enlinea_callback(
    receive: ReceiveReturn, *, secret: bytes, at_once: int = _AT_ONCE, wait_seconds: float = _WAIT_SECONDS
) -> Callable[[Request], Awaitable[Response]]:
    """The handler. A browser is sent on with 303, also where the platform does not answer: the page there asks again.
    A notice in JSON, or a copy, is answered with an empty 200. Nothing happens, and the answer is empty, with 400 for
    a body over 64 KiB or one that takes too long, 401 for a token that is not ours, 404 for an address that is none.
    503, with a sentence for the payer, when it could not be dealt with now.

    Whoever holds a return address may call it: no more than `at_once` are dealt with at a time, fewer of one account,
    and one that waited `wait_seconds` for its turn has to come again."""
    turns = Turns(at_once, wait_seconds=wait_seconds, of_account=min(at_once, _OF_ACCOUNT_AT_ONCE))

    async def handle(request: Request) -> Response:
        account = request.path_params["account"]
        content_type = request.headers.get("content-type", "")
        try:
            body = b"" if request.method in ("GET", "HEAD") else await read_body(request)
        except (BodyRefused, ClientDisconnect):
            return Response(status_code=400)
        told = told_fields(request.scope["query_string"], body, content_type)
        reference = request.path_params.get("reference") or reference_in(told)
        if not _ACCOUNT.fullmatch(account) or not REFERENCE.fullmatch(reference):
            return Response(status_code=404)
        if not token_fits(secret, account, reference, told.get(TOKEN, "")):
            _log.warning("return to account %s with a token that is not ours", account)
            return Response(status_code=401)
        try:
            async with turns.one(account):
                home = await receive(
                    gateway=PaymentGatewayCode.ENLINEA,
                    account=account,
                    hint=hint_in(told, reference),
                    body=_OUR_TOKEN.sub(b"", request.scope["query_string"] + b"\n" + body),
                    ip=request.client.host if request.client else None,
                )
        except (NotificationRejected, NotFound) as rejection:
            _log.warning("return to account %s rejected: %r", account, rejection)
            return Response(status_code=404)
        except Exception as error:
            # Whatever it was, a later repetition may go better.
            _log.warning("return to account %s not dealt with", account, exc_info=error)
            return PlainTextResponse(_LATER, status_code=503, headers={"Retry-After": str(RETRY_AFTER)})
        if is_json(content_type) or "reference" not in request.path_params:
            return Response(status_code=200)
        return RedirectResponse(home, status_code=303, headers={"Cache-Control": "no-store"})

    return handle
