"""Names under which any system saves a file, and nothing else."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.attachments import NAME_LIMIT, FileKind, safe_file_name

SEPARATORS = st.sampled_from(
    ["/", "\\", "..", ".", "\u202e", "\0", ":", " ", "é", "e\u0301", "\U0001f600", "CON", "pdf"]
)
NAMES = st.lists(st.one_of(st.text(max_size=30), SEPARATORS), max_size=40).map("".join)


@given(NAMES, st.sampled_from(FileKind))
def test_a_name_is_one_anywhere(name: str, kind: FileKind) -> None:
    safe = safe_file_name(name, kind)
    stem, dot, extension = safe.partition(".")

    assert dot
    assert extension == kind.extension
    assert stem == stem.strip()
    assert stem
    assert not stem.startswith("-")
    assert len(safe) <= NAME_LIMIT
    assert len(safe.encode()) <= 255
    assert not set(safe) & set("/\\:*?\"<>|%$`;'")
    assert all(unicodedata.category(letter)[0] not in "CZ" or letter == " " for letter in safe)
    assert safe_file_name(safe, kind) == safe


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("foto.jpg", "foto.jpg"),
        ("Recibo de agua, julio.JPEG", "Recibo de agua, julio.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        (r"C:\Users\ana\gotera.jpg", "gotera.jpg"),
        ("factura.pdf.exe", "factura-pdf-exe.jpg"),
        ("a.php.jpg", "a-php.jpg"),
        ("Factura No. 12.jpg", "Factura No 12.jpg"),
        ("foto\u202egpj.exe", "fotogpj-exe.jpg"),
        ("con.jpg", "archivo con.jpg"),
        ("...", "archivo.jpg"),
        ("", "archivo.jpg"),
        ("ñandú.jpg", "ñandú.jpg"),
        ("x" * 500, "x" * 116 + ".jpg"),
    ],
)
def test_what_is_harmless_in_a_name_stays(name: str, safe: str) -> None:
    assert safe_file_name(name, FileKind.JPEG) == safe
