"""What a report meets and must survive: months that run, agencies without dossiers, filings without a due date, and so on."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from openpyxl import load_workbook

from cases.excel import write_book
from cases.models import Dossier, ExportForm, FrozenDelays
from cases.report import delays
from cases.report.behind import behind
from cases.report.contents import CONTENTS, parts_of
from cases.report.tables import NOTHING, Figure, bare, percent, shown
from cases.scorecard.editions import ParameterRefused, Part
from cases.scorecard.facts import scope_of
from cases.scorecard.on_time import Course, verdict
from cases.scorecard.periods import Period, PeriodRefused, month, read
from cases.scorecard.scores import Fact
from cases.scorecard.targets import Rate, Target, measure, target_on
from cases.services import reports
from cases.services.freezing import freeze_months
from cases.services.rollups import keep_rollups
from tests.cast import local

pytestmark = pytest.mark.usefixtures("english")
NOVEMBER = month(2026, 11)


def every_value(scope) -> list:
    return [
        bare(value)
        for part in parts_of(scope)
        for table in part.tables
        for row in table.rows
        for value in row
    ]


def test_an_agency_without_dossiers_has_every_part_and_no_percent_of_nothing(world):
    scope = scope_of(world.other_ward, NOVEMBER, local("2026-11-20 09:00"))
    [rates] = parts_of(scope, ["rates"])
    of_dossiers = [row for row in rates.tables[0].rows if isinstance(row[2], Figure) and row[2].value == 0]
    assert len(of_dossiers) >= 10
    assert {(row[3], row[5], str(row[6])) for row in of_dossiers} == {(None, None, "nothing to measure")}
    assert len(every_value(scope)) > 100
    assert all(behind(key, scope)[1].count() == 0 for key in ("late", "2.1-bad", "apology-all", "ratings"))


def test_a_month_that_runs_is_neither_frozen_nor_silent_about_it(world, clock):
    world.processing()
    clock.move_to("2026-11-20 09:00")
    keep_rollups()
    freeze_months()
    scope = scope_of(world.ward, NOVEMBER, local("2026-11-20 09:00"))
    assert FrozenDelays.objects.filter(month=NOVEMBER.first).count() == 0
    assert delays.delays_of(scope).frozen is None
    assert reports.unfinished_words(scope) == "The period is not over: counted up to 20/11/2026 09:00."


def test_a_filing_without_a_due_date_is_nobodys_delay_and_nothing_received_is_without_one(world, clock):
    filing = world.submit()
    received = world.receive()
    clock.move_to("2026-11-30 09:00")
    scope = scope_of(world.ward, NOVEMBER, local("2026-11-30 09:00"))
    assert filing.due_at is None
    assert [one.dossier for one in delays.delays_of(scope).late] == [received.pk]
    with pytest.raises(IntegrityError), transaction.atomic():
        Dossier.objects.filter(pk=received.pk).update(due_at=None)


def test_without_an_appointment_nothing_is_compared():
    course = Course(appointment=None, ended_at=local("2026-11-10 09:00"))
    assert verdict(course, local("2026-11-30 23:59")).counted is False
    assert verdict(course, local("2026-11-30 23:59")).on_time is None


def test_periods_that_are_none_are_refused_with_a_sentence(world):
    for text in ("2026-13", "tháng 11", "", "2026-Q5", "2026-11-01"):
        with pytest.raises(PeriodRefused, match="is no period"):
            read(text)
    with pytest.raises(PeriodRefused, match="A period ends after it begins"):
        Period(date(2026, 11, 30), date(2026, 11, 1))
    with pytest.raises(PeriodRefused, match="has not begun yet"):
        scope_of(world.ward, month(2027, 1), local("2026-11-20 09:00"))
    with pytest.raises(ParameterRefused, match="are in force on"):
        scope_of(world.ward, month(2022, 1), local("2026-11-20 09:00"))


def test_parameters_that_would_divide_by_zero_are_refused():
    with pytest.raises(ParameterRefused, match="by 0 nothing is divided"):
        Part("9.9", "", "", "", Decimal(6), target=Decimal(0))
    with pytest.raises(ParameterRefused, match="above 0"):
        Target(Rate.ONLINE_PAYMENT, Decimal(0), date(2026, 1, 1))
    with pytest.raises(ParameterRefused, match="ends after it begins"):
        Target(Rate.ONLINE_PAYMENT, Decimal(45), date(2026, 2, 1), date(2026, 1, 1))


def test_nothing_of_nothing_is_not_0_percent():
    assert percent(0, 0) is None
    assert percent(0, 3) == 0
    found = measure(Fact(0, 0), target_on(Rate.ONLINE_PAYMENT, date(2026, 11, 30)))
    assert (found.percent, found.missed_by) == (None, None)
    assert shown(None) == NOTHING


@pytest.mark.parametrize(
    "name", ["=1+1", "+84", "-cmd", "@SUM(A1)", "\tTab", "\rReturn", '=HYPERLINK("http://x")']
)
def test_a_cell_that_looks_like_a_formula_is_text_in_every_sheet(name):
    buffer = io.BytesIO()
    write_book(
        buffer,
        [("Một", [(name, name, [name], [[name, 1]], [12])]), ("Hai", [("", "", [""], [[name]], [12])])],
    )
    cells = [cell for sheet in load_workbook(buffer) for row in sheet.iter_rows() for cell in row]
    names = [cell for cell in cells if cell.value is not None and cell.value != 1]
    assert len(names) >= 5
    assert {cell.data_type for cell in names} == {"s"}
    assert {cell.quotePrefix for cell in names} == {True}


def test_the_file_of_an_agency_without_dossiers_has_all_sheets(world):
    scope = scope_of(world.other_ward, NOVEMBER, local("2026-11-20 09:00"))
    book = load_workbook(io.BytesIO(reports.write_report(scope, ExportForm.REPORT_EXCEL)))
    assert len(book.sheetnames) == len(CONTENTS)
