"""Lato, cut down once per process to the Latin letters that documents need."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO

from fontTools.subset import Options, Subsetter, load_font, save_font
from fontTools.ttLib import TTFont

REPLACEMENT = "□"
"""Stands, visibly, for a character that the font does not have."""

_WANTED = frozenset(
    point
    for first, last in (
        (0x0020, 0x007E),
        (0x00A1, 0x024F),  # Latin-1 and Latin Extended A and B: every language that writes with Latin letters
        (0x0300, 0x0344),  # accents that no composed letter carries, as in Guaraní
        (0x1E00, 0x1EFF),
        (0x2010, 0x2044),  # dashes, quotes, dots
        (0x20A0, 0x20BF),
        (0x2116, 0x2122),
        (0x2190, 0x2193),
        (0x2212, 0x2265),
        (ord(REPLACEMENT), ord(REPLACEMENT)),
    )
    for point in range(first, last + 1)
)


@dataclass(frozen=True, slots=True)
class Typeface:
    """Two weights as TrueType bytes, and the code points that both can draw."""

    regular: bytes
    bold: bytes
    coverage: frozenset[int]


@cache
def typeface() -> Typeface:
    """The subset, made at first use (a fifth of a second).

    Cutting the font a second time for each document, down to the letters it uses, then costs a third of what it costs
    from the complete file.
    """
    regular, bold = _subset("Lato-Regular.ttf"), _subset("Lato-Bold.ttf")
    return Typeface(regular, bold, _code_points(regular) & _code_points(bold))


def _subset(file_name: str) -> bytes:
    options = Options()
    options.layout_features = []
    options.drop_tables += ["GDEF", "GPOS", "GSUB"]
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = ["*"]  # the licence and the copyright stay inside the font
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=_WANTED)
    with (files("fontpkg_lato") / "files" / file_name).open("rb") as source:
        font = load_font(source, options)
        subsetter.subset(font)
        target = BytesIO()
        save_font(font, target, options)
    return target.getvalue()


def _code_points(font: bytes) -> frozenset[int]:
    with TTFont(BytesIO(font), lazy=True) as opened:
        return frozenset(opened.getBestCmap())
