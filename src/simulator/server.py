"""Runs the simulator as a process of its own."""

import asyncio
import ipaddress
import os
import signal
import socket
import sys
from dataclasses import replace

import uvicorn

from simulator.app import create_app
from simulator.settings import Settings

_PORTS_TRIED = 20
_SECONDS_TO_FINISH = 3


class CannotListen(Exception):
    """The address may not or cannot be used; the text is a sentence in Spanish."""


def is_loopback(host: str) -> bool:
    """Whether a server bound to `host` can be reached from this machine only; a name other than localhost is not."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def bind(host: str, port: int, *, next_free: bool = False) -> socket.socket:
    """A socket bound to the address, or to the first free port after it. Raises CannotListen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    last = min(port + _PORTS_TRIED, 65535) if next_free and port else port
    for candidate in range(port, last + 1):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
        except OSError as error:
            listener.close()
            if candidate == last:
                raise CannotListen(f"No se puede escuchar en {host}:{candidate}: {error.strerror}.") from None
            continue
        return listener
    raise CannotListen(f"No se puede escuchar en {host}:{port}.")


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            host, port = sockets[0].getsockname()[:2]
            _announce(f"listening on http://{f'[{host}]' if ':' in host else host}:{port}")


def _announce(text: str) -> None:
    try:
        print(text, flush=True)  # noqa: T201
    except BrokenPipeError:
        # Nobody listens, which is no reason to stop; the text is kept, and would be tried again at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def serve(
    host: str = "127.0.0.1",
    port: int = 8001,
    *,
    settings: Settings | None = None,
    allow_remote: bool = False,
    next_free: bool = False,
) -> int:
    """Serves until SIGINT or SIGTERM, after printing one line `listening on URL`; answers the exit status.

    Port 0 takes any free one; `next_free` goes on to the next when the port is taken. An address that other machines
    can reach is refused (status 2) unless `allow_remote`; one that cannot be used ends with status 1. Due things run
    in the background unless the settings say otherwise.
    """
    if not allow_remote and not is_loopback(host):
        print(  # noqa: T201
            f"El simulador sólo escucha en este equipo: {host} no es una dirección de bucle local "
            "(--allow-remote la permite).",
            file=sys.stderr,
        )
        return 2
    try:
        listener = bind("127.0.0.1" if host.lower() == "localhost" else host, port, next_free=next_free)
    except CannotListen as refusal:
        print(refusal, file=sys.stderr)  # noqa: T201
        return 1
    config = uvicorn.Config(
        create_app(settings or replace(Settings(), background=True)),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
    )
    server = _Server(config)

    def stop(*_: object) -> None:
        server.should_exit = True

    # uvicorn has handlers of its own while it serves, and raises the signal again afterwards: these take it then, and
    # before.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    with listener:
        asyncio.run(server.serve(sockets=[listener]))
    return 0
