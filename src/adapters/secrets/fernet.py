"""Secrets sealed with Fernet (AES-128-CBC and HMAC-SHA256) under keys derived from the deployment's secret."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from application.ports.secrets import SecretBox, SecretUnreadable

_MIN_LENGTH = 32


class FernetSecretBox(SecretBox):
    """`keys`: texts of at least 32 characters, as `PORTAL_SECRET_KEY` holds them. The first seals and all open, so
    that a key is changed by putting the new one in front. Shorter keys, or none, are a ValueError."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys or any(len(key) < _MIN_LENGTH for key in keys):
            raise ValueError(f"secret keys need at least {_MIN_LENGTH} characters")
        self._fernet = MultiFernet([Fernet(_derived(key)) for key in keys])

    def seal(self, secret: str, *, place: str) -> str:
        return self._fernet.encrypt(json.dumps([place, secret]).encode()).decode()

    def open(self, sealed: str, *, place: str) -> str:
        try:
            stored_place, secret = json.loads(self._fernet.decrypt(sealed.encode()))
        except (InvalidToken, ValueError) as error:
            raise SecretUnreadable from error
        if stored_place != place:
            raise SecretUnreadable
        return str(secret)


def _derived(key: str) -> bytes:
    """A Fernet key from a text of any shape; the label keeps other uses of the same text apart."""
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"stored credentials")
    return urlsafe_b64encode(kdf.derive(key.encode()))
