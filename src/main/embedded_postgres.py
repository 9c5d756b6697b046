"""A private PostgreSQL: started by the first process that needs it, shared, and stopped by the last one to leave.

Everything lives in `<data_dir>/postgres/<major version>`: the data, the log and, where its path is short enough, the
unix socket, which is the only way in. Two kernel locks (`flock`) keep the count, because the kernel drops them however
a process ends: `lock` orders starts and stops, and whoever uses the server holds `users` shared.
"""

import atexit
import fcntl
import hashlib
import os
import shlex
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import quote

import psutil

from main.postgres_programs import EmbeddedPostgresError, PostgresPrograms, installed_postgres, programs_for
from main.server_user import ServerUser, passable_folder

DURABLE: Mapping[str, str] = {"fsync": "on"}
"""Settings for data that must survive a power cut."""

FAST: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
}
"""Settings for data that a test throws away."""

ROOTS_FOLDER = Path("/var/lib/area-de-clientes")
"""Where root's server keeps what it cannot reach in its proper place."""

_PORT = 5432  # part of the socket's name; no port is opened
_LONGEST_SOCKET_PATH = 103  # bytes: macOS's limit, Linux has 107
_PATIENCE = 15.0  # seconds
_LOG_SIZE = 1_000_000


class EmbeddedPostgres:
    """The server of one data directory, as a context manager or by `start` and `stop`.

    `settings` are PostgreSQL's own and count for whoever starts the server, not for those who join it. `installed` are
    the programs to choose from: those that fit the data, the first ones for new data.
    """

    def __init__(
        self,
        data_dir: Path,
        settings: Mapping[str, str] = DURABLE,
        *,
        installed: Sequence[PostgresPrograms] | None = None,
        roots_folder: Path = ROOTS_FOLDER,
    ) -> None:
        self._data_dir = data_dir.absolute()
        self._settings = settings
        self._installed = installed
        self._roots_folder = roots_folder
        self._membership: int | None = None
        self._member_pid = 0

    def url(self, database: str = "postgres", user: str = "postgres") -> str:
        """SQLAlchemy's address of a database, for asyncpg. Valid once started; the socket asks for no password."""
        return f"postgresql+asyncpg://{user}@/{database}?host={quote(str(self._sockets), safe='')}&port={_PORT}"

    def start(self) -> Self:
        """Start the server or join it; return when it answers. Raises EmbeddedPostgresError."""
        if self._membership is not None:
            return self
        try:
            self._settle()
            with self._alone():
                self._join()
                try:
                    self._initialise()
                    self._run_server()
                except BaseException:  # Ctrl-C too, which may come when the server is already on its way
                    self._end()
                    raise
        except (OSError, KeyError) as error:  # KeyError: a user without a name
            raise EmbeddedPostgresError(f"PostgreSQL no puede usar {self._data_dir}: {error}") from error
        atexit.register(self.stop)
        return self

    def stop(self) -> None:
        """Leave the server; it stops if nobody else uses it. Does nothing the second time, nor in a forked child."""
        if self._membership is None or self._member_pid != os.getpid():
            return
        atexit.unregister(self.stop)
        if not self._home.exists():  # someone removed it all; the server notices by itself within a minute
            self._leave()
            return
        with self._alone():
            self._end()

    __enter__ = start

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _settle(self) -> None:
        """Decide on programs, folders and user, and make the folders."""
        folder = (self._data_dir / "postgres").resolve()
        programs = programs_for(folder, installed_postgres() if self._installed is None else self._installed)
        major = str(programs.major)
        self._user = ServerUser(folder / major)
        if not self._user.reaches(programs.path("postgres")):
            programs = programs.copied_under(passable_folder(self._roots_folder))
        self._programs = programs
        self._home = self._reachable(folder) / major
        self._own(self._home)
        self._data, self._log = self._home / "data", self._home / "log"
        self._sockets = self._home / "socket"
        too_long = len(os.fsencode(self._sockets)) + len(f"/.s.PGSQL.{_PORT}") > _LONGEST_SOCKET_PATH
        if too_long or "," in str(self._sockets):  # a comma separates hosts in an address
            key = hashlib.sha256(os.fsencode(self._home)).hexdigest()[:16]
            self._sockets = Path("/tmp", f"pg-{self._user.uid}-{key}")  # noqa: S108 — its owner is checked
        self._own(self._sockets)

    def _reachable(self, folder: Path) -> Path:
        """`folder`, made if need be; for root's server that cannot get there (a checkout under /root), another.

        The other is in `roots_folder`, and a link in the place of `folder` leads to it from then on.
        """
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            passable_folder(folder)
        if self._user.reaches(folder):
            return folder
        if any(folder.iterdir()):
            raise EmbeddedPostgresError(
                f"El usuario {self._user.name} no puede llegar a {folder}, donde están los datos: "
                "permítale el paso (chmod o+x en las carpetas superiores) o indique otro PORTAL_DATA_DIR."
            )
        other = Path(tempfile.mkdtemp(prefix="postgres-", dir=passable_folder(self._roots_folder)))
        other.chmod(0o711)
        folder.rmdir()
        folder.symlink_to(other)
        return other

    def _own(self, folder: Path) -> None:
        if not self._user.owns(folder):
            raise EmbeddedPostgresError(
                f"{folder} es de otro usuario: use el mismo con el que empezó o indique otro PORTAL_DATA_DIR."
            )

    def _initialise(self) -> None:
        """Create the data where there is none; an interrupted attempt leaves nothing behind that counts."""
        if self._data.exists():
            return
        new = self._home / "new"
        shutil.rmtree(new, ignore_errors=True)
        # Texts in the order of their code points, the same on every system.
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if self._programs.major >= 17 else []
        sync = [] if self._settings.get("fsync") == "on" else ["--no-sync"]
        options = ["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", *locale, *sync]
        self._call("initdb", "-D", str(new), *options)
        new.rename(self._data)

    def _run_server(self) -> None:
        if self._log.exists() and self._log.stat().st_size > _LOG_SIZE:
            self._log.replace(self._log.with_suffix(".1"))
        options = {
            "port": str(_PORT),
            "listen_addresses": "",
            "unix_socket_directories": f'"{self._sockets}"',
            "timezone": "UTC",
            "log_timezone": "UTC",
            **self._settings,
        }
        arguments = shlex.join(part for name, value in options.items() for part in ("-c", f"{name}={value}"))
        start = ["start", "--wait", "--timeout=120", "--silent", "-D", str(self._data), "-l", str(self._log)]
        deadline = time.monotonic() + _PATIENCE
        while (status := self._status()) != "ready":
            if status is None:
                try:
                    self._call("pg_ctl", *start, "-o", arguments)
                except EmbeddedPostgresError as error:
                    # The processes of a killed server take a moment to notice and give its memory back.
                    if "still in use" not in str(error) or time.monotonic() > deadline:
                        raise
            time.sleep(0.05)

    def _status(self) -> str | None:
        """What the running server says of itself (`starting`, `ready`, `stopping`); None when there is none.

        The pid in a file that a killed server left may by now be another program's, and PostgreSQL would refuse to
        start as long as that one lives: such files are removed.
        """
        pid_file = self._data / "postmaster.pid"
        try:
            lines = pid_file.read_text().splitlines()
        except FileNotFoundError:
            return None
        if lines and lines[0].isdecimal() and _is_server_of(int(lines[0]), self._data):
            return lines[7].strip() if len(lines) > 7 else "starting"
        pid_file.unlink(missing_ok=True)
        (self._sockets / f".s.PGSQL.{_PORT}.lock").unlink(missing_ok=True)
        return None

    def _join(self) -> None:
        self._membership = os.open(self._home / "users", os.O_RDWR | os.O_CREAT, 0o600)
        self._member_pid = os.getpid()
        fcntl.flock(self._membership, fcntl.LOCK_SH)

    def _end(self) -> None:
        """Leave, under the lock; stop the server if nobody else uses it."""
        if self._membership is None:
            return
        try:
            fcntl.flock(self._membership, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        finally:
            self._leave()
        self._call("pg_ctl", "stop", "--wait", "--silent", "--mode=fast", "-D", str(self._data), check=False)

    def _leave(self) -> None:
        if self._membership is not None:
            os.close(self._membership)
        self._membership = None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        descriptor = os.open(self._home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _call(self, program: str, *arguments: str, check: bool = True) -> None:
        # Output goes to a file: a pipe would be inherited by the server, and reading it would never end.
        with tempfile.TemporaryFile() as output:
            done = self._user.run([str(self._programs.path(program)), *arguments], output.fileno())
            output.seek(0)
            text = output.read().decode(errors="replace").strip()
        if check and done.returncode:
            if program == "pg_ctl" and self._log.exists():
                text = "\n".join([text, *self._log.read_text(errors="replace").splitlines()[-8:]])
            raise EmbeddedPostgresError(f"PostgreSQL no arrancó ({program}, registro en {self._log}):\n{text}")


def _is_server_of(pid: int, data: Path) -> bool:
    try:
        process = psutil.Process(pid)
        return process.name().startswith("postgres") and str(data) in process.cmdline()
    except psutil.NoSuchProcess:  # a zombie too
        return False
    except psutil.AccessDenied:  # not ours to judge; PostgreSQL then says so itself
        return True
