"""Searching a store of papers for a dossier, and putting what was found to it instead of paper (R13).

Only the dossier's own applicant is searched for: the number is the one that the dossier has, and no page and no
caller can name another. A search is a row before it is a question; of what it finds nothing is kept until a record
is reused.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.core import signing
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import rules
from cases.connections.stores.facts import Fetched, Question, Record, RecordKind, SearchOutcome
from cases.connections.stores.kinds import Wanted
from cases.connections.systems import System
from cases.enums import FINAL_STATES, DocumentSource, Provision, ReuseGround
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from cases.models import ConnectionState, Document, Dossier, DossierComponent, StoreLookup
from cases.papers import WITH_THE_DESK
from cases.services import outages
from cases.services.base import locked
from cases.services.connections import calling
from cases.services.demands import demand, outage_in_words
from cases.services.digitizing import add_document
from cases.services.store import reuse_offers
from cases.services.stored_files import files_or_nothing
from cases.services.stores import connected_store, store_of
from notifications.pdf import record_sheet_pdf
from notifications.records import RecordSheetPayload
from onestop.encryption import keyed_hash
from onestop.outside import NotLetIn, OutsideError, Refused, kept_reason, within
from procedures.models import Staff

SALT = "store-search"
A_PAGE_LIVES = timedelta(minutes=30)
# On which ground the paper may be demanded although a store is connected (R13), by what came of the search.
GROUNDS = {
    SearchOutcome.FAILED: ReuseGround.SYSTEM_FAILURE,
    SearchOutcome.NOTHING: ReuseGround.WRONG_DATA,
}


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that was found, and what the page carries to reuse it: signed, for this search alone."""

    record: Record
    carried: str


@dataclass(frozen=True, slots=True)
class Searched:
    """What came of a search, for the page that asked; the records are shown and never stored."""

    lookup: StoreLookup
    sentence: str
    hits: tuple[Hit, ...] = ()

    @property
    def ground(self) -> str:
        return GROUNDS.get(SearchOutcome(self.lookup.outcome), "")


def may_search(dossier: Dossier, person: Staff) -> bool:
    """Those who handle the dossier, until its result is recorded."""
    is_open = dossier.state not in FINAL_STATES and dossier.finished_at is None
    return is_open and person.is_active and rules.handles(person, dossier)


def search(item: DossierComponent, *, by: Staff, has_consent: bool) -> Searched:
    """Ask the store for the applicant's records of this kind, at most `STORES_SECONDS` long; not in a transaction.

    A failure is an outcome, no error: the desk goes on with paper, and the outage is noted. Raises `NotPermitted`,
    `NotPossibleNow`, `Invalid`; then nothing was asked.
    """
    where = _checked(item, by)
    if not has_consent:
        raise Invalid(
            _("Ask the applicant first, and tick that they agree; else take the paper."),
            code="consent_missing",
            field="consent",
        )
    row = StoreLookup.objects.create(
        at=timezone.now(),
        by=by,
        agency_id=by.workplace_id or item.dossier.receiving_desk_id,
        dossier=item.dossier,
        component=item.component,
        system=where.system,
        kind=where.kind,
        has_consent=True,
    )
    question = _question(row)
    try:
        with calling(where.system):
            ask = partial(store_of(where.system).search, question)
            records = within(settings.STORES_SECONDS, ask)
    except OutsideError as error:
        return _without_answer(row, error)
    outages.end(where.system)
    row.outcome, row.found = SearchOutcome.FOUND if records else SearchOutcome.NOTHING, len(records)
    row.save(update_fields=["outcome", "found"])
    if not records:
        words = _(
            "%(system)s has no such record that names the applicant. Look at the number, or take the paper."
        )
        return Searched(row, words % {"system": where.system.label})
    words = _("%(system)s answered. Nothing of it is kept unless you reuse it.")
    hits = tuple(Hit(record, _carried(row, record.reference)) for record in records)
    return Searched(row, words % {"system": where.system.label}, hits)


def _checked(item: DossierComponent, by: Staff) -> Wanted:
    dossier = item.dossier
    if dossier.state in FINAL_STATES or dossier.finished_at:
        raise NotPossibleNow(_("The dossier has its result: nothing more is searched for it."))
    if not may_search(dossier, by):
        raise NotPermitted(_("Papers are searched for by those who handle the dossier."))
    where = connected_store(item.component)
    if where is None:
        raise NotPossibleNow(
            _("No connected store has “%(name)s”.") % {"name": item.component.name}, code="not_connected"
        )
    if not store_of(where.system).knows(dossier.applicant.id_number):
        raise Invalid(
            _("%(system)s cannot be asked: the applicant of this dossier has no number that it knows.")
            % {"system": where.system.label},
            code="no_number",
        )
    return where


