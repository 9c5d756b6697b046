"""The parts a letter is made of."""

from dataclasses import dataclass

from application.ports.documents import Letterhead


@dataclass(frozen=True, slots=True)
class Link:
    """A button that leads to `address`; where it does not, the address stands beside it."""

    label: str
    address: str

    @classmethod
    def to_client_area(cls, letterhead: Letterhead) -> "Link | None":
        """To the first page, where the reader signs in: which pages there are further in is the front end's affair.
        None where the agency has no pages."""
        return cls("Ver en el área de clientes", letterhead.client_area) if letterhead.client_area else None


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
