"""A supervisor gives a dossier to one of the people of the agency (phân công; R17, R44)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors, rules
from cases.enums import EventKind, HandoverGround, State, Verb
from cases.events import record
from cases.models import Dossier, Handover, StepRun
from cases.services.base import ask, locked
from cases.services.clock import pass_step_on, running_step
from cases.services.substitutes import refuse_absent
from procedures.enums import Role


@transaction.atomic
def assign(dossier: Dossier, *, by, to, note: str = "") -> Dossier:
    """Give the dossier to `to` (phân công); the state stays, the due dates too.

    Nobody has taken it over yet: from now on only that person does. In process: the running step ends for
    the one who had it and begins for the other, so that each one's days stay apart (R17). A row of
    hand-over and an event tell who gave what to whom. The applicant is not told: nothing changes for them.
    """
    dossier = locked(dossier)
    check_assign(dossier, by=by, to=to)
    note = note.strip()
    if len(note) > Handover._meta.get_field("note").max_length:
        raise errors.Invalid(_("The note has at most 300 characters."), code="too_long", field="note")
    now, giver = timezone.now(), dossier.holder or by
    run = _give_step(dossier, at=now, to=to, note=note)
    dossier.holder = to
    dossier.save(update_fields=["holder"])
    if giver != to:
        Handover.objects.create(
            dossier=dossier,
            ground=HandoverGround.ASSIGNMENT,
            giver=giver,
            receiver=to,
            at=now,
            due_at=run.due_at if run else None,
            note=note,
        )
    record(dossier, EventKind.ASSIGNED, by=by, officer=str(to), giver=str(by), note=note)
    return dossier


def check_assign(dossier: Dossier, *, by, to=None) -> None:
    """May this person give it away, and to that one? Else the refusal, as the verb would give it."""
    ask(dossier, Verb.ASSIGN, by)
    if to is None:
        return
    agency, role = dossier.competent_agency, role_to_assign(dossier)
    if not rules.has_role_of(to, role, agency):
        raise errors.Invalid(
            _("%(person)s cannot take this dossier: it needs the role “%(role)s” of %(agency)s.")
            % {"person": to, "role": Role(role).label, "agency": agency},
            code="wrong_role",
            field="to",
        )
    if dossier.holder_id == to.pk:
        raise errors.Invalid(
            _("%(person)s has this dossier already. Choose somebody else.") % {"person": to},
            code="has_it_already",
            field="to",
        )
    refuse_absent(to, field="to")


def role_to_assign(dossier: Dossier) -> str:
    """Who may get it: an officer takes it over; once in process, who has the role of the running step."""
    run = running_step(dossier) if dossier.state == State.PROCESSING else None
    return run.step.role if run and run.step else Role.OFFICER


def _give_step(dossier: Dossier, *, at: datetime, to, note: str) -> StepRun | None:
    """The running step in the new hands; whoever had it before keeps the days until now."""
    run = running_step(dossier)
    if run is None or run.officer_id:
        return pass_step_on(dossier, at=at, giver=dossier.holder, receiver=to, note=note)
    run.officer = to
    run.save(update_fields=["officer"])
    return run
