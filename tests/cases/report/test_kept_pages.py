"""The pages of a report that is kept in parts: who waits for whom, and what a list behind a figure shows."""

import pytest
from django.urls import reverse
from kombu.exceptions import OperationalError

from cases import services, tasks
from cases.models import Dossier, ReadAccess
from cases.report.behind import behind
from cases.services import kept_reports, reports
from tests.cases.admin.conftest import browser, messages_of, text_of
from tests.cases.report.kept import alive, called, everything_is_long, kept, scope
from tests.cases.report.test_report import boss, busy
from tests.cast import local

__all__ = ["alive", "boss", "browser", "busy", "called", "everything_is_long"]
pytestmark = pytest.mark.usefixtures("english")
REPORT, ANEW = "/quan-tri/bao-cao/", "/quan-tri/bao-cao/dem-lai/"
AWAY = "The workers cannot be reached at the moment. They count this part as soon as they are back."


def asked(part="late", **more) -> dict:
    return {"agency": "H41", "period": "2026-11", "part": part, **more}


def test_the_page_waits_for_a_worker_and_then_says_when_it_counted(busy, browser, boss, called, alive):
    client = browser(boss)
    page = client.get(REPORT, asked())
    assert "So many dossiers are counted by a worker." in text_of(page)
    assert '<meta http-equiv="refresh" content="4">' in page.content.decode()
    client.get(REPORT, asked())
    assert called == ["called"]
    assert not ReadAccess.objects.filter(route="admin:report").exists()  # nothing was shown yet
    tasks.count_reports()
    page = client.get(REPORT, asked())
    assert "Counted on 09/11/2026 09:00." in text_of(page)
    assert "The period is not over: counted up to 09/11/2026 09:00." in text_of(page)
    assert page.context["refresh"] == 0
    read = ReadAccess.objects.latest("pk")
    rows = sum(len(table["rows"]) for table in page.context["tables"])
    assert (read.route, read.count) == ("admin:report", rows)


def test_a_broker_that_is_away_is_said_and_nobody_waits_in_silence(busy, browser, boss, alive, monkeypatch):
    def away(**options):
        raise OperationalError("away")

    monkeypatch.setattr(tasks.count_reports, "apply_async", away)
    page = browser(boss).get(REPORT, asked())
    assert (page.context["problem"], page.context["refresh"]) == (AWAY, 0)
    assert AWAY in text_of(page)


def test_workers_that_show_no_sign_of_life_are_said_too(busy, browser, boss, called, alive, clock):
    client = browser(boss)
    assert client.get(REPORT, asked()).context["refresh"] == 4
    clock.move_to("2026-11-09 09:10")
    page = client.get(REPORT, asked())
    assert (page.context["problem"], page.context["refresh"]) == (AWAY, 0)


def test_count_anew_asks_once(busy, browser, boss, called, alive):
    kept(busy)
    client = browser(boss)
    for _ in range(2):
        answer = client.post(ANEW, asked())
        assert answer.url == f"{REPORT}?agency=H41&period=2026-11&part=late"
    assert called == ["called"]
    page = client.get(REPORT, asked())
    assert "A worker counts it anew; look again in some minutes." in text_of(page)
    assert page.context["refresh"] == 0  # who reads the old one is not interrupted
    assert (kept_reports.count_waiting(), kept_reports.count_waiting()) == (1, 0)


def test_what_is_not_theirs_is_neither_shown_nor_counted(busy, browser, boss, called):
    kept(busy)
    outside = browser(busy.outsider_head)
    assert outside.get(REPORT, asked()).context["scope"] is None
    assert messages_of(outside.post(ANEW, asked(), follow=True)) == ["Choose an agency and a period first."]
    assert browser(busy.officer).post(ANEW, asked()).status_code == 403
    assert browser(boss).post(ANEW, asked("khac")).url == reverse("admin:report")
    assert called == []


def test_the_list_behind_a_kept_figure_is_what_it_counted(busy, browser, boss, clock, called, alive):
    clock.move_to("2026-11-20 09:00")
    client = browser(boss)
    kept(busy)
    page = client.get(REPORT, asked())
    [link] = {
        cell["link"]
        for table in page.context["tables"]
        for row in table["rows"]
        for cell in row
        if "/late_open/" in cell["link"]
    }
    before = set(Dossier.objects.filter(pk__in=behind("late_open", scope(busy))[1].values("pk")))
    assert len(before) > 1
    clock.move_to("2026-11-20 10:00")
    services.withdraw(before.pop(), by=busy.clerk, reason="Đổi ý")
    listed = client.get(link)
    assert len(listed.context["rows"]) == len(before) + 1  # as when it was counted
    assert "The period is not over: counted up to 20/11/2026 09:00." in text_of(listed)
    assert listed.context["back"].endswith("part=late")


def test_what_was_counted_for_this_look_opens_the_list_of_now(busy, clock):
    """An agency may have become small since something of it was kept."""
    kept(busy)
    clock.move_to("2026-11-20 09:00")
    figure = kept_reports.figure_of(scope(busy), "", "late")
    assert (figure.scope.now, figure.number, figure.dossiers) == (local("2026-11-20 09:00"), None, None)


@pytest.mark.parametrize(
    ("key", "status"),
    [("%00", 400), ("late-unit-%00", 400), ("late-officer-" + "9" * 5000, 404), ("late-officer-x", 404)],
)
@pytest.mark.parametrize("more", [{}, {"part": "late"}])
def test_a_list_that_cannot_be_is_refused(busy, browser, boss, key, status, more):
    kept(busy)
    client = browser(boss)
    query = {"agency": "H41", "period": "2026-11", **more}
    assert client.get(f"{REPORT}danh-sach/{key}/", query).status_code == status


def test_a_long_list_is_turned_by_position(busy, browser, boss, clock, monkeypatch):
    monkeypatch.setattr("cases.admin.report_lists.PER_PAGE", 1)
    monkeypatch.setattr(reports, "AT_ONCE", 2_000)
    clock.move_to("2026-11-20 09:00")
    address = reverse("admin:report_list", args=["late"])
    client = browser(boss)
    first = client.get(address, {"period": "2026-11"})
    every = behind("late", scope(busy))[1].count()
    assert every > 1 and f"{every} rows" in text_of(first)
    rows, page = [row["name"] for row in first.context["rows"]], first
    while page.context["page"].after:
        page = client.get(address, {"period": "2026-11", "after": page.context["page"].after})
        rows += [row["name"] for row in page.context["rows"]]
    assert len(rows) == len(set(rows)) == every
    broken = client.get(address, {"period": "2026-11", "after": "x"})
    assert messages_of(broken) == ["That is no page of this list; here is its beginning."]
