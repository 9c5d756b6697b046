"""The simulator as a process: where it listens, how it starts and ends."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from simulator.server import is_loopback


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its address; killed if the test left it alive."""
    command = [sys.executable, "-m", "simulator", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("listening on http://127.0.0.1:"), line
            yield process, line.removeprefix("listening on ").strip()
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_listens_and_ends_cleanly(number: signal.Signals) -> None:
    with running("--port", "0", "--seed", "3") as (process, address):
        health = httpx.get(f"{address}/_sim/health", trust_env=False).json()
        process.send_signal(number)
        out, errors = process.communicate(timeout=10)

    assert health["status"] == "ok"
    assert health["seed"] == 3
    assert (process.returncode, out, errors) == (0, "", "")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "portal.example", "127.0.0.1.example", ""])  # noqa: S104
def test_an_address_that_others_can_reach_is_refused(host: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "simulator", "--host", host, "--port", "0"],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )

    assert (ended.returncode, ended.stdout) == (2, "")
    assert "sólo escucha en este equipo" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.8.9.1", True), ("::1", True), ("localhost", True), ("10.0.0.1", False), ("a", False)],
)
def test_only_loopback_addresses_are_local(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_a_taken_port_is_told_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [sys.executable, "-m", "simulator", "--port", port],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )

        assert (ended.returncode, ended.stdout) == (1, "")
        assert len(ended.stderr.splitlines()) == 1
        assert port in ended.stderr
        with running("--port", port, "--next-free") as (_, address):
            assert not address.endswith(f":{port}")


def test_it_uses_nothing_of_the_service() -> None:
    code = (
        "import sys, simulator.__main__\n"
        "ours = {'domain', 'application', 'adapters', 'graphql_api', 'main'}\n"
        "print(sorted(ours & {name.split('.')[0] for name in sys.modules}))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=True, env=dict(os.environ)
    )

    assert ended.stdout == "[]\n"
