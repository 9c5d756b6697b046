"""Opens a finished document again, as a reader would."""

import re
from collections.abc import Iterator
from io import BytesIO

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, PdfObject, StreamObject

from application.ports.documents import Document

_PICTURE = re.compile(rb"q ([\d.]+) 0 0 [\d.]+ [\d.]+ [\d.]+ cm /I\d+ Do")


def opened(document: Document) -> PdfReader:
    return PdfReader(BytesIO(document.content), strict=True)


def picture_sides(document: Document) -> list[float]:
    """Width in points of every picture that the pages draw."""
    sides = []
    for page in opened(document).pages:
        drawing = page.get_contents()
        if drawing is not None:
            sides += [float(side) for side in _PICTURE.findall(drawing.get_data())]
    return sides


def pages(document: Document) -> list[str]:
    """The text of each page, every run of spaces and line ends as one space."""
    return [" ".join(page.extract_text().split()) for page in opened(document).pages]


def text(document: Document) -> str:
    return " ".join(pages(document))


def dictionaries(document: Document) -> Iterator[DictionaryObject]:
    """Every dictionary in the file, those of streams and those inside others too."""
    reader = opened(document)
    for number in range(1, len(reader.xref[0]) + 1):
        yield from _inside(reader.get_object(number))


def missing(text: str, *expected: str) -> list[str]:
    """Which of the expected texts do not stand in it."""
    return [each for each in expected if each not in text]


def stream_data(reference: PdfObject) -> bytes:
    """The content of a stream, decompressed."""
    found = reference.get_object()
    assert isinstance(found, StreamObject)
    return found.get_data()


def _inside(found: PdfObject | None) -> Iterator[DictionaryObject]:
    if isinstance(found, DictionaryObject):
        yield found
        for value in found.values():
            yield from _inside(value)
    elif isinstance(found, ArrayObject):
        for value in found:
            yield from _inside(value)
