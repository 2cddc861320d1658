"""The look-up in the population database from the page of the reception: what is filled in, what is chosen."""

from datetime import date

from django.core.exceptions import ValidationError
from django.forms import DateField
from django.http import QueryDict
from django.utils.translation import gettext as _

from cases.admin.reception_people import LookedUp, forget
from cases.connections.population.facts import Purpose, Reply
from cases.connections.sources import system_of
from cases.connections.systems import System
from cases.desk import procedure_of, tidy_number
from cases.enums import Provision, ReuseGround
from cases.errors import CaseError, Invalid
from cases.services import population
from procedures.models import Component, ProcedureVersion


def is_asked_for(values: QueryDict) -> bool:
    """Somebody pressed "Look up"."""
    return "verify" in values and population.is_connected()


def look_up(typed: QueryDict, code: str, *, by) -> tuple[LookedUp, population.LookedUp | None]:
    """The typed values with what the database says; what it says nothing about stays as it was typed.

    Consent and day of birth are those of one person: for another number than before they are asked for again.
    """
    values = typed.copy()
    reception = population.Reception(by.pk, code, values.get("nonce", ""))
    if _was_somebody_else(values, reception):
        return LookedUp(values, sentence=_begun_anew(values), focus="consent"), None
    try:
        found = population.look_up(
            values.get("id_number", ""),
            by=by,
            procedure=procedure_of(code),
            purpose=values.get("purpose") or Purpose.SETTLE,
            has_consent="consent" in values,
            kind=values.get("kind", ""),
            full_name=values.get("full_name", ""),
            birth_date=_day(values.get("birth_date", "")),
        )
    except CaseError as error:
        return LookedUp(values, sentence=error.sentence, focus=error.field or "id_number"), None
    values["population"] = population.carried(found.told, reception)
    if found.told.answered and found.reply:
        _fill_in(values, found.reply)
    return LookedUp(values, sentence=found.sentence, focus=_focus(values, found.told)), found


def _was_somebody_else(values: QueryDict, reception: population.Reception) -> bool:
    """The page was filled in, or looked up, for another number than the one that stands there now."""
    number, filled_for = tidy_number(values.get("id_number", "")), values.get("filled_for", "")
    told = population.carried_back(values.get("population", ""), reception)
    return bool(filled_for and filled_for != number or told and not told.is_about(number))


def _begun_anew(values: QueryDict) -> str:
    number = tidy_number(values.get("id_number", ""))
    if values.get("filled_for") and values["filled_for"] != number:
        forget(values)
        values["filled_for"] = ""
    for name in ("population", "consent", "birth_date"):
        values[name] = ""
    return _("This is another number than before. Ask this person too, and tick that they agree.")


def _focus(values: QueryDict, told: population.Told) -> str:
    """Where the hands go on, so that what was said stays in sight: no database gives a phone number."""
    if told.ground == ReuseGround.WRONG_DATA:
        return "id_number"
    return "phone" if values.get("full_name", "").strip() else "full_name"


def _fill_in(values: QueryDict, reply: Reply) -> None:
    """The name as it is registered; an address that somebody typed by hand may be the newer one, and stays."""
    values["full_name"] = reply.full_name or values.get("full_name", "")
    if values.get("filled_for") or not values.get("address", "").strip():
        values["address"] = reply.address or values.get("address", "")
    values["filled_for"] = tidy_number(values.get("id_number", ""))


def _day(text: str) -> date | None:
    try:
        return DateField(required=False, input_formats=["%d/%m/%Y"]).clean(text)
    except ValidationError as error:
        raise Invalid(
            _("“%(text)s” is no day; enter it as dd/mm/yyyy.") % {"text": text[:20]}, field="birth_date"
        ) from error


def choose_papers(values: QueryDict, version: ProcedureVersion, told: population.Told) -> None:
    """How the papers of the database came, as the look-up leaves it: reused, or taken on the ground it gives.

    Only what was proposed is changed: what the clerk has chosen otherwise stays.
    """
    for component in version.components.all():
        if system_of(component.electronic_source) != System.POPULATION or not component.is_mandatory:
            continue
        _choose(values, component, told)


def _choose(values: QueryDict, component: Component, told: population.Told) -> None:
    provision, ground = f"provision_{component.pk}", f"ground_{component.pk}"
    chosen = values.get(provision, Provision.REUSED), values.get(ground, "")
    by_ground = {
        (Provision.PAPER.value, one.value) for one in (ReuseGround.SYSTEM_FAILURE, ReuseGround.WRONG_DATA)
    }
    if told.answered:
        if chosen in by_ground or component.shown_only and chosen == (Provision.SHOWN, ""):
            values[provision], values[ground] = Provision.REUSED, ""
    elif told.ground and (chosen == (Provision.REUSED, "") or chosen in by_ground):
        # A paper that identifies is shown, which needs no ground.
        shown = component.shown_only
        values[provision] = Provision.SHOWN if shown else Provision.PAPER
        values[ground] = "" if shown else told.ground
