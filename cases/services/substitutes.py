"""Absences and substitutes: open tasks never wait for somebody who is away (R44; Decree 61/2018 Art 12.8)."""

from collections.abc import Generator
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors, rules
from cases.enums import OPEN_STATES, EventKind, HandoverGround
from cases.errors import Invalid
from cases.events import record
from cases.models import Dossier, Handover
from cases.services.base import locked
from cases.services.clock import pass_step_on
from cases.services.one_by_one import one_by_one
from procedures.models import Absence, Agency, Secondment, Staff, works_in


@transaction.atomic
def record_absence(
    staff: Staff, *, first: date, last: date, by, substitute: Staff | None = None, reason: str = ""
) -> Absence:
    """Record that somebody is away (vắng mặt), both days included; the open tasks go to the substitute.

    Without `substitute` it is the first of the person's own list who is there. From the first day on: tasks
    change hands at once when the absence has begun, else on the morning of its first day. Raises `Invalid`,
    `NotPermitted` (neither supervisor nor administrator of the agency where the person works).
    """
    workplace = staff.workplace
    if workplace is None or not rules.keeps_people_of(by, workplace):
        raise errors.NotPermitted(
            _("Absences are recorded by a supervisor or an administrator of the person's own agency.")
        )
    today = timezone.localdate()
    if last < first or last < today:
        raise Invalid(
            _("An absence ends on a day from today on, and not before it begins."),
            code="wrong_days",
            field="last",
        )
    if len(reason.strip()) > 300:
        raise Invalid(_("The reason has at most 300 characters."), code="too_long", field="reason")
    # Whoever records two absences of one person at once, or one of the substitute, waits here.
    list(Staff.objects.select_for_update(of=("self",)).filter(works_in([workplace])).order_by("pk"))
    if absences_in(staff, first, last).exists():
        raise Invalid(
            _("%(person)s is already recorded as absent on some of these days.") % {"person": staff},
            code="overlap",
            field="first",
        )
    absence = Absence.objects.create(
        staff=staff,
        substitute=substitute_for(staff, workplace, substitute, first, last),
        first=first,
        last=last,
        reason=reason.strip(),
        recorded_by=by,
        recorded_at=timezone.now(),
    )
    if first <= today:
        hand_tasks_over(absence)
    return absence


@transaction.atomic
def hand_tasks_over(absence: Absence) -> int:
    """Every open dossier that the absent person holds goes to the substitute, with a row and an event for each.

    The running step ends for the one and begins for the other; due dates stay. Returns how many; a
    repeated call finds none.
    """
    return sum(_pass_on(item) for _pk, item in _each(_held(absence), absence))


@transaction.atomic
def leave_tasks_at_home(secondment: Secondment) -> int:
    """The same for somebody who is seconded: what they hold at home; what they hold there stays theirs."""
    return sum(_pass_on(item) for _pk, item in _each(_left_at_home(secondment), secondment))


def _held(absence: Absence) -> QuerySet[Dossier]:
    return Dossier.objects.open().filter(holder=absence.staff).order_by("pk")


def _left_at_home(secondment: Secondment) -> QuerySet[Dossier]:
    return held_at(secondment.staff, secondment.staff.agency, but_not=secondment.agency).order_by("pk")


def held_at(staff: Staff, home: Agency, *, but_not: Agency):
    """Open dossiers that somebody holds for an agency and those below it, but not for that other one."""
    held = Dossier.objects.open().filter(holder=staff, competent_agency__in=Agency.objects.below(home))
    if but_not.ancestors().filter(pk=home.pk).exists():
        held = held.exclude(competent_agency__in=Agency.objects.below(but_not))
    return held


def _hand_over(dossier: Dossier, absence: Absence | Secondment) -> bool:
    # Whoever had the lock before may have ended it or given it to somebody else.
    if dossier.holder_id != absence.staff_id or dossier.state not in OPEN_STATES:
        return False
    now = timezone.now()
    # Only the days: why somebody is away may be their health, and is nobody's business here.
    note = f"{absence.first:%d/%m/%Y}–{absence.last:%d/%m/%Y}"
    run = pass_step_on(dossier, at=now, giver=absence.staff, receiver=absence.substitute, note=note)
    dossier.holder = absence.substitute
    dossier.save(update_fields=["holder"])
    Handover.objects.create(
        dossier=dossier,
        ground=HandoverGround.ABSENCE,
        giver=absence.staff,
        receiver=absence.substitute,
        at=now,
        due_at=run.due_at if run else None,
        note=note,
    )
    record(
        dossier,
        EventKind.SUBSTITUTED,
        by=absence.recorded_by,
        giver=str(absence.staff),
        receiver=str(absence.substitute),
        note=note,
    )
    return True


