"""Text as people type it: folded for search and order, and checked for what no field may hold."""

import re
import unicodedata

from domain.errors import FieldProblem, FieldProblemCode

_UNSTORABLE = str.maketrans({"\0": "\ufffd"} | {chr(half): "\ufffd" for half in range(0xD800, 0xE000)})


_GROUPED = re.compile(r"\d{1,3}(\.\d{3})+(-\d)?", re.ASCII)


def folded(text: str) -> str:
    """Lower case without accents or ñ's tilde, spaces collapsed: «Peña  VÉLEZ» and «pena velez» are the same.

    What no database can hold, half a character or NUL, becomes the sign of a lost one, which stands in no text.
    """
    decomposed = unicodedata.normalize("NFKD", text.translate(_UNSTORABLE))
    # Some signs are taken apart into capitals, and some capitals into letters with accents.
    bare = "".join(
        letter for letter in unicodedata.normalize("NFKD", decomposed.casefold()) if not unicodedata.combining(letter)
    )
    return " ".join(bare.split())


def words_of(search: str) -> list[str]:
    """The words to look for, folded; a document number that was written with dots is looked for without them."""
    return [word.replace(".", "") if _GROUPED.fullmatch(word) else word for word in folded(search).split()]


def problem_of_text(field: str, text: str, *, limit: int, lines: bool = False) -> FieldProblem | None:
    """Why a text cannot be stored: longer than `limit`, or with NUL or control characters (line ends only where
    `lines`)."""
    if len(text) > limit:
        return FieldProblem(field, FieldProblemCode.TOO_LONG, limit=limit)
    allowed = "\n\r\t" if lines else ""
    if any(unicodedata.category(letter) in ("Cc", "Cs") and letter not in allowed for letter in text):
        return FieldProblem(field, FieldProblemCode.INVALID, "control_characters")
    return None


def problem_of_required_text(field: str, text: str, *, limit: int, lines: bool = False) -> FieldProblem | None:
    """The same for a text that has to say something."""
    if not text.strip():
        return FieldProblem(field, FieldProblemCode.REQUIRED)
    return problem_of_text(field, text, limit=limit, lines=lines)