def _question(row: StoreLookup) -> Question:
    """Who is asked for is never given from outside: the dossier's applicant."""
    dossier = row.dossier
    return Question(
        request_id=str(row.request_id),
        kind=row.kind,
        number=dossier.applicant.id_number,
        purpose=settings.STORES_PURPOSE,
        has_consent=row.has_consent,
        staff=row.by.username,
        unit=row.agency.identifier,
        procedure=dossier.version.procedure.code,
        dossier=dossier.code or "",
    )


def _without_answer(row: StoreLookup, error: OutsideError) -> Searched:
    """Refused is an answer to this question; everything else is an outage. The store's words are only shown."""
    system = System(row.system)
    is_refused = isinstance(error, Refused) and not isinstance(error, NotLetIn)
    row.outcome = SearchOutcome.REFUSED if is_refused else SearchOutcome.FAILED
    row.reason = kept_reason(error)
    row.save(update_fields=["outcome", "reason"])
    if is_refused:
        outages.end(system)
        words = _("%(system)s refused this search: %(why)s Go on with the paper.")
    else:
        _note_outage(row)
        words = _(
            "%(system)s gives no answer: %(why)s Go on at once; the paper may be taken on the ground of a system "
            "failure."
        )
    return Searched(row, words % {"system": system.label, "why": error})


def _note_outage(row: StoreLookup) -> None:
    # Who asked before it came back hears of the end of an outage, not of a new one.
    if not ConnectionState.objects.filter(system=row.system, last_success_at__gt=row.at).exists():
        outages.begin(row.system, row.at)


def _carried(row: StoreLookup, reference: str) -> str:
    return signing.dumps([row.pk, row.by_id, reference], salt=SALT)


# --- Reuse ----------------------------------------------------------------------------------------


def reuse(item: DossierComponent, carried: str, *, by: Staff) -> Document:
    """Fetch that record and put it to the dossier as this component, which need then not be brought.

    The store's own file where it has one; else a sheet of what it answered, with source, time and who asked.
    The component counts as reused. Nobody waits longer than `STORES_SECONDS`, and nothing is locked meanwhile.
    Raises `NotPossibleNow` when the store does not give it, `Invalid` for a page that is not of this search, and
    what `add_document` raises; then nothing was changed.
    """
    where = _checked(item, by)
    row, reference = _carried_back(item, carried, by)
    try:
        with calling(where.system):
            ask = partial(store_of(where.system).fetch, _question(row), reference)
            fetched = within(settings.STORES_SECONDS, ask)
    except OutsideError as error:
        if not isinstance(error, Refused) or isinstance(error, NotLetIn):
            _note_outage(row)
        words = _(
            "%(system)s did not give the record: %(why)s Nothing was changed; try again, or take the paper."
        )
        raise NotPossibleNow(words % {"system": where.system.label, "why": error}) from error
    outages.end(where.system)
    return _put_to(item, row, fetched, by=by)


def _carried_back(item: DossierComponent, carried: str, by: Staff) -> tuple[StoreLookup, str]:
    stale = Invalid(_("This page is no longer valid. Search again."), code="search_again")
    try:
        pk, clerk, reference = signing.loads(carried, salt=SALT, max_age=A_PAGE_LIVES)
    except signing.BadSignature as error:
        raise stale from error
    rows = StoreLookup.objects.filter(dossier=item.dossier, component=item.component, reused_at=None)
    row = rows.select_related("by", "agency").filter(pk=pk, by=by).first()
    if row is None or clerk != by.pk:
        raise stale
    row.dossier = item.dossier
    return row, reference


