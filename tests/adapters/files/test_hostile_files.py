"""Files that are not what they say, or more than that, made here: none of them is kept."""

import io
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image

from adapters.files.worker import attachment, logo
from application.ports.files import FileProblem, InspectedFile
from domain.attachments import FILE_LIMIT, FileKind
from tests.files import a_pdf, a_picture

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
JUMP = Dictionary(S=Name.GoTo, D=Array([0, Name.Fit]))


def a_chunk(kind: bytes, content: bytes) -> bytes:
    checked = kind + content
    return len(content).to_bytes(4) + checked + zlib.crc32(checked).to_bytes(4)


def a_bomb(width: int, height: int) -> bytes:
    """A PNG of some kilobytes that is enormous once it is unpacked."""
    head = width.to_bytes(4) + height.to_bytes(4) + bytes([8, 2, 0, 0, 0])
    rows = zlib.compress(bytes(1_000_000), 9)
    end = a_chunk(b"IDAT", rows) + a_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + a_chunk(b"IHDR", head) + end


def a_zip() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cero", bytes(10_000_000))
    return target.getvalue()


def a_pdf_with(change: Callable[[pikepdf.Pdf], None], **saving: Any) -> bytes:
    target = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        change(document)
        document.save(target, **saving)
    return target.getvalue()


def root(**entries: object) -> bytes:
    return a_pdf_with(lambda document: document.Root.update({f"/{name}": it for name, it in entries.items()}))


def page(**entries: object) -> bytes:
    return a_pdf_with(lambda document: document.pages[0].obj.update({f"/{name}": it for name, it in entries.items()}))


def hidden(document: pikepdf.Pdf) -> None:
    """An object that no page leads to."""
    document.Root.Extra = document.make_indirect(Array([Array([Dictionary(S=Name.JavaScript, JS=String("x"))])]))


def embedded(document: pikepdf.Pdf) -> None:
    document.attachments["virus.exe"] = b"MZ"


def packed(times: int) -> Callable[[pikepdf.Pdf], None]:
    def change(document: pikepdf.Pdf) -> None:
        content = bytes(700_000_000 if times == 1 else 1000)
        for _ in range(times):
            content = zlib.compress(content, 9)
        filters = [Name.FlateDecode] * times
        document.Root.Extra = document.make_indirect(Stream(document, content, Filter=Array(filters)))

    return change


def image_of(width: int, height: int) -> Callable[[pikepdf.Pdf], None]:
    def change(document: pikepdf.Pdf) -> None:
        picture = Stream(document, b"", Type=Name.XObject, Subtype=Name.Image, Width=width, Height=height)
        document.Root.Extra = document.make_indirect(picture)

    return change


JS = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
NOT_ACCEPTED = {
    "nothing known": b"hola",
    "svg": SVG,
    "html": HTML,
    "svg with a declaration": b'<?xml version="1.0"?>' + SVG,
    "zip bomb": a_zip(),
    "gif": b"GIF89a" + bytes(100),
    "webp": a_picture("WEBP"),
    "tiff": a_picture("TIFF"),
    "bmp": a_picture("BMP"),
    "program": b"MZ" + bytes(100),
    "pdf after something else": HTML + a_pdf(),
    "png after something else": b"\n" + a_picture(),
}
DAMAGED = {
    "only a signature of png": b"\x89PNG\r\n\x1a\n",
    "only a signature of jpeg": b"\xff\xd8\xff\xe0",
    "html behind a signature": b"\xff\xd8\xff" + HTML,
    "png cut off": a_picture("PNG", (400, 300))[:-120],
    "jpeg cut off": a_picture("JPEG", (400, 300))[:-300],
    "pdf without an end": a_pdf()[:-10],
    "pdf without its beginning": b"%PDF-1.7\n" + a_pdf()[300:],
    "pdf without pages": a_pdf(0),
    "only the frame of a pdf": b"%PDF-1.7\n%%EOF",
    "pdf whose table is wrong": a_pdf().replace(b"startxref\n", b"startxref\n1"),
}
HUGE = {
    "png of 20,000 by 20,000": a_bomb(20_000, 20_000),
    "png just over the limit": a_bomb(8_001, 8_000),
    "pdf that unpacks to 700 MB": a_pdf_with(packed(1), compress_streams=False),
    "pdf packed twice": a_pdf_with(packed(2), compress_streams=False),
    "pdf with a picture of a gigapixel": a_pdf_with(image_of(40_000, 40_000)),
}
ACTIVE = {
    "script at the opening": root(OpenAction=JS),
    "script in the names": root(Names=Dictionary(JavaScript=Dictionary(Names=Array([String("a"), JS])))),
    "script at the showing of a page": page(AA=Dictionary(O=JS)),
    "script of an annotation": page(Annots=Array([Dictionary(Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=JS)])),
    "script that nothing leads to": a_pdf_with(hidden),
    "script by an escaped name": root(OpenAction=Dictionary(S=Name("/JavaScriptXX"), JS=String("x"))).replace(
        b"/JavaScriptXX", b"/Java#53cript"
    ),
    "program": root(OpenAction=Dictionary(S=Name.Launch, F=String("cmd.exe"))),
    "address that opens by itself": root(OpenAction=Dictionary(S=Name.URI, URI=String("https://malo.example"))),
    "address that opens after a jump": root(
        OpenAction=Dictionary(S=Name.GoTo, D=Array([0]), Next=Dictionary(S=Name.URI, URI=String("https://x.example")))
    ),
    "file inside": a_pdf_with(embedded),
    "form that is sent": page(AA=Dictionary(O=Dictionary(S=Name.SubmitForm, F=String("https://malo.example")))),
    "form that is a program": root(AcroForm=Dictionary(Fields=Array([]), XFA=String("<xdp/>"))),
    "another file": page(Annots=Array([Dictionary(A=Dictionary(S=Name.GoToR, F=String(r"\\malo\a")))])),
    "media": page(Annots=Array([Dictionary(Type=Name.Annot, Subtype=Name.RichMedia)])),
}


