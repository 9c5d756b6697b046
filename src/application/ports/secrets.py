"""Keeping other people's credentials: encrypted where they are stored, readable only where they are used."""

from typing import Protocol


class SecretUnreadable(Exception):
    """The sealed text is damaged, belongs to another place, or was sealed with a key that is no longer configured."""


class SecretBox(Protocol):
    """Encrypts short texts (gateway keys, CAPTCHA secrets) for the database."""

    def seal(self, secret: str, *, place: str) -> str:
        """The secret as text that is safe to store. `place` says what it belongs to (a merchant account's id, say):
        sealed for one place it opens in no other, so that a copied row gives nothing away."""
        ...

    def open(self, sealed: str, *, place: str) -> str:
        """The secret again; SecretUnreadable if it cannot be."""
        ...
