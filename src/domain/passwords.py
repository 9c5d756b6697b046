"""Which passwords are accepted: long enough, and not what a guesser tries first.

Length and a blocklist, no rules of composition and no expiry (NIST SP 800-63B-4, 3.1.1.2; OWASP ASVS 5.0, V6.2).
A password is judged as typed and kept as typed; folding serves the comparison only.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from enum import StrEnum

from domain.common_passwords import COMMON_PASSWORDS, COMMON_WORDS

CLIENT_MINIMUM = 12
STAFF_MINIMUM = 15
MAXIMUM = 128

_UNKNOWN_CHARACTERS = 6
"""So many characters must be left when everything a guesser knows is taken out."""
_WORDS_ENOUGH = 2
"""A common word with a number is tried first; two different ones together are a phrase, of which there are many."""
_DIFFERENT_CHARACTERS = 5
_SHORTEST_WORD, _LONGEST_WORD = 4, 40
_FORWARD = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb")
_ROWS = (*_FORWARD, *(row[::-1] for row in _FORWARD))
_SEQUENCE = 3
_LEET = str.maketrans("@430!1$57", "aaeoiisst")
_YEAR = re.compile(r"(19|20)\d\d")
_REPEATED = re.compile(r"(.{2,}?)\1+", re.DOTALL)
_DECORATION = re.compile(r"[\s!-/:-@\[-`{-~¡¿]+")


class PasswordProblem(StrEnum):
    """TOO_SHORT and TOO_LONG count characters. COMMON: everybody's words. PERSONAL: the person's or agency's own.
    PREDICTABLE: sequences and repetitions. UNREADABLE: half a surrogate pair, which no keyboard types."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    COMMON = "common"
    PERSONAL = "personal"
    PREDICTABLE = "predictable"
    UNREADABLE = "unreadable"


def minimum_length(*, staff: bool) -> int:
    """Fewest characters: more for staff, whose accounts open everybody's data with the password alone."""
    return STAFF_MINIMUM if staff else CLIENT_MINIMUM


def password_problem(password: str, *, staff: bool, known: Iterable[str] = ()) -> PasswordProblem | None:
    """The first reason to refuse a new password, or nothing.

    `known`: what a stranger can find out about the account (user name, e-mail, the person's and the agency's names).
    """
    if len(password) < minimum_length(staff=staff):
        return PasswordProblem.TOO_SHORT
    if len(password) > MAXIMUM:
        return PasswordProblem.TOO_LONG
    if any(unicodedata.category(character) == "Cs" for character in password):
        return PasswordProblem.UNREADABLE
    text = _folded(password)
    if len(set(text)) < _DIFFERENT_CHARACTERS or _too_little(_without_sequences(text)):
        return PasswordProblem.PREDICTABLE
    personal = {word for text_known in known for word in _words(text_known) if len(word) >= _SHORTEST_WORD}
    own, rest = _taken_out(personal, text)
    common, rest = _taken_out(COMMON_WORDS, rest)
    if _too_little(_without_sequences(_YEAR.sub(" ", rest))):
        if own:
            return PasswordProblem.PERSONAL
        if len(common) < _WORDS_ENOUGH:
            return PasswordProblem.COMMON
    if not COMMON_PASSWORDS.isdisjoint((text, text.strip(), text.strip().translate(_LEET))):
        return PasswordProblem.COMMON
    return None


def _taken_out(words: Collection[str], text: str) -> tuple[set[str], str]:
    """Which of the words stand in a text, with digits and signs for letters or without, and the text less them; of
    words that overlap, the longest."""
    found, spelled = set(), text.translate(_LEET)
    for length in range(min(_LONGEST_WORD, len(text)), _SHORTEST_WORD - 1, -1):
        start = 0
        while start + length <= len(text):
            parts = (text[start : start + length], spelled[start : start + length])
            word = next((part for part in parts if part in words), None)
            if word is None:
                start += 1
                continue
            text, spelled = (f"{t[:start]} {t[start + length :]}" for t in (text, spelled))
            found.add(word)
    return found, text


def _without_sequences(text: str) -> str:
    """The text less its runs of three or more (aaa, abc, 321, qwe), and with repeated blocks written once."""
    kept, start = "", 0
    while start < len(text):
        end = _run_end(text, start)
        kept += text[start:end] if end - start < _SEQUENCE else " "
        start = end
    return _REPEATED.sub(r"\1", kept)


def _run_end(text: str, start: int) -> int:
    """Where the repetition or sequence that begins at `start` ends."""
    kinds, end = _steps(text[start : start + 2]), start + 1
    while kinds:
        end += 1
        kinds &= _steps(text[end - 1 : end + 1])
    return end


def _steps(pair: str) -> frozenset[str]:
    """Which ways lead from the first character to the second: standing still, or along a row, either way."""
    if len(pair) < 2:
        return frozenset()
    rows = frozenset(row for row in _ROWS if pair in row)
    return rows | {"same"} if pair[0] == pair[1] else rows


def _too_little(text: str) -> bool:
    return len(_DECORATION.sub("", text)) < _UNKNOWN_CHARACTERS


def _folded(text: str) -> str:
    """Small letters without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _words(text: str) -> set[str]:
    return set(re.split(r"[\W_]+", _folded(text)))
