"""The report as a whole: figures and the lists behind them, unfinished months, Excel, PDF, and who sees it."""

import io
import logging

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from cases import services
from cases.enums import ExportState
from cases.models import ExportForm, ListExport, ReadAccess
from cases.report.behind import behind
from cases.report.contents import CONTENTS, parts_of
from cases.report.tables import Figure, bare
from cases.scorecard.facts import scope_of
from cases.scorecard.periods import month
from cases.services import exports, reports
from cases.services.rating import rating_proof
from procedures.enums import Role
from procedures.models import Agency
from tests.cases.admin.conftest import browser, text_of
from tests.cases.helpers import make_person
from tests.cases.test_contests import contest
from tests.cast import local

__all__ = ["browser"]
pytestmark = pytest.mark.usefixtures("english")
LATER = local("2027-03-01 09:00")
REPORT, FILE = "/quan-tri/bao-cao/", "/quan-tri/bao-cao/tep/"


@pytest.fixture
def boss(world):
    person = make_person("giam-sat-tinh", world.province, Role.SUPERVISOR)
    person.is_staff = True
    person.save()
    return person


@pytest.fixture
def busy(world, clock):
    """One dossier of each fate, a contest, a demand."""
    world.returned()
    world.processing(world.paid)
    world.submit(channel="online")
    contest(world.supplement())
    services.demand(world.processing(), by=world.officer, paper="=HYPERLINK(1)", legal_text="Luật X, Điều Y")
    return world


def november(agency, now=LATER):
    return scope_of(agency, month(2026, 11), now)


def figures_of(scope) -> list[Figure]:
    return [
        value
        for part in parts_of(scope)
        for table in part.tables
        for row in table.rows
        for value in row
        if isinstance(value, Figure) and value.value is not None
    ]


def test_every_count_is_the_length_of_the_list_behind_it(busy):
    scope = november(busy.province)
    agencies = {agency.identifier: agency for agency in Agency.objects.all()}
    found = figures_of(scope)
    counts = [one for one in found if isinstance(one.value, int)]
    assert len(counts) > 50
    assert {
        (one.behind, one.of): one.value
        for one in counts
        if behind(one.behind, scope, agencies.get(one.of))[1].count() != one.value
    } == {}
    shares = [one for one in found if not isinstance(one.value, int)]
    assert all(behind(one.behind, scope, agencies.get(one.of)) for one in shares)


def test_rows_that_are_not_counted_are_the_rest(busy):
    scope = november(busy.province)
    good, bad, every = (behind(f"4.1-{way}", scope)[1].count() for way in ("good", "bad", "all"))
    assert (good + bad, good > 0, bad > 0) == (every, True, True)
    assert behind("gibt-es-nicht", scope) is None
    assert behind("sync-good", scope) is None


def test_agencies_without_dossiers_have_a_row_without_figures(busy):
    [rates] = parts_of(november(busy.province), ["rates"])
    by_agency = {row[0]: [bare(value) for value in row[1:]] for row in rates.tables[1].rows}
    assert by_agency[str(busy.other_ward)] == [None] * 8
    assert by_agency[str(busy.ward)][0] == 4


def test_what_has_no_source_says_so_and_is_not_0(busy):
    [rates] = parts_of(november(busy.province), ["rates"])
    row = next(row for row in rates.tables[0].rows if "portal" in str(row[0]))
    assert [bare(value) for value in row[1:]] == [
        None,
        None,
        None,
        100,
        None,
        "the system has no source for it yet",
    ]


def test_online_payment_stands_beside_its_target(busy):
    [rates] = parts_of(november(busy.province), ["rates"])
    row = next(row for row in rates.tables[0].rows if str(row[0]) == "Online payment")
    assert [bare(value) for value in row[1:]] == [0, 1, 0, 45, 45, ""]


def test_each_complaint_of_the_directives_is_a_row(busy):
    [part] = parts_of(november(busy.province), ["shortcomings"])
    named = [row[0] for row in part.tables[0].rows if row[0]]
    assert len(named) == 13
    by_measure = {str(row[1]): [bare(value) for value in row[2:4]] for row in part.tables[0].rows}
    assert by_measure["papers demanded with a ground"] == [1, None]
    assert by_measure["filed online, with a paper brought or shown"] == [1, 1]


def test_satisfaction_is_by_agency_and_officer(world, clock):
    dossier = world.returned()
    scores = {"guidance": 5, "attitude": 4, "time": 1, "components": 5, "fee": 5}
    services.rate(dossier, scores=scores, proof=rating_proof(dossier))
    [part] = parts_of(november(world.ward), ["satisfaction"])
    agencies, officers = part.tables
    expected = [1, 4, 80, 1]
    assert [bare(value) for value in agencies.rows[0]][1:] == expected
    assert [bare(value) for value in officers.rows[0]] == [str(world.officer), str(world.ward), *expected]
    behind_officer = behind(officers.rows[0][2].behind, november(world.ward))[1]
    assert [rating.dossier for rating in behind_officer] == [dossier]
    assert behind("ratings-officer-0", november(world.ward))[1].count() == 0


def test_excel_has_a_sheet_for_each_part_and_no_formula(busy):
    content = reports.write_report(november(busy.province), ExportForm.REPORT_EXCEL)
    book = load_workbook(io.BytesIO(content))
    assert len(book.sheetnames) == len(CONTENTS)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}


