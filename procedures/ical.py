"""An official calendar published as iCalendar (.ics): its days off and worked Saturdays, read and checked; pure.

All-day events only; the end of an event is the day after its last day, as the format has it (RFC 5545).
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import override
from icalendar import Calendar, Event
from icalendar.error import InvalidCalendar

from procedures.enums import DayKind
from procedures.text import fold
from procedures.working_time import SpecialDay

MAX_BYTES = 1_000_000
MAX_DAYS = 400
LONGEST_EVENT = 31  # days; the longest Tết so far had nine
FIRST_YEAR, LAST_YEAR = 2000, 2100
LONGEST_NAME = 150
WORKED = {"worked", "lam bu"}  # categories, without accents
# The first that is found in the name, without accents; the order matters.
_WORKED_WORDS = ("lam bu", "lam viec bu", "di lam", "working saturday")
_KINDS = (
    (("nghi bu", "compensatory", "observed"), DayKind.COMPENSATORY),
    (("hoan doi", "swap"), DayKind.SWAP_OFF),
    (("lien ke", "adjacent"), DayKind.NATIONAL_DAY_ADJACENT),
    (("quoc khanh", "national day"), DayKind.NATIONAL_DAY),
    (("duong lich", "new year's day"), DayKind.NEW_YEAR),
    (("nguyen dan", "am lich", "tet", "lunar"), DayKind.TET),
    (("hung vuong", "hung kings"), DayKind.HUNG_KINGS),
    (("30/4", "chien thang", "giai phong", "thong nhat", "victory", "reunification"), DayKind.VICTORY_DAY),
    (("1/5", "lao dong", "labour", "labor"), DayKind.LABOUR_DAY),
    (("van hoa viet nam", "culture"), DayKind.CULTURE_DAY),
)


class BadCalendar(ValueError):
    """A file that no calendar can be read from; `sentence` says what is wrong and where."""

    def __init__(self, sentence: str):
        super().__init__(sentence)
        self.sentence = sentence


def read_ical(content: bytes) -> list[SpecialDay]:
    """The days of the file in their order. Raises `BadCalendar` for whatever cannot be taken as it stands.

    Worked Saturdays are known by their category (WORKED) or by their name (làm bù). Events that repeat
    are refused: official days off are announced year by year.
    """
    if len(content) > MAX_BYTES:
        raise BadCalendar(
            _("The file has %(size)s bytes; an official calendar has at most %(most)s.")
            % {"size": len(content), "most": MAX_BYTES}
        )
    found: dict[date, SpecialDay] = {}
    for event in _events(content):
        for special in _days(event):
            if special.date in found:
                raise BadCalendar(
                    _("%(date)s is in the file twice: “%(one)s” and “%(other)s”.")
                    % {
                        "date": _shown(special.date),
                        "one": found[special.date].name_vi,
                        "other": special.name_vi,
                    }
                )
            found[special.date] = special
            if len(found) > MAX_DAYS:
                raise BadCalendar(
                    _("The file has more than %(most)s days; import one or two years at a time.")
                    % {"most": MAX_DAYS}
                )
    if not found:
        raise BadCalendar(_("There is no event in this calendar."))
    return [found[day] for day in sorted(found)]


def _events(content: bytes) -> Iterator[Event]:
    try:
        calendar = Calendar.from_ical(content)
    # The parser lets whatever its parts raise through, and a broken file meets many of them.
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise BadCalendar(_("This is not an iCalendar file (.ics), or it is broken.")) from error
    if calendar.name != "VCALENDAR":
        raise BadCalendar(_("This is not an iCalendar file (.ics), or it is broken."))
    for event in calendar.walk("VEVENT"):
        if str(event.get("STATUS", "")).upper() != "CANCELLED":
            yield event


def _days(event: Event) -> Iterator[SpecialDay]:
    name = " ".join(str(event.get("SUMMARY", "")).split())[:LONGEST_NAME]
    if not name:
        raise BadCalendar(_("An event of the file has no name (SUMMARY)."))
    first, end = _range(event, name)
    worked = _is_worked(event, name)
    kind = DayKind.SWAP_WORKED if worked else _kind(name)
    with override("en"):
        name_en = "" if kind == DayKind.OTHER else str(DayKind(kind).label)
    for number in range((end - first).days):
        yield SpecialDay(first + timedelta(days=number), worked, str(kind), name, name_en)


def _range(event: Event, name: str) -> tuple[date, date]:
    """First day, and the day after the last."""
    if event.errors:
        raise BadCalendar(_("The event “%(name)s” has a date that cannot be read.") % {"name": name})
    if "RRULE" in event or "RDATE" in event:
        raise BadCalendar(
            _("The event “%(name)s” repeats; give each of its days an event of its own.") % {"name": name}
        )
    try:
        first, end = event.start, event.end
    except (InvalidCalendar, ValueError, TypeError) as error:
        raise BadCalendar(
            _("The event “%(name)s” has a date that cannot be read.") % {"name": name}
        ) from error
    if isinstance(first, datetime) or isinstance(end, datetime):
        raise BadCalendar(
            _("The event “%(name)s” has hours; days off and worked days are whole days.") % {"name": name}
        )
    if not (first.year >= FIRST_YEAR and end.year <= LAST_YEAR):
        raise BadCalendar(
            _("The event “%(name)s” is not within the years %(first)s to %(last)s.")
            % {"name": name, "first": FIRST_YEAR, "last": LAST_YEAR}
        )
    if not 1 <= (end - first).days <= LONGEST_EVENT:
        raise BadCalendar(
            _("The event “%(name)s” lasts %(days)s days; 1 to %(most)s are possible.")
            % {"name": name, "days": (end - first).days, "most": LONGEST_EVENT}
        )
    return first, end


def _is_worked(event: Event, name: str) -> bool:
    categories = {fold(str(category)).strip() for category in event.categories}
    marked = str(event.get("X-ONESTOP-WORKED", "")).strip().upper() == "TRUE"
    words = fold(name)
    return bool(marked or categories & WORKED or any(word in words for word in _WORKED_WORDS))


def _kind(name: str) -> DayKind:
    words = fold(name)
    return next((kind for signs, kind in _KINDS if any(sign in words for sign in signs)), DayKind.OTHER)


def _shown(day: date) -> str:
    return f"{day:%d/%m/%Y}"
