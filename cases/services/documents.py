"""Files are accepted by what they are, not by what they are called."""

import hashlib
import io
import unicodedata
from dataclasses import dataclass
from pathlib import PurePath

import filetype
from django.conf import settings
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image
from pypdf import PdfReader

from cases.errors import BadFile
from cases.pictures import MAX_PIXELS, PDF, TIFF, UNREADABLE, TooManyPixels, opened_image, refuse_bomb
from cases.services.pdf_inside import HiddenFile, Program, TooIntricate, look_inside
from cases.services.virus_scan import refuse_infected

ACCEPTED = {
    PDF: ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    TIFF: ".tif",
}
MAX_PAGES = 1000
LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that may be stored; size in bytes."""

    name: str
    content: bytes
    mime_type: str
    pages: int
    sha256: str

    def as_file(self) -> ContentFile:
        return ContentFile(self.content, name="file" + ACCEPTED[self.mime_type])


class _TooManyPages(ValueError):
    pass


def check_file(upload) -> CheckedFile:
    """Read an upload (anything with `name`, `size` and `read`); `BadFile` says what is wrong with it."""
    name = tidy_file_name(str(upload.name))
    limit = settings.UPLOAD_MAX_BYTES
    # Ask the size before reading: a huge upload must not be pulled into memory to be refused.
    if upload.size > limit:
        raise _bad(
            name,
            _("“%(name)s” is larger than %(limit)s MB. Scan with a lower resolution or split it."),
            limit=limit // (1024 * 1024),
        )
    content = upload.read()
    if not content:
        raise _bad(name, _("“%(name)s” is empty. Choose the file again."))
    mime_type = type_of(content)
    if not mime_type:
        raise _bad(name, _("“%(name)s” is not a PDF, JPEG, PNG or TIFF file, whatever its name says."))
    pages = _checked_pages(name, content, mime_type)
    refuse_infected(content, name)
    return CheckedFile(name, content, mime_type, pages, hash_of(content))


def hash_of(content: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def type_of(beginning: bytes) -> str:
    """The MIME type by the first bytes of a file; empty for one that is not accepted."""
    kind = filetype.guess(beginning)
    return kind.mime if kind and kind.mime in ACCEPTED else ""


def tidy_file_name(name: str) -> str:
    """The last part of a path, in one line, without what turns or hides letters; with its suffix when cut."""
    last = PurePath(unicodedata.normalize("NFC", name).replace("\\", "/").replace("\x00", "")).name
    # Control and format characters: a mark that turns the reading direction makes “exe.pdf” of “fdp.exe”.
    seen = "".join(c if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} else " " for c in last)
    tidy = " ".join(seen.split())
    if not tidy.strip("."):
        return _("nameless")
    suffix = PurePath(tidy).suffix[:10]
    return tidy if len(tidy) <= LONGEST_NAME else tidy[: LONGEST_NAME - len(suffix)] + suffix


def _checked_pages(name: str, content: bytes, mime_type: str) -> int:
    """How many pages it has, after a look at each; `BadFile` for what nobody could or should open."""
    try:
        return _pdf_pages(content) if mime_type == PDF else _image_pages(content, mime_type)
    except _TooManyPages as error:
        raise _bad(
            name, _("“%(name)s” has more than %(most)s pages. Split it into several files."), most=MAX_PAGES
        ) from error
    except (TooManyPixels, Image.DecompressionBombError) as error:
        raise _bad(
            name,
            _(
                "A page of “%(name)s” has more than %(most)s million pixels. Scan with a lower resolution: "
                "300 dpi is enough."
            ),
            most=MAX_PIXELS // 1_000_000,
        ) from error
    except Program as error:
        raise _bad(
            name,
            _(
                "“%(name)s” has a program inside that runs when it is opened. Print it to a new PDF, or scan it."
            ),
        ) from error
    except HiddenFile as error:
        raise _bad(
            name,
            _(
                "“%(name)s” has other files inside, which nobody would see. Hand in each as a file of its own."
            ),
        ) from error
    except (TooIntricate, *UNREADABLE) as error:
        raise _bad(
            name, _("“%(name)s” is broken or protected and cannot be opened. Scan or save it again.")
        ) from error


def _pdf_pages(content: bytes) -> int:
    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted:
        raise ValueError("encrypted")
    pages = len(reader.pages)
    if not pages:
        raise ValueError("no pages")
    if pages > MAX_PAGES:
        raise _TooManyPages
    look_inside(reader)
    return pages


def _image_pages(content: bytes, mime_type: str) -> int:
    with opened_image(content) as image:
        image.verify()
    with opened_image(content) as image:
        # Checked at an eighth of its size where the format knows how: half a JPEG is found out quickly.
        image.draft("L", (image.width // 8, image.height // 8))
        image.load()
        if mime_type != TIFF:
            return 1
        if image.n_frames > MAX_PAGES:
            raise _TooManyPages
        for frame in range(image.n_frames):
            image.seek(frame)
            refuse_bomb(image)
        return image.n_frames


def _bad(name: str, sentence: str, **facts) -> BadFile:
    return BadFile(sentence % {"name": name, **facts}, field="file")
