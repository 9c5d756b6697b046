"""The explorer's page and the routes of its assets."""

import logging
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from graphql_api.graphiql.assets import AssetsUnusable, Bundle, bundle
from graphql_api.graphiql.examples import as_menu

log = logging.getLogger("graphql_api")

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
"""No script or style inside the page, and no address but the service's own."""

_PAGE = Template((Path(__file__).parent / "page.html").read_text(encoding="utf-8"))
_FOR_EVER = "public, max-age=31536000, immutable"


class Explorer:
    """`page` answers a browser's GET of the endpoint; `routes` are to be mounted beside it.

    `open_to_visitors` offers the explorer without signing in, and to clients: for development, where introspection is
    open. Assets that are missing or altered leave the API as it is: only the page says that it cannot be shown.
    """

    def __init__(self, *, open_to_visitors: bool, path: str = "/graphql") -> None:
        self._path = path.rstrip("/")
        self._open_to_visitors = open_to_visitors
        self._bundle: Bundle | None = None
        try:
            self._bundle = bundle((("examples.json", as_menu()),))
        except AssetsUnusable as problem:
            log.error("the explorer cannot be shown: %s", problem)

    @property
    def routes(self) -> list[Route]:
        return [Route(self._path + "/assets/{version}/{name}", self._asset, methods=["GET"])]

    def page(self) -> Response:
        if self._bundle is None:
            sentence = "El explorador no está disponible en este servidor. El servicio sí: use POST."
            return PlainTextResponse(sentence, 503)
        text = _PAGE.substitute(
            endpoint=self._path,
            assets=f"{self._path}/assets/{self._bundle.version}",
            open="true" if self._open_to_visitors else "false",
        )
        return HTMLResponse(text, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})

    async def _asset(self, request: Request) -> Response:
        version, name = request.path_params["version"], request.path_params["name"]
        asset = self._bundle.assets.get(name) if self._bundle and version == self._bundle.version else None
        if asset is None:
            return PlainTextResponse("No existe.", 404)
        headers = {
            "Content-Type": asset.content_type,
            "Cache-Control": _FOR_EVER,
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(asset.compressed, headers={**headers, "Content-Encoding": "gzip"})
        return Response(asset.content, headers=headers)
