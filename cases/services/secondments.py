"""Secondments: somebody works at another desk for a time and stays on the payroll of their own (biệt phái)."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors, rules
from cases.errors import Invalid
from cases.services.base import required_text
from cases.services.substitutes import held_at, leave_tasks_at_home, substitute_for
from procedures.enums import DESK_ROLES, Role
from procedures.models import Agency, Secondment, Staff
from procedures.services.substitutes import WITH_SUBSTITUTES

SECONDED = DESK_ROLES | {Role.OFFICER, Role.SUPERVISOR}
LONGEST_DECISION = Secondment._meta.get_field("decision").max_length


@transaction.atomic
def record_secondment(
    staff: Staff,
    agency: Agency,
    *,
    first: date,
    last: date,
    decision: str,
    by,
    substitute: Staff | None = None,
) -> Secondment:
    """Record that somebody works at another agency, both days included; from the first on not at home.

    What they hold open at home goes to the substitute, as for an absence: at once when the secondment has
    begun, else on the morning of its first day. Without `substitute` it is the first of their own list who
    is there; a desk or a queue is never left alone, so clerks and officers need one. Being head, and the
    authority to decide at the counter, stay at home. Raises `Invalid`, `NotPermitted` (does not answer for
    the people of both agencies).
    """
    home = staff.agency
    if home is None or not rules.may_second(by, home, agency):
        raise errors.NotPermitted(
            _(
                "A secondment is recorded by somebody who answers for the people of both agencies: a supervisor "
                "or an administrator above both, or the system administrator."
            )
        )
    _check_places(staff, home, agency)
    _check_days(first, last)
    decision = required_text(
        decision, field="decision", sentence=_("Enter number and date of the decision on the secondment.")
    )
    if len(decision) > LONGEST_DECISION:
        raise Invalid(
            _("The decision has at most %(longest)s characters.") % {"longest": LONGEST_DECISION},
            code="too_long",
            field="decision",
        )
    # Whoever records two secondments of one person at once waits here.
    staff = Staff.objects.select_for_update(of=("self",)).select_related("agency").get(pk=staff.pk)
    if Secondment.objects.filter(staff=staff, first__lte=last, last__gte=first).exists():
        raise Invalid(
            _("%(person)s is already seconded on some of these days.") % {"person": staff},
            code="overlap",
            field="first",
        )
    takes_over = _substitute(staff, home, agency, substitute, first)
    secondment = Secondment.objects.create(
        staff=staff,
        agency=agency,
        first=first,
        last=last,
        decision=decision,
        substitute=takes_over,
        recorded_by=by,
        recorded_at=timezone.now(),
    )
    if takes_over and first <= timezone.localdate():
        leave_tasks_at_home(secondment)
    return secondment


@transaction.atomic
def end_secondment(secondment: Secondment, *, last: date, by) -> Secondment | None:
    """End it earlier: `last` becomes its last day, today at the earliest, and the person is home from the next on.

    One that has not begun on that day is called off and forgotten; returns None. What the person still holds
    there stays with them until a supervisor assigns it. Raises `Invalid`, `NotPermitted` (answers for
    neither agency).
    """
    secondment = (
        Secondment.objects.select_for_update(of=("self",))
        .select_related("staff__agency", "agency")
        .get(pk=secondment.pk)
    )
    if not rules.may_end_secondment(by, secondment.staff.agency, secondment.agency):
        raise errors.NotPermitted(
            _("A secondment is ended by a supervisor or an administrator of one of the two agencies.")
        )
    today = timezone.localdate()
    if not today <= last < secondment.last:
        raise Invalid(
            _("It ends earlier on a day from today on, and before %(last)s.")
            % {"last": f"{secondment.last:%d/%m/%Y}"},
            code="wrong_days",
            field="last",
        )
    if last < secondment.first:
        secondment.delete()
        return None
    secondment.last = last
    secondment.save(update_fields=["last"])
    return secondment


def _check_places(staff: Staff, home: Agency, agency: Agency) -> None:
    if not staff.is_active or staff.role not in SECONDED:
        raise Invalid(
            _("%(person)s does not work on dossiers: only clerks, officers and supervisors are seconded.")
            % {"person": staff},
            code="wrong_role",
            field="staff",
        )
    if agency == home:
        raise Invalid(
            _("%(person)s works at %(agency)s already; choose another agency.")
            % {"person": staff, "agency": agency},
            code="at_home",
            field="agency",
        )
    if not agency.is_active:
        raise Invalid(_("%(agency)s is no longer active.") % {"agency": agency}, field="agency")


def _check_days(first: date, last: date) -> None:
    if last < first or last < timezone.localdate():
        raise Invalid(
            _("A secondment ends on a day from today on, and not before it begins."),
            code="wrong_days",
            field="last",
        )


def _substitute(
    staff: Staff, home: Agency, agency: Agency, chosen: Staff | None, first: date
) -> Staff | None:
    """Who takes the tasks at home on the first day; nobody for a supervisor who holds none."""
    needed = staff.role in WITH_SUBSTITUTES or held_at(staff, home, but_not=agency).exists()
    if not (chosen or needed):
        return None
    return substitute_for(staff, home, chosen, first, first)
