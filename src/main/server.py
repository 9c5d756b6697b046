"""Serving: one line when it is ready, and an end that lets requests in flight finish."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import httpx
import uvicorn
from starlette.applications import Starlette
from uvicorn.supervisors import Multiprocess

from main.asgi import create_app
from main.bootstrap import Portal, portal
from main.settings import Settings

_APP_URL = "PORTAL_SERVING_DATABASE_URL"
_PUBLIC_URL = "PORTAL_SERVING_PUBLIC_URL"
_LAST_REQUESTS_SECONDS = 25
_READY_WITHIN_SECONDS = 60
_PORTS_TRIED = 20


def bound(host: str, port: int, *, next_free: bool = False) -> socket.socket:
    """A listening place; with `next_free`, on the first free port from `port` on. OSError when there is none."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    last: OSError | None = None
    for candidate in range(port, port + (_PORTS_TRIED if next_free else 1)):
        place = socket.socket(family, socket.SOCK_STREAM)
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            place.bind((host, candidate))
            place.listen(1024)  # bound alone, two servers would share a port without a word
        except OSError as error:
            place.close()
            last = error
        else:
            place.set_inheritable(True)
            return place
    raise last or OSError("no port")


def url_of(place: socket.socket) -> str:
    host, port = place.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(
    settings: Settings, place: socket.socket, *, app_url: str, workers: int = 1, ready: Callable[[str], None]
) -> None:
    """Serve until SIGTERM or Ctrl-C, and return; `ready` is told the address when the first request would be answered.

    For the main thread. Both signals keep meaning "end" afterwards, so that whoever called can stop what it started.
    """
    url = url_of(place)
    os.environ[_APP_URL] = app_url
    os.environ[_PUBLIC_URL] = settings.public_url or url
    config = uvicorn.Config(
        "main.server:application",
        factory=True,
        workers=workers,
        loop="uvloop",
        http="httptools",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=_LAST_REQUESTS_SECONDS,
        limit_concurrency=2_000,
        lifespan="on",
    )
    server = uvicorn.Server(config)

    def stop(*_: object) -> None:
        server.should_exit = True

    # uvicorn has handlers of its own while it serves, and raises the signal again afterwards: without these, that would
    # end the process before the embedded database is stopped.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    watch = threading.Thread(target=_announce, args=(url, ready, server), daemon=True)
    watch.start()
    if workers > 1:
        Multiprocess(config, [place]).run()
    else:
        server.run(sockets=[place])
        if not server.started:
            raise SystemExit(1)


def _announce(url: str, ready: Callable[[str], None], server: uvicorn.Server) -> None:
    deadline = time.monotonic() + _READY_WITHIN_SECONDS
    while time.monotonic() < deadline and not server.should_exit:
        try:
            if httpx.get(f"{url}/healthz", timeout=2, trust_env=False).is_success:
                ready(url)
                return
        except httpx.HTTPError:
            time.sleep(0.05)


def application() -> Starlette:
    """What each worker serves; the addresses come from the process that started it."""
    settings = Settings()
    settings.check()

    def open_portal() -> AbstractAsyncContextManager[Portal]:
        return portal(settings, app_url=os.environ[_APP_URL], public_url=os.environ[_PUBLIC_URL])

    return create_app(open_portal)
