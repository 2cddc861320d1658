"""Fills a database with very many dossiers; see the package."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from random import Random

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from cases.demo.drawers import CLOSES_AT
from cases.demo.many import loading
from cases.demo.many.numbers import Numbers
from cases.demo.many.offices import open_places
from cases.demo.many.plan import Copy, Lots, Shares, Weeks, plan
from cases.demo.many.templates import COPIED, Template, read
from cases.demo.many.writing import Writer, columns, identifiers
from cases.demo.offices import WARDS
from cases.enums import OPEN_STATES
from cases.models import Applicant, AuditEntry, AuditHead, CashReport, Dossier, Recount, RegisterBook
from cases.services import sweep
from cases.services.audit import chain_waiting
from procedures.calendars import calendars_for
from procedures.models import Agency, ProcedureVersion, Staff
from procedures.working_time import TZ

WRITTEN = (*COPIED, Applicant, AuditEntry)
AT_ONCE = 2_000  # dossiers
MANY = 20_000  # from here on indexes are made afterwards
DAYS_OF_A_MONTH = 30.4


@dataclass(frozen=True)
class Wanted:
    """`months` back from now; `wards`: how many agencies besides the provincial centre."""

    count: int
    seed: int = 7
    months: int = 14
    wards: int = 104
    shares: Shares = Shares()


@transaction.atomic
def fill(wanted: Wanted, *, say: Callable[[int], None] = lambda done: None) -> None:
    """Retell the dossiers that there are so many times, in one transaction; `say` is told how many are done.

    What is overdue now is flagged first, and its letters are drafted, as the workers would; so exactly the
    share that is newly overdue is left to them. Days that are over wait to be counted for the roll-ups.

    NotPermitted where the role of the database may not switch triggers off.
    """
    rng = Random(wanted.seed)
    overdue = _templates(_keys(Dossier.objects.overdue().filter(overdue_flagged_at=None)))
    sweep()
    chain_waiting()
    others = _templates(_keys(Dossier.objects.all()))
    places = open_places(wanted.wards)
    numbers = Numbers(identifiers())
    writer = Writer(places, numbers, rng)
    copies = plan(
        _lots(overdue, others),
        Weeks(_calendars(), round(wanted.months * DAYS_OF_A_MONTH / 7), _in_force()),
        count=wanted.count,
        places=len(places),
        shares=wanted.shares,
        rng=rng,
    )
    loading.without_triggers()
    many = wanted.count >= MANY
    with loading.without_indexes(WRITTEN) if many else nullcontext():
        _write((one for week in copies for one in week), writer, say)
    numbers.check()
    _close(writer)


def _write(copies: Iterator[Copy], writer: Writer, say: Callable[[int], None]) -> None:
    """The database takes in one batch while the next one is written."""
    load, done = loading.loader(columns), 0
    loaded: Future | None = None
    with ThreadPoolExecutor(max_workers=1) as database:
        while batch := list(islice(copies, AT_ONCE)):
            for one in batch:
                writer.add(one)
            if loaded:
                loaded.result()
            loaded = database.submit(load, writer.take())
            done += len(batch)
            say(done)
        if loaded:
            loaded.result()


# What is retold ---------------------------------------------------------------------------------------


def _keys(dossiers) -> list[int]:
    """A correction is told with what it corrects, which a copy would not know."""
    return list(dossiers.filter(corrects=None).order_by("pk").values_list("pk", flat=True))


def _templates(keys: list[int]) -> list[Template]:
    wards = frozenset(Agency.objects.filter(identifier__in=WARDS).values_list("pk", flat=True))
    people = frozenset(Staff.objects.filter(agency__in=wards).values_list("pk", flat=True))
    return read(keys, wards, people)


def _lots(overdue: list[Template], others: list[Template]) -> Lots:
    flagged, running, late, ended = [], [], [], []
    for one in others:
        if one.state not in OPEN_STATES:
            (late if one.is_late else ended).append(one)
        else:
            (flagged if one.is_overdue else running).append(one)
    return Lots(overdue, flagged, running, late, ended)


def _calendars() -> dict:
    return calendars_for(Agency.objects.all())


def _in_force() -> Callable[[Template, timedelta], bool]:
    """Whether the version of a template's procedure was in force on the day it is moved to."""
    begins = dict(ProcedureVersion.objects.values_list("pk", "in_force_from"))

    def is_in_force(template: Template, back: timedelta) -> bool:
        return begins[template.version] <= template.filed_on - back

    return is_in_force


# What is left to be stored ----------------------------------------------------------------------------


def _close(writer: Writer) -> None:
    numbers = writer.numbers
    numbers.store()
    _store_reports(numbers)
    AuditHead.objects.bulk_create(
        [AuditHead(agency_id=pk, number=number, hash=last) for pk, (number, last) in writer.heads.items()],
        update_conflicts=True,
        unique_fields=["agency"],
        update_fields=["number", "hash"],
    )
    loading.set_sequences((*WRITTEN, CashReport, RegisterBook))
    first = timezone.localdate(Dossier.objects.aggregate(first=Min("filed_at"))["first"], TZ)
    Recount.objects.bulk_create(Recount(agency=agency, first_day=first) for agency in Agency.objects.all())


def _store_reports(numbers: Numbers) -> None:
    """Each clerk closed the cash of each day in the evening; numbered by desk and year in the order of days."""
    last = numbers.last_reports()
    rows = []
    for (clerk, desk, day), pk in sorted(numbers.reports.items(), key=lambda one: (one[0][2], one[1])):
        last[desk, day.year] += 1
        number = f"{numbers.identifiers[desk]}/{day.year}/BK-{last[desk, day.year]:04d}"
        cash = numbers.cash[pk]
        closed = datetime.combine(day, CLOSES_AT, TZ)
        rows.append(
            CashReport(
                pk=pk,
                clerk_id=clerk,
                desk_id=desk,
                number=number,
                closed_at=closed,
                expected_cash=cash,
                counted_cash=cash,
            )
        )
    CashReport.objects.bulk_create(rows, batch_size=5_000)
