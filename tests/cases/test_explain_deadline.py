"""`manage.py explain_deadline`: a due date and its proof on the command line."""

import json
import subprocess
import sys
from datetime import date, time
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from procedures.models import Agency, CalendarDay, OfficeSession

CULTURE_DAY = "Nghị quyết 28/2026/QH16"


@pytest.fixture
def calendar(db):
    CalendarDay.objects.create(
        date=date(2026, 11, 24),
        kind="culture_day",
        name_vi="Ngày Văn hóa Việt Nam",
        name_en="Vietnam Culture Day",
        legal_reference=CULTURE_DAY,
        key="culture-day-2026",
    )


def explain(*args: str, language: str = "en") -> str:
    out = StringIO()
    call_command("explain_deadline", *args, "--language", language, stdout=out)
    return out.getvalue()


def arguments(**changes: str | None) -> list[str]:
    options = {"received": "2026-11-20T09:00", "amount": "3", "unit": "working_day"} | changes
    return [f"--{key}={value}" for key, value in options.items() if value is not None]


def test_it_prints_the_due_date_and_the_proof_as_a_table(calendar):
    assert explain(*arguments()) == (
        "Received:            20/11/2026 09:00\n"
        "Counts as received:  20/11/2026 09:00\n"
        "Limit:               3 working days\n"
        "Calendar:            of the country\n"
        "Due:                 26/11/2026 17:00\n"
        "\n"
        "Day  Date        Counted  No.  Why                            Legal ground\n"
        "Fri  20/11/2026  no            day of reception, not counted  Article 147 of the Civil Code 2015\n"
        "Sat  21/11/2026  no            weekend                        Article 1 of Decision 188/1999/QĐ-TTg\n"
        "Sun  22/11/2026  no            weekend                        Article 1 of Decision 188/1999/QĐ-TTg\n"
        "Mon  23/11/2026  yes      1    working day                    Article 147 of the Civil Code 2015\n"
        "Tue  24/11/2026  no            day off: Vietnam Culture Day   Nghị quyết 28/2026/QH16\n"
        "Wed  25/11/2026  yes      2    working day                    Article 147 of the Civil Code 2015\n"
        "Thu  26/11/2026  yes      3    working day                    Article 147 of the Civil Code 2015\n"
    )


def test_it_speaks_vietnamese_by_default(calendar):
    out = StringIO()
    call_command("explain_deadline", *arguments(), stdout=out)
    assert "Ngày Văn hóa Việt Nam" in out.getvalue()
    assert "Vietnam Culture Day" not in out.getvalue()


def test_it_prints_json(calendar):
    facts = json.loads(explain(*arguments(received="2026-11-23T20:00", amount="1"), "--json"))
    proof = facts.pop("proof")
    assert facts == {
        "received": "2026-11-23T20:00:00+07:00",
        "counts_as_received_at": "2026-11-25T07:30:00+07:00",
        "due_at": "2026-11-26T17:00:00+07:00",
        "provisional": False,
        "limit": {"amount": 1.0, "unit": "working_day", "cutoff": None},
        "agency": None,
    }
    assert [(day["date"], day["counted"], day["ordinal"], day["reason"]) for day in proof] == [
        ("2026-11-23", False, None, "filed_outside_hours"),
        ("2026-11-24", False, None, "day_off"),
        ("2026-11-25", False, None, "reception"),
        ("2026-11-26", True, 1, "counted"),
    ]
    assert proof[1] == {
        "date": "2026-11-24",
        "counted": False,
        "ordinal": None,
        "minutes": 0,
        "reason": "day_off",
        "why": "day off",
        "special": {
            "name": "Vietnam Culture Day",
            "kind": "culture_day",
            "legal_reference": CULTURE_DAY,
            "provisional": False,
        },
        "article": CULTURE_DAY,
    }


