"""`manage.py simulate`: the comparison as a table, and one line for what cannot be simulated."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cases.models import DossierEvent

pytestmark = pytest.mark.usefixtures("english")


def simulate(*args: str, agency: str = "H41.101") -> list[str]:
    out = StringIO()
    period = ["--from=2026-10-01", "--to=2026-11-30"]
    call_command("simulate", f"--agency={agency}", *period, *args, "--language=en", stdout=out)
    return out.getvalue().splitlines()


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("  ") if cell.strip()]


def test_it_prints_the_past_beside_the_scenario(autumn):
    lines = simulate("--limit-days=-1")
    assert lines[0] == "H41.101 UBND phường Thử Nghiệm, 01/10/2026 – 30/11/2026"
    assert [cells(line) for line in lines[2:8]] == [
        ["Dossiers", "Late", "On time", "Days, median", "Days, nine of ten"],
        ["Really", "4", "2", "50.00 %", "3.8", "15.1"],
        ["Simulated as it was", "4", "2", "50.00 %", "3.8", "15.1"],
        ["Scenario", "4", "3", "25.00 %", "3.8", "15.1"],
        ["Would be on time: 0"],
        ["Would be late: 1"],
    ]
    assert [cells(line) for line in lines[9:12]] == [
        ["Procedure", "Dossiers", "Really", "Simulated as it was", "Scenario", "Would be on time", "Would be late"],
        ["1.000001", "3", "33.33 %", "33.33 %", "0.00 %", "0", "1", "Thủ tục không thu phí (EN)"],
        ["1.000002", "1", "100.00 %", "100.00 %", "100.00 %", "0", "0", "Thủ tục có lệ phí (EN)"],
    ]  # fmt: skip
    assert cells(lines[14]) == ["Hộ tịch", "4", "50.00 %", "50.00 %", "25.00 %", "0", "1"]


def test_it_prints_the_officers(autumn):
    lines = simulate("--officers=H41.101=3", "--more-officers=1", "--due-first")
    assert cells(lines[-1]) == ["H41.101", "UBND phường Thử Nghiệm", "1", "3"]


SCENARIOS = {
    "": "2",
    "--limit-factor=2": "1",
    "--limit=1.000001=10": "1",
    "--saturday-mornings": "2",
    "--saturday-mornings --saturdays-count": "2",
    "--day-off=2026-10-06 --day-on=2026-10-10": "2",
    "--hours=07:00-11:30,13:00-17:00": "1",  # half an hour more a day
    "--more-officers=-1": "2",
}


def test_every_kind_of_scenario(autumn):
    found = {options: cells(simulate(*options.split())[5])[2] for options in SCENARIOS}
    assert found == SCENARIOS


def test_what_would_become_shorter_than_a_day_is_told(autumn):
    assert simulate("--limit-days=-9")[1] == "Limits that would become shorter than one day: 4"


def test_nothing_is_written(autumn):
    before = DossierEvent.objects.count()
    simulate("--limit-days=-1", "--more-officers=1")
    assert DossierEvent.objects.count() == before


REFUSED = {
    "--limit-factor=0": "A limit is multiplied by a number above 0, up to 10, not by 0.",
    "--limit-factor=-1": "A limit is multiplied by a number above 0, up to 10, not by -1.",
    "--limit-factor=x": "“x” is no number; write it like 0.8 (--limit-factor).",
    "--limit-days=1.5": "“1.5” is no whole number (--limit-days).",
    "--limit=1.000001=0": "A limit is at least one working day and at most 10000; 1.000001 got 0.",
    "--officers=H41.101=0": "A unit without officers finishes nothing: give at least one.",
    "--officers=H41.102=2": "No officer of UBND xã Ví Dụ did a step of these dossiers.",
    "--officers=X=2": "There is no agency with the identifier “X” (--officers).",
    "--day-off=2026-02-30": "“2026-02-30” is no day; write it like 2026-11-24 (--day-off).",
    "--day-off=2027-01-05": "05/01/2027 lies outside the period from 01/10/2026 to 30/11/2026.",
    "--hours=17:00-08:00": "“17:00-08:00” are no hours; write them like 07:00-11:30,13:00-17:00 (--hours).",
    "--to=2026-12-01": "The period is not over: choose a last day before 01/12/2026.",
    "--to=2026-09-01": "A period ends after it begins, not 01/10/2026 to 01/09/2026.",
    "--procedure=9.999999": "There are no dossiers to replay in this period.",
}  # fmt: skip


def test_what_makes_no_sense_is_one_sentence(autumn):
    found = {}
    for option in REFUSED:
        with pytest.raises(CommandError) as refused:
            simulate(option)
        found[option] = str(refused.value)
        assert refused.value.returncode == 2
    assert found == REFUSED


def test_an_unknown_agency_and_half_a_period_are_refused(autumn):
    with pytest.raises(CommandError, match="There is no agency with the identifier “H99”"):
        simulate(agency="H99")
    with pytest.raises(CommandError, match="Give --from and --to together, or neither of them."):
        call_command("simulate", "--agency=H41", "--from=2026-10-01", "--language=en")