@pytest.mark.parametrize("content", NOT_ACCEPTED.values(), ids=NOT_ACCEPTED.keys())
def test_what_is_neither_pdf_nor_jpeg_nor_png_is_not_taken(content: bytes) -> None:
    assert attachment(content) is FileProblem.KIND
    assert logo(content) is FileProblem.KIND


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED.keys())
def test_what_cannot_be_read_to_its_end_is_not_taken(content: bytes) -> None:
    assert attachment(content) is FileProblem.DAMAGED


@pytest.mark.parametrize("content", HUGE.values(), ids=HUGE.keys())
def test_what_is_small_as_it_comes_and_huge_afterwards_is_not_taken(content: bytes) -> None:
    assert len(content) < FILE_LIMIT
    assert attachment(content) is FileProblem.HUGE


@pytest.mark.parametrize("content", ACTIVE.values(), ids=ACTIVE.keys())
def test_a_pdf_that_does_something_is_not_taken(content: bytes) -> None:
    assert attachment(content) is FileProblem.ACTIVE


@pytest.mark.parametrize("after", [HTML, a_zip(), b"\nx", a_picture()], ids=["html", "zip", "text", "png"])
def test_nothing_hangs_behind_a_pdf(after: bytes) -> None:
    assert attachment(a_pdf() + after) is FileProblem.TRAILING


def test_a_pdf_that_asks_for_a_password_is_not_taken_and_one_that_limits_printing_is() -> None:
    locked = a_pdf_with(lambda _: None, encryption=pikepdf.Encryption(user="clave", owner="otra"))
    limited = a_pdf_with(lambda _: None, encryption=pikepdf.Encryption(user="", owner="otra"))

    assert attachment(locked) is FileProblem.LOCKED
    assert attachment(limited) == InspectedFile(FileKind.PDF, limited)


def test_a_pdf_to_be_read_stays_as_it_is() -> None:
    link = Dictionary(Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=Dictionary(S=Name.URI, URI=String("https://a.co")))
    for content in (a_pdf(), a_pdf(30), root(OpenAction=JUMP), page(Annots=Array([link])), a_pdf() + b"\r\n\0 "):
        assert attachment(content) == InspectedFile(FileKind.PDF, content)
    assert logo(a_pdf()) is FileProblem.KIND


def opened(found: InspectedFile | FileProblem) -> Image.Image:
    assert isinstance(found, InspectedFile), found
    picture = Image.open(io.BytesIO(found.content))
    picture.load()
    return picture


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_keeps_nothing_but_what_it_shows(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "CámaraSecreta"
    exif.get_ifd(0x8825)[2] = (4.0, 42.0, 39.0)
    content = a_picture(kind, (400, 200), exif=exif) + HTML + a_zip()

    found = attachment(content)
    picture = opened(found)

    assert isinstance(found, InspectedFile)
    assert found.kind.value == f"image/{kind.lower()}"
    assert (picture.size, dict(picture.getexif())) == ((200, 400), {})
    assert picture.convert("RGB").getpixel((100, 10))[0] > 200  # type: ignore[index]
    assert b"script" not in found.content
    assert b"Secreta" not in found.content
    assert b"PK\x03\x04" not in found.content


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pictures_of_every_mode_are_kept(mode: str) -> None:
    assert opened(attachment(a_picture("PNG", (40, 30), mode))).size == (40, 30)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_photographs_of_every_mode_are_kept(mode: str) -> None:
    assert opened(attachment(a_picture("JPEG", (40, 30), mode))).size == (40, 30)


def test_large_pictures_become_as_large_as_they_need_to_be() -> None:
    assert opened(attachment(a_picture("JPEG", (6000, 3000)))).size == (4096, 2048)
    assert opened(attachment(a_picture("PNG", (5000, 100)))).size == (4096, 82)
    assert opened(logo(a_picture("PNG", (3000, 1500), "RGBA"))).size == (1200, 600)
