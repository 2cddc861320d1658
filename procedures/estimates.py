"""Days off of years that no official list knows yet, as the `holidays` library expects them; pure.

The library knows swaps after the fact only and gives no notice, so everything here is provisional (R24).
"""

from functools import lru_cache

from holidays.countries import Vietnam

from procedures.enums import DayKind
from procedures.working_time import SpecialDay

MADE_UP = " (observed)"  # what the library adds to the name of a compensatory day
KINDS = {
    "New Year's Day": DayKind.NEW_YEAR,
    "29 of Lunar New Year": DayKind.TET,
    "Lunar New Year's Eve": DayKind.TET,
    "Lunar New Year": DayKind.TET,
    "Second Day of Lunar New Year": DayKind.TET,
    "Third Day of Lunar New Year": DayKind.TET,
    "Fourth Day of Lunar New Year": DayKind.TET,
    "Fifth Day of Lunar New Year": DayKind.TET,
    "Sixth Day of Lunar New Year": DayKind.TET,
    "Hung Kings' Commemoration Day": DayKind.HUNG_KINGS,
    "Liberation Day/Reunification Day": DayKind.VICTORY_DAY,
    "International Labor Day": DayKind.LABOUR_DAY,
    "National Day": DayKind.NATIONAL_DAY,
    "Vietnam Cultural Day": DayKind.CULTURE_DAY,
}


@lru_cache(maxsize=200)
def estimated_days(year: int) -> tuple[SpecialDay, ...]:
    """Days off and worked Saturdays that the library has for a year, all provisional."""
    english = Vietnam(years=year, language="en_US")
    vietnamese = Vietnam(years=year, language="vi")
    days = []
    for day in sorted(english):
        kind = _kind(english[day])
        # No notice says that a Culture Day on a weekend is made up, although the library does so (T14).
        if kind == DayKind.COMPENSATORY and _kind(english[day].removesuffix(MADE_UP)) == DayKind.CULTURE_DAY:
            continue
        key = f"culture-day-{year}" if kind == DayKind.CULTURE_DAY else ""
        days.append(SpecialDay(day, False, kind, vietnamese[day], english[day], key=key, provisional=True))
    # The library names the worked Saturdays of two other years whatever year is asked for.
    worked = [day for day in sorted(english.weekend_workdays) if day.year == year]
    days += [
        SpecialDay(day, True, DayKind.SWAP_WORKED, "Ngày làm bù", "Worked instead", provisional=True)
        for day in worked
    ]
    return tuple(days)


def _kind(name: str) -> str:
    if name.endswith(MADE_UP):
        return DayKind.COMPENSATORY
    return DayKind.SWAP_OFF if name.startswith("Day off (") else KINDS.get(name, DayKind.OTHER)
