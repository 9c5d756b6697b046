"""An agency's colour and logo, as a letter can show them: words stay readable on any colour."""

from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

from adapters.pictures.logos import opaque
from application.ports.documents import Letterhead

_USUAL = "#173e63"
"""Of agencies that chose none: the one of the documents."""
_BLACK, _WHITE = "#000000", "#ffffff"
"""On any colour one of them can be read; with a softer black neither could on some."""
_READABLE = 4.5
"""Contrast that WCAG 2.2 asks of text (1.4.3)."""
_SHOWN = (480, 112)
"""Twice the size at which a logo is shown, for screens with fine dots."""


@dataclass(frozen=True, slots=True)
class Look:
    """Colours as #rrggbb: `brand` as the agency chose it, `on_brand` for words on it, `accent` the brand for words on
    white. `logo` is a PNG."""

    brand: str
    on_brand: str
    accent: str
    logo: bytes | None = None

    @classmethod
    def of(cls, letterhead: Letterhead) -> "Look":
        brand = letterhead.brand_color or _USUAL
        on_brand = max(_WHITE, _BLACK, key=lambda it: contrast(it, brand))
        return cls(brand, on_brand, _for_words(brand), _logo(letterhead.logo) if letterhead.logo else None)


def contrast(one: str, other: str) -> float:
    """Between two colours as WCAG measures it, from 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _for_words(brand: str) -> str:
    """The same hue, as much darker as it takes on white."""
    hue, lightness, saturation = rgb_to_hls(*_channels(brand))
    shade = brand
    while contrast(shade, _WHITE) < _READABLE:
        lightness -= 0.02
        shade = "#" + "".join(f"{round(255 * it):02x}" for it in hls_to_rgb(hue, lightness, saturation))
    return shade


def _luminance(colour: str) -> float:
    linear = [it / 12.92 if it <= 0.04045 else ((it + 0.055) / 1.055) ** 2.4 for it in _channels(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red / 255, green / 255, blue / 255


@lru_cache(maxsize=32)
def _logo(content: bytes) -> bytes | None:
    picture = opaque(content, within=_SHOWN)
    if picture is None:
        return None
    target = BytesIO()
    picture.save(target, "PNG", optimize=True)
    return target.getvalue()
