"""Identity documents of Colombia, e-mail addresses and telephone numbers: syntax only, nothing is looked up."""

import re
from dataclasses import dataclass
from enum import StrEnum

from domain.clients import IdentityDocumentType

_SHAPES = {
    IdentityDocumentType.CC: re.compile(r"[0-9]{3,10}"),
    IdentityDocumentType.CE: re.compile(r"[0-9]{3,15}"),
    IdentityDocumentType.NIT: re.compile(r"([0-9]{6,15})-([0-9])"),
    IdentityDocumentType.PAS: re.compile(r"[A-Za-z0-9]{3,20}"),
    IdentityDocumentType.PPT: re.compile(r"[0-9]{3,15}"),
    IdentityDocumentType.TI: re.compile(r"[0-9]{10,11}"),
}
_NIT_WEIGHTS = (3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71)
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
_LABEL = re.compile(r"[^\W_]([\w-]{0,61}[^\W_])?")
_PHONE = re.compile(r"(\+?[0-9 ().-]{7,25})( ?(ext\.?|x) ?[0-9]{1,6})?", re.IGNORECASE)


class DocumentProblem(StrEnum):
    SHAPE = "shape"
    CHECK_DIGIT = "check_digit"


class BadDocument(ValueError):
    """A number that its type of document cannot have."""

    def __init__(self, problem: DocumentProblem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """`check_digit` exists for a NIT only, and is then no part of `number`."""

    number: str
    check_digit: int | None = None

    @classmethod
    def parse(cls, kind: IdentityDocumentType, text: str) -> "DocumentNumber":
        """From what a person or a back office writes; dots and spaces are dropped first.

        NIT is 6–15 digits, a hyphen and the check digit. Refuses (BadDocument) a number of another shape, or a NIT
        whose check digit is not the one of its digits.
        """
        found = _SHAPES[kind].fullmatch(re.sub(r"[.\s]", "", text))
        if not found:
            raise BadDocument(DocumentProblem.SHAPE)
        if kind is not IdentityDocumentType.NIT:
            return cls(found[0])
        if nit_check_digit(found[1]) != int(found[2]):
            raise BadDocument(DocumentProblem.CHECK_DIGIT)
        return cls(found[1], int(found[2]))

    def __str__(self) -> str:
        return self.number if self.check_digit is None else f"{self.number}-{self.check_digit}"


def nit_check_digit(digits: str) -> int:
    """Check digit of a NIT of up to 15 digits (DIAN, Orden Administrativa 4 de 1989)."""
    remainder = sum(weight * int(digit) for weight, digit in zip(_NIT_WEIGHTS, reversed(digits), strict=False)) % 11
    return remainder if remainder < 2 else 11 - remainder


def is_email(text: str) -> bool:
    """One `@`, something usable before it, and a domain with a dot after it; whether it exists is not asked.

    Accented letters pass in the domain alone: before the `@` they need a server that knows SMTPUTF8 (RFC 6531), and
    nothing is sent there. Quoted local parts and domains in brackets, which no form in use accepts, do not pass.
    """
    local, at, domain = text.partition("@")
    labels = domain.split(".")
    return (
        bool(at)
        and len(text) <= 254
        and len(local) <= 64
        and _LOCAL.fullmatch(local) is not None
        and len(labels) >= 2
        and all(_LABEL.fullmatch(label) for label in labels)
    )


def is_phone(text: str) -> bool:
    """Seven to fifteen digits, with the usual signs between them, perhaps `+` before and an extension after."""
    found = _PHONE.fullmatch(text.strip())
    return found is not None and 7 <= sum(letter.isdigit() for letter in found[1]) <= 15
