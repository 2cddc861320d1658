"""The pages as they stood (`?as_of=`): what was reported then, with nothing to act on, and the way back to now."""

import pytest
from django.urls import reverse

from cases import services
from cases.models import ReadAccess
from tests.cases.admin.conftest import page_of, text_of
from tests.cases.verbs.test_extend import extendable
from tests.cast import local

HOME, LATE, LIST = "/quan-tri/", "/quan-tri/qua-han/", "/quan-tri/ngay-da-qua/"
THEN = {"as_of": "16/11/2026 09:00"}
# The figures of both screens, by their labels now and then.
ALIKE = {
    "Overdue now": "Overdue",
    "Due today": "Due that day",
    "Due on the next working day": "Due on the next working day",
    "Apologies that must go out today": "Apologies that had to go out that day",
    "Letters waiting": "Letters waiting",
    "Received today": "Received that day",
    "Ready to hand over": "Ready to hand over",
    "Late transfers": "Late transfers",
    "Filings to answer": "Filings to answer",
    "Answers that are late": "Answers that are late",
    "Messages given up": "Messages given up",
}


def rows_of(response) -> list[dict]:
    """What the rows of the overdue list say."""
    unsaid = {"dossier", "letter", "may_draft", "letter_badge", "letter_at", "reason"}
    return [
        {"dossier": str(row["dossier"]), **{name: value for name, value in row.items() if name not in unsaid}}
        for row in response.context["rows"]
    ]


def figures_of(response) -> dict[str, int]:
    return {str(figure.label): figure.count for figure in response.context["figures"]}


@pytest.fixture
def office(world, clock):
    """Monday 16/11 09:00: two late, one with the applicant, one ready; and what was said then."""
    late = world.processing(extendable(world.free))
    waiting = world.supplement()
    ready = world.with_result()
    clock.move_to("2026-11-10 09:00")
    later = world.digitized(world.paid)
    clock.move_to("2026-11-12 09:00")
    services.draft_apology(late)
    clock.move_to("2026-11-16 09:00")
    return {"late": late, "waiting": waiting, "ready": ready, "later": later}


def go_on(world, clock, office) -> None:
    """A week in which everything changes."""
    clock.move_to("2026-11-16 10:00")
    services.issue_apology(
        office["late"], by=world.head, reason="Chờ xác minh", new_due_at=local("2026-11-20 17:00")
    )
    services.start(office["later"], by=world.second_officer)
    services.resume(office["waiting"], by=world.clerk)
    clock.move_to("2026-11-18 09:00")
    world.record_result(office["later"], by=world.second_officer)
    services.return_result(
        office["ready"], by=world.clerk, collector=world.applicant.full_name, proof="receipt"
    )
    clock.move_to("2026-11-30 09:00")


def test_the_overdue_list_of_a_past_moment_is_the_one_of_then(world, browser, clock, office):
    client = browser(world.supervisor)
    said = rows_of(client.get(LATE))
    go_on(world, clock, office)
    page = client.get(LATE, THEN)
    assert rows_of(page) == said
    assert (len(said), rows_of(client.get(LATE)) == said) == (2, False)
    assert "2 dossiers were past their due moment without a result." in text_of(page)


def test_the_figures_of_a_past_morning_are_those_of_then(world, browser, clock, office):
    client = browser(world.supervisor)
    morning = client.get(HOME)
    said, charts = figures_of(morning), morning.context["course"]
    go_on(world, clock, office)
    page = client.get(HOME, THEN)
    assert {name: figures_of(page)[then] for name, then in ALIKE.items()} == {
        name: said[name] for name in ALIKE
    }
    assert figures_of(client.get(HOME)) != said
    now, then = charts["load"].rows, page.context["course"]["load"].rows
    assert [[cell.text for cell in row] for row in then] == [[cell.text for cell in row] for row in now]
    ages = page.context["course"]["charts"][0]
    assert [row[1].text for row in ages.rows] == [row[1].text for row in charts["charts"][-1].rows]


def test_each_past_figure_opens_a_list_of_that_length(world, browser, clock, office):
    go_on(world, clock, office)
    client = browser(world.supervisor)
    page = client.get(HOME, THEN)
    course = page.context["course"]
    links = [(figure.link, figure.count) for figure in page.context["figures"]]
    links += [(row[1].link, int(row[1].text)) for row in course["charts"][0].rows]
    links += [(row[0].link, int(row[1].text)) for row in course["load"].rows]
    links += [(row[2].link, int(row[2].text)) for row in course["load"].rows]
    assert len(links) == 18
    for link, count in links:
        assert "as_of=16%2F11%2F2026+09%3A00" in link
        assert len(client.get(link).context["rows"]) == count, link


