"""Who stands at the counter: looked up by the exact number or phone, or read from the citizen card.

What was typed travels in the body of a POST and never in an address.
"""

from dataclasses import dataclass

from django.http import QueryDict
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases import desk
from cases.admin import shown
from cases.admin.counter import clerks_only
from cases.citizen_card import looks_like_a_card, read_card
from cases.enums import ApplicantKind
from cases.errors import Invalid, NotInForce
from cases.models import Applicant, Dossier, StoredPaper
from cases.services.duplicates import in_words
from cases.services.store import valid_papers
from onestop.encryption import marking_unreadable
from onestop.reading import about
from procedures.models import Procedure
from procedures.text import fold

TAKEN_OVER = ("full_name", "id_number", "phone", "email", "address", "kind")
# What is of one person alone, with what was confirmed of them and by them; the number says who it is.
PERSONAL = (
    "full_name",
    "phone",
    "email",
    "address",
    "name_changed",
    "duplicate_known",
    "birth_date",
    "consent",
    "population",
)
MOST_PAPERS = 10


@dataclass(frozen=True, slots=True)
class Person:
    """A known applicant with what is at hand of them; `is_typed` = their data stand in the form already."""

    applicant: Applicant
    dossiers: list[tuple[Dossier, SafeString]]
    papers: list[StoredPaper]
    is_typed: bool


@dataclass(frozen=True, slots=True)
class People:
    """Who has the number or the phone that was typed, and which open dossiers of the procedure they have.

    A duplicate comes with its dossier only where this person may open it.
    """

    persons: list[Person]
    duplicates: list[tuple[str, Dossier | None]]


def people_of(values: QueryDict, user, procedure: Procedure | None) -> People:
    """What the page shows of the applicant that is typed into it."""
    found = desk.applicants_with(values.get("id_number", ""), values.get("phone", ""))
    number = desk.tidy_number(values.get("id_number", ""))
    same = next(
        (
            one
            for one in found
            if one.id_number and one.id_number == number and one.kind == values.get("kind")
        ),
        None,
    )
    there = desk.open_dossiers(same, procedure) if procedure else []
    mine = set(
        Dossier.objects.visible_to(user).filter(pk__in=[d.pk for d in there]).values_list("pk", flat=True)
    )
    return People(
        [_person(applicant, user, values) for applicant in found],
        [(in_words(dossier), dossier if dossier.pk in mine else None) for dossier in there],
    )


def _person(applicant: Applicant, user, values: QueryDict) -> Person:
    typed = fold(values.get("full_name", "")), desk.tidy_number(values.get("id_number", ""))
    return Person(
        applicant,
        [(dossier, shown.state_badge(dossier)) for dossier in desk.earlier_dossiers(applicant, user)],
        list(valid_papers(applicant).order_by("-stored_at")[:MOST_PAPERS]),
        typed == (fold(applicant.full_name), applicant.id_number),
    )


@require_POST
@marking_unreadable("who applies")
def people(request):
    """The panel below the applicant while somebody types a number."""
    clerks_only(request)
    try:
        procedure = desk.procedure_of(request.POST.get("procedure", ""))
    except NotInForce:
        procedure = None  # nothing was chosen yet: the person is shown, duplicates are not
    people = people_of(request.POST, request.user, procedure)
    if people.persons:
        about(request, count=len(people.persons))
    return TemplateResponse(request, "cases/admin/reception_people.html", {"people": people})


# --- Taking the data over -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The typed values with what was found; `sentence` says why nothing was, `focus` where to go on."""

    values: QueryDict
    taken: Applicant | None = None
    sentence: str = ""
    focus: str = "full_name"


def is_look_up(values: QueryDict) -> bool:
    """Somebody pressed “Find”, took a person over, or scanned a card and its Enter sent the page."""
    return "find" in values or "take" in values or bool(values.get("card", "").strip())


def look_up(typed: QueryDict) -> LookedUp:
    """Fill in the person from the card, or the known applicant with that number or phone.

    Nothing of the person who stood there before stays with another one: `filled_for` is the number for which
    the fields were filled in, and what was typed by hand for a number that was mistyped stays.
    """
    values = typed.copy()
    scanned = values.get("card", "").strip()
    values["card"] = ""
    if scanned:
        try:
            _fill_from_card(values, scanned)
        except Invalid as error:
            return LookedUp(values, sentence=error.sentence, focus="card")
    elif values.get("filled_for") and _number_in(values) not in ("", values["filled_for"]):
        forget(values)
    taken = _chosen(values, same_name=bool(scanned))
    values["filled_for"] = _number_in(values) if scanned else ""
    if taken:
        _fill_from_applicant(values, taken, keep=("address",) if scanned else ())
        return LookedUp(values, taken, focus="")
    if not scanned and not values.get("full_name", "").strip():
        sentence = _("Nobody with exactly this number or phone is known yet. Enter the name.")
        return LookedUp(values, sentence=sentence if _has_number(values) else "")
    return LookedUp(values, focus="phone" if scanned else "full_name")


def _has_number(values: QueryDict) -> bool:
    return bool(values.get("id_number", "").strip() or values.get("phone", "").strip())


def _fill_from_card(values: QueryDict, scanned: str) -> None:
    # A number alone, read from another barcode of the card, is a number.
    if not looks_like_a_card(scanned) and scanned.isdecimal():
        if _number_in(values) not in ("", scanned):
            forget(values)
        values["id_number"] = scanned
        return
    card = read_card(scanned, today=timezone.localdate())
    same_number, same_name = _number_in(values) == card.number, _name_in(values) == fold(card.name)
    if not (same_number if _number_in(values) else same_name or not _name_in(values)):
        forget(values)
    values["id_number"], values["full_name"], values["address"] = card.number, card.name, card.address
    values["kind"] = ApplicantKind.CITIZEN


def _chosen(values: QueryDict, *, same_name: bool) -> Applicant | None:
    """The one whose button was pressed, or the only one; of a card only whoever has its name too.

    People share a phone: nobody with another number than the typed one is taken for its owner.
    """
    found = desk.applicants_with(values.get("id_number", ""), values.get("phone", ""))
    if values.get("take"):
        return next((one for one in found if str(one.pk) == values["take"]), None)
    if _number_in(values):
        found = [one for one in found if one.id_number in ("", _number_in(values))]
    if same_name and values.get("full_name"):
        found = [one for one in found if fold(one.full_name) == fold(values["full_name"])]
    return found[0] if len(found) == 1 else None


def forget(values: QueryDict) -> None:
    """Empty what is of one person alone: another one stands there."""
    for name in PERSONAL:
        values[name] = ""
    values.setlist("notice_channels", [])


def _number_in(values: QueryDict) -> str:
    return desk.tidy_number(values.get("id_number", ""))


def _name_in(values: QueryDict) -> str:
    return fold(values.get("full_name", "").strip())


def _fill_from_applicant(values: QueryDict, applicant: Applicant, *, keep: tuple[str, ...]) -> None:
    if _name_in(values) not in ("", fold(applicant.full_name)):
        forget(values)
    for name in TAKEN_OVER:
        known = getattr(applicant, name)
        if known and not (name in keep and values.get(name)):
            values[name] = known
    values.setlist("notice_channels", applicant.notice_channels)
    values["filled_for"] = applicant.id_number
