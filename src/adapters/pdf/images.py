"""The two pictures of a document: the agency's logo and the QR code of an electronic invoice."""

import logging
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

import segno

from adapters.pictures.logos import opaque

_log = logging.getLogger(__name__)

_PRINTED = (900, 480)
"""300 dots an inch at the largest size that a logo is drawn."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG with its size in pixels."""

    png: bytes
    width: int
    height: int


@lru_cache(maxsize=32)
def logo(content: bytes) -> Picture | None:
    """As a PNG, no larger than print needs; None where it cannot be read."""
    picture = opaque(content, within=_PRINTED)
    if picture is None:
        return None
    target = BytesIO()
    picture.save(target, "PNG")
    return Picture(target.getvalue(), picture.width, picture.height)


@lru_cache(maxsize=32)
def qr_code(address: str) -> Picture | None:
    """The address as a QR code with its white border; None for one that no QR code can hold."""
    try:
        code = segno.make(address, error="m", micro=False, boost_error=False)
    except (segno.DataOverflowError, ValueError) as error:
        _log.warning("QR code left out: %s", error)
        return None
    target = BytesIO()
    code.save(target, kind="png", scale=6, border=2)
    width, height = code.symbol_size(scale=6, border=2)
    return Picture(target.getvalue(), int(width), int(height))
