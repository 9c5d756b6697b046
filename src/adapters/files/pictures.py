"""Pictures made anew: what is kept is what a person sees in them, and nothing that came along."""

import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageFile, ImageOps

from application.ports.files import FileProblem, FileRefused, InspectedFile
from domain.attachments import FileKind

MOST_PIXELS = 64_000_000
"""What is decoded at all; telephones that are bought take pictures of 50 million."""
_QUALITIES = (88, 75, 60)
"""Of JPEG, the first that fits; no one sees the first, and the last still shows a leak."""
_FORMATS = {FileKind.JPEG: "JPEG", FileKind.PNG: "PNG"}


@dataclass(frozen=True, slots=True)
class Frame:
    """What a picture has to fit in: pixels of a side, and bytes."""

    side: int
    size: int


def redrawn(content: bytes, kind: FileKind, frame: Frame) -> InspectedFile:
    """The picture upright, no larger than the frame, in the kind it came in.

    Camera and place, comments, thumbnails, further pictures, colour profiles and whatever was hung behind the picture
    stay behind. Refuses HUGE by what the head of the file says, before anything is decoded; DAMAGED where it cannot be
    read to its end.
    """
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with warnings.catch_warnings(), Image.open(BytesIO(content), formats=(_FORMATS[kind],)) as opened:
            warnings.simplefilter("ignore")  # Pillow warns of sizes that are judged here
            if opened.width * opened.height > MOST_PIXELS:
                raise FileRefused(FileProblem.HUGE)
            # JPEG only, and only by whole halves: a large picture need not be decoded whole.
            opened.draft(None, (frame.side, frame.side))
            opened.load()
            picture = _plain(_upright(opened), kind, frame.side)
    except FileRefused:
        raise
    except Image.DecompressionBombError as error:
        raise FileRefused(FileProblem.HUGE) from error
    except Exception as error:  # Pillow's readers raise many kinds
        raise FileRefused(FileProblem.DAMAGED) from error
    return InspectedFile(kind, _written(picture, kind, frame.size))


def _upright(picture: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # what a camera wrote beside the picture is not worth losing it
        return picture


def _plain(picture: Image.Image, kind: FileKind, side: int) -> Image.Image:
    """In a mode that the kind can hold, no larger than its side, and with nothing but what it shows."""
    if picture.mode.startswith("I"):  # sixteen bits of grey
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    small = max(picture.size) <= side
    clear = picture.has_transparency_data
    if kind is FileKind.PNG and small and not clear and picture.mode in ("1", "P"):
        plain = picture.copy()  # far smaller like that
    else:
        grey = picture.mode in ("1", "L", "LA", "La", "F")
        wanted = ("LA" if grey else "RGBA") if clear and kind is FileKind.PNG else "L" if grey else "RGB"
        plain = picture.convert(wanted)
    plain.info = {}
    plain.thumbnail((side, side))
    return plain


def _written(picture: Image.Image, kind: FileKind, size: int) -> bytes:
    for quality in _QUALITIES if kind is FileKind.JPEG else (0,):
        target = BytesIO()
        if kind is FileKind.JPEG:
            picture.save(target, "JPEG", quality=quality, optimize=True)
        else:
            picture.save(target, "PNG", compress_level=6)
        if target.tell() <= size:
            return target.getvalue()
    raise FileRefused(FileProblem.HUGE)