@files_or_nothing()
@transaction.atomic
def _put_to(item: DossierComponent, row: StoreLookup, fetched: Fetched, *, by: Staff) -> Document:
    dossier = locked(item.dossier)
    now, record = timezone.now(), fetched.record
    item = dossier.components.select_related("component").get(pk=item.pk)
    if not may_search(dossier, by):
        raise NotPossibleNow(_("The dossier has its result: nothing more is searched for it."))
    if dossier.applicant_id != row.dossier.applicant_id:
        raise NotPossibleNow(_("The dossier has another applicant by now. Search again."))
    content = fetched.content or record_sheet_pdf(_sheet(row, fetched, at=now))
    number = "" if _is_of_a_person(record.number) else record.number
    title = record.title if not _is_of_a_person(record.title) else RecordKind(record.kind).label
    name = f"{title} {number}".replace("/", "-").strip()[:200]
    document = add_document(
        dossier,
        ContentFile(content, name=f"{name}.pdf"),
        by=by,
        component=item,
        source=DocumentSource.REUSED,
    )
    # What lies here on paper stays written down: it goes back to its owner.
    came_on_paper = item.originals or dossier.state not in WITH_THE_DESK
    counts = {} if came_on_paper else {"copies": 0}
    dossier.components.filter(pk=item.pk).update(provision=Provision.REUSED, **counts)
    changed = StoreLookup.objects.filter(pk=row.pk, reused_at=None).update(
        record=_kept(record.reference),
        result_code=_kept(record.code),
        issuer=record.issuer,
        issued_on=record.issued_on,
        sha256=document.sha256,
        reused_at=now,
    )
    if not changed:
        raise NotPossibleNow(_("This record was put to the dossier already."))
    return document


def _is_of_a_person(number: str) -> bool:
    """An ID number of twelve digits, which is also the code of a household business."""
    return re.search(r"\d{12}", number) is not None


def _kept(reference: str) -> str:
    """How a record is called in our own table, where no ID number stands in clear."""
    return keyed_hash(reference) if _is_of_a_person(reference) else reference


def _sheet(row: StoreLookup, fetched: Fetched, *, at) -> RecordSheetPayload:
    """In Vietnamese, whoever asks."""
    dossier, record = row.dossier, fetched.record
    return RecordSheetPayload(
        source=dossier_source(row),
        title=record.title,
        facts=fetched.facts,
        result_code=record.code or record.reference,
        request=str(row.request_id),
        agency=row.agency.name_vi,
        officer=str(row.by),
        dossier_code=dossier.code or "",
        at=at,
    )


def dossier_source(row: StoreLookup) -> str:
    """The store in Vietnamese, as it stands on papers."""
    return {
        System.CIVIL_STATUS: "CSDL hộ tịch điện tử",
        System.BUSINESS: "CSDL quốc gia về đăng ký doanh nghiệp",
        System.PERSONAL_STORE: "Kho dữ liệu điện tử của tổ chức, cá nhân",
    }[System(row.system)]


# --- Paper all the same ---------------------------------------------------------------------------


@transaction.atomic
def take_paper(item: DossierComponent, lookup: StoreLookup, *, by: Staff) -> bool:
    """The store was away or has nothing: the paper is taken, on the ground that the search gives (R13).

    Only the newest search of this paper gives one, for as long as its page lives, and only while nothing was
    reused. The demand is recorded where the law asks for a ground; tells whether it is. At the desk the component
    then counts as paper that was handed in; a dossier that has left the desk asks for it by its supplement.
    Raises `NotPossibleNow`, `NotPermitted`.
    """
    dossier = locked(item.dossier)
    if not may_search(dossier, by):
        raise NotPermitted(_("Papers are searched for by those who handle the dossier."))
    ground = _ground(dossier, item, lookup, by)
    component = item.component
    offered = component.pk in reuse_offers(dossier.version, dossier.applicant)
    if offered and not dossier.demands.filter(component=component).exists():
        note = outage_in_words(component) if ground == ReuseGround.SYSTEM_FAILURE else ""
        demand(dossier, by=by, component=component, ground=ground, note=note)
    if dossier.state in WITH_THE_DESK:
        dossier.components.filter(pk=item.pk).update(
            provision=Provision.PAPER, originals=component.originals, copies=component.copies
        )
    return offered


def _ground(dossier: Dossier, item: DossierComponent, lookup: StoreLookup, by: Staff) -> ReuseGround:
    """What that search gives today; else `NotPossibleNow`."""
    searches = dossier.store_lookups.filter(component=item.component_id)
    newest = searches.order_by("-at", "-pk").first()
    ground = GROUNDS.get(SearchOutcome(lookup.outcome))
    is_of_today = newest == lookup and timezone.now() - lookup.at <= A_PAGE_LIVES
    was_reused = dossier.documents.filter(component=item.pk, source=DocumentSource.REUSED).exists()
    if not (ground and is_of_today and lookup.by_id == by.pk) or was_reused:
        raise NotPossibleNow(_("This search gives no ground to demand the paper."))
    return ground
