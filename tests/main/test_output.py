"""A reader who leaves before everything was said: commands end quietly and like other programs, services run on."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path

import httpx
import pytest

from main.cli import app
from main.output import NOBODY_READS, NobodyReads, to_a_reader
from main.places import bound
from tests.main.command_line import PORTAL, SECONDS_TO_END, surroundings
from tests.postgres import Database

SIMULATOR = [sys.executable, "-m", "simulator"]
MANY = 300
SECONDS_TO_BEGIN = 120
LETTER = "From: a@andina.example\r\nTo: b{number}@correo.example\r\nSubject: Factura {number}\r\n\r\nHola.\r\n"


@pytest.fixture
def letters(tmp_path: Path) -> dict[str, str]:
    """The environment of a portal whose mailbox lists more than a pipe's worth in one write."""
    folder = tmp_path / "mail"
    folder.mkdir()
    for number in range(MANY):
        (folder / f"{number:040x}.eml").write_text(LETTER.format(number=number))
    return surroundings(tmp_path)


@contextmanager
def unread() -> Iterator[TextIOWrapper]:
    """The writing end of a pipe whose reader has left."""
    reading, writing = os.pipe()
    os.close(reading)
    output = os.fdopen(writing, "w")
    try:
        yield output
    finally:
        with suppress(BrokenPipeError):
            output.close()


def test_a_reader_who_has_seen_enough_ends_the_list_quietly(letters: dict[str, str]) -> None:
    """As a shell writes it: the status of the list itself is what `pipefail` gives."""
    portal = f"{sys.executable} -c 'from main.cli import app; app()'"
    bash = shutil.which("bash")
    assert bash is not None
    line = f"set -o pipefail; {portal} mail list | grep -m1 'Factura 0'"

    ended = subprocess.run([bash, "-c", line], env=letters, capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stderr) == (141, "")
    assert ended.stdout.endswith("b0@correo.example  Factura 0\n")


@pytest.mark.parametrize(
    "arguments",
    [("mail", "list"), ("mail", "list", "--json"), ("mail", "show"), ("schema",), ("schema", "--check"), ("--help",)],
    ids=" ".join,
)
@pytest.mark.parametrize("at_once", [False, True], ids=["kept", "at once"])
def test_whoever_reads_nothing_ends_any_command_quietly(
    letters: dict[str, str],
    arguments: tuple[str, ...],
    at_once: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PORTAL_DATA_DIR", letters["PORTAL_DATA_DIR"])
    with unread() as output:
        output.reconfigure(write_through=at_once)
        monkeypatch.setattr(sys, "stdout", output)
        before = signal.getsignal(signal.SIGTERM)
        with pytest.raises(SystemExit) as end:
            app(list(arguments))
        signal.signal(signal.SIGTERM, before)
        monkeypatch.undo()

    assert (end.value.code, capsys.readouterr().err) == (NOBODY_READS, "")


def test_only_the_output_is_taken_for_the_output() -> None:
    """A broken pipe to the database is no reader who left."""
    with pytest.raises(BrokenPipeError), to_a_reader():
        raise BrokenPipeError


def test_what_was_printed_is_missed_at_the_end_of_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    with unread() as output:
        monkeypatch.setattr(sys, "stdout", output)
        with pytest.raises(NobodyReads), to_a_reader():
            print("kept until somebody asks")  # noqa: T201

        assert sys.stdout is output


def test_a_service_runs_on_when_nobody_reads_where_it_listens(tmp_path: Path, module_database: Database) -> None:
    with bound("127.0.0.1", 0) as place:
        port = place.getsockname()[1]
    given = surroundings(tmp_path, DATABASE_URL=module_database.owner_url, APP_DATABASE_URL=module_database.app_url)

    _serves_unread([*PORTAL, "serve", "--port", str(port), "--no-jobs"], given, f"http://127.0.0.1:{port}/healthz")


def test_the_simulator_too(tmp_path: Path) -> None:
    with bound("127.0.0.1", 0) as place:
        port = place.getsockname()[1]

    _serves_unread([*SIMULATOR, "--port", str(port)], surroundings(tmp_path), f"http://127.0.0.1:{port}/")


def _serves_unread(command: list[str], environment: dict[str, str], url: str) -> None:
    """Fails unless it serves, ends with 0 when it is told to, and complains of nothing."""
    with (
        unread() as nobody,
        subprocess.Popen(command, env=environment, stdout=nobody, stderr=subprocess.PIPE, text=True) as service,
    ):
        try:
            deadline = time.monotonic() + SECONDS_TO_BEGIN
            while not _answers(url):
                assert (service.poll(), time.monotonic() < deadline) == (None, True)
                time.sleep(0.1)
            time.sleep(0.3)  # until it has said so, which is after it answers
            service.terminate()
            _, errors = service.communicate(timeout=SECONDS_TO_END)
        finally:
            service.kill()
    assert (service.returncode, errors) == (0, "")


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).is_success
    except httpx.HTTPError:
        return False
