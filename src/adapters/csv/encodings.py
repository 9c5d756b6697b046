"""Which encoding a file is in: UTF-8 if all of it is, else Windows-1252, the one that Excel in Colombia writes."""

import codecs
from pathlib import Path

from domain.imports.problems import FileProblem, FileReason, FileRefused

_CHUNK = 1 << 16


_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def encoding_of(path: Path) -> str:
    """`utf-8-sig` (with or without the mark) or `cp1252`; refuses (FileRefused) a file that is neither."""
    for encoding in ("utf-8-sig", "cp1252"):
        if _readable(path, encoding):
            return encoding
    raise FileRefused(FileProblem(FileReason.ENCODING))


def _readable(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        if file.read(2) in _UTF_16:
            return False
        file.seek(0)
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
