"""Work on many dossiers, each by itself: one that raises keeps no other waiting, and people learn which it is."""

import logging
from collections.abc import Callable, Generator
from contextlib import closing

from django.db import InterfaceError, OperationalError
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import StuckDossier

logger = logging.getLogger(__name__)


class WorkIncomplete(RuntimeError):
    """A run did everything that it could, and at some dossiers it failed; the log says why."""

    def __init__(self, *, done: int, failed: int):
        super().__init__(
            _("%(failed)s dossiers could not be worked on (%(done)s were); the log says why.")
            % {"failed": failed, "done": done}
        )
        self.done, self.failed = done, failed


class Stumbles:
    """The dossiers at which one run of a work raised; see `StuckDossier`."""

    def __init__(self, work: str):
        self.work = work
        self.errors: dict[int, str] = {}

    def note(self, dossier: int, error: Exception) -> None:
        """Raises again what is no fault of a dossier: a database that is away."""
        if isinstance(error, OperationalError | InterfaceError):
            raise error
        logger.error("%s: the work on dossier %s failed", self.work, dossier, exc_info=error)
        self.errors[dossier] = type(error).__name__

    def keep(self, *, forget_others: bool = True) -> int:
        """Store what was noted; a run that got past the others forgets them. Returns how many failed."""
        now = timezone.now()
        known = StuckDossier.objects.filter(work=self.work)
        if forget_others:
            known.exclude(dossier__in=self.errors).delete()
        for dossier, error in self.errors.items():
            if not known.filter(dossier=dossier).update(times=F("times") + 1, last_at=now, error=error):
                StuckDossier.objects.bulk_create(
                    [StuckDossier(work=self.work, dossier_id=dossier, since=now, last_at=now, error=error)],
                    ignore_conflicts=True,
                )
        return len(self.errors)


def one_by_one(work: str, dossiers: Generator[tuple[int, object]], act: Callable[[object], int]) -> int:
    """Call `act` with the second of each pair; the first is the key of its dossier. Returns the sum.

    The pairs must be read without what may be unreadable: keys, not rows. Raises `WorkIncomplete` at the end,
    when at some it failed.
    """
    done, stumbles = 0, Stumbles(work)
    with closing(dossiers):  # its cursor of the server too, when a database that is away ends the run
        for dossier, item in dossiers:
            try:
                done += act(item)
            except Exception as error:  # noqa: BLE001 - it must not hold up those behind it; `note` logs it
                stumbles.note(dossier, error)
    if failed := stumbles.keep():
        raise WorkIncomplete(done=done, failed=failed)
    return done
