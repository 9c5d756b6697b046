"""Foreign text made safe to draw: composed, without control characters, in letters that the font has."""

import re
import unicodedata
from collections.abc import Container
from dataclasses import fields, is_dataclass, replace
from typing import TypeVar, cast

from adapters.pdf.fonts import REPLACEMENT

View = TypeVar("View")

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
_BLANK_LINES = re.compile(r"\n\s*\n")


def cleaned(view: View, coverage: Container[int]) -> View:
    """The same view with every text in it passed through `clean`, at any depth; nothing else changes."""
    return cast(View, _cleaned(view, coverage))


def clean(text: str, coverage: Container[int]) -> str:
    """What can be drawn of a text. Line ends stay, as "\\n".

    Control and invisible characters (those that turn the writing direction too) go; what the font lacks is
    written by its plain equivalent where it has one («ﬁ», full-width digits) and as REPLACEMENT where it has none.
    """
    if text.isascii() and text.isprintable():
        return text
    composed = unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", text))
    drawn: list[str] = []
    after_accent = False
    for letter in composed:
        category = unicodedata.category(letter)
        is_accent = category in ("Mn", "Me")
        if letter == "\n":
            drawn.append(letter)
        elif category == "Zs" or letter == "\t":
            drawn.append(" ")
        elif category in ("Cc", "Cf") or (is_accent and (after_accent or ord(letter) not in coverage)):
            continue
        elif ord(letter) in coverage:
            drawn.append(letter)
        else:
            drawn.append(_nearest(letter, coverage))
        after_accent = is_accent
    return "".join(drawn)


def one_line(text: str) -> str:
    """Every run of spaces and line ends as one space."""
    return " ".join(text.split())


def paragraphs(text: str) -> list[str]:
    """The lines of a long text as they were written, with at most one empty line between two of them."""
    return [one_line(line) for line in _BLANK_LINES.sub("\n\n", text.strip()).split("\n")]


def file_name(stem: str, number: str) -> str:
    """`stem-number.pdf` in ASCII letters, digits, `-` and `_`; anything else in the number becomes one `-`."""
    plain = unicodedata.normalize("NFKD", number).encode("ascii", "ignore").decode()
    safe = re.sub(r"[^A-Za-z0-9_]+", "-", plain).strip("-")[:60]
    return f"{stem}-{safe or 'documento'}.pdf"


def property_text(text: str) -> str:
    """A text for the file's properties: one line, at most 200 characters, no sign that means something in a PDF."""
    return one_line(re.sub(r"[()<>\[\]{}/\\%]", " ", text))[:200]


def _cleaned(value: object, coverage: Container[int]) -> object:
    if type(value) is str:  # an enumeration's member is no text of anybody's
        return clean(value, coverage)
    if isinstance(value, tuple):
        return tuple(_cleaned(item, coverage) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _cleaned(getattr(value, field.name), coverage) for field in fields(value)})
    return value


def _nearest(letter: str, coverage: Container[int]) -> str:
    decomposed = unicodedata.normalize("NFKD", letter)
    plain = "".join(part for part in decomposed if not unicodedata.combining(part))
    drawable = plain != letter and plain and all(ord(part) in coverage for part in plain)
    return plain if drawable else REPLACEMENT
