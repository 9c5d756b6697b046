"""`portal serve` as a process: when it says that it is ready, whom it refuses to serve as, and how it ends."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from main.places import bound, url_of
from tests.main.command_line import PORTAL, SECONDS_TO_END, ask, processes_about, run, started, surroundings
from tests.postgres import Database, DatabaseServer

QUERY = json.dumps({"query": "{ agency { slug } }"}).encode()


@pytest.fixture
def given(
    module_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> dict[str, str]:
    """The environment of a service over a database that is given and has one agency, andina."""
    environment = surroundings(
        tmp_path, DATABASE_URL=module_database.owner_url, APP_DATABASE_URL=module_database.app_url
    )
    for name in ("DATABASE_URL", "APP_DATABASE_URL", "DATA_DIR"):
        monkeypatch.setenv(f"PORTAL_{name}", environment[f"PORTAL_{name}"])
    run(
        *("agency", "create", "andina", "--name", "Andina", "--tax-id", "900123456-8"),
        monkeypatch=monkeypatch,
        capsys=capsys,
    )
    return environment


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data directory through which an unprivileged PostgreSQL can pass."""
    made = Path(tempfile.mkdtemp(prefix="portal-test-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree((made / "postgres").resolve(), ignore_errors=True)
    shutil.rmtree(made)


def test_it_says_once_where_it_listens_and_answers_from_then_on(given: dict[str, str]) -> None:
    with started([*PORTAL, "serve", "--port", "0"], given) as service:
        url = service.url()

        assert httpx.get(f"{url}/healthz", trust_env=False).json() == {"status": "ok"}
        assert httpx.get(f"{url}/readyz", trust_env=False).json()["status"] == "ok"
        assert ask(url, "{ agency { slug } }") == {"agency": {"slug": "andina"}}
        assert service.stop() == 0
        assert service.process.stdout is not None
        assert (service.process.stdout.read(), service.errors()) == ("", "")


def test_a_request_in_flight_is_answered_after_the_signal_to_end_and_no_new_one(given: dict[str, str]) -> None:
    with started([*PORTAL, "serve", "--port", "0"], given) as service:
        place = urlsplit(service.url())
        address = (str(place.hostname), int(place.port or 0))
        with socket.create_connection(address, timeout=SECONDS_TO_END) as connection:
            head = f"POST /graphql HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: application/json\r\n"
            connection.sendall(f"{head}Content-Length: {len(QUERY)}\r\n\r\n".encode() + QUERY[:5])
            time.sleep(0.3)  # the request is under way, half of it still missing
            service.process.send_signal(signal.SIGTERM)
            _wait_until_closed(address)

            connection.sendall(QUERY[5:])

            answer = connection.makefile("rb").read()
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b'"slug":"andina"' in answer.replace(b" ", b"")
        assert service.process.wait(SECONDS_TO_END) == 0


def test_what_no_request_needs_is_not_kept_and_an_address_too_many_is_not_found(given: dict[str, str]) -> None:
    with started([*PORTAL, "serve", "--port", "0"], given) as service:
        url = service.url()
        place = urlsplit(url)
        address = (str(place.hostname), int(place.port or 0))
        with socket.create_connection(address, timeout=SECONDS_TO_END) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"X: aaaaaaaaaaa\r\n" * 2_050)

            answer = connection.makefile("rb").read()

        assert answer.startswith(b"HTTP/1.1 431 ")
        assert httpx.post(f"{url}/graphql/", json={"query": "{ __typename }"}, trust_env=False).status_code == 404
        assert service.stop() == 0
        assert service.errors() == ""


def _wait_until_closed(address: tuple[str, int]) -> None:
    for _ in range(100):
        try:
            socket.create_connection(address, timeout=1).close()
        except ConnectionRefusedError:
            return
        time.sleep(0.05)
    pytest.fail("it goes on taking connections")


def test_several_workers_serve_one_address_and_end_together(given: dict[str, str]) -> None:
    with started([*PORTAL, "serve", "--port", "0", "--workers", "2"], given) as service:
        url = service.url()
        workers = psutil.Process(service.process.pid).children(recursive=True)

        assert ask(url, "{ agency { slug } }") == {"agency": {"slug": "andina"}}
        assert service.stop() == 0
        assert len(workers) >= 2
        _, left = psutil.wait_procs(workers, timeout=5)
        assert left == []


def test_the_embedded_database_ends_with_the_service(folder: Path) -> None:
    environment = surroundings(folder)
    migrated = subprocess.run([*PORTAL, "migrate"], env=environment, capture_output=True, text=True, check=False)
    assert (migrated.returncode, migrated.stderr) == (0, "")

    with started([*PORTAL, "serve", "--port", "0"], environment) as service:
        url = service.url()
        assert httpx.get(f"{url}/readyz", trust_env=False).json()["status"] == "ok"
        assert [line for line in processes_about(folder) if "postgres" in line]
        assert service.stop() == 0

    assert processes_about(folder) == []


def test_a_taken_port_is_told_in_a_line(
    given: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with bound("127.0.0.1", 0) as taken:
        port = str(taken.getsockname()[1])

        ended = run("serve", "--port", port, monkeypatch=monkeypatch, capsys=capsys)

    assert (ended.status, ended.said.startswith(f"No se puede escuchar en 127.0.0.1:{port}: ")) == (1, True)


def test_the_next_free_port_is_taken_where_that_is_asked_for() -> None:
    with bound("127.0.0.1", 0) as taken, bound("127.0.0.1", taken.getsockname()[1], next_free=True) as next_one:
        assert taken.getsockname()[1] < next_one.getsockname()[1] < taken.getsockname()[1] + 20
        assert url_of(next_one) == f"http://127.0.0.1:{next_one.getsockname()[1]}"


async def test_a_database_that_was_never_migrated_is_not_served(
    given: dict[str, str], database_server: DatabaseServer
) -> None:
    empty = await database_server.create(migrated=False)
    addresses = {"PORTAL_DATABASE_URL": empty.owner_url, "PORTAL_APP_DATABASE_URL": empty.app_url}

    refused = subprocess.run(
        [*PORTAL, "serve", "--port", "0"],
        env=given | addresses,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS_TO_END,
    )
    await database_server.drop(empty)

    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
    assert "portal migrate" in refused.stderr


def test_a_role_that_owns_the_tables_is_not_served_as(
    given: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORTAL_APP_DATABASE_URL", given["PORTAL_DATABASE_URL"])

    for command in (["serve", "--port", "0"], ["agency", "set", "andina", "city=Cali"]):
        ended = run(*command, monkeypatch=monkeypatch, capsys=capsys)
        assert ended.status == 1
        assert ended.said.startswith("El rol de la base de datos puede ver más de lo que debe (owner)")


def test_a_given_owner_alone_makes_the_serving_role_by_migrating(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from main.embedded_postgres import FAST, EmbeddedPostgres  # a server of its own: the role is named portal_app

    with EmbeddedPostgres(folder, FAST) as server:
        monkeypatch.setenv("PORTAL_DATABASE_URL", server.url())
        monkeypatch.delenv("PORTAL_APP_DATABASE_URL", raising=False)
        monkeypatch.setenv("PORTAL_DATA_DIR", str(folder))

        def portal(*arguments: str) -> int:
            return run(*arguments, monkeypatch=monkeypatch, capsys=capsys).status

        before = portal("agency", "create", "andina", "--name", "Andina", "--tax-id", "900123456-8")
        assert portal("migrate") == 0
        after = portal("agency", "create", "andina", "--name", "Andina", "--tax-id", "900123456-8")

    assert (before, after) == (1, 0)
    assert "app_password" in json.loads((folder / "secrets.json").read_text())
    assert os.stat(folder / "secrets.json").st_mode & 0o077 == 0
