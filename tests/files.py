"""Pictures and PDFs as people send them, made when they are needed."""

from base64 import b64encode
from io import BytesIO
from typing import Any

import pikepdf
from PIL import Image


def a_picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: Any) -> bytes:
    """Red on the left and blue on the right, so that it is seen how it is turned."""
    picture = Image.new("RGB", size, "red")
    picture.paste("blue", (size[0] // 2, 0, *size))
    return saved(picture.convert(mode), kind, **options)


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    target = BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


def a_pdf(pages: int = 1) -> bytes:
    """With as many empty pages."""
    target = BytesIO()
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page()
        document.save(target)
    return target.getvalue()


def file_input(name: str, content: bytes) -> dict[str, str]:
    """As the schema takes it."""
    return {"fileName": name, "contentBase64": b64encode(content).decode()}
