"""PDFs looked into from end to end, and left as they are."""

import re
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf

from application.ports.files import FileProblem, FileRefused, InspectedFile
from domain.attachments import FileKind


def _names(names: str) -> frozenset[str]:
    return frozenset(f"/{name}" for name in names.split())


_ACTIONS = _names(
    "GoTo3DView GoToE GoToR ImportData JavaScript Launch Movie Rendition RichMediaExecute Sound SubmitForm"
)
"""Kinds of actions (ISO 32000-2, table 201) that do more than show another place or offer an address to open."""
_BY_ITSELF = _names("GoTo Hide Named SetOCGState")
"""Those that may happen without anybody asking."""
_ENTRIES = _names("EmbeddedFiles FS JavaScript XFA")
"""Entries of dictionaries that hold scripts, other files, addresses of other files, or a form that is a program."""
_OBJECTS = _names("3D EmbeddedFile FileAttachment Movie RichMedia Screen Sound")
"""What is no part of a page to be read, by its /Type or /Subtype."""
_MOST_VALUES = 1_000_000
_MOST_PIXELS = 400_000_000
"""Of one picture: a sheet of A0 as it is scanned."""
_MOST_UNPACKED = 512 * 1024 * 1024
"""Bytes of all that is packed: scans of many pages have less."""
_PIECE = 1024 * 1024
_END = re.compile(rb"%%EOF[\s\0]*\Z")


def looked_into(content: bytes) -> InspectedFile:
    """The same bytes, of a PDF that can do nothing but be read.

    It has to be sound as it stands: no reader should have to guess where things are, since another would guess
    something else. DAMAGED otherwise, and where it has no page. LOCKED where opening asks for a password; one that only
    limits printing or copying is read. ACTIVE for scripts, programs, files inside, media, forms that are sent, and
    addresses that open by themselves. TRAILING where something follows its end. HUGE where it unpacks to more than
    half a gibibyte.
    """
    if not _END.search(content[-2048:]):
        raise FileRefused(FileProblem.TRAILING if b"%%EOF" in content else FileProblem.DAMAGED)
    try:
        with pikepdf.open(BytesIO(content), attempt_recovery=False) as document:
            _look(document)
            # What qpdf could not read is nothing to it, and a warning.
            if len(document.pages) == 0 or document.get_warnings():
                raise FileRefused(FileProblem.DAMAGED)
    except FileRefused:
        raise
    except pikepdf.PasswordError as error:
        raise FileRefused(FileProblem.LOCKED) from error
    except MemoryError as error:
        raise FileRefused(FileProblem.HUGE) from error
    except Exception as error:  # qpdf's errors are of several kinds, and so are those of broken values
        raise FileRefused(FileProblem.DAMAGED) from error
    return InspectedFile(FileKind.PDF, content)


def _look(document: pikepdf.Pdf) -> None:
    unpacked = 0
    for number, value in enumerate(_values(document)):
        if isinstance(value, pikepdf.Dictionary):
            _refuse_active(value)
        elif isinstance(value, pikepdf.Stream):
            _refuse_active(value)
            unpacked += _unpacked(value, most=_MOST_UNPACKED - unpacked)
        if number > _MOST_VALUES or unpacked > _MOST_UNPACKED:
            raise FileRefused(FileProblem.HUGE)


def _values(document: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Every value there is: each object of the file, used or not, and all that is written within it."""
    waiting: list[Any] = [document.trailer]
    for numbered in document.objects:
        waiting.append(numbered)
        while waiting:
            value = waiting.pop()
            if not isinstance(value, pikepdf.Object):  # numbers and the like
                continue
            yield value
            if isinstance(value, pikepdf.Array):
                inner: list[Any] = list(value)
            elif isinstance(value, (pikepdf.Dictionary, pikepdf.Stream)):
                inner = [value[key] for key in value.keys()]  # noqa: SIM118 (a stream is iterated by nothing)
            else:
                continue
            waiting += [one for one in inner if isinstance(one, pikepdf.Object) and not one.is_indirect]


def _refuse_active(entries: pikepdf.Object) -> None:
    keys = set(entries.keys())
    kinds = {str(entries[key]) for key in keys & {"/Type", "/Subtype"} if isinstance(entries[key], pikepdf.Name)}
    active = bool(keys & _ENTRIES or kinds & _OBJECTS or _kind(entries) in _ACTIONS)
    # Other dictionaries may name a font or a picture like these entries.
    active |= isinstance(entries.get("/JS"), (pikepdf.String, pikepdf.Stream))
    active |= isinstance(entries.get("/EF"), pikepdf.Dictionary) and not keys.isdisjoint({"/F", "/UF", "/Desc"})
    active |= isinstance(entries, pikepdf.Stream) and "/F" in keys  # its content would be in another file
    active |= any(_kind(action) not in (None, *_BY_ITSELF) for action in _happening(entries))
    if active:
        raise FileRefused(FileProblem.ACTIVE)


def _happening(entries: pikepdf.Object) -> Iterator[object]:
    """Actions that begin when something is opened, shown or left, or that follow another one."""
    following = entries.get("/Next")
    yield from (entries.get("/OpenAction"), following)
    for several in (entries.get("/AA"), following):
        if isinstance(several, pikepdf.Array):
            yield from several
        elif isinstance(several, pikepdf.Dictionary):
            yield from several.values()


def _kind(action: object) -> str | None:
    """The kind of an action; None for what is none."""
    kind = action.get("/S") if isinstance(action, pikepdf.Dictionary) else None
    return str(kind) if isinstance(kind, pikepdf.Name) else None


def _unpacked(stream: pikepdf.Object, *, most: int) -> int:
    """How many bytes a stream unpacks to, as far as it is deflated; a little more than `most` where it is more."""
    if (
        stream.get("/Subtype") == "/Image"
        and int(stream.get("/Width", 0)) * int(stream.get("/Height", 0)) > _MOST_PIXELS
    ):
        raise FileRefused(FileProblem.HUGE)
    filters = stream.get("/Filter")
    named = [str(one) for one in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
    deflated = [name for name in named if name in ("/FlateDecode", "/Fl")]
    if not deflated:
        return 0
    if len(deflated) > 1:  # nothing is won by it, but what is packed twice grows a million times
        raise FileRefused(FileProblem.HUGE)
    return _inflated(stream.read_raw_bytes(), most=most) if named[0] in deflated else 0


def _inflated(packed: bytes, *, most: int) -> int:
    inflating, size, left = zlib.decompressobj(), 0, packed
    try:
        while left and size <= most and not inflating.eof:
            size += len(inflating.decompress(left, _PIECE))
            left = inflating.unconsumed_tail
    except zlib.error:  # readers show what came before
        return size
    return size
