"""`manage.py scorecard`: the table from the database."""

import json
import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from cases import services

pytestmark = pytest.mark.usefixtures("english")


def scorecard(*args: str, agency: str = "H41.101", month: str = "2026-11", language: str = "en") -> str:
    out = StringIO()
    call_command(
        "scorecard", f"--agency={agency}", f"--month={month}", *args, "--language", language, stdout=out
    )
    return out.getvalue()


def as_json(*args: str, **of) -> dict:
    return json.loads(scorecard("--json", *args, **of))


@pytest.fixture
def month_over(world, clock):
    """Two dossiers of November, one returned and one open and late, seen in December."""
    world.returned()
    world.processing()
    clock.move_to("2026-12-01 08:00")


def test_it_prints_every_part_with_its_counts_or_the_reason(month_over):
    lines = scorecard().splitlines()
    assert lines[:3] == [
        "H41.101 UBND phường Thử Nghiệm, 2026-11 (Decision 766/QĐ-TTg)",
        "complete",
        "",
    ]
    table = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in lines[3:]]
    assert table[0] == ["Part", "What", "Figures", "Share", "Points", "Of", "Why not"]
    assert [
        "1.1",
        "Publication decision in time",
        "–",
        "–",
        "–",
        "6",
        "counted for the whole province only",
    ] in table
    assert [
        "1.4",
        "Synchronised to the national portal",
        "–",
        "–",
        "–",
        "6",
        "the system has no source for it yet",
    ] in table
    assert ["2.1", "Handled early and on time", "1/2", "50.00 %", "10.00", "20"] in table
    assert ["6.1", "Feedback answered on time", "0/0", "–", "6.00", "6"] in table
    assert ["Publicity and transparency", "–", "18"] in table
    assert ["Progress and results", "10.00", "20"] in table
    assert ["Total", "30.33", "100"] in table
    assert lines[-2] == "Points that could be had in what was measured: 74 of 100"
    assert lines[-1].startswith("Facts: ")


def test_it_speaks_the_language_that_is_asked_for(month_over):
    assert "Quyết định số 766/QĐ-TTg" in scorecard(language="vi")


def test_json_has_the_same_figures(month_over):
    found = as_json()
    assert {key: found[key] for key in ("agency", "period", "complete", "counted_up_to")} == {
        "agency": "H41.101",
        "period": "2026-11",
        "complete": True,
        "counted_up_to": "2026-11-30T23:59:00+07:00",
    }
    assert (found["total"], found["measured"], found["maximum"]) == (30.33, 74, 100)
    parts = {part["code"]: part for group in found["groups"] for part in group["parts"]}
    assert parts["2.1"] == {
        "code": "2.1",
        "numerator": 1,
        "denominator": 2,
        "percent": 50,
        "points": 10,
        "maximum": 20,
        "missing": 1,
        "reason": None,
    }
    assert parts["1.4"] == {
        "code": "1.4",
        "numerator": None,
        "denominator": None,
        "percent": None,
        "points": None,
        "maximum": 6,
        "missing": None,
        "reason": "no_source",
    }


def test_a_month_that_is_not_over_says_so(world, clock):
    world.receive()
    clock.move_to("2026-11-10 09:00")
    assert scorecard().splitlines()[1] == "not over yet, counted up to 10/11/2026 09:00"
    assert as_json()["complete"] is False


def test_quarters_and_years(month_over):
    assert [as_json(month=text)["period"] for text in ("2026-Q4", "2026")] == ["2026-Q4", "2026"]


def test_what_if_one_more_were_digitized(month_over):
    found = as_json("--what-if=4.2=1", "--what-if=4.1=1")["what_if"]
    assert found == {"total": 35.33, "gain": 5, "parts": {"4.1": 3, "4.2": 2}}
    assert scorecard("--what-if=4.2=1").splitlines()[-2:] == [
        "4.2: +2.00 more",
        "Total then: 32.33 instead of 30.33",
    ]


def test_the_agencies_below_are_ranked(world, clock, month_over):
    found = as_json("--ranking", agency="H41")["ranking"]
    assert [(one["place"], one["agency"]) for one in found] == [(1, "H41.101"), (2, "H41.102"), (2, "H41.12")]
    assert found[0]["total"] == 30.33
    assert found[0]["rise"] == 18.33  # without dossiers the points of feedback are all there are
    lines = scorecard("--ranking", agency="H41").splitlines()
    assert [line.split() for line in lines[-3:]][0] == ["1", "H41.101", "30.33", "+18.33"]


def test_the_nine_indicators(month_over):
    found = as_json("--nine")["nine"]
    assert (found["total"], found["band"], len(found["indicators"])) == (8.5, "average", 9)
    assert found["indicators"]["6"] == {"score": None, "count": 0, "reason": "no_source"}
    lines = scorecard("--nine").splitlines()
    assert lines[-12] == "Circular 01/2018/TT-VPCP"
    assert lines[-10].split() == ["1", "Total", "time", "against", "the", "limit", "1.0", "2"]
    assert lines[-1] == "Total 8.5 of 8 indicators: Average"


def test_facts_have_another_digest_after_a_change(world, month_over):
    before = as_json()["facts"]
    assert as_json()["facts"] == before
    services.withdraw(world.receive(), by=world.clerk, reason="Đổi ý")
    assert as_json()["facts"] == before  # of December
    assert as_json(month="2026-12")["facts"] != before


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ({"agency": "H99"}, "There is no agency with the identifier “H99” (--agency)."),
        (
            {"month": "11/2026"},
            "“11/2026” is no period; write a month like 2026-08, a quarter like 2026-Q3 or a year.",
        ),
        ({"month": "2027-01"}, "The period from 01/01/2027 has not begun yet."),
        ({"month": "2022-05"}, "No parameters of the scorecard are in force on 31/05/2022."),
    ],
)
def test_bad_input_is_refused_in_one_sentence(world, args, sentence):
    with pytest.raises(CommandError) as caught:
        scorecard(**args)
    assert (str(caught.value), caught.value.returncode) == (sentence, 2)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("4.2", "“4.2” is no change; write it like 4.2=40 (--what-if)."),
        ("4.2=many", "“4.2=many” is no change; write it like 4.2=40 (--what-if)."),
        ("1.4=1", "Part 1.4 was not counted, so nothing can be added to it."),
        ("4.2=9", "Of part 4.2 there are 1 of 2; 10 of 2 cannot be."),
    ],
)
def test_what_cannot_be_is_refused(month_over, change, sentence):
    with pytest.raises(CommandError) as caught:
        scorecard(f"--what-if={change}")
    assert str(caught.value) == sentence


def test_what_is_missing_is_said_in_one_line():
    done = subprocess.run(
        [sys.executable, "manage.py", "scorecard", "--month", "2026-11"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "--agency" in done.stderr
