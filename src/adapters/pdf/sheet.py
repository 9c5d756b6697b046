"""The paper: one Letter page after another with the agency's head, the foot, and text that flows between them."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from adapters.pdf import images, style
from adapters.pdf.canvas import Canvas
from adapters.pdf.style import Mark, Style
from adapters.pdf.text import property_text
from adapters.spanish import formatting
from application.ports.documents import ElectronicStamp, Letterhead

_LOGO = (38.0, 20.0)
_NUMBER_WIDTH = 66.0
_FOOT = 17.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around the body of a document, and in the file's properties.

    `dated` (aware) becomes the file's creation date, so that drawing the same document tomorrow gives the same bytes.
    `watermark` is written across every page of a document that no longer counts.
    """

    letterhead: Letterhead
    title: str
    number: str
    subject: str
    dated: datetime
    subtitle: str = ""
    marks: tuple[Mark, ...] = ()
    watermark: str = ""
    electronic: ElectronicStamp | None = None


class Sheet(Canvas):
    """A document being drawn, page after page; `y` is where the next thing goes."""

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self._frame = frame
        self._qr = images.qr_code(frame.electronic.qr_url) if frame.electronic else None
        self._band = style.QR_SIDE + 5 if frame.electronic else 0.0
        self._describe()
        self.add_page()

    @property
    def bottom(self) -> float:
        """Where the body of a page ends."""
        return float(self.h) - _FOOT - self._band

    def finished(self) -> bytes:
        """The file. The pages are numbered last, when it is known how many there are."""
        total = self.pages_count
        for number in range(1, total + 1):
            self.page = number
            self.current_font_is_set_on_page = False
            y = self.h - _FOOT + 4.5
            self.put(f"Página {number} de {total}", self.right - 40, y, 40, style.FOOT, "R")
        return bytes(self.output())

    def flow(self, text: str, how: Style) -> None:
        """A paragraph over the whole width that may pass to further pages."""
        for line in self.wrapped(text, self.right - self.left, how):
            self.ensure(how.leading)
            self.put(line, self.left, self.y, self.right - self.left, how)
            self.y += how.leading

    def ensure(self, height: float) -> None:
        """Begins a page when `height` no longer fits on this one."""
        if self.y + height > self.bottom:
            self.add_page()

    # What fpdf2 calls at the start and the end of every page

    def header(self) -> None:
        if self.page == 1:
            self._draw_first_head()
        else:
            self._draw_next_head()

    def footer(self) -> None:
        if self._frame.watermark:
            self._draw_watermark(self._frame.watermark)
        if self._frame.electronic:
            self._draw_band(self._frame.electronic)
        letterhead = self._frame.letterhead
        y = self.h - _FOOT + 3
        self.rule(y)
        issuer = f"{letterhead.name} · NIT {formatting.nit(letterhead.tax_id)}"
        self.put(issuer, self.left, y + 1.5, 135, style.FOOT)

    def _draw_first_head(self) -> None:
        text_left = self.left + self._draw_logo()
        width = self.right - _NUMBER_WIDTH - 6 - text_left
        letterhead = self._frame.letterhead
        y = style.MARGIN - 2
        y += self.put_lines(self.wrapped(letterhead.name, width, style.AGENCY, 3), text_left, y, width, style.AGENCY)
        y += 0.8
        for parts in _agency_lines(letterhead):
            joined = " · ".join(filter(None, parts))
            together = len(self.wrapped(joined, width, style.SMALL)) < 2
            for text in (joined,) if together else filter(None, parts):
                y += self.put_lines(self.wrapped(text, width, style.SMALL, 2), text_left, y, width, style.SMALL)
        logo_bottom = style.MARGIN - 2 + (_LOGO[1] if text_left > self.left else 0)
        self.y = max(y, logo_bottom, self._draw_number()) + 4
        self.set_fill_color(*style.ACCENT)
        self.rect(self.left, self.y, self.right - self.left, 0.6, style="F")
        self.y += 6

    def _draw_logo(self) -> float:
        """Draws the logo, if there is one that can be read; returns how much room it takes on the left."""
        content = self._frame.letterhead.logo
        picture = images.logo(content) if content else None
        if not picture:
            return 0
        scale = min(_LOGO[0] / picture.width, _LOGO[1] / picture.height)
        width, height = picture.width * scale, picture.height * scale
        top = style.MARGIN - 2 + (_LOGO[1] - height) / 2
        self.image(BytesIO(picture.png), self.left, top, width, height, alt_text="Logo de la inmobiliaria")
        return width + 6

    def _draw_number(self) -> float:
        """The document's name, number and state, on the right; returns where they end."""
        x, y, w = self.right - _NUMBER_WIDTH, style.MARGIN - 2, _NUMBER_WIDTH
        y += self.put_lines(self.wrapped(self._frame.title, w, style.TITLE, 2), x, y, w, style.TITLE, "R")
        self.put(self._frame.number, x, y + 0.4, w, style.NUMBER, "R")
        y += style.NUMBER.leading + 0.8
        y += self.put_lines(self.wrapped(self._frame.subtitle, w, style.SMALL, 2), x, y, w, style.SMALL, "R")
        return self._draw_marks(y + 1.4) if self._frame.marks else y

    def _draw_marks(self, y: float) -> float:
        """The states in their frames, in reading order, against the right margin; returns where they end."""
        height, gap = 5.2, 2
        styles = [Style(8, height, bold=True, colour=mark.tone.value) for mark in self._frame.marks]
        self._take(styles[0])
        widths = [self.get_string_width(mark.text) + 6 for mark in self._frame.marks]
        x = self.right - sum(widths) - gap * (len(widths) - 1)
        for mark, how, width in zip(self._frame.marks, styles, widths, strict=True):
            self.set_draw_color(*how.colour)
            self.set_line_width(0.3)
            self.rect(x, y, width, height, style="D", round_corners=True, corner_radius=1.2)
            self.put(mark.text, x, y, width, how, "C")
            x += width + gap
        return y + height

    def _draw_next_head(self) -> None:
        y = style.MARGIN - 5
        what = f"{self._frame.title} {self._frame.number}"
        self.put(self._frame.letterhead.name, self.left, y, 88, style.SMALL)
        self.put(what, self.right - 88, y, 88, style.LABEL, "R")
        self.rule(y + 5.2, colour=style.ACCENT)
        self.y = y + 9.5

    def _draw_band(self, stamp: ElectronicStamp) -> None:
        top = self.h - _FOOT - self._band + 4
        x, y = self.left, top
        if self._qr:
            self.image(
                BytesIO(self._qr.png),
                x,
                top,
                style.QR_SIDE,
                style.QR_SIDE,
                alt_text="Código QR de la factura electrónica",
            )
            x, y = x + style.QR_SIDE + 4, top + 2
        w = self.right - x
        self.put("Factura electrónica de venta", x, y, w, style.STRONG)
        y += style.STRONG.leading + 0.6
        self.put("CUFE", x, y, w, style.LABEL)
        y += style.LABEL.leading
        y += self.put_lines(self.wrapped(stamp.cufe, w, style.CODE, 2), x, y, w, style.CODE) + 0.8
        if stamp.issued_at:
            self.put(f"Expedida el {formatting.moment(stamp.issued_at)}", x, y, w, style.FOOT)
            y += style.FOOT.leading
        note = "Representación gráfica: el documento legal es el archivo XML, que se consulta ante la DIAN"
        where = "con el código QR." if self._qr else f"en {stamp.qr_url}"
        self.put_lines(self.wrapped(f"{note} {where}", w, style.FOOT, 2), x, y, w, style.FOOT)

    def _draw_watermark(self, text: str) -> None:
        how = Style(88 if len(text) < 8 else 70, 30, bold=True, colour=style.ALARM)
        x, y = self.w / 2, self.h / 2
        # Over the text, so that no panel hides it, and faint, so that the text stays legible.
        with self.local_context(fill_opacity=0.16), self.rotation(45, x, y):
            self.put(text, x - 100, y - 15, 200, how, "C")

    def _describe(self) -> None:
        frame = self._frame
        issuer, number = property_text(frame.letterhead.name), property_text(frame.number)
        self.set_title(f"{property_text(frame.title)} {number}")
        self.set_author(issuer)
        self.set_subject(property_text(frame.subject))
        self.set_keywords(", ".join(filter(None, (number, property_text(frame.title), issuer))))
        self.set_creator("Área de clientes")
        self.set_lang("es-CO")
        self.set_creation_date(frame.dated)


def _agency_lines(letterhead: Letterhead) -> tuple[tuple[str | None, ...], ...]:
    """What is said of the agency under its name; each line in parts that may also stand under one another."""
    registration = letterhead.landlord_registration
    return (
        (f"NIT {formatting.nit(letterhead.tax_id)}",),
        (f"Matrícula de arrendador {registration}" if registration else None,),
        (letterhead.address, letterhead.city),
        (letterhead.phone, letterhead.email),
    )
