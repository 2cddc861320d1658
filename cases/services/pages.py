"""Turning the pages of a scan without losing anything of it; knows bytes, not dossiers."""

import io

from PIL import ExifTags, Image, ImageOps
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader, PdfWriter

from cases.pictures import PDF, TooManyPixels, opened_image

# All sheets of a TIFF are in memory at once, a byte or three for each pixel.
MAX_TIFF_PIXELS = 300_000_000

CLOCKWISE = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}
# What the tag of a JPEG says after a quarter turn clockwise; the second ring is of mirrored pictures.
QUARTER = {1: 6, 6: 3, 3: 8, 8: 1, 2: 7, 7: 4, 4: 5, 5: 2}
EXIF = b"Exif\x00\x00"


def turned(content: bytes, mime_type: str, *, degrees: int, pages: set[int]) -> bytes:
    """The file with these pages (from 1) turned clockwise by 90, 180 or 270 degrees.

    A PDF and a JPEG only note which way is up, so their pictures stay bit by bit; PNG and TIFF are
    written anew without loss.
    """
    if mime_type == PDF:
        return _turned_pdf(content, degrees, pages)
    if mime_type == "image/jpeg":
        return _turned_jpeg(content, degrees)
    if mime_type == "image/png":
        return _turned_png(content, degrees)
    return _turned_tiff(content, degrees, pages)


def _turned_pdf(content: bytes, degrees: int, pages: set[int]) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    for number in pages:
        page = writer.pages[number - 1]
        page.rotation = (page.rotation + degrees) % 360
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _turned_jpeg(content: bytes, degrees: int) -> bytes:
    with opened_image(content) as image:
        exif = image.getexif()
    orientation = exif.get(ExifTags.Base.Orientation, 1)
    for _ in range(degrees // 90):
        orientation = QUARTER.get(orientation, QUARTER[1])
    exif[ExifTags.Base.Orientation] = orientation
    noted = EXIF + exif.tobytes().removeprefix(EXIF)
    segment = b"\xff\xe1" + (len(noted) + 2).to_bytes(2, "big") + noted
    return content[:2] + segment + _without_exif(content[2:])


def _without_exif(rest: bytes) -> bytes:
    """What follows the start of a JPEG, without the segments that say which way is up."""
    kept, at = [], 0
    while rest[at : at + 1] == b"\xff" and rest[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(rest[at + 2 : at + 4], "big")
        if not (rest[at + 1] == 0xE1 and rest[at + 4 : at + 4 + len(EXIF)] == EXIF):
            kept.append(rest[at:end])
        at = end
    return b"".join(kept) + rest[at:]


def _turned_png(content: bytes, degrees: int) -> bytes:
    with opened_image(content) as image:
        resolution = {"dpi": image.info["dpi"]} if "dpi" in image.info else {}
        upright = ImageOps.exif_transpose(image).transpose(CLOCKWISE[degrees])
    buffer = io.BytesIO()
    upright.save(buffer, "PNG", pnginfo=PngInfo(), **resolution)
    return buffer.getvalue()


def _turned_tiff(content: bytes, degrees: int, pages: set[int]) -> bytes:
    sheets, pixels = [], 0
    with opened_image(content) as image:
        for number in range(1, image.n_frames + 1):
            image.seek(number - 1)
            pixels += image.width * image.height
            if pixels > MAX_TIFF_PIXELS:
                raise TooManyPixels(pixels)
            # Loading a TIFF already turns it as its tag says.
            image.load()
            sheet = image.transpose(CLOCKWISE[degrees]) if number in pages else image.copy()
            sheet.encoderinfo = {"compression": "group4" if sheet.mode == "1" else "tiff_adobe_deflate"}
            if "dpi" in image.info:
                sheet.encoderinfo["dpi"] = image.info["dpi"]
            sheets.append(sheet)
    buffer = io.BytesIO()
    sheets[0].save(buffer, "TIFF", save_all=True, append_images=sheets[1:], **sheets[0].encoderinfo)
    return buffer.getvalue()
