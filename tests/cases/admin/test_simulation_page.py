"""The page of the simulator: who opens it, what it compares, and what a worker does for long periods."""

import html
import re

import pytest
from django.core.cache import cache
from kombu.exceptions import OperationalError

from cases import tasks
from cases.models import ReadAccess
from cases.services import simulations
from tests.cases.admin.conftest import messages_of, text_of

PAGE = "/quan-tri/mo-phong/"
PERIOD = {"first": "01/10/2026", "last": "30/11/2026"}

pytestmark = pytest.mark.usefixtures("autumn")


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


@pytest.fixture
def everything_is_long(monkeypatch):
    monkeypatch.setattr(simulations, "AT_ONCE", 1)


@pytest.fixture
def sent(monkeypatch) -> list[str]:
    """What was sent to the workers; none of them runs."""
    keys = []
    monkeypatch.setattr(tasks.simulate, "apply_async", lambda args, **options: keys.extend(args))
    return keys


def ask(browser, person, **scenario):
    return browser(person).get(PAGE, {**PERIOD, **scenario})


def test_it_is_for_those_who_supervise_or_inspect(world, browser):
    for who in ("supervisor", "head", "auditor", "outsider_head"):
        assert (who, browser(getattr(world, who)).get(PAGE).status_code) == (who, 200)
    for who in ("clerk", "officer", "outsider_clerk", "outsider_officer"):
        assert (who, browser(getattr(world, who)).get(PAGE).status_code) == (who, 403)


def test_before_anything_is_asked_it_offers_the_last_twelve_months(world, browser):
    response = browser(world.supervisor).get(PAGE)
    form = response.context["form"]
    assert (form["first"].value(), form["last"].value()) == ("01/12/2025", "30/11/2026")
    assert "whole" not in response.context
    assert "What was let lie thus counts as work" in text_of(response)


def test_a_shorter_limit_beside_what_really_was(world, browser):
    response = ask(browser, world.supervisor, limits="days", amount="-1")
    assert [(title, one.dossiers, one.late, rate) for title, one, rate in response.context["columns"]] == [
        ("Really", 4, 2, "50,0 %"),
        ("Scenario", 4, 3, "25,0 %"),
    ]
    text = text_of(response)
    assert "0 dossiers that were late would be on time. 1 dossier that was on time would be late." in text
    (first, second) = response.context["procedures"]
    assert (first["name"], first["row"].to_late) == ("1.000001 Thủ tục không thu phí (EN)", 1)
    assert second["row"].to_late == 0


def test_each_row_opens_its_dossiers(world, browser):
    response = ask(browser, world.supervisor, limits="percent", amount="50")
    client = browser(world.supervisor)
    for line, count in zip(response.context["procedures"], (5, 1), strict=True):
        found = client.get(line["link"])
        assert found.context["cl"].result_count == count  # whatever became of them


def test_a_figure_of_those_that_change_sides_opens_exactly_them(world, browser, autumn):
    scenario = {**PERIOD, "limits": "days", "amount": "-1"}
    client = browser(world.supervisor)
    response = client.get(PAGE, scenario)
    (first, second) = response.context["procedures"]
    assert (response.context["whole"].to_late, first["row"].to_late, second["row"].to_late) == (1, 1, 0)
    for links in ({}, {"of_procedure": "1.000001"}, {"of_field": autumn[0].version.field_vi}):
        found = client.get(PAGE, {**scenario, "side": "late", **links})
        assert list(found.context["changed"]) == [autumn[0]]
        assert autumn[0].code in text_of(found)
    assert not client.get(PAGE, {**scenario, "side": "late", "of_procedure": "1.000002"}).context["changed"]
    assert "changed" not in client.get(PAGE, {**scenario, "side": "somewhere"}).context
    assert ReadAccess.objects.filter(route="admin:simulation", count=1).count() == 3  # only what was shown
    # The links of the page lead there.
    href = re.search(r'href="([^"]*side=late[^"]*of_procedure[^"]*)"', response.content.decode())[1]
    assert list(client.get(PAGE + html.unescape(href)).context["changed"]) == [autumn[0]]


def test_with_other_staffing_the_simulated_past_stands_between(world, browser):
    response = ask(browser, world.supervisor, more_officers="1", due_first="on")
    titles = [title for title, _figures, _rate in response.context["columns"]]
    assert titles == ["Really", "Simulated as it was", "Scenario"]
    assert response.context["officers"] == [(world.ward, 1, 2)]
    assert [name for _shade, name in response.context["chart"].legend] == titles


