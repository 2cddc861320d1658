"""What the tests of calendar changes say often."""

from datetime import date

from cases.enums import DayChange
from cases.services import calendar_moves
from cases.services.revisions import DayFacts
from tests.cases.helpers import fresh

TUESDAY, WEDNESDAY = date(2026, 11, 10), date(2026, 11, 11)
NOTICE = "Thông báo 99/TB-VD"


def off(day: date, **facts) -> DayFacts:
    return DayFacts(day, name_vi="Nghỉ đột xuất", name_en="Extra day off", **facts)


def switch_off(day: date) -> DayFacts:
    return DayFacts(day, change=DayChange.SWITCH_OFF)


def switch_on(day: date) -> DayFacts:
    return DayFacts(day, change=DayChange.SWITCH_ON)


def due(dossier) -> str:
    return f"{calendar_moves.local(fresh(dossier).due_at):%d/%m/%Y %H:%M}"


def state_of(revision) -> tuple[str, int, int, int]:
    revision.refresh_from_db()
    return revision.state, revision.total, revision.checked, revision.moved
