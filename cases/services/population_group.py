"""The applicants of a group of dossiers checked against the population database, one after another (R13).

Each is asked about through the door of `population_check`, with a record, a purpose and a consent of its own. Whoever
pressed the button waits no longer than `SECONDS`; who was not reached is asked about when it is pressed again.
"""

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from cases.connections.population.facts import Outcome, Purpose
from cases.errors import CaseError
from cases.models import Dossier, PopulationLookup
from cases.services.population_check import Checked, check_applicant
from procedures.models import Staff

SECONDS = 15  # for all of them together
RESTS_AFTER = 2  # without an answer one after another: then the others are not asked about


@dataclass(frozen=True, slots=True)
class OfGroup:
    """One dossier of the group: what came of it now, or why nothing was asked."""

    dossier: Dossier
    checked: Checked | None = None
    refusal: str = ""
    is_left: bool = False  # who agreed, and was not asked about yet

    @property
    def agrees(self) -> bool:
        return self.checked is not None and self.checked.agrees


def check_group(
    dossiers: Iterable[Dossier], *, agreed: Collection[int], by: Staff, purpose: str = Purpose.SETTLE
) -> list[OfGroup]:
    """Ask about the applicants of these dossiers who `agreed` (keys of dossiers); nobody else is asked about.

    Not in a transaction. What concerns one of them only is told of it and holds up no other.
    """
    stop_at = time.monotonic() + SECONDS - settings.POPULATION_SECONDS
    found: list[OfGroup] = []
    silent, is_first = 0, True
    for dossier in dossiers:
        if dossier.pk not in agreed:
            continue
        if silent >= RESTS_AFTER:
            found.append(
                OfGroup(
                    dossier, refusal=_("Not asked: the population database gives no answer."), is_left=True
                )
            )
        elif not is_first and time.monotonic() >= stop_at:
            found.append(
                OfGroup(
                    dossier, refusal=_("Not asked yet: the time was over. Ask about the rest."), is_left=True
                )
            )
        else:
            found.append(one := _asked(dossier, by=by, purpose=purpose))
            is_first = False
            if one.checked:
                silent = silent + 1 if one.checked.outcome == Outcome.FAILED else 0
    return found


def _asked(dossier: Dossier, *, by: Staff, purpose: str) -> OfGroup:
    try:
        return OfGroup(dossier, check_applicant(dossier, by=by, purpose=purpose, has_consent=True))
    except CaseError as error:
        return OfGroup(dossier, refusal=str(error.sentence))


def last_lookups(dossiers: Iterable[Dossier]) -> dict[int, PopulationLookup]:
    """By dossier its last look-up: when it was asked, what came of it, and which fields agreed."""
    rows = PopulationLookup.objects.filter(dossier__in=[dossier.pk for dossier in dossiers])
    newest = rows.select_related("by").order_by("dossier_id", "-at", "-pk").distinct("dossier_id")
    return {row.dossier_id: row for row in newest}
