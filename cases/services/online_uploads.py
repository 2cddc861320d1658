"""Uploads into a draft: piece by piece, so that a lost connection costs one piece; or whole (nộp tệp đính kèm).

The order of locks is account, then upload: two pieces of one file come one after the other, and two files
at once cannot pass the quota together.
"""

import hashlib
import io
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.errors import BadFile, CaseError, Invalid
from cases.models import OnlineDraft, OnlineUpload
from cases.services.documents import check_file, tidy_file_name
from cases.services.online_drafts import UNFINISHED_KEPT, forget_uploads
from cases.services.stored_files import files_or_nothing, store_file
from procedures.models import Component, Staff

MOST_FILES = 40  # of one account at a time
PIECE = 4 * 1024 * 1024  # bytes of one piece at most; less than Django reads into memory


class WrongOffset(CaseError):
    """A piece that does not go on where the file ends; the sender asks where it does."""

    code = "wrong_offset"


class NotWhole(BadFile):
    """What arrived is not what was chosen: the hash of the whole is another."""

    code = "checksum_mismatch"


def own_upload(account, key: UUID) -> OnlineUpload | None:
    """The upload of this key when it is in a draft of this account; another's is none."""
    return OnlineUpload.objects.filter(draft__account=account, key=key).select_related("draft").first()


@files_or_nothing()
@transaction.atomic
def begin_upload(
    draft: OnlineDraft, *, component: Component | None, name: str, size: int, sha256: str
) -> OnlineUpload:
    """Announce a file: how many bytes it has and their SHA-256. `Invalid` or `BadFile` when it cannot be taken.

    A second announcement of the same file for the same paper is the first one: whoever comes back with a
    lost connection or a new window goes on where it broke off.
    """
    Staff.objects.select_for_update(of=("self",)).get(pk=draft.account_id)
    name, sha256 = tidy_file_name(name), sha256.lower()
    if component is None:
        raise Invalid(
            _("This paper is not on the published list of the procedure."), code="unknown_component"
        )
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise Invalid(_("The SHA-256 of the file must be 64 hexadecimal digits."), field="sha256")
    known = draft.uploads.filter(sha256=sha256).first()
    if known and known.component_id == component.pk and known.size == size:
        return known
    if known:
        raise BadFile(
            _("“%(name)s” is already here as “%(there)s”. Choose another file.")
            % {"name": name, "there": known.name},
            code="same_file",
        )
    _check_room(draft, name, size)
    upload = OnlineUpload(
        draft=draft, component=component, name=name, size=size, sha256=sha256, touched_at=timezone.now()
    )
    store_file(upload.file, ContentFile(b"", name="part"))
    upload.save()
    return upload


def _check_room(draft: OnlineDraft, name: str, size: int) -> None:
    if size < 1:
        raise BadFile(_("“%(name)s” is empty. Choose the file again.") % {"name": name})
    if size > settings.UPLOAD_MAX_BYTES:
        raise BadFile(
            _("“%(name)s” is larger than %(limit)s MB. Scan with a lower resolution or split it.")
            % {"name": name, "limit": settings.UPLOAD_MAX_BYTES // (1024 * 1024)},
            code="too_large",
        )
    mine = OnlineUpload.objects.filter(draft__account=draft.account_id)
    used = mine.aggregate(sum=Sum("size"))["sum"] or 0
    if mine.count() >= MOST_FILES or used + size > settings.ONLINE_QUOTA_BYTES:
        raise BadFile(
            _(
                "Your drafts hold as much as is possible: %(files)s files or %(limit)s MB. Remove a file, or "
                "file the drafts that are complete."
            )
            % {"files": MOST_FILES, "limit": settings.ONLINE_QUOTA_BYTES // (1024 * 1024)},
            code="quota",
        )


def take_piece(upload: OnlineUpload, *, offset: int, content: bytes) -> OnlineUpload:
    """Write the next piece; the last one has the whole checked like every upload.

    Raises `WrongOffset` when the file does not end at `offset`. `NotWhole` and `BadFile` delete the upload:
    what was sent is not what was chosen, or is nothing that could be handed in.
    """
    upload = _written(upload, offset, content)
    if upload.received < upload.size or upload.completed_at:
        return upload
    try:
        return _finish(upload)
    except BadFile:
        remove_upload(upload)
        raise


@transaction.atomic
def _written(upload: OnlineUpload, offset: int, content: bytes) -> OnlineUpload:
    upload = OnlineUpload.objects.select_for_update(of=("self",)).filter(pk=upload.pk).first()
    if upload is None or upload.touched_at < timezone.now() - UNFINISHED_KEPT:
        raise Invalid(_("This upload was given up. Choose the file again."), code="gone")
    if offset != upload.received:
        raise WrongOffset(
            _("The file goes on at byte %(offset)s.") % {"offset": upload.received}, code="wrong_offset"
        )
    if len(content) > upload.size - upload.received:
        raise Invalid(_("This is more than was announced."), code="too_much")
    # The row says how much counts: bytes that an interrupted transaction left behind are written over.
    with Path(upload.file.path).open("r+b") as part:
        part.seek(offset)
        part.write(content)
        part.truncate()
    upload.received += len(content)
    upload.touched_at = timezone.now()
    upload.save(update_fields=["received", "touched_at"])
    return upload


@transaction.atomic
def _finish(upload: OnlineUpload) -> OnlineUpload:
    upload = OnlineUpload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
    if upload.completed_at:
        return upload
    content = Path(upload.file.path).read_bytes()
    if hashlib.sha256(content).hexdigest() != upload.sha256:
        raise NotWhole(
            _("“%(name)s” did not arrive as it was sent. Choose it again.") % {"name": upload.name}
        )
    upload.pages = check_file(Arrived(upload.name, content)).pages
    upload.completed_at = timezone.now()
    upload.save(update_fields=["pages", "completed_at"])
    return upload


class Arrived(io.BytesIO):
    """Content with a name and a size, as the check of files wants it."""

    def __init__(self, name: str, content: bytes):
        super().__init__(content)
        self.name, self.size = name, len(content)


def add_whole(draft: OnlineDraft, file, *, component: Component | None) -> OnlineUpload:
    """Take a file that a form sent in one piece, without a script."""
    if file.size > settings.UPLOAD_MAX_BYTES:
        _check_room(draft, tidy_file_name(str(file.name)), file.size)
    content = file.read()
    digest = hashlib.sha256(content).hexdigest()
    upload = begin_upload(draft, component=component, name=str(file.name), size=len(content), sha256=digest)
    if upload.completed_at:
        return upload
    return take_piece(upload, offset=upload.received, content=content[upload.received :])


@transaction.atomic
def remove_upload(upload: OnlineUpload) -> None:
    """Take a file out of the draft."""
    forget_uploads(OnlineUpload.objects.filter(pk=upload.pk))


def expires_at(upload: OnlineUpload) -> datetime:
    """Until when an unfinished upload can go on (UTC)."""
    return upload.touched_at + UNFINISHED_KEPT
