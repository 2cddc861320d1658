"""What has to happen next with a dossier, and who has to do it, as its owner is told."""

from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from cases import deadlines, rules
from cases.enums import FINAL_STATES, ReturnChannel, State
from cases.models import Dossier, StepRun
from procedures.working_time import WorkCalendar


@dataclass(frozen=True, slots=True)
class Awaited:
    """What has to happen next and who has to do it (`applicant` or `agency`)."""

    of: str
    who: str
    what: str
    items: list[str] = field(default_factory=list)
    amount: int | None = None
    until: datetime | None = None


def answered_online_by(dossier: Dossier) -> bool:
    """What was asked for has come, and the desk looks at it."""
    return any(hasattr(s, "online_answer") for s in dossier.supplements.all() if s.answered_at is None)


def awaited(dossier: Dossier, steps: list[StepRun], calendar: WorkCalendar) -> Awaited | None:
    """None when nothing is to come any more. `steps` in their order, of the dossier."""
    if dossier.state in FINAL_STATES:
        return None
    you = _("You (the applicant)")
    if dossier.state == State.SUPPLEMENT and answered_online_by(dossier):
        return Awaited("agency", dossier.receiving_desk.name, _("Look whether everything is there."))
    if dossier.state == State.SUPPLEMENT:
        asked = next(s for s in dossier.supplements.all() if s.answered_at is None)
        return Awaited(
            "applicant",
            you,
            _("Bring what is missing: %(reason)s") % {"reason": asked.reason},
            items=asked.items,
            until=deadlines.may_stop_after(
                asked.asked_at, calendar, working_days=settings.CLOSE_AFTER_WORKING_DAYS
            ),
        )
    if dossier.finished_at and rules.awaits_signature(dossier):
        return Awaited("agency", dossier.competent_agency.name, _("The head signs the copy."))
    if dossier.finished_at and dossier.balance > 0:
        return Awaited("applicant", you, _("Pay the fees."), amount=dossier.balance)
    if dossier.state == State.PAID:
        return Awaited("applicant", you, _how_to_collect(dossier))
    running = next((step for step in steps if step.done_at is None), None)
    what = str(running.step) if running and running.step else _("Work on the dossier.")
    until = running.due_at if running else None
    return Awaited("agency", dossier.holder_unit.name, what, until=until)


def _how_to_collect(dossier: Dossier) -> str:
    if dossier.return_channel == ReturnChannel.POST:
        return _("Nothing to do: the result is sent to you by post.")
    if dossier.return_channel == ReturnChannel.ONLINE:
        return _("Open the result online, or collect the paper at the desk with your receipt.")
    return _("Collect the result at %(desk)s with your receipt or identity paper.") % {
        "desk": dossier.receiving_desk.name
    }
