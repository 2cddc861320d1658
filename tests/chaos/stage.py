"""A ward on a morning with much to do, and a picture of what was done, to compare two mornings."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import time_machine
from django.utils import timezone

from cases import services
from cases.models import CalendarMove, Dossier, DossierEvent, Escalation
from cases.regime import needs_scan
from cases.services import revisions
from cases.services.revisions import DayFacts
from cases.services.tokens import make_token
from notifications.enums import LetterKind
from notifications.models import Letter, Message
from procedures.calendars import calendar_for
from procedures.enums import DayKind
from procedures.models import CalendarDay, Staff
from procedures.working_time import TZ
from tests.cast import World, build_world, upload

LATE, IN_TIME = 30, 30


def build() -> tuple[World, str]:
    """Dossiers that are overdue and nobody has flagged, others that are due later; messages wait.

    Returns the world and an access token of its clerk.
    """
    with time_machine.travel(_long_ago(), tick=False):
        world = build_world()
        _known_years()
        Staff.objects.create_superuser(username="quan-tri", password=None, email="quan-tri@nghean.example")
        for number in range(LATE):
            _receive(world, number)
    for number in range(LATE, LATE + IN_TIME):
        _receive(world, number)
    token = make_token(world.clerk, by=world.clerk, name="make chaos", scopes=["receive", "process"])[1]
    return world, token


def _long_ago() -> datetime:
    """A Monday: what was received then is overdue today."""
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday() + 14)
    return datetime.combine(monday, time(9), tzinfo=TZ)


def receive_more_late(world: World, count: int) -> None:
    """That many more dossiers that are overdue and nobody has flagged."""
    with time_machine.travel(_long_ago(), tick=False):
        for number in range(count):
            _receive(world, 1000 + number)


def _known_years() -> None:
    """A single day off is refused in a year of which the calendar knows nothing, and the cast knows two years."""
    began = timezone.localdate().year
    for year in (began, began + 1, began + 2):
        if not CalendarDay.objects.filter(agency=None, date__year=year).exists():
            CalendarDay.objects.create(
                date=date(year, 1, 1), kind=DayKind.NEW_YEAR, name_vi="Tết Dương lịch", name_en="New Year"
            )


def _receive(world: World, number: int) -> Dossier:
    person = replace(world.applicant, id_number=f"0400{number:08}")
    return world.receive(world.paid if number % 2 else world.free, applicant=person)


def approve_a_day_off() -> None:
    """The day after tomorrow's working day becomes one off, so that all that is due later moves."""
    admin = Staff.objects.get(username="quan-tri")
    day = calendar_for(None).working_day_after(timezone.localdate(), 1)
    days = [DayFacts(day, name_vi="Nghỉ đột xuất", name_en="Extra day off")]
    revision = revisions.propose(None, reason="Bão", legal_reference="TB 1", days=days, by=admin)
    revisions.approve(revision, by=admin)


def scan(dossier: Dossier, *, by) -> None:
    for item in dossier.components.all():
        for _each in range(item.originals if needs_scan(dossier, item.provision) else 0):
            services.add_document(dossier, upload(), by=by, component=item)


def record_result(dossier: Dossier, *, by) -> Dossier:
    return services.record_result(
        dossier, upload("ket-qua.pdf"), by=by, number="12/KQ", signer="Trần Văn Lãnh Đạo"
    )


def drafted_codes() -> set[str]:
    return set(Letter.objects.filter(kind=LetterKind.APOLOGY).values_list("reference", flat=True))


def picture() -> dict[str, Counter]:
    """What was done, without the keys and moments that differ from run to run."""
    rows = {
        "dossiers": Dossier.objects.values_list("code", "state", "due_at", "cycle"),
        "flags": Dossier.objects.exclude(overdue_flagged_at=None).values_list("code"),
        "events": DossierEvent.objects.values_list("dossier__code", "kind", "to_state"),
        "letters": Letter.objects.values_list("reference", "kind", "cycle", "state", "number"),
        "messages": Message.objects.values_list("reference", "kind", "channel", "recipient", "state"),
        "escalations": Escalation.objects.values_list("dossier__code", "cycle", "working_days", "outcome"),
        "moves": CalendarMove.objects.values_list("dossier__code", "old_due_at", "new_due_at"),
    }
    return {name: Counter(found.order_by()) for name, found in rows.items()}


def differences(wanted: dict[str, Counter], found: dict[str, Counter]) -> list[str]:
    """A line for each kind of row of which there is too little or too much."""
    lines = []
    for name, rows in wanted.items():
        missing, surplus = rows - found[name], found[name] - rows
        if missing:
            lines.append(f"{missing.total()} {name} are missing, such as {next(iter(missing))}")
        if surplus:
            lines.append(f"{surplus.total()} {name} too many, such as {next(iter(surplus))}")
    return lines


def broken_invariants() -> list[str]:
    from cases import invariants

    answers = invariants.ask(invariants.chosen(options=["files"]))
    return [f"{a.invariant.name}: {a.outcome.broken}, {a.outcome.examples}" for a in answers if not a.holds]
