"""The official calendar in the seeds: days off, swaps with both halves, switches."""

from pathlib import Path

from django.utils.translation import gettext as _

from procedures.enums import DayKind
from procedures.models import CalendarDay
from procedures.seeds.files import (
    FOR_READERS,
    Key,
    Place,
    check_model,
    day,
    flag,
    mapping,
    one_of,
    read_row,
    read_rows,
    read_yaml,
    text,
)

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
CALENDAR = {
    "years": Key("years", mapping, required=True),
    "swaps": Key("swaps"),
    "switches": Key("switches"),
}
YEAR = {
    "status": Key("status", text, required=True),
    "confidence": Key("confidence", text),
    "notice": Key("notice", text),
    "further_letters": FOR_READERS,
    "note": Key("note", text),
    "note_en": FOR_READERS,
    "days_off": Key("days_off", required=True),
}
DAY = {
    "date": Key("date", day, required=True),
    "weekday": Key("weekday", text),
    "kind": Key("kind", one_of(DayKind), required=True),
    "name_vi": Key("name_vi", text, required=True),
    "name_en": Key("name_en", text),
}
_FOR_READERS = {"status": FOR_READERS, "in_holidays_0_109": FOR_READERS, "note_en": FOR_READERS}
_SWITCH = {
    "key": Key("key", text, required=True),
    "legal_reference": Key("legal_reference", text),
    "enabled": Key("enabled", flag, required=True),
    "confidence": Key("confidence", text),
    "note": Key("note", text),
} | _FOR_READERS
SWITCH = DAY | _SWITCH
SWAP = {
    "day_off": Key("day_off", day, required=True),
    "day_off_weekday": Key("day_off_weekday", text),
    "worked_instead": Key("worked_instead", day, required=True),
    "worked_instead_weekday": Key("worked_instead_weekday", text),
} | _SWITCH


def read_calendar(path: Path, problems: list[str]) -> list[dict]:
    """One row of columns of `CalendarDay` for each special day of the country."""
    place = Place(problems, "calendar.yaml")
    content = read_row(read_yaml(path / "calendar.yaml", place), CALENDAR, place)
    days, seen = [], set()
    for year, data in content.get("years", {}).items():
        days += _read_year(year, data, place.within(record=str(year)))
    days += _read_switches(content.get("switches"), place)
    days += _read_swaps(content.get("swaps"), place)
    for row in days:
        here = place.within(record=f"{row['date']:%d/%m/%Y}")
        if (row["date"], row["key"]) in seen:
            here.refuse(_("the day is there twice."))
        seen.add((row["date"], row["key"]))
        check_model(CalendarDay, row, here)
    return days


def _row(*, confidence: str = "", note: str = "", **columns) -> dict:
    """All columns of one day, so that a reload can compare them."""
    return {
        "is_worked": False,
        "name_en": "",
        "legal_reference": "",
        "key": "",
        "enabled": True,
        "provisional": False,
        "note": " ".join(filter(None, (confidence, note))),
    } | columns


def _on_its_weekday(row: dict, date_key: str, weekday_key: str, place: Place) -> bool:
    """The weekday is written beside the date to catch typing errors; false when the row cannot be used."""
    weekday = row.pop(weekday_key, None)
    if date_key not in row:
        return False
    if weekday and weekday != WEEKDAYS[row[date_key].weekday()]:
        place.refuse(
            _("%(date)s is a %(right)s, not a %(wrong)s.")
            % {
                "date": f"{row[date_key]:%d/%m/%Y}",
                "right": WEEKDAYS[row[date_key].weekday()],
                "wrong": weekday,
            }
        )
    return True


def _read_year(year, data, place: Place) -> list[dict]:
    head = read_row(data, YEAR, place)
    days = []
    for i, row in enumerate(read_rows(head.get("days_off"), DAY, place, "days_off"), start=1):
        here = place.within(part=f"days_off {i}")
        if not _on_its_weekday(row, "date", "weekday", here):
            continue
        if row["date"].year != year:
            here.refuse(_("%(date)s is not in this year.") % {"date": f"{row['date']:%d/%m/%Y}"})
        days.append(
            _row(
                **row,
                legal_reference=head.get("notice", ""),
                provisional=head.get("status") == "provisional",
                confidence=head.get("confidence", ""),
                note=head.get("note", ""),
            )
        )
    return days


def _read_switches(data, place: Place) -> list[dict]:
    rows = read_rows(data, SWITCH, place, "switches")
    return [
        _row(**row)
        for i, row in enumerate(rows, start=1)
        if _on_its_weekday(row, "date", "weekday", place.within(part=f"switches {i}"))
    ]


def _read_swaps(data, place: Place) -> list[dict]:
    """Two days for each swap, under one key: the weekday off and the Saturday worked instead."""
    days = []
    for i, row in enumerate(read_rows(data, SWAP, place, "swaps"), start=1):
        here = place.within(part=f"swaps {i}")
        usable = _on_its_weekday(row, "day_off", "day_off_weekday", here)
        if not _on_its_weekday(row, "worked_instead", "worked_instead_weekday", here) or not usable:
            continue
        off, worked = row.pop("day_off"), row.pop("worked_instead")
        if off.weekday() >= 5 or worked.weekday() != 5:
            here.refuse(_("a swap takes a weekday off and works a Saturday instead."))
        days.append(
            _row(
                date=off,
                kind=DayKind.SWAP_OFF,
                name_vi=f"Nghỉ hoán đổi, làm bù ngày {worked:%d/%m/%Y}",
                name_en=f"Day off, swapped with {worked:%d/%m/%Y}",
                **row,
            )
        )
        days.append(
            _row(
                date=worked,
                kind=DayKind.SWAP_WORKED,
                is_worked=True,
                name_vi=f"Làm bù cho ngày {off:%d/%m/%Y}",
                name_en=f"Worked instead of {off:%d/%m/%Y}",
                **row,
            )
        )
    return days