def test_an_agency_has_its_own_calendar_and_hours(calendar):
    agency = Agency.objects.create(identifier="H41.12", name_vi="Phường Ví Dụ", kind="commune")
    OfficeSession.objects.create(agency=agency, opens_at=time(8), closes_at=time(16))
    CalendarDay.objects.create(date=date(2026, 11, 23), agency=agency, kind="other", name_vi="Mất điện")
    out = explain(*arguments(agency="H41.12", amount="1"))
    assert "Phường Ví Dụ" in out
    assert "25/11/2026 16:00" in out
    assert "day off: Mất điện" in out


def test_hours_and_same_day_limits(calendar):
    out = explain(*arguments(received="2026-11-19T16:30", amount="8", unit="working_hour"))
    assert "working hours used (30 minutes)" in out
    assert "working hours used (7 hours 30 minutes)" in out
    out = explain(*arguments(received="2026-11-19T14:30", amount=None, unit="same_day", cutoff="14:00"))
    assert "Limit:               within the day\n" in out
    assert "20/11/2026 17:00" in out


def test_the_last_minutes_of_online_filing_are_those_of_the_office(calendar, settings):
    settings.ONLINE_LAST_MINUTES = 60
    late = arguments(received="2026-11-17T16:20", amount="1")
    assert "18/11/2026 07:30" in explain(*late, "--channel", "online")
    assert "18/11/2026 07:30" not in explain(*late, "--channel", "desk")


def test_other_offsets_are_read_on_the_clock_of_vietnam(calendar):
    assert "Received:            20/11/2026 09:00" in explain(*arguments(received="2026-11-20T02:00+00:00"))


def test_a_year_without_calendar_is_marked(calendar):
    assert "Provisional" not in explain(*arguments())
    assert explain(*arguments(received="2029-03-01T09:00")).endswith(
        "\n\nProvisional: a year that was counted in has no official calendar yet.\n"
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"unit": "fortnight"}, "“fortnight” is not a unit of time limits"),
        ({"unit": None}, "arguments are required: --unit"),
        ({"amount": "-3"}, "A time limit is a number from 0 on, not “-3”"),
        ({"amount": "three"}, "“three” is not a number"),
        ({"amount": "NaN"}, "not “NaN”"),
        ({"amount": "1e9"}, "too large; the most that is counted is 10000"),
        ({"amount": None}, "its amount is missing"),
        ({"amount": "0.5", "unit": "calendar_day"}, "Calendar days are whole days"),
        ({"received": "2026-02-30T09:00"}, "“2026-02-30T09:00” is not a date and time"),
        ({"received": "2026-11-20"}, "“2026-11-20” is not a date and time"),
        ({"received": "tomorrow"}, "“tomorrow” is not a date and time"),
        ({"received": "0001-01-01T00:00+14:00"}, "is not a date and time"),
        ({"received": "1850-01-01T09:00"}, "Due dates are counted for the years 2000 to 2100, not for 1850"),
        ({"received": "9999-12-31T23:59"}, "not for 9999"),
        ({"agency": "H99.99"}, "There is no agency with the identifier “H99.99”"),
        ({"channel": "pigeon"}, "“pigeon” is not a channel"),
        ({"cutoff": "25:00", "unit": "same_day"}, "“25:00” is not a time of day"),
        ({"colour": "red"}, "unrecognized arguments: --colour=red"),
    ],
)
def test_what_cannot_be_explained_is_one_line_and_exit_code_2(changes, sentence, calendar):
    with pytest.raises(CommandError, match=sentence) as refused:
        explain(*arguments(**changes))
    assert (refused.value.returncode, "\n" in str(refused.value)) == (2, False)


@pytest.mark.parametrize(
    ("args", "line"),
    [
        ([*arguments(received="a\nb"), "--language=en"], "“a b” is not a date and time"),
        (arguments(unit=None), "the following arguments are required: --unit"),
        ([*arguments(), "--language=fr"], "argument --language: invalid choice: 'fr'"),
    ],
)
def test_on_the_command_line_nothing_but_the_line_is_printed(args, line):
    """What the command line shows, before any database is asked."""
    run = subprocess.run(
        [sys.executable, "manage.py", "explain_deadline", *args],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert run.stderr.startswith(line)
