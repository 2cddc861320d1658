"""Files of forms to fill in: taken by what they are, not by what they are called, like every upload.

PDF and Word (docx) are taken. Word files hold no macros, no template from elsewhere and no more than a form
needs; what a PDF may hold, and whether a virus is in either, is told by a check of the layer that knows these
(see `register`).
"""

import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

import filetype
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from procedures.models import ProcedureForm
from procedures.text import one_line

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ACCEPTED = {PDF: ".pdf", WORD: ".docx"}
LONGEST_NAME = 255
MAX_PARTS = 2_000
MAX_UNPACKED = 100 * 1024 * 1024


class FormRefused(ValueError):
    """A file that is not given to citizens; the text is a sentence for whoever chose it."""


@dataclass(frozen=True, slots=True)
class FormFile:
    """A file that may be published; size in bytes."""

    name: str
    content: bytes
    mime_type: str
    sha256: str

    def put_into(self, form: ProcedureForm) -> None:
        """Fill the columns and the store; the caller saves the row."""
        form.file = ContentFile(self.content, name="form" + ACCEPTED[self.mime_type])
        form.file_name, form.mime_type = self.name, self.mime_type
        form.size, form.sha256 = len(self.content), self.sha256


# Looks into the content of an upload (name, content, type) and raises FormRefused; registered at the start.
Check = Callable[[str, bytes, str], None]
_more_checks: list[Check] = []


def register(check: Check) -> Check:
    """Let every form be judged by this check too; usable as a decorator."""
    if check not in _more_checks:
        _more_checks.append(check)
    return check


def check_form(upload) -> FormFile:
    """Read an upload (anything with `name`, `size` and `read`). Raises FormRefused."""
    name = one_line(PurePath(str(upload.name).replace("\\", "/").replace("\x00", "")).name)
    limit = settings.UPLOAD_MAX_BYTES
    if upload.size > limit:  # asked before reading: it must not be pulled into memory to be refused
        raise FormRefused(
            _("“%(name)s” is larger than %(limit)s MB.")
            % {"name": name[:LONGEST_NAME], "limit": limit // (1024 * 1024)}
        )
    content = upload.read()
    kind = filetype.guess(content)
    if kind is None or kind.mime not in ACCEPTED:
        raise FormRefused(
            _("“%(name)s” is neither a PDF nor a Word file (docx), whatever its name says.")
            % {"name": name[:LONGEST_NAME]}
        )
    stem = PurePath(name).stem.strip(". ") or "form"
    name = stem[: LONGEST_NAME - 5] + ACCEPTED[kind.mime]
    if kind.mime == WORD:
        _look_into_word(name, content)
    for check in _more_checks:
        check(name, content, kind.mime)
    return FormFile(name, content, kind.mime, hashlib.sha256(content).hexdigest())


def _look_into_word(name: str, content: bytes) -> None:
    broken = FormRefused(_("“%(name)s” is broken and cannot be opened. Save it again.") % {"name": name})
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            infos = parts.infolist()
            if len(infos) > MAX_PARTS or sum(info.file_size for info in infos) > MAX_UNPACKED:
                raise FormRefused(
                    _("“%(name)s” holds more than a form needs. Save it again without pictures.")
                    % {"name": name}
                )
            if any(info.flag_bits & 1 for info in infos) or "word/document.xml" not in parts.namelist():
                raise broken
            if parts.testzip() is not None:
                raise broken
            if any(_runs(info.filename, parts) for info in infos):
                raise FormRefused(
                    _("“%(name)s” has a program inside, or fetches one when it is opened. Save it without.")
                    % {"name": name}
                )
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise error if isinstance(error, FormRefused) else broken from error


def _runs(part: str, parts: zipfile.ZipFile) -> bool:
    lower = part.lower()
    if lower.endswith(("vbaproject.bin", ".exe", ".dll")) or "/activex/" in lower or "/embeddings/" in lower:
        return True
    # Word opens a template from another machine, with its macros, without asking.
    return lower.endswith(".rels") and b"attachedtemplate" in parts.read(part).lower()


def forget_file(name: str) -> None:
    """Delete a stored file after the commit, unless a form of another version is the same file."""
    if not name:
        return
    storage = ProcedureForm._meta.get_field("file").storage

    def delete():
        if not ProcedureForm.objects.filter(file=name).exists():
            storage.delete(name)

    transaction.on_commit(delete)
