"""Month tables for the ministry level: every dossier in one column of what came, and in one of what became of it."""

import csv
import json

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from cases.models import Dossier
from cases.report import ministry
from cases.report.behind import behind
from cases.report.tables import Figure, bare
from cases.scorecard import dossiers
from cases.scorecard.facts import scope_of
from cases.scorecard.periods import month
from procedures.enums import Channel
from tests.cast import local

pytestmark = pytest.mark.usefixtures("english")
NOVEMBER, DECEMBER = month(2026, 11), month(2026, 12)
LATER = local("2027-03-01 09:00")


def scope(agency, period=NOVEMBER, now=LATER):
    return scope_of(agency, period, now)


def tables(agency, **when) -> tuple[list[list], list[list]]:
    by_field, by_agency = ministry.part(scope(agency, **when)).tables
    return tuple([[bare(value) for value in row] for row in table.rows] for table in (by_field, by_agency))


@pytest.fixture
def a_month(world, clock):
    """Received on 9 November at the ward: settled early, on its day, late, and two that are open in December."""
    early, on_the_day, late, _open = (world.processing() for _ in range(4))
    clock.move_to("2026-11-10 10:00")
    for dossier, moment in ((early, "2026-11-11 09:00"), (on_the_day, None), (late, "2026-11-26 09:00")):
        clock.move_to(moment or f"{on_the_day.due_at:%Y-%m-%d} 10:00")
        world.record_result(dossier)
    clock.move_to("2026-11-30 10:00")
    online = world.processing()
    Dossier.objects.filter(pk=online.pk).update(channel=Channel.ONLINE)
    clock.move_to("2026-12-01 08:00")
    return world


def test_a_row_says_what_came_and_what_became_of_it(a_month):
    by_field, by_agency = tables(a_month.ward, now=local("2026-12-01 08:00"))
    #                 came  before online paper  settled early on time late  in process in time late
    figures = [5, 0, 1, 4, 3, 1, 1, 1, 2, 1, 1]
    assert by_agency[0][1:] == figures
    assert by_field[-1] == ["Together", *figures]
    assert by_agency[-1] == ["Together", *figures]


def test_what_is_open_is_carried_over(a_month):
    [row, *_rest] = tables(a_month.ward, period=DECEMBER, now=local("2026-12-31 23:59"))[1]
    assert row[1:5] == [2, 2, 0, 0]
    assert row[5:] == [0, 0, 0, 0, 2, 0, 2]


def test_what_came_is_what_was_settled_and_what_is_open(a_month):
    for agency in (a_month.ward, a_month.province, a_month.other_ward):
        for period in (NOVEMBER, DECEMBER):
            for row in (row for table in tables(agency, period=period) for row in table):
                came, settled, running = row[1], row[5], row[9]
                assert came == settled + running == sum(row[2:5])
                assert (settled, running) == (sum(row[6:9]), sum(row[10:12]))


def test_the_figures_are_those_of_the_scorecard(a_month):
    of = scope(a_month.ward)
    [*_others, together] = tables(a_month.ward)[0]
    assert together[1] == dossiers.handled(of).count()
    assert together[6] + together[7] + together[10] == dossiers.on_time(of).count()


def test_every_figure_of_an_agency_opens_what_it_counts(a_month):
    of = scope(a_month.province)
    rows = ministry.part(of).tables[1].rows
    figures = [value for row in rows for value in row if isinstance(value, Figure)]
    assert len(figures) == 8 * len(rows)
    by_identifier = {agency.identifier: agency for agency in of.agencies}
    for figure in figures:
        _title, listed = behind(figure.behind, of, by_identifier.get(figure.of))
        assert listed.count() == figure.value


def test_the_files_hold_the_same(a_month, tmp_path):
    call_command(
        "month_tables", agency=a_month.ward.identifier, period="2026-11", folder=tmp_path, language="en"
    )
    base = f"{a_month.ward.identifier}-2026-11"
    expected = tables(a_month.ward, now=local("2026-12-01 08:00"))
    found = json.loads((tmp_path / f"{base}.json").read_text())
    assert [list(row.values()) for row in found["by_agency"]] == expected[1]
    assert found["by_field"][-1]["settled"] == 3
    with (tmp_path / f"{base}-by-field.csv").open(encoding="utf-8-sig") as file:
        [heads, *lines] = csv.reader(file)
    assert (heads[0], heads[-1]) == ("Field", "In process, late")
    assert lines == [[str(value) for value in row] for row in expected[0]]
    book = load_workbook(tmp_path / f"{base}.xlsx")
    assert book.sheetnames == ["Settlement by field", "Settlement by agency"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"agency": "H99.404"}, "There is no agency H99.404."),
        ({"period": "2026-13"}, "2026-13"),
        ({"period": "2050-01"}, "has not begun yet"),
    ],
)
def test_what_cannot_be_counted_writes_nothing(a_month, tmp_path, changes, sentence):
    asked = {
        "agency": a_month.ward.identifier,
        "period": "2026-11",
        "folder": tmp_path / "new",
        "language": "en",
    }
    with pytest.raises(CommandError, match=sentence):
        call_command("month_tables", **{**asked, **changes})
    assert not (tmp_path / "new").exists()
