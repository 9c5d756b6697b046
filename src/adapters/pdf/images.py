"""The two pictures of a document: the agency's logo and the QR code of an electronic invoice."""

import logging
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

import segno
from PIL import Image, ImageOps

_log = logging.getLogger(__name__)

_MOST_PIXELS = 16_000_000
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
    """An opaque PNG on white of a PNG or JPEG, no larger than print needs; None where it cannot be read.

    The picture comes from a file that somebody uploaded: other formats and pictures of more than 16 million pixels are
    not decoded at all.
    """
    try:
        with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                raise ValueError(f"{opened.width} x {opened.height} pixels")
            picture = ImageOps.exif_transpose(opened).convert("RGBA")
        picture.thumbnail(_PRINTED)
        opaque = Image.new("RGB", picture.size, "white")
        opaque.paste(picture, mask=picture)
    except Exception as error:  # Pillow's readers raise many kinds; no document is lost for its logo
        _log.warning("logo left out: %s", error)
        return None
    target = BytesIO()
    opaque.save(target, "PNG")
    return Picture(target.getvalue(), opaque.width, opaque.height)


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
