"""A mailbox for development: a folder with a file for each letter, as any mail program opens it."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from adapters.mail.message import Sender, compose, message_id
from application.ports.mail import Mail, Mailer

_LINK = re.compile(r"^https?://\S+$", re.MULTILINE)
_ID = re.compile(r"[0-9a-f]{4,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """One of the mailbox: `id` is what its file is called after, `kept_at` when it was written there, in
    nanoseconds."""

    id: str
    message: EmailMessage
    kept_at: int = 0

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain",))
        return str(body.get_content()).replace("\r\n", "\n") if body is not None else ""

    @property
    def link(self) -> str | None:
        """Where its button leads."""
        found = _LINK.search(self.text)
        return found[0] if found else None

    @property
    def attachments(self) -> list[str]:
        return [part.get_filename() or "" for part in self.message.iter_attachments()]


class FolderMailbox(Mailer):
    """Letters as files in `folder`; one that is sent again takes the place of itself."""

    def __init__(self, folder: Path, *, service_host: str = "localhost") -> None:
        self._folder = folder
        self._sender = Sender(f"no-responder@{service_host}")

    async def send(self, mail: Mail) -> None:
        name = message_id(mail, self._sender).strip("<>").partition("@")[0]
        await asyncio.to_thread(self._write, name, compose(mail, self._sender).as_bytes())

    def letters(self) -> Iterator[KeptLetter]:
        """The oldest first."""
        files = self._folder.glob("*.eml") if self._folder.is_dir() else ()
        for file in sorted(files, key=lambda it: (it.stat().st_mtime_ns, it.name)):
            yield _read(file)

    def letter(self, start_of_id: str = "") -> KeptLetter | None:
        """The only one whose id begins like this; without it the newest."""
        if not start_of_id:
            return max(self.letters(), key=lambda it: it.kept_at, default=None)
        found = list(self._folder.glob(f"{start_of_id}*.eml")) if _ID.fullmatch(start_of_id) else []
        return _read(found[0]) if len(found) == 1 else None

    def _write(self, name: str, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self._folder / f"{name}.part"
        part.write_bytes(content)
        part.replace(self._folder / f"{name}.eml")


def _read(file: Path) -> KeptLetter:
    message = message_from_bytes(file.read_bytes(), _class=EmailMessage, policy=default)
    return KeptLetter(file.stem, message, file.stat().st_mtime_ns)
