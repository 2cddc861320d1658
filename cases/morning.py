"""What a supervisor looks at first: which letters wait, how old the work is, who holds how much."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from cases.ages import AGES, received
from cases.enums import RUNNING_STATES
from cases.lists import in_work
from cases.models import Dossier, StuckAgency, StuckDossier
from notifications.enums import LetterKind, LetterState
from notifications.models import Letter
from procedures.models import Staff
from procedures.working_time import minute_of

MOST_OFFICERS = 15


def without_a_reason(letters: QuerySet[Letter]) -> QuerySet[Letter]:
    """Drafts of apologies that nobody has given a reason yet: without one they cannot be issued."""
    return letters.filter(kind=LetterKind.APOLOGY, state=LetterState.DRAFT, reason="")


def open_breaches(dossiers: QuerySet[Dossier]) -> QuerySet[Dossier]:
    """Late without an apology in time, and still without a result (R33); in no order."""
    return dossiers.running().breaches().order_by()


def stuck_dossiers() -> QuerySet:
    """Keys of the dossiers at which the workers fail."""
    return StuckDossier.objects.order_by().values("dossier").distinct()


def stuck_agencies() -> QuerySet:
    """Keys of the agencies of whose past days the workers cannot count or freeze the figures."""
    return StuckAgency.objects.order_by().values("agency").distinct()


def work_by_age(dossiers: QuerySet[Dossier]) -> dict[str, int]:
    """How many of these are in work, by the groups of `cases.ages`."""
    today = timezone.localdate()
    return (
        in_work(dossiers)
        .order_by()
        .aggregate(**{name: Count("pk", filter=received(name, today)) for name in AGES})
    )


@dataclass(frozen=True, slots=True)
class Load:
    """What one person holds now, and how much of it is overdue."""

    officer: Staff
    held: int
    late: int


def load_of_officers(dossiers: QuerySet[Dossier]) -> list[Load]:
    """Who holds the most of these, at most fifteen people."""
    overdue = Q(state__in=RUNNING_STATES, finished_at__isnull=True, due_at__lt=minute_of(timezone.now()))
    held = dossiers.open().filter(holder__isnull=False).order_by().values_list("holder")
    rows = list(
        held.annotate(n=Count("pk"), late=Count("pk", filter=overdue)).order_by("-n", "holder")[
            :MOST_OFFICERS
        ]
    )
    people = Staff.objects.select_related("agency").in_bulk([pk for pk, _held, _late in rows])
    return [Load(people[pk], n, late) for pk, n, late in rows]
