"""Text as people type it: folded for search and order, and checked for what no field may hold."""

import unicodedata

from domain.errors import FieldProblem, FieldProblemCode


def folded(text: str) -> str:
    """Lower case without accents or ñ's tilde, spaces collapsed: «Peña  VÉLEZ» and «pena velez» are the same."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(bare.split())


def problem_of_text(field: str, text: str, *, limit: int, lines: bool = False) -> FieldProblem | None:
    """Why a text cannot be stored: longer than `limit`, or with NUL or control characters (line ends only where
    `lines`)."""
    if len(text) > limit:
        return FieldProblem(field, FieldProblemCode.TOO_LONG, limit=limit)
    allowed = "\n\r\t" if lines else ""
    if any(unicodedata.category(letter) in ("Cc", "Cs") and letter not in allowed for letter in text):
        return FieldProblem(field, FieldProblemCode.INVALID, "control_characters")
    return None
