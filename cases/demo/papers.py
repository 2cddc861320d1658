"""Scans made in memory: small real PDF and PNG files that say that they are for demonstration."""

import io

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from procedures.text import fold

PAGE = (420, 594)  # A4 at 51 dpi: to be looked at, not to be read
_FONT = ImageFont.load_default(13)


def scan(title: str, mark: str, *, as_png: bool = False) -> ContentFile:
    """A page with the title of the paper and a mark that makes the file unlike any other.

    The font of the imaging library has no Vietnamese letters, so the page is written without accents.
    """
    page = Image.new("L", PAGE, 250)
    draw = ImageDraw.Draw(page)
    draw.rectangle((12, 12, PAGE[0] - 12, PAGE[1] - 12), outline=150)
    for line, text in enumerate(("BAN QUET MINH HOA", *_wrapped(fold(title)), mark)):
        draw.text((32, 48 + 26 * line), text, fill=40, font=_FONT)
    buffer = io.BytesIO()
    if as_png:
        info = PngInfo()
        info.add_text("Title", mark)
        page.save(buffer, "PNG", pnginfo=info)
    else:
        page.save(buffer, "PDF", title=mark)
    return ContentFile(buffer.getvalue(), name=f"{title[:80].replace('/', '-')}.{'png' if as_png else 'pdf'}")


def _wrapped(text: str, width: int = 48) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
