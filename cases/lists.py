"""The dossier list as data: its filters, what it can be ordered by, its columns, and what is unknown of it.

The page, its exports and saved lists all read an address such as `state=received&due=today` by this module.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases import ages
from cases.enums import FINAL_STATES, RUNNING_STATES, State
from cases.models import Dossier
from cases.queries import clarifications, filings_to_answer, second_requests
from onestop.keyset import FAR, SortKey
from onestop.numbers import whole_number
from procedures.calendars import calendar_for
from procedures.enums import Role
from procedures.working_time import minute_of

# --- Filters ----------------------------------------------------------------------------------

IN_WORK = sorted(RUNNING_STATES | {State.SUPPLEMENT})
DAYS_AHEAD = {"today": 0, "tomorrow": 1, "in_two_days": 2}


def _state(found, value, user):
    return found.filter(state=value)


def _due(found, value, user):
    """Overdue, or due on one of the next working days of the person's own agency."""
    if value == "overdue":
        return found.overdue()
    return due_on_working_day(found, user.workplace, DAYS_AHEAD[value])


def _answer(found, value, user):
    """Filings that wait for the desk (R10)."""
    return filings_to_answer(found, late=value == "late").order_by()


def _place(found, value, user):
    """At the own desk, with the own agency, or received for another unit (R15)."""
    match value:
        case "desk":
            return found.at_desks_of(user.workplace)
        case "agency":
            return found.decided_at(user.workplace)
    return found.boundary_free()


def _holder(found, value, user):
    if value == "elsewhere":
        return found.held_elsewhere()
    return found.open().filter(holder=user if value == "me" else None)


def _agency(found, value, user):
    """Receiving or competent agency."""
    return found.filter(Q(receiving_desk__identifier=value) | Q(competent_agency__identifier=value))


def _field(found, value, user):
    return found.filter(version__field_vi=value)


def _procedure(found, value, user):
    return found.filter(version__procedure__code=value)


def _received(found, value, user):
    return received_today(found)


def _asked(found, value, user):
    if value == "clarify":
        return clarifications(found)
    return found.filter(pk__in=second_requests().values("dossier"))


def _transfer(found, value, user):
    """What left the desk later than the law allows, or lies there beyond it (R16)."""
    return found.lying_at_the_desk() if value == "lying" else found.late_transfer()


def in_work(found):
    """Received, and the agency or the applicant still has to do something for the result."""
    return found.filter(state__in=IN_WORK)


def _age(found, value, user):
    return in_work(found).filter(ages.received(value, timezone.localdate()))


def _officer(found, value, user):
    return found.open().filter(holder=int(value))


def _group(found, value, user):
    return found.filter(group=int(value))


@dataclass(frozen=True, slots=True)
class Filter:
    """One question to the facts; `values` are the answers that there are, None for those of the data."""

    narrow: Callable[[QuerySet, str, object], QuerySet]
    values: tuple[str, ...] | None = None

    def knows(self, value: str) -> bool:
        return value in self.values if self.values is not None else "\x00" not in value


class _Numbers(tuple):
    def __contains__(self, value) -> bool:
        return whole_number(value) is not None


FILTERS = {
    "state": Filter(_state, tuple(State.values)),
    "due": Filter(_due, ("overdue", *DAYS_AHEAD)),
    "answer": Filter(_answer, ("waiting", "late")),
    "place": Filter(_place, ("desk", "agency", "boundary")),
    "holder": Filter(_holder, ("me", "nobody", "elsewhere")),
    "agency": Filter(_agency),
    "field": Filter(_field),
    "procedure": Filter(_procedure),
    "received": Filter(_received, ("today",)),
    "asked": Filter(_asked, ("twice", "clarify")),
    "transfer": Filter(_transfer, ("late", "lying")),
    "group": Filter(_group, _Numbers()),
    "age": Filter(_age, tuple(ages.AGES)),
    "officer": Filter(_officer, _Numbers()),
}


def narrowed(found: QuerySet, name: str, value: str | None, user) -> QuerySet:
    """These dossiers through one filter; all of them when its value is no answer to it."""
    if not value or not FILTERS[name].knows(value):
        return found
    return FILTERS[name].narrow(found, value, user)


def dossiers(user, params: Mapping[str, str]) -> QuerySet:
    """The dossiers of the list with these filters, as this person sees them now; in no order."""
    found = Dossier.objects.of_agencies_of(user).with_people_apart().order_by()
    for name in FILTERS:
        found = narrowed(found, name, params.get(name), user)
    return found


def known(params: Mapping[str, str]) -> dict[str, str]:
    """The filters and the order among these that this list has."""

    def knows(name: str, value: str) -> bool:
        if name == "o":
            return value.removeprefix("-") in sort_keys(params)
        return name in FILTERS and (not value or FILTERS[name].knows(value))

    return {name: value for name, value in params.items() if knows(name, value)}


