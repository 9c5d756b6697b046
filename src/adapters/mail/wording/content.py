"""The parts a letter is made of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """A button that leads to `address`; where it does not, the address stands beside it."""

    label: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A subject, and in this order what there is of: paragraphs, facts by name, somebody's own words (`quote`, which
    keep their lines), a button, and more paragraphs."""

    subject: str
    opening: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    quote: str | None = None
    link: Link | None = None
    closing: tuple[str, ...] = ()