def test_a_dossier_shows_state_due_date_and_history_of_then(world, browser, clock, office):
    go_on(world, clock, office)
    page = browser(world.supervisor).get(page_of(office["late"]), THEN)
    text = text_of(page)
    assert "As it stood on 16/11/2026 09:00; read only." in text
    assert "12/11/2026 17:00 2 working days overdue" in text
    assert ("20/11/2026 17:00" in text, "Chờ xác minh" in text) == (False, False)
    assert "A letter of apology was drafted" in text
    assert [event.kind for event in page.context["events"]][-1] == "apology_drafted"
    returned = text_of(browser(world.supervisor).get(page_of(office["ready"]), THEN))
    assert ("Ready, fees settled" in returned, "Collected by" in returned) == (True, False)


@pytest.mark.parametrize("page", [HOME, LATE, LIST + "?show=in_work", "dossier"])
def test_a_past_page_has_nothing_to_act_on_and_leads_back(world, browser, clock, office, page):
    go_on(world, clock, office)
    address = page_of(office["late"]) if page == "dossier" else page
    sign = "&" if "?" in address else "?"
    found = browser(world.supervisor).get(f"{address}{sign}as_of=16/11/2026 09:00")
    main = found.content.decode().split('id="content-main"')[-1].split("os-past", 1)[1]
    assert "As it stood on 16/11/2026 09:00; read only." in text_of(found)
    assert ('method="post"' in main, "Back to now" in main) == (False, True)


def test_the_moment_is_kept_through_filters_and_links(world, browser, clock, office):
    go_on(world, clock, office)
    page = browser(world.supervisor).get(LATE, {**THEN, "officer": "nobody"})
    assert [str(row["dossier"]) for row in page.context["rows"]] == [office["later"].code]
    content = page.content.decode()
    kept = "as_of=16%2F11%2F2026+09%3A00"
    assert f'href="{page_of(office["later"])}?{kept}"' in content
    assert '<input type="hidden" name="as_of" value="16/11/2026 09:00">' in content
    assert '<input type="hidden" name="officer" value="nobody">' in content
    assert page.context["query"] == f"{kept}&officer=nobody"
    assert page.context["past_now"] == f"{LATE}?officer=nobody"


def test_the_filters_narrow_by_what_was_true_then(world, browser, clock, office):
    go_on(world, clock, office)
    client = browser(world.supervisor)
    found = {
        age: [str(row["dossier"]) for row in client.get(LATE, {**THEN, "age": age}).context["rows"]]
        for age in ("1", "2-5", "6-10")
    }
    assert found == {"1": [office["later"].code], "2-5": [office["late"].code], "6-10": []}
    held = client.get(LATE, {**THEN, "officer": world.officer.pk}).context["rows"]
    assert [str(row["dossier"]) for row in held] == [office["late"].code]


@pytest.mark.parametrize("as_of", ["xyz", "31/12/2027", "01/01/2020", "30/11/2026 09:01"])
@pytest.mark.parametrize("page", [HOME, LATE, LIST, "dossier"])
def test_no_moment_of_the_past_is_a_sentence_and_nothing_else(world, browser, clock, office, page, as_of):
    clock.move_to("2026-11-30 09:00")
    address = page_of(office["late"]) if page == "dossier" else page
    found = browser(world.supervisor).get(address, {"as_of": as_of})
    assert (found.status_code, "rows" in found.context, "figures" in found.context) == (400, False, False)
    assert str(found.context["sentence"]) in text_of(found)
    assert office["late"].code not in text_of(found)
    assert not ReadAccess.objects.filter(user=world.supervisor).exists()


def test_a_dossier_that_was_not_there_yet_says_so(world, browser, clock, office):
    found = browser(world.supervisor).get(page_of(office["later"]), {"as_of": "09/11/2026"})
    assert found.status_code == 400
    assert "Nothing had been recorded of this dossier on 09/11/2026 yet." in text_of(found)


def test_an_outsider_sees_nothing_of_the_past_either(world, browser, clock, office):
    go_on(world, clock, office)
    client = browser(world.outsider_head)
    assert rows_of(client.get(LATE, THEN)) == []
    assert set(figures_of(client.get(HOME, THEN)).values()) == {0}
    assert client.get(LIST, {**THEN, "show": "in_work"}).context["rows"] == []
    assert client.get(page_of(office["late"]), THEN).status_code == 302


def test_looking_at_the_past_is_a_look_that_is_noted(world, browser, clock, office):
    client = browser(world.auditor)
    client.get(page_of(office["late"]), THEN)
    client.get(LATE, THEN)
    client.get(LIST, {**THEN, "show": "in_work"})
    reads = ReadAccess.objects.order_by("pk").values_list("route", "dossier", "count")
    assert list(reads) == [
        ("admin:cases_dossier_change", office["late"].pk, 1),
        ("admin:overdue", None, 2),
        ("admin:past_list", None, 3),
    ]


def test_the_list_without_a_moment_leads_to_the_first_page(world, browser):
    assert browser(world.supervisor).get(LIST)["Location"] == reverse("admin:index")


def test_an_unknown_list_of_a_past_day_is_a_sentence(world, browser, office):
    found = browser(world.supervisor).get(LIST, {**THEN, "show": "everything"})
    assert (found.status_code, "There is no such list" in text_of(found)) == (400, True)
