"""Serving: one line when it is ready, and an end that lets requests in flight finish."""

import gc
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import httpx
import uvicorn
from starlette.types import ASGIApp
from uvicorn.supervisors import Multiprocess

from main.asgi import create_app
from main.bootstrap import Portal, portal
from main.places import url_of
from main.protocol import BoundedHttpProtocol
from main.settings import Settings

_APP_URL = "PORTAL_SERVING_DATABASE_URL"
_PUBLIC_URL = "PORTAL_SERVING_PUBLIC_URL"
_JOBS = "PORTAL_SERVING_JOBS"
_LAST_REQUESTS_SECONDS = 25
_READY_WITHIN_SECONDS = 60


def serve(
    settings: Settings,
    place: socket.socket,
    *,
    app_url: str,
    workers: int = 1,
    jobs: bool = True,
    ready: Callable[[str], None],
) -> None:
    """Serve until SIGTERM or Ctrl-C, and return; `ready` is told the address when the first request would be answered.
    With `jobs` each of the processes does background jobs too.

    For the main thread. Both signals keep meaning "end" afterwards, so that whoever called can stop what it started.
    """
    url = url_of(place)
    os.environ[_APP_URL] = app_url
    os.environ[_PUBLIC_URL] = settings.public_url or url
    os.environ[_JOBS] = "on" if jobs else ""
    config = uvicorn.Config(
        "main.server:application",
        factory=True,
        workers=workers,
        loop="uvloop",
        http=BoundedHttpProtocol,
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


def application() -> ASGIApp:
    """What each worker serves; the addresses come from the process that started it."""
    settings = Settings()
    settings.check()
    # What was loaded stays loaded: kept out of every later collection, which otherwise stops the loop for long.
    gc.collect()
    gc.freeze()

    def open_portal() -> AbstractAsyncContextManager[Portal]:
        return portal(settings, app_url=os.environ[_APP_URL], public_url=os.environ[_PUBLIC_URL])

    return create_app(open_portal, https_only=settings.is_production, jobs=bool(os.environ[_JOBS]))
