"""What is measured: a database of its own with the demo's agency, the service and the floor as processes."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import httpx
import psutil

from main.bootstrap import portal
from main.commands.imports import import_directory
from main.database import Databases
from main.demo.loading import load
from main.demo.people import FOLDER, NAME, SLUG, TAX_ID
from main.places import bound
from main.settings import Settings

SERVICE = [str(Path(sys.executable).with_name("portal")), "serve", "--port"]
FLOOR = [sys.executable, "-m", "bench.floor"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """Rows of the example, and the seconds that they took when they were new and when nothing had changed."""

    rows: int
    new: float
    again: float


@contextmanager
def data_directory() -> Iterator[Path]:
    """A folder through which an unprivileged PostgreSQL can pass."""
    made = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    made.chmod(0o711)
    try:
        yield made
    finally:
        shutil.rmtree((made / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(made)


async def filled(settings: Settings, databases: Databases) -> Loaded:
    """Migrate, import the example twice with a watch in the hand, and make the demo's accounts."""
    await databases.migrate()
    async with portal(settings, app_url=databases.app_url, public_url="http://127.0.0.1") as opened:
        agency = await opened.use_cases.register_agency(slug=SLUG, name=NAME, tax_id=TAX_ID)
        took = []
        for _ in range(2):
            began = time.perf_counter()
            await import_directory(opened.use_cases.import_file, agency.id, FOLDER, out=StringIO())
            took.append(time.perf_counter() - began)
        with redirect_stdout(StringIO()):
            await load(opened, url="http://127.0.0.1")
    rows = sum(path.read_bytes().count(b"\n") - 1 for path in FOLDER.glob("*.csv"))
    return Loaded(rows, *took)


@contextmanager
def served(command: list[str], environment: dict[str, str], cores: list[int]) -> Iterator[tuple[str, int]]:
    """Address and process of a server that answers, on the cores given where the system can do that."""
    with bound("127.0.0.1", 0) as place:
        port = place.getsockname()[1]
    process = subprocess.Popen(
        [*command, str(port)], env=os.environ | environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(600):
            if process.poll() is not None:
                raise SystemExit(f"{command[-1]}: no arrancó")
            try:
                httpx.get(f"{url}/healthz", trust_env=False, timeout=5)
                break
            except httpx.TransportError:
                time.sleep(0.05)
        pin(process.pid, cores)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(30)


def pin(pid: int, cores: list[int]) -> None:
    found = psutil.Process(pid)
    if hasattr(found, "cpu_affinity") and cores:
        found.cpu_affinity(cores)
