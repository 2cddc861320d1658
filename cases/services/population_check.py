"""The applicant of a dossier that lies here, however it came, checked against the population database (R13).

An online filing says of its applicant what somebody typed. Clerks of its desk and officers of its agency may ask
whether that is right, with purpose and consent, through the same door as at the desk; what differs is shown and
nothing is changed.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cases import rules
from cases.connections.population.facts import FIELDS, Outcome, Purpose
from cases.enums import FINAL_STATES
from cases.errors import NotPermitted, NotPossibleNow
from cases.models import Dossier, PopulationLookup
from cases.services import population
from procedures.models import Staff


@dataclass(frozen=True, slots=True)
class Compared:
    """A field of the applicant: what stands here, and there (empty where the database says nothing of it)."""

    name: str
    label: str | Promise
    here: str
    there: str
    agrees: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of it; `rows` are shown and never stored."""

    outcome: Outcome
    sentence: str
    at: datetime
    rows: tuple[Compared, ...] = ()

    @property
    def agrees(self) -> bool:
        """The database vouches for everything of which it says something."""
        return self.outcome == Outcome.FOUND and _all_agree(self.rows)


def may_check(user: Staff, dossier: Dossier) -> bool:
    """Whether this person may ask about the applicant of this dossier."""
    return rules.is_clerk_of(user, dossier.receiving_desk) or rules.is_officer_of(
        user, dossier.competent_agency
    )


def offers_check(user: Staff, dossier: Dossier) -> bool:
    """Whether the page of the dossier leads to the question."""
    return population.is_connected() and dossier.state not in FINAL_STATES and may_check(user, dossier)


def check_applicant(
    dossier: Dossier, *, by: Staff, purpose: str = Purpose.SETTLE, has_consent: bool = False
) -> Checked:
    """Ask about the applicant, with the name that stands here; not in a transaction.

    The look-up is recorded before it is asked and belongs to the dossier afterwards, with the fields that agree.
    Raises `NotPermitted`, `NotPossibleNow` (ended, or no database is connected), `Invalid`; then nothing was asked.
    """
    if not may_check(by, dossier):
        raise NotPermitted(_("The applicant is checked by the desk of the dossier and by who decides it."))
    if not population.is_connected():
        raise NotPossibleNow(_("The population database is not connected."))
    if dossier.state in FINAL_STATES:
        raise NotPossibleNow(_("The dossier has ended; its applicant is not looked up any more."))
    applicant = dossier.applicant
    here = {name: getattr(applicant, name) for name in FIELDS}
    found = population.look_up(
        applicant.id_number,
        by=by,
        procedure=dossier.version.procedure,
        purpose=purpose,
        has_consent=has_consent,
        kind=applicant.kind,
        full_name=applicant.full_name,
        is_permitted=True,
    )
    population.keep_with(dossier, found.told, here, by=by)
    rows = _rows(here, found) if found.told.outcome == Outcome.FOUND else ()
    return Checked(found.told.outcome, _sentence(found.told, rows), found.told.at, rows)


def _rows(here: dict[str, str], found: population.LookedUp) -> tuple[Compared, ...]:
    agrees = found.told.verified(here)
    there = {
        "id_number": here["id_number"],
        "full_name": found.reply.full_name or here["full_name"],
        "address": found.reply.address,
    }
    return tuple(
        Compared(name, label, here[name], there[name], name in agrees) for name, label in FIELDS.items()
    )


def _all_agree(rows: tuple[Compared, ...]) -> bool:
    return all(row.agrees for row in rows if row.there)


def _sentence(told: population.Told, rows: tuple[Compared, ...]) -> str:
    if told.outcome == Outcome.FOUND:
        if _all_agree(rows):
            return _("The population database agrees with what stands here.")
        return _("The population database says otherwise; ask the applicant before anything is changed.")
    sentences = {
        Outcome.UNKNOWN: _("Nobody in the population database has this number."),
        Outcome.MISMATCH: _("In the population database this number belongs to another name."),
        Outcome.DECEASED: _("In the population database this person is registered as deceased."),
    }
    if told.outcome in sentences:
        return sentences[told.outcome]
    row = PopulationLookup.objects.get(request_id=told.request_id)
    return _("The population database could not be asked: %(why)s") % {"why": row.reason}
