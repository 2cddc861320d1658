"""Work on many dossiers or agencies, each by itself: one that raises keeps no other waiting, and people learn which."""

import logging
from collections.abc import Callable, Generator
from contextlib import closing
from datetime import timedelta
from itertools import islice

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from psycopg import errors as postgresql

from cases.models import StuckDossier
from cases.models.system import Stuck

logger = logging.getLogger(__name__)

# Django gives them the class of a database that is away, and yet it is there.
OF_ONE_STATEMENT = (
    postgresql.DeadlockDetected,
    postgresql.LockNotAvailable,
    postgresql.QueryCanceled,
    postgresql.SerializationFailure,
)

AGAIN_AFTER = timedelta(minutes=10)  # each try that fails is a traceback in the log


class WorkIncomplete(RuntimeError):
    """A run did everything that it could, and at some dossiers it failed; the log says why."""

    words = _("%(failed)s dossiers could not be worked on (%(done)s were); the log says why.")

    def __init__(self, *, done: int, failed: int):
        super().__init__(self.words % {"failed": failed, "done": done})
        self.done, self.failed = done, failed


class AgenciesIncomplete(WorkIncomplete):
    """The same of agencies; `done` are what the work counts."""

    words = _("The work on %(failed)s agencies failed (done elsewhere: %(done)s); the log says why.")


class Stumbles:
    """The dossiers (or agencies) at which one run of a work raised; see `StuckDossier`, `StuckAgency`."""

    def __init__(self, work: str, model: type[Stuck] = StuckDossier):
        self.work, self.model = work, model
        self.errors: dict[int, str] = {}

    def note(self, key: int, error: Exception) -> None:
        """Store it at once: what ends the run later does not take it back.

        Raises again what is no fault of a dossier: a database that is away.
        """
        away = isinstance(error, OperationalError | InterfaceError)
        if away and not isinstance(error.__cause__, OF_ONE_STATEMENT):
            raise error
        logger.error("%s: the work on %s %s failed", self.work, self.model.OF, key, exc_info=error)
        kind, now = type(error).__name__, timezone.now()
        self.errors[key] = kind
        what = {f"{self.model.OF}_id": key}
        known = self.model.objects.filter(work=self.work, **what)
        if not known.update(times=F("times") + 1, last_at=now, error=kind):
            self.model.objects.bulk_create(
                [self.model(work=self.work, **what, since=now, last_at=now, error=kind)],
                ignore_conflicts=True,
            )

    def forget_others(self) -> int:
        """A run that came to its end got past all others. Returns how many failed."""
        stuck = self.model.objects.filter(work=self.work)
        stuck.exclude(**{f"{self.model.OF}__in": self.errors}).delete()
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
    if failed := stumbles.forget_others():
        raise WorkIncomplete(done=done, failed=failed)
    return done


def in_batches(
    work: str,
    dossiers: Generator[int],
    together: Callable[[list[int]], int],
    each: Callable[[int], int],
    *,
    size: int,
) -> int:
    """Call `together` with so many keys at a time, in a transaction of its own. Returns the sum.

    A batch that raises is done again with `each`, one dossier after the other, as in `one_by_one`; what the
    last run stumbled over goes that way at once, and spoils no batch. Raises `WorkIncomplete` at the end, when
    at some it failed.
    """
    done, stumbles = 0, Stumbles(work)
    stuck = set(StuckDossier.objects.filter(work=work).values_list("dossier", flat=True))
    with closing(dossiers):
        while keys := list(islice(dossiers, size)):
            alone = [pk for pk in keys if pk in stuck]
            try:
                if healthy := [pk for pk in keys if pk not in stuck]:
                    with transaction.atomic():
                        done += together(healthy)
            except Exception:
                logger.exception("%s: a batch failed; trying one by one", work)
                alone = keys
            for pk in alone:
                try:
                    done += each(pk)
                except Exception as error:  # noqa: BLE001 - `note` logs it
                    stumbles.note(pk, error)
    if failed := stumbles.forget_others():
        raise WorkIncomplete(done=done, failed=failed)
    return done


def try_again(work: str, act: Callable[[int], int], *, most: int) -> int:
    """For a work that comes by each dossier only once: `act` on the keys of those that it is stuck at.

    What raises again stays stuck, and waits for `AGAIN_AFTER`; the rest is stuck no more. Returns the sum.
    """
    stuck = StuckDossier.objects.filter(work=work)
    waited = stuck.filter(last_at__lte=timezone.now() - AGAIN_AFTER).order_by("last_at")
    done, stumbles = 0, Stumbles(work)
    for dossier in list(waited.values_list("dossier", flat=True)[:most]):
        try:
            with transaction.atomic():
                done += act(dossier)
                stuck.filter(dossier=dossier).delete()
        except Exception as error:  # noqa: BLE001 - `note` logs it
            stumbles.note(dossier, error)
    return done
