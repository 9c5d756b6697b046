"""`portal` for tests: in this process where that will do, as a process where signals or several of them matter."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import httpx
import psutil
import pytest

from main.cli import app

PORTAL = [sys.executable, "-c", "from main.cli import app; app()"]
SECONDS_TO_END = 30


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """The one line of an error; fails if there were more, or something on standard output."""
        assert (self.out, self.err.count("\n")) == ("", 1), self
        return self.err.removesuffix("\n")


def run(
    *arguments: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    stdin: str = "",
) -> Ended:
    """Run a command in this process, which must have no event loop running."""
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(sys, "stdin", StringIO(stdin))
    try:
        with pytest.raises(SystemExit) as end:
            app(list(arguments))
    finally:
        signal.signal(signal.SIGTERM, before)
    told = capsys.readouterr()
    assert isinstance(end.value.code, int)
    return Ended(end.value.code, told.out, told.err)


def surroundings(data_dir: Path, **settings: str) -> dict[str, str]:
    """The environment of a process: this one's without settings of its own, and those given (PROFILE="production")."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return {**kept, "PORTAL_DATA_DIR": str(data_dir), **{f"PORTAL_{name}": value for name, value in settings.items()}}


class Service:
    """A process that prints lines and answers HTTP."""

    def __init__(self, process: "subprocess.Popen[str]", errors: Any) -> None:
        self.process = process
        self._errors = errors

    def line(self) -> str:
        """The next line of its output; fails if it ended instead."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"ended with {self.process.wait(SECONDS_TO_END)}: {self.errors()}"
        return line.rstrip("\n")

    def url(self) -> str:
        """The address it listens on."""
        line = self.line()
        assert line.startswith("listening on http://"), line
        return line.removeprefix("listening on ")

    def errors(self) -> str:
        self._errors.seek(0)
        return str(self._errors.read())

    def stop(self, signal_number: int = signal.SIGTERM) -> int:
        """Its exit status after a signal."""
        self.process.send_signal(signal_number)
        return self.process.wait(SECONDS_TO_END)


@contextmanager
def started(
    command: list[str], environment: Mapping[str, str], *, stdin: Any = subprocess.DEVNULL
) -> Iterator[Service]:
    """A process of its own session, killed at the end if it is still there."""
    with (
        TemporaryFile("w+") as errors,
        subprocess.Popen(
            command,
            env=environment,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield Service(process, errors)
        finally:
            if process.poll() is None:
                process.kill()


def processes_about(folder: Path) -> list[str]:
    """What still runs with `folder` on its command line or in its environment, but for the server's own helpers."""
    found = []
    for process in psutil.process_iter():
        try:
            mentioned = [*process.cmdline(), *process.environ().values()]
        except psutil.Error:
            continue
        if process.pid != os.getpid() and any(str(folder) in text for text in mentioned):
            found.append(" ".join(process.cmdline()) or process.name())
    return found


def ask(url: str, query: str, token: str | None = None, **variables: Any) -> Any:
    """The data of an operation that was executed without errors."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = httpx.post(
        f"{url}/graphql", json={"query": query, "variables": variables}, headers=headers, timeout=30, trust_env=False
    )
    body = answer.json()
    assert (answer.status_code, body.get("errors")) == (200, None), body
    return body["data"]
