"""The dossier list: what it shows, to whom, and at what price."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases import services
from cases.enums import State
from cases.models import Dossier
from tests.cases.admin.conftest import text_of

LIST = "/quan-tri/cases/dossier/"


def codes(response) -> list[str]:
    return [str(dossier) for dossier in response.context["cl"].result_list]


def searched(client, text: str, **also):
    """What the list shows after that was typed into its box."""
    return client.post(f"{LIST}tim/", {"text": text, **also}, follow=True)


def test_list_shows_state_due_date_holder_applicant_and_procedure(world, browser):
    dossier = world.processing()
    text = text_of(browser(world.clerk).get(LIST))
    for word in (
        dossier.code,
        "1.000001",
        "Nguyễn Thị Ví Dụ",
        "In process",
        "12/11/2026 17:00",
        "3 working days left",
        "Phạm Văn Thụ Lý",
    ):
        assert word in text


def test_list_counts_overdue_working_days_over_the_weekend(world, browser, clock):
    world.processing()  # due Thursday 12/11
    clock.move_to("2026-11-16 09:00")
    assert "2 working days overdue" in text_of(browser(world.clerk).get(LIST))


def test_list_says_due_today_and_then_one_day_overdue_from_the_first_minute(world, browser, clock):
    world.processing()
    clock.move_to("2026-11-12 17:00")
    assert "due today" in text_of(browser(world.clerk).get(LIST))
    clock.move_to("2026-11-12 17:01")
    assert "1 working day overdue" in text_of(browser(world.clerk).get(LIST))


def test_list_has_no_days_left_while_the_applicant_is_at_work(world, browser):
    world.supplement()
    text = text_of(browser(world.clerk).get(LIST))
    assert "the clock stands" in text
    assert "working days left" not in text


@pytest.mark.parametrize(
    "text", ["nguyen thi vi du", "VÍ DỤ", "040000000001", "0900000001", "H41.101-261109"]
)
def test_list_is_searched_by_code_name_without_accents_number_and_phone(world, browser, text):
    dossier = world.receive()
    assert codes(searched(browser(world.clerk), text)) == [dossier.code]


def test_list_finds_nothing_for_words_that_do_not_fit(world, browser):
    world.receive()
    assert codes(searched(browser(world.clerk), "nguyen hai")) == []


def test_list_is_filtered_by_state(world, browser):
    world.receive()
    filing = world.submit()
    assert codes(browser(world.clerk).get(LIST, {"state": State.SUBMITTED})) == [f"Filing {filing.pk}"]


def test_list_is_filtered_by_agency_and_offers_only_visible_ones(world, browser):
    dossier = world.receive()
    client = browser(world.auditor)
    assert codes(client.get(LIST, {"agency": "H41.101"})) == [dossier.code]
    assert codes(client.get(LIST, {"agency": "H41.102"})) == []
    filters = browser(world.clerk).get(LIST).context["cl"].filter_specs
    offered = next(found for found in filters if found.parameter_name == "agency").lookup_choices
    assert offered == [("H41.101", "UBND phường Thử Nghiệm")]


def test_list_is_filtered_by_field(world, browser):
    dossier = world.receive()
    assert codes(browser(world.clerk).get(LIST, {"field": "Hộ tịch"})) == [dossier.code]
    assert codes(browser(world.clerk).get(LIST, {"field": "Đất đai"})) == []


def test_list_is_filtered_by_what_is_due_soon(world, browser, clock):
    dossier = world.receive()  # due Thursday 12/11 17:00
    client = browser(world.clerk)
    found = {}
    for day in ("2026-11-10 08:00", "2026-11-11 08:00", "2026-11-12 08:00", "2026-11-13 08:00"):
        clock.move_to(day)
        found[day] = [
            name
            for name in ("overdue", "today", "tomorrow", "in_two_days")
            if codes(client.get(LIST, {"due": name})) == [dossier.code]
        ]
    assert list(found.values()) == [["in_two_days"], ["tomorrow"], ["today"], ["overdue"]]


def test_list_of_tomorrow_on_a_friday_is_that_of_monday(world, browser, clock):
    clock.move_to("2026-11-11 09:00")
    dossier = world.receive()  # three working days: Monday 16/11
    clock.move_to("2026-11-13 09:00")
    assert codes(browser(world.clerk).get(LIST, {"due": "tomorrow"})) == [dossier.code]


def test_list_is_filtered_by_holder(world, browser):
    mine = world.processing()
    world.digitized()
    assert codes(browser(world.officer).get(LIST, {"holder": "me"})) == [mine.code]
    assert codes(browser(world.second_officer).get(LIST, {"holder": "me"})) == []


def test_officers_list_begins_with_what_is_due_first(world, browser, clock):
    first = world.processing()
    clock.move_to("2026-11-10 09:00")
    second = world.processing()
    assert codes(browser(world.officer).get(LIST)) == [first.code, second.code]
    assert codes(browser(world.clerk).get(LIST)) == [second.code, first.code]


def test_list_is_empty_for_people_of_other_agencies(world, browser):
    world.receive()
    assert codes(browser(world.outsider_clerk).get(LIST)) == []


def test_receiving_desk_and_competent_agency_both_see_a_boundary_free_dossier(world, browser):
    dossier = world.receive(by=world.centre_clerk, desk=world.centre, competent_agency=world.other_ward)
    assert codes(browser(world.centre_clerk).get(LIST)) == [dossier.code]
    assert codes(browser(world.outsider_officer).get(LIST)) == [dossier.code]
    assert codes(browser(world.clerk).get(LIST)) == []


def test_list_leads_who_receives_to_the_receipts_of_today(world, browser):
    link = 'href="/quan-tri/in-giay-tiep-nhan/?today=1"'
    assert link in browser(world.clerk).get(LIST + "?received=today").content.decode()
    assert link not in browser(world.officer).get(LIST + "?received=today").content.decode()


@pytest.mark.parametrize("address", [LIST, "/quan-tri/", "/quan-tri/qua-han/"])
def test_queries_do_not_grow_with_the_rows(world, browser, clock, address):
    client = browser(world.supervisor)
    world.processing()
    clock.move_to("2026-11-20 09:00")
    client.get(address)  # the first request of a process fills caches of its own
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    clock.move_to("2026-11-09 09:00")
    for _ in range(3):
        world.processing(world.paid)
    services.draft_apology(Dossier.objects.latest("pk"))
    clock.move_to("2026-11-20 09:00")
    with CaptureQueriesContext(connection) as four:
        client.get(address)
    assert len(four) == len(one)


def test_nothing_can_be_added_changed_or_deleted_by_editing(world, browser):
    dossier = world.receive()
    world.clerk.is_superuser = True
    world.clerk.save()
    client = browser(world.clerk)
    before = Dossier.objects.values().get(pk=dossier.pk)
    answers = [
        client.get(reverse("admin:cases_dossier_add")).status_code,
        client.post(reverse("admin:cases_dossier_add"), {"code": "x"}).status_code,
        client.post(
            reverse("admin:cases_dossier_change", args=[dossier.pk]),
            {"state": "returned", "code": "H41-260101-0001"},
        ).status_code,
        client.post(reverse("admin:cases_dossier_delete", args=[dossier.pk]), {"post": "yes"}).status_code,
        client.post(LIST, {"action": "delete_selected", "_selected_action": dossier.pk}).status_code,
    ]
    assert answers == [403, 403, 405, 403, 302]  # no such action: back to the list
    assert Dossier.objects.values().get(pk=dossier.pk) == before
