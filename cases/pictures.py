"""Pictures of the pages of a stored file, small enough to look through; nothing here is kept.

PDF pages are drawn by pypdfium2, images by Pillow. What a page would unpack to is bounded before it is
unpacked: `MAX_PIXELS` is an A3 sheet at 600 dpi and a half.
"""

import io
import lzma
import struct
import threading
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2
from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin, TiffImagePlugin
from pypdf.errors import PyPdfError

MAX_PIXELS = 100_000_000
# Pillow looks only among the formats that are loaded, so they are named by what loads them.
IMAGE_FORMATS = tuple(
    plugin.format
    for plugin in (
        JpegImagePlugin.JpegImageFile,
        PngImagePlugin.PngImageFile,
        TiffImagePlugin.TiffImageFile,
    )
)
PDF = "application/pdf"
TIFF = "image/tiff"
# Longest side in pixels.
SIZES = {"thumbnail": 240, "preview": 1600}
# What a broken file makes its reader raise, of whatever kind it is: it believes the file's own words about itself.
UNREADABLE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,  # also PdfiumError, and one level inside another without end
    SyntaxError,
    TypeError,
    ValueError,
    Image.DecompressionBombError,
    PyPdfError,
    lzma.LZMAError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)

# PDFium is not safe with threads; the web server has several.
_pdfium = threading.Lock()


class TooManyPixels(ValueError):
    """The image would unpack to more than `MAX_PIXELS`."""


@contextmanager
def opened_image(content: bytes) -> Iterator[Image.Image]:
    """The image with its size looked at and its pixels not yet unpacked."""
    with Image.open(io.BytesIO(content), formats=IMAGE_FORMATS) as image:
        refuse_bomb(image)
        yield image


def refuse_bomb(image: Image.Image) -> None:
    """`TooManyPixels` for a frame that would unpack to too much."""
    if image.width * image.height > MAX_PIXELS:
        raise TooManyPixels(f"{image.width} × {image.height}")


def picture(content: bytes, mime_type: str, *, page: int, longest: int) -> bytes:
    """One page, counted from 1, as JPEG of at most `longest` pixels; `IndexError` without such a page.

    Raises one of `UNREADABLE` for a file that cannot be drawn.
    """
    image = _pdf_page(content, page, longest) if mime_type == PDF else _image(content, page, longest)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def _pdf_page(content: bytes, number: int, longest: int) -> Image.Image:
    with _pdfium, pypdfium2.PdfDocument(content) as document:
        if not 1 <= number <= len(document):
            raise IndexError(number)
        page = document[number - 1]
        # A page may say of itself that it is a kilometre long, or as thin as a hair.
        width, height = (max(side, 1) for side in page.get_size())
        bitmap = page.render(scale=longest / max(width, height))
        return bitmap.to_pil().convert("RGB")


def _image(content: bytes, number: int, longest: int) -> Image.Image:
    with opened_image(content) as image:
        if number > 1 and image.format != "TIFF":
            raise IndexError(number)
        try:
            image.seek(number - 1)
        except EOFError as error:
            raise IndexError(number) from error
        refuse_bomb(image)
        image.draft("RGB", (longest, longest))
        upright = ImageOps.exif_transpose(image)
        upright = flat(upright if upright.mode != "1" else upright.convert("L"))
        upright.thumbnail((longest, longest))
        return upright


def flat(image: Image.Image) -> Image.Image:
    """Without transparency, on white paper, in a way of writing colours that every format knows."""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image.getchannel("A"))
        return paper
    return image if image.mode in {"1", "L", "RGB"} else image.convert("RGB")


def text_of_pdf(content: bytes) -> str:
    """All text of a PDF, the invisible one behind a scan too."""
    with _pdfium, pypdfium2.PdfDocument(content) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document).strip()
