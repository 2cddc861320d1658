"""The way of a dossier in a few stages, as the owner sees it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from cases import rules
from cases.enums import FINAL_STATES, State
from cases.models import Dossier


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage; without `at` it is still to come, or is going on now."""

    name: str
    at: datetime | None
    is_current: bool = False

    @property
    def mark(self) -> str:
        """For the style sheet; the page says the same in words."""
        return "done" if self.at else "current" if self.is_current else "coming"


def _result_at(dossier: Dossier) -> datetime | None:
    """A copy that the head has still to sign is no result yet."""
    return None if dossier.finished_at and rules.awaits_signature(dossier) else dossier.finished_at


def stages_of(dossier: Dossier) -> list[Stage]:
    """Received, with the agency, result, handed over; a stopped dossier ends with the stop."""
    way = [
        (_("Received at the desk"), dossier.received_at),
        (_("With %(agency)s") % {"agency": dossier.competent_agency.name}, dossier.transferred_at),
        (_("Result"), _result_at(dossier)),
        (_("Handed over to you"), dossier.returned_at),
    ]
    if dossier.state == State.STOPPED:
        way = [(name, at) for name, at in way if at] + [(_("Stopped"), dossier.ended_at)]
    current = None
    if dossier.state not in FINAL_STATES:
        current = next((name for name, at in way if at is None), None)
    return [Stage(name, at, name == current) for name, at in way]
