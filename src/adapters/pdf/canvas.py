"""Text and shapes on Letter paper, in the documents' own typeface."""

from io import BytesIO
from typing import cast

from fpdf import FPDF
from fpdf.enums import MethodReturnValue, XPos, YPos
from fpdf.fonts import TTFFont

from adapters.pdf import style
from adapters.pdf.fonts import typeface
from adapters.pdf.style import Colour, Style
from adapters.pdf.text import one_line

LONGEST_LINE = 400
"""More letters than any line of the paper holds."""


class Canvas(FPDF):
    """Paper to draw on by position, in millimetres from the upper left corner.

    Text is only ever drawn as text: nothing here interprets markup, follows an address or reads a file.
    """

    def __init__(self) -> None:
        super().__init__(format="letter", unit="mm")
        self.set_margins(style.MARGIN, style.MARGIN)
        self.set_auto_page_break(False)
        self.c_margin = 0
        self.alias_nb_pages("")  # no mark in the text stands for the number of pages: a client could type it
        self._add_typeface()

    @property
    def left(self) -> float:
        return style.MARGIN

    @property
    def right(self) -> float:
        return float(self.w) - style.MARGIN

    def put(self, text: str, x: float, y: float, w: float, how: Style, align: str = "L") -> None:
        """One line in a box of width `w`, wherever the flow stands; what does not fit is cut with «…»."""
        flow = self.y
        self._take(how)
        self.set_xy(x, y)
        self.cell(w, how.leading, self._fitted(text, w), align=align, new_x=XPos.LEFT, new_y=YPos.TOP)
        self.y = flow

    def put_lines(self, lines: list[str], x: float, y: float, w: float, how: Style, align: str = "L") -> float:
        """Lines under one another; returns the height they took."""
        for position, text in enumerate(lines):
            self.put(text, x, y + position * how.leading, w, how, align)
        return len(lines) * how.leading

    def wrapped(self, text: str, w: float, how: Style, most: int | None = None) -> list[str]:
        """The text in lines no wider than `w`; after `most` lines the rest is cut with «…». An empty text has none."""
        text = one_line(text)
        self._take(how)
        if not text:
            return []
        if most == 1 or (len(text) < LONGEST_LINE and self.get_string_width(text) <= w):
            return [self._fitted(text, w)]
        text = text[: most * LONGEST_LINE] if most else text
        lines = cast(list[str], self.multi_cell(w, text=text, align="L", dry_run=True, output=MethodReturnValue.LINES))
        if most and len(lines) > most:
            lines = [*lines[: most - 1], self._fitted(lines[most - 1] + "…", w)]
        return [line.strip() for line in lines]

    def rule(self, y: float, x: float | None = None, w: float | None = None, colour: Colour = style.HAIRLINE) -> None:
        """A thin horizontal line, over the whole width unless told otherwise."""
        start = self.left if x is None else x
        self.set_draw_color(*colour)
        self.set_line_width(0.2)
        self.line(start, y, self.right if w is None else start + w, y)

    def panel(self, x: float, y: float, w: float, h: float, colour: Colour = style.PANEL) -> None:
        """A filled rectangle to write on."""
        self.set_fill_color(*colour)
        self.rect(x, y, w, h, style="F")

    def _take(self, how: Style) -> None:
        self.set_font("lato", "B" if how.bold else "", how.size)
        self.set_text_color(*how.colour)

    def _fitted(self, text: str, w: float) -> str:
        """The text on one line, cut with «…» where it is wider than `w` in the font that is set."""
        text = one_line(text)[:LONGEST_LINE]
        if self.get_string_width(text) <= w:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            fits = self.get_string_width(text[:middle].rstrip() + "…") <= w
            low, high = (middle, high) if fits else (low, middle - 1)
        return text[:low].rstrip() + "…"

    def _add_typeface(self) -> None:
        face = typeface()
        for emphasis, content in (("", face.regular), ("B", face.bold)):
            key = f"lato{emphasis}"
            # FPDF.add_font takes a path only; the font it would build reads from memory as well as from a file.
            font = TTFFont(self, BytesIO(content), key, emphasis)  # type: ignore[arg-type]
            # The outlines do not change when the font is cut, so their boxes need no second computing.
            font.ttfont.recalcBBoxes = False
            self.fonts[key] = font
