"""Days that change outside a proposal, and official calendars from a file (R24)."""

import re
import shutil
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from cases.enums import DayChange
from cases.models import CalendarRevision
from cases.services import revisions
from cases.services.calendar_moves import apply_approved
from procedures.enums import DayKind
from procedures.models import CalendarDay
from procedures.services.catalogue import load_catalogue
from procedures.signals import calendar_changed
from procedures.working_time import SpecialDay
from tests.cases.helpers import last_event
from tests.cases.revisions.helpers import NOTICE, WEDNESDAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


# Outside a revision ---------------------------------------------------------------------------------


def test_a_change_outside_a_revision_has_every_open_promise_counted_anew(world, clock):
    dossier = world.receive()
    CalendarDay.objects.create(date=WEDNESDAY, kind=DayKind.OTHER, name_vi="Nghỉ")
    calendar_changed.send(CalendarDay, agency=None, reason="Nạp lại lịch")
    revision = CalendarRevision.objects.get()
    assert (revision.state, revision.agency, revision.created_by, revision.total) == (
        "approved",
        None,
        None,
        1,
    )
    assert apply_approved() == 1
    assert last_event(dossier)[1:] == (
        "",
        "received",
        "received",
        "The official calendar changed (Nạp lại lịch): due at 13/11/2026 17:00 instead of 12/11/2026 17:00.",
    )


def test_without_open_dossiers_nothing_is_counted_anew(world):
    world.returned()
    assert revisions.count_anew(None, reason="Nạp lại lịch") is None
    assert not CalendarRevision.objects.exists()


def test_the_same_change_is_counted_anew_once(world):
    world.receive()
    assert revisions.count_anew(None, reason="Nạp lại lịch") is not None
    assert revisions.count_anew(None, reason="Nạp lại lịch") is None


# Importing ------------------------------------------------------------------------------------------


def special(day: date, **facts) -> SpecialDay:
    return SpecialDay(**{"date": day, "is_worked": False, "kind": DayKind.OTHER, "name_vi": "Nghỉ", **facts})


def test_import_leaves_out_what_is_in_force_and_sundays_off(world):
    days = [special(date(2026, 11, 24)), special(date(2026, 11, 15)), special(WEDNESDAY)]
    assert [facts.date for facts in revisions.days_to_import(days, None)] == [WEDNESDAY]


def test_an_official_day_replaces_the_estimate_and_a_complete_file_ends_the_others(world):
    CalendarDay.objects.filter(date=date(2027, 1, 1)).update(provisional=True)
    wrong = CalendarDay.objects.create(
        date=date(2027, 2, 4), kind=DayKind.TET, name_vi="Tết (ước tính)", provisional=True
    )
    days = [special(date(2027, 1, 1)), special(date(2027, 2, 5))]
    assert [(f.date, f.change) for f in revisions.days_to_import(days, None)] == [
        (date(2027, 1, 1), DayChange.ADD),
        (date(2027, 2, 5), DayChange.ADD),
    ]
    complete = revisions.days_to_import(days, None, complete=True)
    assert [(f.date, f.change, f.row) for f in complete][-1] == (
        wrong.date,
        DayChange.SWITCH_OFF,
        wrong,
    )


ICS = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Vi du//VN\r\n"
    "BEGIN:VEVENT\r\nUID:1@vidu.example\r\nSUMMARY:Nghỉ hoán đổi\r\nDTSTART;VALUE=DATE:20261111\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)


def test_the_command_imports_a_proposal_and_prints_what_moves(world, tmp_path, capsys):
    world.receive()
    file = tmp_path / "lich-2026.ics"
    file.write_text(ICS)
    call_command("import_calendar", file, reference=NOTICE)
    revision = CalendarRevision.objects.get()
    assert (revision.state, revision.created_by, revision.reason) == (
        "draft",
        None,
        "Official calendar lich-2026.ics",
    )
    assert capsys.readouterr().out == (
        "11/11/2026  Add  Nghỉ hoán đổi\n"
        "Of 1 open dossiers 1 move, and 1 applicants are told.\n"
        "12/11/2026 → 13/11/2026  1\n"
        f"Proposal {revision.pk} waits for approval (Calendar changes in the back office).\n"
    )


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        (None, {}, "cannot be read: No such file or directory."),
        ("PK", {}, "This is not an iCalendar file (.ics), or it is broken."),
        (ICS, {"agency": "X99"}, "There is no agency X99."),
        (ICS, {"reference": " "}, "Give the notice or decision that changes the calendar."),
        (ICS.replace("20261111", "20261124"), {}, "Enter at least one day."),
    ],
)
def test_the_command_refuses_with_one_sentence(world, tmp_path, content, options, sentence):
    file = tmp_path / "lich.ics"
    if content is not None:
        file.write_text(content)
    with pytest.raises(CommandError, match=re.escape(sentence)):
        call_command("import_calendar", file, **{"reference": NOTICE, **options})
    assert not CalendarRevision.objects.exists()


def test_a_catalogue_loaded_with_other_days_has_every_open_promise_counted_anew(world, tmp_path, settings):
    """Agencies and procedures of the seeds are not needed for it: the calendar alone is there."""
    world.receive()
    seeds = tmp_path / "seeds"
    shutil.copytree(settings.BASE_DIR / "seeds", seeds)
    load_catalogue(seeds)
    revision = CalendarRevision.objects.get()
    assert (revision.reason, revision.agency) == (
        "The official calendar was loaded again from the seeds.",
        None,
    )
    apply_approved()
    load_catalogue(seeds)
    assert CalendarRevision.objects.count() == 1
