"""What a supervisor does about late dossiers: remind whoever has one, report it to the level above (R33).

Each is a message and an internal event, at most once a day for each dossier, so that nobody is drowned.
"""

from datetime import datetime, time

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import errors, rules
from cases.enums import EventKind, State
from cases.events import local_text, record
from cases.ladder import LateAct
from cases.models import Dossier
from cases.services.assigning import assign, check_assign
from cases.services.base import locked
from cases.services.bulk import BulkVerb
from cases.services.notices import supervisors_of, tell_staff
from notifications.enums import MessageKind
from procedures.enums import DESK_ROLES, Role
from procedures.models import Staff, works_in

LONGEST_NOTE = 300


@transaction.atomic
def remind(dossier: Dossier, *, by, note: str = "") -> Dossier:
    """Write to whoever has the late dossier (đôn đốc): the holder, else the people of its unit.

    Raises `NotPermitted`, `NotPossibleNow` when it is not late any more, `Invalid` when it was reminded of
    today already or nobody there can be written to.
    """
    dossier = locked(dossier)
    people = _check(dossier, LateAct.REMIND, by)
    event = _record(dossier, EventKind.LATE_REMINDED, by, people, note)
    tell_staff(
        people,
        f"{dossier.uuid}:event:{event.pk}",
        dossier,
        kind=MessageKind.LATE_REMINDED,
        subject=gettext_lazy("Reminder: dossier %(code)s is overdue since %(due)s"),
        body=gettext_lazy(
            "%(code)s, %(procedure)s: due at %(due)s.\n%(giver)s reminds you of it. Finish it, or say what "
            "hinders you.\n%(note)s"
        ),
        due=local_text(dossier.due_at),
        giver=by,
        note=note.strip(),
    )
    return dossier


@transaction.atomic
def escalate(dossier: Dossier, *, by, note: str = "") -> Dossier:
    """Report the late dossier to the supervisors of the level above. Raises as `remind` does."""
    dossier = locked(dossier)
    people = _check(dossier, LateAct.ESCALATE, by)
    event = _record(dossier, EventKind.ESCALATED, by, people, note)
    tell_staff(
        people,
        f"{dossier.uuid}:event:{event.pk}",
        dossier,
        kind=MessageKind.ESCALATED,
        subject=gettext_lazy("Dossier %(code)s is overdue since %(due)s"),
        body=gettext_lazy(
            "%(code)s, %(procedure)s: due at %(due)s, held by %(holder)s, %(unit)s.\n"
            "%(giver)s reports the delay to you.\n%(note)s"
        ),
        due=local_text(dossier.due_at),
        holder=dossier.holder or "–",
        unit=dossier.holder_unit,
        giver=by,
        note=note.strip(),
    )
    return dossier


def check_remind(dossier: Dossier, *, by) -> None:
    """The refusal that `remind` would give, if any."""
    _check(dossier, LateAct.REMIND, by)


def check_escalate(dossier: Dossier, *, by) -> None:
    """The refusal that `escalate` would give, if any."""
    _check(dossier, LateAct.ESCALATE, by)


LATE_ACTS = {
    LateAct.ASSIGN: BulkVerb(assign, check_assign),
    LateAct.REMIND: BulkVerb(remind, check_remind),
    LateAct.ESCALATE: BulkVerb(escalate, check_escalate),
}
_KINDS = {LateAct.REMIND: EventKind.LATE_REMINDED, LateAct.ESCALATE: EventKind.ESCALATED}


def _check(dossier: Dossier, act: LateAct, by) -> list[Staff]:
    """Who would be written to; else the refusal."""
    if not dossier.is_overdue():
        raise errors.NotPossibleNow(
            _("The dossier %(code)s is not overdue (any more).") % {"code": dossier.code or dossier.pk}
        )
    if not rules.may_press(by, dossier):
        raise errors.not_permitted(act)
    _refuse_twice_a_day(dossier, act)
    people = _has_it(dossier) if act == LateAct.REMIND else supervisors_of(dossier.competent_agency.parent)
    if not people:
        raise errors.Invalid(
            _("Nobody there can be written to: no e-mail address is entered for them."), code="nobody_there"
        )
    return people


def _refuse_twice_a_day(dossier: Dossier, act: LateAct) -> None:
    midnight = datetime.combine(timezone.localdate(), time.min, tzinfo=timezone.get_default_timezone())
    before = dossier.events.filter(kind=_KINDS[act], at__gte=midnight).last()
    if before:
        raise errors.Invalid(
            _("This was done today already, at %(at)s by %(actor)s; once a day is enough.")
            % {"at": local_text(before.at), "actor": before.actor_label},
            code="done_today",
        )


def _has_it(dossier: Dossier) -> list[Staff]:
    """The holder, else those of the unit who could take it over, else their supervisors."""
    if dossier.holder and dossier.holder.is_active and dossier.holder.email:
        return [dossier.holder]
    roles = DESK_ROLES if dossier.state == State.RECEIVED else {Role.OFFICER}
    unit = dossier.holder_unit
    people = Staff.objects.filter(works_in([unit]), role__in=roles, is_active=True).exclude(email="")
    return list(people.order_by("pk")) or supervisors_of(unit)


def _record(dossier: Dossier, kind: EventKind, by, people: list[Staff], note: str):
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        raise errors.Invalid(_("The note has at most 300 characters."), code="too_long", field="note")
    receivers = ", ".join(str(person) for person in people)
    return record(dossier, kind, by=by, giver=str(by), receivers=receivers, note=note)
