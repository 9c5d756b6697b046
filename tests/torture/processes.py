"""What is killed and brought back: service processes, PostgreSQL; and the simulator, which is left alone."""

import asyncio
import os
import random
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process, create_subprocess_exec
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from main.embedded_postgres import EmbeddedPostgres

_READY_SECONDS = 90.0
_END_SECONDS = 35.0
_PORTAL = str(Path(sys.executable).with_name("portal"))


def free_ports(count: int, chance: random.Random) -> list[int]:
    """Ports that nobody listens on, below those that the system gives to outgoing connections."""
    found: list[int] = []
    while len(found) < count:
        port = chance.randrange(20_000, 30_000)
        with socket.socket() as place:
            try:
                place.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in found:
            found.append(port)
    return found


class Program:
    """A `portal` command that runs until it is stopped, and is started again after each death. `ready` is how the line
    begins that says it is."""

    def __init__(self, name: str, *command: str, ready: str, environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.up = False
        self.starts = 0
        self._command = command
        self._ready = ready
        self._environment = environment
        self._log = log
        self._process: Process | None = None

    async def start(self) -> None:
        """Until it answers. RuntimeError if it ends instead."""
        with self._log.open("ab") as log:
            self._process = process = await create_subprocess_exec(
                *self._command,
                env={**self._environment},
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=log,
            )
        assert process.stdout is not None
        self.starts += 1
        try:
            async with asyncio.timeout(_READY_SECONDS):
                line = (await process.stdout.readline()).decode()
        except (TimeoutError, asyncio.CancelledError):
            await self.kill()
            raise
        if not line.startswith(self._ready):
            await process.wait()
            raise RuntimeError(f"{self.name} did not start: {self._log}")
        self.up = True

    async def kill(self) -> None:
        """kill -9, and until it is gone."""
        self.up = False
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)
            await self._process.wait()

    async def stop(self) -> None:
        """As an operator stops it; the exit status has to be 0, unless it was only on its way."""
        served, self.up = self.up, False
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            async with asyncio.timeout(_END_SECONDS):
                status = await self._process.wait()
        except TimeoutError:
            await self.kill()
            raise RuntimeError(f"{self.name} did not end when it was asked to") from None
        if status and served:
            raise RuntimeError(f"{self.name} ended with {status}: {self._log}")


class Service(Program):
    """One `portal serve` with a port of its own, which it takes again. Background jobs are somebody else's."""

    def __init__(self, place: int, port: int, environment: Mapping[str, str], folder: Path) -> None:
        super().__init__(
            f"portal serve {place}",
            *(_PORTAL, "serve", "--port", str(port), "--no-jobs"),
            ready="listening on ",
            environment=environment,
            log=folder / f"servicio-{place}.log",
        )
        self.place = place
        self.url = f"http://127.0.0.1:{port}"


class Worker(Program):
    """The `portal work` that does the background jobs. It gives way to the others: a letter for each payment, with its
    receipt drawn, would otherwise take half of a small machine."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        super().__init__(
            "portal work",
            *("nice", "-n", "15", _PORTAL, "work"),
            ready="working",
            environment=environment,
            log=folder / "trabajos.log",
        )


class Simulator:
    """The gateways, a process that lives through it all."""

    def __init__(self, seed: int, retry_seconds: str) -> None:
        self.url = ""
        self._options = ["--port", "0", "--seed", str(seed), "--retry-delays", retry_seconds]
        self._process: Process | None = None

    async def start(self) -> None:
        self._process = await create_subprocess_exec(
            sys.executable, "-m", "simulator", *self._options, stdin=DEVNULL, stdout=PIPE
        )
        assert self._process.stdout is not None
        line = (await self._process.stdout.readline()).decode()
        if not line.startswith("listening on "):
            raise RuntimeError("the simulator did not start")
        self.url = line.removeprefix("listening on ").strip()

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            try:
                async with asyncio.timeout(_END_SECONDS):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()


class Postgres:
    """The embedded server with its settings for data that must survive, as `portal serve` starts it."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._member: EmbeddedPostgres | None = None

    async def start(self) -> None:
        """Start it, again if it was killed."""
        # The one from before has joined a server that is gone: it leaves when the new one is there.
        before, self._member = self._member, EmbeddedPostgres(self._data_dir)
        await asyncio.to_thread(self._member.start)
        if before is not None:
            await asyncio.to_thread(before.stop)

    async def stop(self) -> None:
        if self._member is not None:
            await asyncio.to_thread(self._member.stop)
            self._member = None

    @property
    def owner_url(self) -> str:
        assert self._member is not None
        return self._member.url()

    def kill(self) -> bool:
        """kill -9 of the postmaster; its children notice by themselves. False if it is not running."""
        for file in (self._data_dir / "postgres").resolve().glob("*/data/postmaster.pid"):
            with suppress(ProcessLookupError):
                os.kill(int(file.read_text().splitlines()[0]), signal.SIGKILL)
                return True
        return False


def environment(data_dir: Path, simulator_url: str) -> dict[str, str]:
    """That of a service process: nothing of the caller's settings, the embedded database, the simulator."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return kept | {
        "PORTAL_DATA_DIR": str(data_dir),
        "PORTAL_PAYU_CHECKOUT_URL": f"{simulator_url}/ppp-web-gateway-payu/",
        "PORTAL_PAYU_REPORTS_URL": f"{simulator_url}/reports-api/4.0/service.cgi",
    }