def hand_over_for_absences() -> int:
    """The morning's run: whoever is away today holds nothing. Heals itself; returns how many changed hands.

    First those who are seconded, as one of their substitutes may be absent. Each dossier by itself; raises
    `WorkIncomplete` at the end, when some could not be handed over.
    """
    return one_by_one("absence", _held_by_who_is_away(), _pass_on)


def _held_by_who_is_away() -> Generator[tuple[int, tuple[int, Absence | Secondment]]]:
    """Keys alone, asked when their turn comes: what somebody seconded left may be held by who is absent."""
    today = timezone.localdate()
    seconded = Secondment.objects.on(today).filter(substitute__isnull=False)
    for secondment in seconded.select_related("staff__agency", "agency", "substitute", "recorded_by"):
        yield from _each(_left_at_home(secondment), secondment)
    absences = Absence.objects.filter(first__lte=today, last__gte=today)
    for absence in absences.select_related("staff", "substitute", "recorded_by").order_by("pk"):
        yield from _each(_held(absence), absence)


def _each(held: QuerySet[Dossier], absence: Absence | Secondment):
    return ((pk, (pk, absence)) for pk in list(held.values_list("pk", flat=True)))


@transaction.atomic
def _pass_on(item: tuple[int, Absence | Secondment]) -> bool:
    pk, absence = item
    return _hand_over(locked(Dossier(pk=pk)), absence)


def refuse_absent(person: Staff, *, field: str = "") -> None:
    """`Invalid` when this person is recorded as absent today; names who stands in."""
    today = timezone.localdate()
    absence = absences_in(person, today, today).select_related("substitute").first()
    if absence:
        raise Invalid(
            _("%(person)s is recorded as absent until %(last)s; %(substitute)s stands in.")
            % {"person": person, "last": f"{absence.last:%d/%m/%Y}", "substitute": absence.substitute},
            code="absent",
            field=field,
        )


def absences_in(person: Staff, first: date, last: date):
    """Absences of this person that touch those days."""
    return Absence.objects.filter(staff=person, first__lte=last, last__gte=first)


def substitute_for(staff: Staff, agency: Agency, substitute: Staff | None, first: date, last: date) -> Staff:
    """Who stands in for the person at this agency on these days: the one chosen, else the first who is there.

    `Invalid` when the one chosen cannot, or nobody is there.
    """
    if substitute:
        return _checked(staff, agency, substitute, first, last)
    return _first_there(staff, agency, first, last)


def _checked(staff: Staff, agency: Agency, substitute: Staff, first: date, last: date) -> Staff:
    if not _can_stand_in(staff, agency, substitute):
        raise Invalid(
            _("%(substitute)s cannot stand in for %(person)s: it takes the same role in the same agency.")
            % {"substitute": substitute, "person": staff},
            code="not_a_substitute",
            field="substitute",
        )
    if absences_in(substitute, first, last).exists():
        raise Invalid(
            _("%(substitute)s is absent on some of these days too. Choose somebody who is there.")
            % {"substitute": substitute},
            code="substitute_absent",
            field="substitute",
        )
    return substitute


def _first_there(staff: Staff, agency: Agency, first: date, last: date) -> Staff:
    listed = [
        row.substitute for row in staff.substitutes.select_related("substitute").order_by("position", "pk")
    ]
    for person in listed:
        if _can_stand_in(staff, agency, person) and not absences_in(person, first, last).exists():
            return person
    raise Invalid(
        _("No substitute of %(person)s is there on these days. Choose who stands in.") % {"person": staff},
        code="no_substitute",
        field="substitute",
    )


def _can_stand_in(staff: Staff, agency: Agency, substitute: Staff) -> bool:
    """Does the same work in the same agency, or in one above it: else the tasks would lie there untouched."""
    return substitute.pk != staff.pk and any(
        rules.has_role_of(substitute, role, agency) for role in rules.alike(staff.role)
    )
