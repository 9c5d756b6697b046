"""Letters in the colours of an agency: what is written on them, or in them, can be read."""

from dataclasses import replace
from email.message import EmailMessage
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from adapters.mail.look import Look, contrast
from adapters.mail.message import Sender, compose
from application.ports.documents import Letterhead
from tests.adapters.mail.letters import DECLINED, LETTERHEAD

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


def picture(kind: str = "PNG", size: tuple[int, int] = (1200, 400)) -> bytes:
    target = BytesIO()
    Image.new("RGB", size, "#0a7d4f").save(target, kind)
    return target.getvalue()


def arrived(letterhead: Letterhead) -> EmailMessage:
    return compose(replace(DECLINED, letter=replace(DECLINED.letter, letterhead=letterhead)), Sender("a@b.example"))


@pytest.mark.parametrize(
    ("one", "other", "measured"),
    [
        ("#ffffff", "#000000", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#0000ff", "#ffffff", 8.59),
        ("#112233", "#112233", 1.0),
    ],
)
def test_contrast_is_what_wcag_says(one: str, other: str, measured: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(measured, abs=0.01)


@given(COLOURS)
def test_words_can_be_read_whatever_the_colour(brand: str) -> None:
    look = Look.of(replace(LETTERHEAD, brand_color=brand))
    assert look.brand == brand
    assert contrast(look.on_brand, look.brand) >= 4.5
    assert contrast(look.accent, "#ffffff") >= 4.5


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    assert Look.of(replace(LETTERHEAD, brand_color="#123456")).accent == "#123456"
    assert Look.of(LETTERHEAD).brand == "#173e63"


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_the_logo_is_small_and_in_the_letter(kind: str) -> None:
    message = arrived(replace(LETTERHEAD, logo=picture(kind), brand_color="#ffd400"))

    (image,) = [part for part in message.walk() if part.get_content_maintype() == "image"]
    content = image.get_payload(decode=True)
    assert isinstance(content, bytes)
    with Image.open(BytesIO(content)) as opened:
        assert (opened.format, opened.size) == ("PNG", (336, 112))
    html = message.get_body(("html",))
    assert html is not None
    assert image["Content-ID"] == "<logo>"
    assert 'src="cid:logo" alt="Inmobiliaria Peña &amp; Ñáñez"' in html.get_content()
    assert "#ffd400" in html.get_content()
    assert [part.get_content_type() for part in message.iter_attachments()] == []


@pytest.mark.parametrize("logo", [None, b"\x89PNG\r\n\x1a\n roto", picture("GIF"), picture(size=(5000, 4000))])
def test_without_a_logo_that_can_be_shown_the_name_is_there(logo: bytes | None) -> None:
    message = arrived(replace(LETTERHEAD, logo=logo))

    assert [part for part in message.walk() if part.get_content_maintype() == "image"] == []
    html = message.get_body(("html",))
    assert html is not None
    assert "cid:" not in html.get_content()
    assert ">Inmobiliaria Peña &amp; Ñáñez</p>" in html.get_content()
