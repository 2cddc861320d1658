"""Looking somebody up in the National Population Database at the desk: purpose, consent, marks, outage (R13).

Of the answer nothing is kept here: it goes into the fields of the page, and what the page carries along to show
and prove what was verified holds keyed hashes of them, signed.
"""

from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

import pgtrigger
from django.conf import settings
from django.core import signing
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.connections.population import client
from cases.connections.population.facts import FIELDS, Asked, Outcome, Purpose, Question, Reply
from cases.connections.systems import System
from cases.enums import ApplicantKind, ReuseGround
from cases.errors import Invalid, NotPermitted
from cases.models import ConnectionState, Dossier, PopulationLookup
from cases.models.population import FORGOTTEN_BY_RETENTION
from cases.services import outages
from cases.services.connections import Connection, calling
from onestop.encryption import keyed_hash
from onestop.outside import NotLetIn, OutsideError, Refused, kept_reason, within
from procedures.enums import DESK_ROLES
from procedures.models import Procedure, Staff
from procedures.text import one_line

SALT = "population"
# On which ground a paper may be demanded although the database is connected (R13), by what came of the look-up.
GROUNDS = {
    Outcome.FAILED: ReuseGround.SYSTEM_FAILURE,
    Outcome.UNKNOWN: ReuseGround.WRONG_DATA,
    Outcome.MISMATCH: ReuseGround.WRONG_DATA,
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a page knows of its look-up; `marks` are keyed hashes of what was answered, by field."""

    request_id: str
    outcome: Outcome
    at: datetime
    number: str
    marks: Mapping[str, str] = field(default_factory=dict)

    @property
    def ground(self) -> str:
        """The ground that this outcome gives for taking papers all the same; empty for none."""
        return GROUNDS.get(self.outcome, "")

    @property
    def answered(self) -> frozenset[System]:
        return frozenset({System.POPULATION} if self.outcome == Outcome.FOUND else ())

    def is_about(self, number: str) -> bool:
        return self.number == keyed_hash(number)

    def verified(self, typed: Mapping[str, str]) -> list[str]:
        """Which fields stand there as they were answered; none for another person."""
        if not self.is_about(typed.get("id_number", "")):
            return []
        return [name for name in FIELDS if name in self.marks and self.marks[name] == _mark(typed.get(name))]


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What came of a look-up, for the page that asked; `reply` is shown and never stored."""

    told: Told
    reply: Reply | None
    sentence: str


def is_connected() -> bool:
    return bool(settings.POPULATION_URL)


def account() -> client.Account:
    return client.Account(
        settings.POPULATION_URL,
        settings.POPULATION_CLIENT_ID,
        settings.POPULATION_CLIENT_SECRET,
        settings.POPULATION_SECONDS,
        settings.POPULATION_NAMES,
        settings.POPULATION_PATHS,
    )


def look_up(
    number: str,
    *,
    by: Staff,
    procedure: Procedure,
    purpose: str = Purpose.SETTLE,
    has_consent: bool,
    kind: str = ApplicantKind.CITIZEN,
    full_name: str = "",
    birth_date: date | None = None,
    is_permitted: bool | None = None,
) -> LookedUp:
    """Ask for one person, at most `POPULATION_SECONDS` long; not in a transaction.

    Without consent only whether the typed name is right, and that only where the office may
    (`POPULATION_CONFIRMS_WITHOUT_CONSENT`). The row of the look-up is written before it is asked. A failure is an
    outcome, no error: the desk goes on by hand, and the outage is noted. `is_permitted`: what the rules of a
    dossier say of `by`; without a dossier it is the clerks of a desk who may. Raises `NotPermitted`, `Invalid`;
    then nothing was asked.
    """
    if is_permitted is None:
        is_permitted = by.role in DESK_ROLES
    if not by.is_active or not is_permitted or not by.workplace_id:
        raise NotPermitted(_("People are looked up by the clerks of a reception desk."))
    question = _question(number, by, procedure, purpose, has_consent, kind, full_name, birth_date)
    row = PopulationLookup.objects.create(
        request_id=question.request_id,
        at=timezone.now(),
        by=by,
        agency_id=by.workplace_id,
        procedure=procedure,
        purpose=purpose,
        asked=question.asked,
        has_consent=has_consent,
        number_hash=keyed_hash(question.number),
    )
    try:
        with calling(System.POPULATION):
            reply = within(settings.POPULATION_SECONDS, partial(client.ask, account(), question))
    except OutsideError as error:
        return _without_answer(row, error)
    outages.end(System.POPULATION)
    return _answered(row, question, reply)


def _question(
    number: str,
    by: Staff,
    procedure: Procedure,
    purpose: str,
    has_consent: bool,
    kind: str,
    full_name: str,
    birth_date: date | None,
) -> Question:
    number, full_name = number.strip(), one_line(full_name)
    if purpose not in Purpose.values:
        raise Invalid(_("Choose what the person is looked up for."), field="purpose")
    if kind != ApplicantKind.CITIZEN or len(number) != 12 or not (number.isascii() and number.isdecimal()):
        raise Invalid(
            _("Only citizens are in the population database, by an ID number of twelve digits."),
            code="no_citizen_number",
            field="id_number",
        )
    asked = Asked.RETRIEVE if has_consent else Asked.CONFIRM
    if not has_consent and not settings.POPULATION_CONFIRMS_WITHOUT_CONSENT:
        raise Invalid(
            _("Ask the person first, and tick that they agree to be looked up; else go on by hand."),
            code="consent_missing",
            field="consent",
        )
    if asked == Asked.CONFIRM and not full_name:
        raise Invalid(
            _("Without the person's consent only a name can be confirmed: enter it first."),
            code="required",
            field="full_name",
        )
    return Question(
        request_id=str(PopulationLookup._meta.get_field("request_id").get_default()),
        asked=asked,
        purpose=settings.POPULATION_PURPOSES[purpose],
        number=number,
        has_consent=has_consent,
        staff=by.username,
        unit=by.workplace.identifier,
        procedure=procedure.code,
        full_name=full_name,
        birth_date=birth_date,
    )


def _without_answer(row: PopulationLookup, error: OutsideError) -> LookedUp:
    """Refused is an answer to this question; everything else is an outage. The other side's words are only shown."""
    is_refused = isinstance(error, Refused) and not isinstance(error, NotLetIn)
    row.outcome = Outcome.REFUSED if is_refused else Outcome.FAILED
    row.reason = kept_reason(error)
    row.save(update_fields=["outcome", "reason"])
    if is_refused:
        outages.end(System.POPULATION)
        words = _("The population database refused this look-up: %(why)s Go on by hand.")
    else:
        # Who asked before it came back hears of the end of an outage, not of a new one.
        if not ConnectionState.objects.filter(system=System.POPULATION, last_success_at__gt=row.at).exists():
            outages.begin(System.POPULATION, row.at)
        words = _(
            "The population database gives no answer: %(why)s Go on by hand at once. Papers that it would make "
            "unnecessary may be taken on the ground of a system failure; it is chosen below and recorded."
        )
    return LookedUp(_told(row, {}), None, words % {"why": error})


def _answered(row: PopulationLookup, question: Question, reply: Reply) -> LookedUp:
    row.outcome = reply.outcome
    row.save(update_fields=["outcome"])
    given: dict[str, str] = {}
    if reply.outcome == Outcome.FOUND:
        given = {"id_number": question.number, "full_name": reply.full_name or question.full_name}
        if reply.address:
            given["address"] = reply.address
    sentences = {
        Outcome.FOUND: _("The population database answered; what it vouches for is marked."),
        Outcome.UNKNOWN: _("Nobody in the population database has this number. Look at the card again."),
        Outcome.MISMATCH: _(
            "In the population database this number belongs to another name or date of birth. Nothing was "
            "filled in; look at the card again."
        ),
        Outcome.DECEASED: _(
            "In the population database this person is registered as deceased. Nothing was filled in; look "
            "whose card it is."
        ),
    }
    return LookedUp(_told(row, given), reply, sentences[reply.outcome])


def _told(row: PopulationLookup, given: Mapping[str, str]) -> Told:
    marks = {name: _mark(value) for name, value in given.items()}
    return Told(str(row.request_id), Outcome(row.outcome), row.at, row.number_hash, marks)


def _mark(value: str | None) -> str:
    """Equal however blanks and capitals are typed, and worthless to who does not know the key."""
    return keyed_hash(one_line(value or "").casefold())


# --- What the page carries along ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reception:
    """Which reception a look-up was made for: the account of the clerk, code of the procedure, number of the page."""

    clerk: int
    procedure: str
    nonce: str


def carried(told: Told, reception: Reception) -> str:
    """As the hidden field of the page, signed and for that reception alone: nobody makes a mark by hand."""
    parts = [told.request_id, told.outcome, told.at.isoformat(), told.number, dict(told.marks)]
    return signing.dumps([*parts, astuple(reception)], salt=SALT)


def carried_back(text: str, reception: Reception) -> Told | None:
    """What a page carried; None for nothing, what was changed or is of another reception, and after a draft's time."""
    if not text:
        return None
    try:
        parts = signing.loads(text, salt=SALT, max_age=timedelta(hours=settings.DRAFT_KEPT_HOURS))
    except signing.BadSignature:
        return None
    *parts, made_for = parts
    if Reception(*made_for) != reception:
        return None
    request_id, outcome, at, number, marks = parts
    return Told(request_id, Outcome(outcome), datetime.fromisoformat(at), number, marks)


def keep_with(dossier: Dossier, told: Told | None, typed: Mapping[str, str], *, by: Staff) -> bool:
    """Note in the record of the look-up for which dossier it was, and what stood there as answered; once.

    False when there is nothing to note: no look-up, of somebody else, by another clerk, or of another procedure.
    """
    if told is None or not told.is_about(typed.get("id_number", "")):
        return False
    fields = told.verified(typed) if told.outcome == Outcome.FOUND else []
    mine = PopulationLookup.objects.filter(
        request_id=told.request_id, by=by, dossier=None, procedure=dossier.version.procedure_id
    )
    return bool(mine.update(dossier=dossier, fields=fields))


# --- Kept, told, forgotten ------------------------------------------------------------------------


def lookups_of(number: str) -> QuerySet[PopulationLookup]:
    """Every look-up of the person with this number, whatever came of it."""
    return PopulationLookup.objects.filter(number_hash=keyed_hash(number)).order_by("at", "pk")


def old_lookups(before: datetime) -> QuerySet[PopulationLookup]:
    """Those of which no dossier came; the others go with their dossier."""
    return PopulationLookup.objects.filter(at__lt=before, dossier=None)


def forget_old_lookups(now: datetime) -> int:
    """Delete them when they are older than `READ_ACCESS_KEPT_DAYS`, as records of access; returns how many."""
    before = now - timedelta(days=settings.READ_ACCESS_KEPT_DAYS)
    with pgtrigger.ignore(f"cases.PopulationLookup:{FORGOTTEN_BY_RETENTION}"):
        return old_lookups(before).delete()[0]


def probe() -> None:
    """Ask for a sign of life. Raises `OutsideError`."""
    client.sign_of_life(account())


def connection() -> Connection:
    return Connection(
        System.POPULATION,
        address=lambda: settings.POPULATION_URL,
        probe=probe,
        ends_outage=partial(outages.end, System.POPULATION),
    )