def unknown(params: Mapping[str, str]) -> dict[str, str]:
    """Those that it does not have (any more)."""
    return {name: value for name, value in params.items() if name not in known(params)}


def group_name(user, number: str) -> str:
    """The name of a group with dossiers that this person sees; else its number."""
    mine = Dossier.objects.of_agencies_of(user).filter(group__isnull=False)
    group = FILTERS["group"].knows(number) and mine.filter(group=int(number)).select_related("group").first()
    return group.group.name if group else number


def due_on_working_day(queryset, agency, days_ahead: int):
    """Running dossiers not yet overdue whose due moment lies on that working day of the agency, 0 = today."""
    today = timezone.localdate()
    day = calendar_for(agency).working_day_after(today, days_ahead) if days_ahead else today
    start = datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())
    end = start + timedelta(days=1, microseconds=-1)
    return queryset.due_between(max(start, minute_of(timezone.now())), end)


def received_today(queryset):
    start = datetime.combine(timezone.localdate(), time.min, tzinfo=timezone.get_default_timezone())
    return queryset.filter(received_at__gte=start, received_at__lt=start + timedelta(days=1))


# --- Order ------------------------------------------------------------------------------------

# Each has an index, or, as `answer`, only ever few rows.
SORT_KEYS = {
    "filed": SortKey("filed_at"),
    "due": SortKey("due_at", if_null=FAR),
    "answer": SortKey("answer_by"),
}


def sort_keys(params: Mapping[str, str]) -> dict[str, SortKey]:
    """What the list with these filters can be ordered by; by the answer only where answers are waited for."""
    if FILTERS["answer"].knows(params.get("answer", "")):
        return SORT_KEYS
    return {name: key for name, key in SORT_KEYS.items() if name != "answer"}


def default_sort(user, params: Mapping[str, str]) -> str:
    """An officer works off what is due first, a desk its filings too; else people look for what came last."""
    if FILTERS["answer"].knows(params.get("answer", "")):
        return "answer"
    return "due" if user.role == Role.OFFICER else "-filed"


# --- Columns ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """A column to choose; `value` is what a cell of Excel gets: text, moment or number."""

    title: str
    value: Callable[[Dossier], object]
    sort: str = ""


def _holder_name(dossier: Dossier) -> str:
    if dossier.state in FINAL_STATES:
        return ""
    return str(dossier.holder or dossier.holder_unit)


COLUMNS = {
    "code": Column(_("dossier"), str),
    "procedure": Column(_("procedure"), lambda d: f"{d.version.procedure.code} {d.version.name}"),
    "applicant": Column(_("applicant"), lambda d: d.applicant.full_name),
    "state": Column(_("state"), lambda d: d.get_state_display()),
    "due": Column(_("due date"), lambda d: d.due_at, sort="due"),
    "holder": Column(_("held by"), _holder_name),
    "filed": Column(_("filed at"), lambda d: d.filed_at, sort="filed"),
    "received": Column(_("received at"), lambda d: d.received_at),
    "finished": Column(_("finished at"), lambda d: d.finished_at),
    "returned": Column(_("returned at"), lambda d: d.returned_at),
    "field": Column(_("field"), lambda d: d.version.field_vi),
    "subject": Column(_("content"), lambda d: d.subject),
    "channel": Column(_("channel"), lambda d: d.get_channel_display()),
    "desk": Column(_("receiving desk"), lambda d: d.receiving_desk.name),
    "agency": Column(_("competent agency"), lambda d: d.competent_agency.name),
    "id_number": Column(_("ID or tax number"), lambda d: d.applicant.id_number),
    "phone": Column(_("phone"), lambda d: d.applicant.phone),
    "address": Column(_("address"), lambda d: d.applicant.address),
    "result_number": Column(_("number of the result"), lambda d: d.result_number),
    "book_number": Column(_("number in the log book"), lambda d: d.book_number),
}
FIRST_COLUMN = "code"  # always there: it leads to the dossier
STANDARD_COLUMNS = ["code", "procedure", "applicant", "state", "due", "holder"]
COLUMNS_OF_ROLE = {
    Role.OFFICER: ["code", "due", "procedure", "applicant", "state", "holder"],
    Role.AUDITOR: ["code", "procedure", "state", "due", "holder", "agency"],
}


def columns_for(role: str, chosen: list[str] | None = None) -> list[str]:
    """The columns that somebody chose, in their order; what is usual for the role where nothing was chosen."""
    known = [name for name in dict.fromkeys(chosen or []) if name in COLUMNS and name != FIRST_COLUMN]
    return [FIRST_COLUMN, *known] if known else COLUMNS_OF_ROLE.get(role, STANDARD_COLUMNS)
