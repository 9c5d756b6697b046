"""An agency's logo as documents and letters can show it."""

import logging
from io import BytesIO

from PIL import Image, ImageOps

_log = logging.getLogger(__name__)

_MOST_PIXELS = 16_000_000


def opaque(content: bytes, *, within: tuple[int, int]) -> Image.Image | None:
    """The logo on white, upright, no larger than that, and without what the file said beside; None, and a word in the
    log, where it cannot be read.

    The picture comes from a file that somebody uploaded: formats other than PNG and JPEG, and pictures of more than 16
    million pixels, are not decoded at all.
    """
    try:
        with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                raise ValueError(f"{opened.width} x {opened.height} pixels")
            picture = ImageOps.exif_transpose(opened).convert("RGBA")
        picture.thumbnail(within)
        on_white = Image.new("RGB", picture.size, "white")
        on_white.paste(picture, mask=picture)
    except Exception as error:  # Pillow's readers raise many kinds; nothing is lost for its logo
        _log.warning("logo left out: %s", error)
        return None
    return on_white
