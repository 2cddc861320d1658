"""Files and their rows go together, although only the rows know transactions."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q
from django.db.models.fields.files import FieldFile

from cases.models import Document

_stored: ContextVar[list[FieldFile] | None] = ContextVar("_stored", default=None)


@contextmanager
def files_or_nothing() -> Iterator[None]:
    """What is stored inside is removed again when the work fails; stands above `transaction.atomic`.

    Works inside each other: what an inner part stored goes too when the outer one fails.
    """
    mine: list[FieldFile] = []
    token = _stored.set(mine)
    try:
        yield
    except BaseException:
        for kept in mine:
            kept.storage.delete(kept.name)
        raise
    finally:
        _stored.reset(token)
    outer = _stored.get()
    if outer is not None:
        outer += mine


def store_file(field: FieldFile, content: ContentFile) -> None:
    """Put the content into the store; the row is saved by the caller."""
    field.save(content.name, content, save=False)
    mine = _stored.get()
    if mine is not None:
        # A copy: the field of the row may soon name another file.
        mine.append(FieldFile(field.instance, field.field, field.name))


def forget_file(field: FieldFile) -> None:
    """Delete a stored file after the commit, unless another row needs it: a reused paper shares its file."""
    storage, name = field.storage, field.name
    if not name:
        return

    def delete():
        if not Document.objects.filter(Q(file=name) | Q(searchable=name)).exists():
            storage.delete(name)

    transaction.on_commit(delete)