def test_a_name_that_looks_like_a_formula_stays_text(world):
    Agency.objects.filter(pk=world.ward.pk).update(name_vi='=HYPERLINK("http://x")', name_en="")
    world.processing()
    content = reports.write_report(november(world.province), ExportForm.REPORT_EXCEL)
    cells = [
        cell
        for sheet in load_workbook(io.BytesIO(content))
        for row in sheet.iter_rows()
        for cell in row
        if str(cell.value).startswith("=HYPERLINK")
    ]
    assert cells and all(cell.data_type == "s" and cell.quotePrefix for cell in cells)


def test_the_pdf_is_vietnamese_with_the_head_of_the_agency(busy):
    scope = november(busy.province, now=local("2026-11-20 09:00"))
    pages = PdfReader(io.BytesIO(reports.write_report(scope, ExportForm.REPORT_PDF))).pages
    text = " ".join(" ".join(page.extract_text().split()) for page in pages)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    assert busy.province.name_vi.upper() in text
    assert "BÁO CÁO GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH" in text


# The pages -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", CONTENTS)
def test_each_part_is_drawn_for_a_supervisor(busy, browser, boss, part):
    response = browser(boss).get(REPORT, {"part": part, "period": "2026-11"})
    assert response.status_code == 200
    assert "The period is not over: counted up to 09/11/2026 09:00." in text_of(response)


def test_a_month_that_has_not_begun_and_nonsense_are_refused_with_a_sentence(busy, browser, boss):
    page = browser(boss)
    assert "The period from 01/12/2026 has not begun yet." in text_of(page.get(REPORT, {"period": "2026-12"}))
    assert "is no period" in text_of(page.get(REPORT, {"period": "tháng"}))
    assert page.get(REPORT, {"part": "khac"}).status_code == 404


def test_a_figure_opens_its_list_and_the_look_is_written_down(busy, browser, boss):
    page = browser(boss)
    response = page.get(reverse("admin:report_list", args=["2.1-all"]), {"period": "2026-11"})
    assert "4 rows" in text_of(response)
    assert ReadAccess.objects.latest("pk").route == "admin:report_list"
    only = page.get(reverse("admin:report_list", args=["2.1-all"]), {"of": "H41.102", "period": "2026-11"})
    assert "0 rows" in text_of(only)
    for address in ("2.1-x", "x"):
        assert page.get(reverse("admin:report_list", args=[address])).status_code == 404


@pytest.mark.parametrize(
    "key",
    [
        "late",
        "demands",
        "ratings",
        "feedback",
        "contests",
        "answered-late",
        "services-all",
        "level-full",
        "boundary-free",
        "apology-good",
        "cut-all",
        "no-paper-all",
        "late-officer-1",
        "alone",
        "demands-officer-1",
        "ratings-officer-1",
    ],
)
def test_each_kind_of_list_is_drawn(busy, browser, boss, key):
    assert browser(boss).get(reverse("admin:report_list", args=[key])).status_code == 200


def test_of_other_agencies_nothing_is_reported(busy, browser):
    response = browser(busy.outsider_head).get(REPORT, {"agency": "H41.101", "period": "2026-11"})
    assert "H41.101" not in text_of(response) and response.context["scope"] is None
    assert browser(busy.officer).get(REPORT).status_code == 403
    listed = reverse("admin:report_list", args=["2.1-all"])
    page = browser(busy.outsider_head)
    assert page.get(listed, {"agency": "H41.101", "period": "2026-11"}).status_code == 302
    assert page.get(listed, {"of": "H41.101", "period": "2026-11"}).status_code == 404
    assert "0 rows" in text_of(page.get(listed, {"period": "2026-11"}))


def test_a_short_report_is_a_file_at_once(busy, browser, boss):
    page = browser(boss)
    asked = {"agency": "H41", "period": "2026-11"}
    asked["agency"] = busy.province.identifier
    excel = page.post(FILE, {**asked, "form": "report_excel"})
    paper = page.post(FILE, {**asked, "form": "report_pdf"})
    assert (excel.content[:2], paper.content[:4]) == (b"PK", b"%PDF")


def test_a_long_report_is_written_by_a_worker(busy, browser, boss, monkeypatch, caplog):
    monkeypatch.setattr(reports, "AT_ONCE", 1)
    page = browser(boss)
    for form in ("report_excel", "report_pdf"):
        asked = {"agency": busy.province.identifier, "period": "2026-11", "form": form}
        assert page.post(FILE, asked).url == reverse("admin:exports")
    with caplog.at_level(logging.INFO):
        assert exports.write_waiting_exports() == 2
    states = set(ListExport.objects.values_list("state", flat=True))
    assert states == {ExportState.DONE}
    beginnings = {
        next(iter(page.get(reverse("admin:export_file", args=[one.pk])).streaming_content))[:2]
        for one in ListExport.objects.all()
    }
    assert beginnings == {b"PK", b"%P"}
    assert page.get(reverse("admin:exports")).status_code == 200


def test_who_is_no_supervisor_any_more_gets_no_report_from_the_worker(busy, boss):
    exports.ask_report(boss, november(busy.province), ExportForm.REPORT_PDF)
    boss.role = Role.CLERK
    boss.save()
    exports.write_waiting_exports()
    export = ListExport.objects.get()
    assert (export.state, export.problem) == (
        ExportState.FAILED,
        "This agency is not among yours any more.",
    )
