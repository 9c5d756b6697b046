"""The command `portal` as it is installed."""

import subprocess
import sys
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("portal")


def test_a_process_that_python_spawns_does_not_load_the_service_again() -> None:
    """Python runs the program's file in each of them, under this name."""
    load = "import runpy, sys; runpy.run_path(sys.argv[1], run_name='__mp_main__'); print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", load, PROGRAM], capture_output=True, text=True, check=True).stdout

    assert {"main.cli", "main.bootstrap", "sqlalchemy", "strawberry", "typer"}.isdisjoint(loaded.split())


def test_it_is_the_command_line() -> None:
    done = subprocess.run([PROGRAM, "agency", "create"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (2, "Falta SLUG. Consulte «portal agency create --help».\n")
