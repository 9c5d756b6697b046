"""Tokens of one-time links, derived and not stored."""

import base64
import hashlib
import hmac

from application.ports.links import LinkTokens
from domain.ids import LinkId


class DerivedLinkTokens(LinkTokens):
    """HMAC-SHA-256 of the link's id under a key of its own: 256 bits that nobody guesses without it."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, link_id: LinkId) -> str:
        derived = hmac.digest(self._key, link_id.bytes, hashlib.sha256)
        return base64.urlsafe_b64encode(derived).rstrip(b"=").decode()
