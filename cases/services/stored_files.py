"""Files and their rows go together, although only the rows know transactions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q
from django.db.models.fields.files import FieldFile

from cases.archive.reading import is_archived_file
from cases.models import Document

_undoing: ContextVar[list[Callable[[], object]] | None] = ContextVar("_undoing", default=None)


@contextmanager
def files_or_nothing() -> Iterator[None]:
    """What is stored inside is removed again when the work fails; stands above `transaction.atomic`.

    Works inside each other: what an inner part stored goes too when the outer one fails.
    """
    mine: list[Callable[[], object]] = []
    token = _undoing.set(mine)
    try:
        yield
    except BaseException:
        for undo in reversed(mine):
            undo()
        raise
    finally:
        _undoing.reset(token)
    outer = _undoing.get()
    if outer is not None:
        outer += mine


def store_file(field: FieldFile, content: ContentFile) -> None:
    """Put the content into the store; the row is saved by the caller."""
    field.save(content.name, content, save=False)
    on_failure(partial(field.storage.delete, field.name))


def on_failure(undo: Callable[[], object]) -> None:
    """What to do with a file when the work of `files_or_nothing` fails, in the reverse order."""
    mine = _undoing.get()
    if mine is not None:
        mine.append(undo)


def forget_file(field: FieldFile) -> None:
    """Delete a stored file after the commit, unless another row needs it: a reused paper shares its file."""
    storage, name = field.storage, field.name
    if not name:
        return

    def delete():
        if Document.objects.filter(Q(file=name) | Q(searchable=name)).exists():
            return
        if not is_archived_file(name, getattr(field.instance, "sha256", "")):
            storage.delete(name)

    transaction.on_commit(delete)
