"""Bulk actions of the dossier list: choose rows, see what each would do, then a result for each."""

import pytest

from cases import services
from cases.enums import State
from cases.models import Dossier
from tests.cases.admin.conftest import messages_of, text_of
from tests.cases.helpers import everything, fresh, kinds

LIST = "/quan-tri/cases/dossier/"


def choose(client, verb, dossiers, query=""):
    return client.post(
        LIST + query, {"action": verb, "index": "0", "_selected_action": [d.pk for d in dossiers]}
    )


def send(client, verb, dossiers, **more):
    return client.post(
        f"{LIST}bulk/{verb}/", {"dossier": [d.pk for d in dossiers], "nonce": "n1", "act": "1", **more}
    )


def offered(client) -> list[str]:
    return [name for name, _label in client.get(LIST).context["action_form"].fields["action"].choices][1:]


@pytest.mark.parametrize(
    ("person", "verbs"),
    [
        ("officer", {"start", "hand_over"}),
        ("supervisor", {"assign", "hand_over"}),
        ("clerk", {"digitize", "settle"}),
    ],
)
def test_each_role_finds_its_own_actions(world, browser, person, verbs):
    world.receive()
    assert set(offered(browser(getattr(world, person)))) == verbs


def test_an_auditor_has_no_actions_and_nothing_to_choose(world, browser):
    world.receive()
    page = browser(world.auditor).get(LIST)
    assert (page.context["action_form"], "_selected_action" in page.content.decode()) == (None, False)


def test_choosing_shows_what_each_would_do_and_does_nothing(world, browser):
    dossiers = [world.digitized(), world.receive()]
    before = everything()
    page = choose(browser(world.officer), "start", dossiers, "?holder=nobody")
    text = text_of(page)
    assert "1 dossier can be done now. 1 cannot; the reason stands beside it. Nothing was done yet." in text
    assert "is in the state “Received”" in text
    assert page.context["back"] == "holder=nobody"
    assert everything() == before


def test_the_button_does_each_and_says_what_became_of_it(world, browser):
    dossiers = [world.digitized(), world.digitized(), world.receive()]
    page = send(browser(world.officer), "start", dossiers)
    assert "2 dossiers are done. 1 was not done; the reason stands beside it." in text_of(page)
    assert [fresh(d).state for d in dossiers] == [State.PROCESSING, State.PROCESSING, State.RECEIVED]
    assert sorted(row.dossier.state for row in page.context["rows"]) == [
        "processing",
        "processing",
        "received",
    ]


def test_a_page_that_is_sent_twice_acts_once(world, browser):
    dossier, client = world.digitized(), browser(world.officer)
    for _ in range(2):
        assert "1 dossier is done." in text_of(send(client, "start", [dossier]))
    assert kinds(dossier).count("started") == 1


def test_assigning_needs_somebody_and_keeps_what_was_chosen(world, browser):
    dossiers, client = [world.digitized()], browser(world.supervisor)
    page = send(client, "assign", dossiers, note="Gấp")
    assert (page.context["done"], list(page.context["form"].errors)) == (False, ["to"])
    page = send(client, "assign", dossiers, to=world.second_officer.pk, note="Gấp")
    assert page.context["done"] is True
    assert fresh(dossiers[0]).holder == world.second_officer


def test_looking_again_with_a_person_says_what_would_hinder(world, browser):
    dossier, client = world.processing(), browser(world.supervisor)
    page = client.post(
        f"{LIST}bulk/assign/", {"dossier": [dossier.pk], "look": "1", "to": world.officer.pk, "nonce": "n"}
    )
    assert "has this dossier already" in text_of(page)
    assert fresh(dossier).holder == world.officer


def test_dossiers_of_others_are_not_touched(world, browser):
    dossier = world.digitized()
    client = browser(world.outsider_officer)
    answer = send(client, "start", [dossier])
    assert (answer.status_code, answer["Location"]) == (302, LIST)
    assert fresh(dossier).state == State.DIGITIZED


@pytest.mark.parametrize("chosen", [[], ["x"], ["9" * 30], ["-1"]])
def test_nothing_chosen_is_said(world, browser, chosen):
    answer = browser(world.officer).post(f"{LIST}bulk/start/", {"dossier": chosen, "act": "1"}, follow=True)
    assert messages_of(answer) == ["Choose at least one dossier."]


def test_more_than_two_hundred_are_refused(world, browser):
    dossier = world.digitized()
    rows = [
        Dossier(
            **{
                field.attname: getattr(dossier, field.attname)
                for field in Dossier._meta.concrete_fields
                if field.attname not in {"id", "uuid", "code", "book_number", "state"}
            },
            code=f"H41.101-261109-{number:04}",
            book_number=number,
        )
        for number in range(100, 301)
    ]
    for row in rows:
        row.__dict__["state"] = dossier.state
    Dossier.objects.bulk_create(rows)
    answer = browser(world.officer).post(
        f"{LIST}bulk/start/", {"dossier": [row.pk for row in rows], "act": "1"}, follow=True
    )
    assert messages_of(answer) == ["201 dossiers are too many at once; choose at most 200."]


@pytest.mark.parametrize("verb", ["refuse", "nothing", "record_result"])
def test_verbs_that_need_a_look_at_each_dossier_are_not_done_in_bulk(world, browser, verb):
    dossier = world.processing()
    answer = send(browser(world.officer), verb, [dossier])
    assert (answer.status_code, answer["Location"]) == (302, LIST)


def test_a_bulk_page_is_not_opened_by_a_link(world, browser):
    assert browser(world.officer).get(f"{LIST}bulk/start/").status_code == 302


def test_bulk_needs_the_csrf_token(world, browser):
    dossier = world.digitized()
    assert send(browser(world.officer, enforce_csrf_checks=True), "start", [dossier]).status_code == 403
    assert fresh(dossier).state == State.DIGITIZED


def test_settling_in_bulk(world, browser):
    dossier = world.with_result(world.paid)
    page = choose(browser(world.clerk), "settle", [dossier])
    assert page.context["good"] == []
    services.pay(dossier, by=world.clerk, amount=15000)
    assert fresh(dossier).state == State.PAID
