"""Files are accepted by what they are, not by what they are called."""

import hashlib
import io
from dataclasses import dataclass
from pathlib import PurePath

import filetype
from django.conf import settings
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from cases.errors import BadFile

ACCEPTED = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/tiff": ".tif",
}


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


def check_file(upload) -> CheckedFile:
    """Read an upload (anything with `name`, `size` and `read`); `BadFile` says what is wrong with it."""
    name = PurePath(str(upload.name).replace("\\", "/")).name[:255]
    limit = settings.UPLOAD_MAX_BYTES
    # Ask the size before reading: a huge upload must not be pulled into memory to be refused.
    if upload.size > limit:
        raise BadFile(
            _("“%(name)s” is larger than %(limit)s MB. Scan with a lower resolution or split it.")
            % {"name": name, "limit": limit // (1024 * 1024)},
            field="file",
        )
    content = upload.read()
    if not content:
        raise BadFile(_("“%(name)s” is empty. Choose the file again.") % {"name": name}, field="file")
    kind = filetype.guess(content)
    mime_type = kind.mime if kind else ""
    if mime_type not in ACCEPTED:
        raise BadFile(
            _("“%(name)s” is not a PDF, JPEG, PNG or TIFF file, whatever its name says.") % {"name": name},
            field="file",
        )
    try:
        pages = _pages(content, mime_type)
    except (
        PyPdfError,
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
        RecursionError,
    ) as error:
        raise BadFile(
            _("“%(name)s” is broken or protected and cannot be opened. Scan or save it again.")
            % {"name": name},
            field="file",
        ) from error
    return CheckedFile(name, content, mime_type, pages, hashlib.sha256(content).hexdigest())


def _pages(content: bytes, mime_type: str) -> int:
    if mime_type == "application/pdf":
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise ValueError("encrypted")
        if not reader.pages:
            raise ValueError("no pages")
        return len(reader.pages)
    with Image.open(io.BytesIO(content)) as image:
        image.verify()
        return getattr(image, "n_frames", 1)
