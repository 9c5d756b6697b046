"""Files that go with a PQRS: what is accepted, how they are named, and what is known of one that was kept."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.ids import AgencyId, AttachmentId, ClientId, PqrsId, PqrsMessageId
from domain.pqrs import PqrsActor

FILE_LIMIT = 5 * 1024 * 1024
"""Bytes of one file, and of all files that are sent together."""
FILES_OF = {PqrsActor.CLIENT: 5, PqrsActor.AGENCY: 20}
"""How many files a case holds of each side. The client's are those of the filing, whoever typed it, and of the client's
messages; the agency's those of its messages and notes, which take nothing from the client's."""
NAME_LIMIT = 120
"""Letters of a file's name, its extension included."""
_BYTES_OF_NAME = 240
"""What file systems take is 255, in UTF-8."""


class FileKind(StrEnum):
    """What is accepted, as a content type."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"

    @property
    def extension(self) -> str:
        return {FileKind.PDF: "pdf", FileKind.JPEG: "jpg", FileKind.PNG: "png"}[self]

    @classmethod
    def of(cls, content: bytes) -> "FileKind | None":
        """By how the content begins, which is the only thing that a sender cannot merely say."""
        return next((kind for signature, kind in _SIGNATURES.items() if content.startswith(signature)), None)


_SIGNATURES = {b"%PDF-": FileKind.PDF, b"\xff\xd8\xff": FileKind.JPEG, b"\x89PNG\r\n\x1a\n": FileKind.PNG}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that was kept, without its content. `internal`: of a note of the staff, which no client ever sees.

    It came with the message, or with the filing where there is none. `position` orders those that came together.
    """

    id: AttachmentId
    agency_id: AgencyId
    pqrs_id: PqrsId
    client_id: ClientId
    author: PqrsActor
    added_at: datetime
    position: int
    file_name: str
    content_type: FileKind
    byte_size: int
    sha256: str
    message_id: PqrsMessageId | None = None
    internal: bool = False


_UNSAID = ("Cc", "Cf", "Cn", "Co", "Cs")
"""Kinds of letters that are not seen, or not by everybody: a name could hide or turn around its end with them."""
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)
"""Names of devices in Windows."""
_EXTENSIONS = {FileKind.PDF: ("pdf",), FileKind.JPEG: ("jpg", "jpeg", "jpe", "jfif"), FileKind.PNG: ("png",)}


def safe_file_name(name: str, kind: FileKind) -> str:
    """A name to save the file under, in any system: the one it came with as far as that is harmless, always with the
    extension of what it is.

    No folders, no letters that are not seen, no signs that mean something to a system, and no other dot: what looked
    like a second extension is a part of the name. Given its own answer it changes nothing.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(
        " " if unicodedata.category(letter).startswith("Z") or letter in "\t\r\n" else letter
        for letter in last
        if letter in "\t\r\n" or unicodedata.category(letter) not in _UNSAID
    )
    stem, dot, extension = seen.strip().rpartition(".")
    if not dot or extension.strip().lower() not in _EXTENSIONS[kind]:
        stem = seen
    stem = re.sub(r'[<>:"|?*%$&`\';#{}]', "-", stem)
    stem = re.sub(r"\.+(?=\s|$)", "", stem).replace(".", "-")
    stem = re.sub(r"-{2,}", "-", " ".join(stem.split()))
    stem = _cut(stem.strip(" -~"), NAME_LIMIT - 1 - len(kind.extension))
    if _RESERVED.fullmatch(stem):
        stem = f"archivo {stem}"
    return f"{stem or 'archivo'}.{kind.extension}"


def _cut(stem: str, letters: int) -> str:
    """As much of it as a name may have, which does not end in between."""
    cut = stem[:letters].encode()[:_BYTES_OF_NAME].decode(errors="ignore")
    return unicodedata.normalize("NFC", cut).strip(" -~")