REFUSED = [
    (
        {"limits": "percent", "amount": "0"},
        "A limit is multiplied by a number above 0, up to 10, not by 0.",
    ),
    ({"limits": "days"}, "Say by how much the limits shall be different."),
    ({"limits": "days", "amount": "0.5"}, "Limits are changed by whole days."),
    ({"limits": "fixed", "amount": "3"}, "Choose the procedure that gets this limit."),
    (
        {"limits": "fixed", "amount": "0", "procedure": "1.000001"},
        "A limit is at least one working day and at most 10000; 1.000001 got 0.",
    ),
    ({"days_off": "31/02/2026"}, "“31/02/2026” is no day; write it like 24/11/2026."),
    ({"days_off": "05/01/2027"}, "05/01/2027 lies outside the period from 01/10/2026 to 30/11/2026."),
    ({"unit": "H41.101"}, "Choose a unit together with the number of its officers."),
    (
        {"unit": "H41.101", "officers": "0"},
        "A unit without officers finishes nothing: give at least one.",
    ),
    ({"last": "31/12/2026"}, "The period is not over: choose a last day before 01/12/2026."),
    ({"last": "01/09/2026"}, "A period ends after it begins, not 01/10/2026 to 01/09/2026."),
    ({"first": "01/10/2025", "last": "31/10/2025"}, "There are no dossiers to replay in this period."),
]


def test_what_makes_no_sense_is_answered_by_a_sentence(world, browser):
    for scenario, sentence in REFUSED:
        response = ask(browser, world.supervisor, **scenario)
        assert response.status_code == 200
        assert response.context["form"].non_field_errors() == [sentence]
        assert "whole" not in response.context


UNKNOWN = [
    ({"first": "x"}, "first"),
    ({"agency": "H41.102"}, "agency"),  # not one of theirs
    ({"unit": "H41.102"}, "unit"),
    ({"procedure": "9.999999"}, "procedure"),
    ({"limits": "other"}, "limits"),
    ({"more_officers": "x"}, "more_officers"),
    ({"amount": "9" * 40}, "amount"),
]


def test_what_cannot_be_chosen_is_said_at_its_field(world, browser):
    for scenario, field in UNKNOWN:
        assert list(ask(browser, world.supervisor, **scenario).context["form"].errors) == [field]


def test_the_outsider_replays_only_the_own_agency(world, browser):
    response = ask(browser, world.outsider_head)
    assert response.context["form"].non_field_errors() == ["There are no dossiers to replay in this period."]


# Long periods -----------------------------------------------------------------------------------------


def test_a_long_period_is_simulated_by_a_worker_and_the_page_waits(world, browser, everything_is_long, sent):
    waiting = ask(browser, world.supervisor, limits="days", amount="-1")
    assert waiting.context["refresh"] == 3
    assert '<meta http-equiv="refresh" content="3">' in waiting.content.decode()
    assert len(sent) == 1
    again = ask(browser, world.head, limits="days", amount="-1")
    assert (again.context["percent"], len(sent)) == (0, 1)  # asked once, whoever asks
    tasks.simulate(sent[0])
    found = ask(browser, world.supervisor, limits="days", amount="-1")
    assert found.context["whole"].to_late == 1
    assert "refresh" not in found.context
    assert len(sent) == 1


def test_a_worker_that_is_asked_twice_works_once(world, browser, everything_is_long, sent):
    ask(browser, world.supervisor)
    assert [simulations.work(sent[0]), simulations.work(sent[0]), simulations.work("nobody asked")] == [
        6,
        0,
        0,
    ]


def test_another_question_is_another_simulation(world, browser, everything_is_long, sent):
    ask(browser, world.supervisor, limits="days", amount="-1")
    ask(browser, world.supervisor, limits="days", amount="-2")
    ask(browser, world.auditor, limits="days", amount="-1")  # of the whole province
    assert len(set(sent)) == 3


def test_what_the_worker_refuses_is_said_on_the_page(world, browser, everything_is_long, sent):
    scenario = {"unit": "H41.12", "officers": "2"}
    ask(browser, world.auditor, **scenario)
    tasks.simulate(sent[0])
    (sentence,) = ask(browser, world.auditor, **scenario).context["form"].non_field_errors()
    assert sentence == "No officer of Trung tâm Phục vụ hành chính công tỉnh did a step of these dossiers."


def test_without_workers_the_page_says_so_and_asks_again_the_next_time(
    world, browser, everything_is_long, sent, monkeypatch
):
    def away(args, **options):
        raise OperationalError("away")

    with monkeypatch.context() as patched:
        patched.setattr(tasks.simulate, "apply_async", away)
        response = ask(browser, world.supervisor)
    assert messages_of(response) == [
        "The workers cannot be reached at the moment. Try again in some minutes."
    ]
    assert "refresh" not in response.context
    ask(browser, world.supervisor)
    assert len(sent) == 1


def test_without_a_cache_a_long_period_is_refused(world, browser, everything_is_long, sent, monkeypatch):
    monkeypatch.setattr(cache, "add", lambda *args, **options: None)
    response = ask(browser, world.supervisor)
    assert response.context["form"].non_field_errors() == [
        "Large simulations cannot be made at the moment. Choose a shorter period or an agency below."
    ]
    assert sent == []
