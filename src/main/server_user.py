"""Who the embedded PostgreSQL runs as: it refuses root, and root must open none of its own folders for it."""

import os
import pwd
import stat
import subprocess
from contextlib import suppress
from pathlib import Path


class ServerUser:
    """The user of a server whose data is at `home`, there already or not yet.

    That is this process's own user. For root it is the owner of the data, or `nobody` for data that is new.
    """

    def __init__(self, home: Path) -> None:
        self._switched = os.geteuid() == 0
        owner = home.stat().st_uid if self._switched and home.exists() else os.geteuid()
        entry = pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
        self.name, self.uid, self._gid = entry.pw_name, entry.pw_uid, entry.pw_gid

    def run(self, command: list[str], output: int = subprocess.DEVNULL) -> subprocess.CompletedProcess[bytes]:
        """Run a program as this user to its end, whatever its exit status; all it writes goes to `output`."""
        # PGPORT, PGDATA and their like would change what PostgreSQL's programs do.
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
        return subprocess.run(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={**kept, "LC_ALL": "C"},
            user=self.uid if self._switched else None,
            group=self._gid if self._switched else None,
            extra_groups=[] if self._switched else None,
            check=False,
        )

    def reaches(self, path: Path) -> bool:
        """Whether this user may enter a folder or run a program, by the rights of all the folders above it."""
        return self.run(["/usr/bin/env", "test", "-x", str(path)]).returncode == 0

    def owns(self, folder: Path) -> bool:
        """Make a folder that only this user can enter, or see whether the one there is this user's (or root's to give).

        Other users may write beside it, so what is there is looked at before it is trusted.
        """
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (self.uid, os.geteuid()):
            return False
        os.chown(folder, self.uid, -1, follow_symlinks=False)
        return True


def passable_folder(folder: Path) -> Path:
    """Make a folder that others can pass through, whatever the umask; one that is there is left as it is."""
    if not folder.exists():
        folder.mkdir(exist_ok=True)
        folder.chmod(0o711)
    return folder
