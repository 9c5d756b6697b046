"""Sizes and colours that all documents share. Lengths in millimetres, letters in points."""

from dataclasses import dataclass
from enum import Enum

Colour = tuple[int, int, int]

INK: Colour = (33, 37, 41)
MUTED: Colour = (98, 106, 115)
ACCENT: Colour = (23, 62, 99)
ALARM: Colour = (170, 32, 38)
HAIRLINE: Colour = (208, 214, 221)
PANEL: Colour = (243, 246, 249)

MARGIN = 18.0
GUTTER = 8.0
QR_SIDE = 27.0
"""With its white border; the code itself stays above the 2 cm that the DIAN asks for."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a run of text looks; `leading` is the height of one line of it."""

    size: float
    leading: float
    bold: bool = False
    colour: Colour = INK


BODY = Style(9, 4.4)
STRONG = Style(9, 4.4, bold=True)
SMALL = Style(8, 3.8, colour=MUTED)
LABEL = Style(7.5, 3.8, bold=True, colour=MUTED)
SECTION = Style(9, 4.6, bold=True, colour=ACCENT)
COLUMN = Style(8, 4, bold=True, colour=ACCENT)
CELL = Style(8.5, 4.1)
AGENCY = Style(12.5, 5.4, bold=True, colour=ACCENT)
TITLE = Style(11.5, 5.2, bold=True)
NUMBER = Style(15, 7, bold=True, colour=ACCENT)
GRAND = Style(11, 5, bold=True, colour=ACCENT)
FIGURE = Style(18, 8, bold=True, colour=ACCENT)
FOOT = Style(7.5, 3.5, colour=MUTED)
CODE = Style(6.9, 3.4)


class Tone(Enum):
    """What a mark beside the number means for the reader."""

    PLAIN = ACCENT
    ALARM = ALARM


@dataclass(frozen=True, slots=True)
class Mark:
    """A word in a frame under the document's number: its state."""

    text: str
    tone: Tone = Tone.PLAIN
