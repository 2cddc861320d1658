"""The clerk's calling page, the links of the screens, waiting-time figures, and who may open them."""

import pytest

from cases import waiting
from cases.models import QueueService, QueueTicket, ServiceCounter, WaitingRoom
from cases.services import tickets
from procedures.enums import Role
from tests.cases.admin.conftest import messages_of, text_of
from tests.cases.desk_queue import queue
from tests.cases.helpers import everything, make_person

__all__ = ["queue"]

CALLING = "/quan-tri/goi-so/"
LINKS = f"{CALLING}man-hinh/"
FIGURES = f"{CALLING}so-lieu/"


def counter_verb(client, counter, verb, **answers):
    return client.post(f"{CALLING}quay/{counter.pk}/{verb}/", answers, follow=True)


def ticket_verb(client, ticket, verb):
    return client.post(f"{CALLING}so/{ticket.pk}/{verb}/", follow=True)


def keys(page) -> set[str]:
    content = page.content.decode().partition("os-calling")[2]  # the sidebar has keys too
    return {key for key in "nadkbrx12" if f'data-key="{key}"' in content}


def test_services_are_named_in_the_language_of_the_clerk(queue, browser):
    queue.sit()
    queue.take(), queue.take()
    queue.call()
    text = text_of(browser(queue.clerk).get(CALLING))
    assert text.count("Civil status") == 3, "the number at hand, the line of those who wait, the figures"
    assert "Hộ tịch" not in text


# A clerk's morning ------------------------------------------------------------------------------------


def test_a_clerk_opens_a_counter_with_its_number(queue, browser):
    client = browser(queue.clerk)
    page = client.get(CALLING)
    assert keys(page) == {"1", "2"}
    page = counter_verb(client, queue.first, "mo")
    assert ServiceCounter.objects.get(pk=queue.first.pk).clerk == queue.clerk
    assert keys(page) == {"n", "r", "x"}
    assert "No number at hand" in text_of(page)


def test_numbers_are_called_one_after_the_other(queue, browser):
    client = browser(queue.clerk)
    queue.sit()
    queue.take(), queue.take(queue.copies)
    page = counter_verb(client, queue.first, "tiep")
    assert "A001 Civil status called at 09:00, 1 time" in text_of(page)
    assert keys(page) == {"n", "a", "d", "b", "r", "x"}
    page = counter_verb(client, queue.first, "tiep", after=queue.at_hand().pk)
    assert str(queue.at_hand()) == "B001"
    page = counter_verb(client, queue.first, "tiep", after=queue.at_hand().pk)
    assert messages_of(page) == ["Nobody waits for this counter."]


def test_a_double_press_calls_one_number(queue, browser):
    client = browser(queue.clerk)
    queue.sit()
    queue.take(), queue.take()
    counter_verb(client, queue.first, "tiep", after="")
    counter_verb(client, queue.first, "tiep", after="")
    assert str(queue.at_hand()) == "A001"


@pytest.mark.parametrize("after", ["x", "99999999", "-1", "①"])
def test_rubbish_instead_of_the_last_number_calls_nothing_twice(queue, browser, after):
    queue.sit()
    queue.take(), queue.take()
    queue.call()
    counter_verb(browser(queue.clerk), queue.first, "tiep", after=after)
    assert str(queue.at_hand()) == "A001"


def test_whoever_does_not_come_is_called_twice_and_given_up(queue, browser):
    client = browser(queue.clerk)
    queue.sit()
    queue.take()
    queue.call()
    ticket = queue.at_hand()
    page = ticket_verb(client, ticket, "vang")
    assert messages_of(page) == ["Call A001 again first: it was called 1 of 2 times."]
    page = ticket_verb(client, ticket, "goi-lai")
    assert "called at 09:00, 2 times" in text_of(page)
    assert "k" in keys(page)
    page = ticket_verb(client, ticket, "vang")
    assert "Called in vain" in text_of(page)
    ticket_verb(client, ticket, "cho-tiep")
    assert waiting.waiting_at(queue.civil.desk) == [ticket]


def test_served_and_closed(queue, browser):
    client = browser(queue.clerk)
    queue.sit()
    queue.take(), queue.take()
    queue.call()
    ticket_verb(client, queue.at_hand(), "xong")
    assert queue.at_hand() is None
    queue.call()
    counter_verb(client, queue.first, "tra-lai")
    assert [str(ticket) for ticket in waiting.waiting_at(queue.civil.desk)] == ["A002"]
    assert not ServiceCounter.objects.get(pk=queue.first.pk).is_open


def test_who_waits_is_asked_again_without_the_rest_of_the_page(queue, browser):
    queue.take(priority=True)
    page = browser(queue.clerk).get(f"{CALLING}dang-cho/")
    assert "A001 0 min · goes first" in text_of(page)
    assert "<html" not in page.content.decode()


def test_the_page_costs_the_same_however_many_wait(queue, browser, django_assert_max_num_queries):
    client = browser(queue.clerk)
    queue.sit()
    for _n in range(20):
        queue.take()
    queue.call()
    client.get(CALLING)
    with django_assert_max_num_queries(25):
        client.get(CALLING)


def test_a_supervisor_closes_a_counter_that_somebody_left(world, queue, browser):
    queue.sit()
    client = browser(world.supervisor)
    assert "Close Quầy 1" in text_of(client.get(CALLING))
    counter_verb(client, queue.first, "tra-lai")
    assert not ServiceCounter.objects.get(pk=queue.first.pk).is_open


# Who may ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        (Role.CLERK, [200, 200, 403]),
        (Role.POSTAL_CLERK, [200, 200, 403]),
        (Role.SUPERVISOR, [200, 200, 200]),
        (Role.AGENCY_ADMIN, [200, 200, 200]),
        (Role.AUDITOR, [403, 403, 200]),
        (Role.OFFICER, [403, 403, 403]),
        (Role.SYSTEM_ADMIN, [403, 403, 403]),
        (Role.INTEGRATION, [403, 403, 403]),
    ],
)
def test_pages_by_role(world, queue, browser, role, statuses):
    person = make_person("ai-do", world.ward, role, is_staff=True)
    client = browser(person)
    assert [client.get(path).status_code for path in (CALLING, LINKS, FIGURES)] == statuses
    assert client.get(f"{CALLING}dang-cho/").status_code == statuses[0]


def test_outsiders_find_nothing_of_this_desk_and_change_nothing(world, queue, browser):
    queue.sit()
    queue.take()
    queue.call()
    client = browser(world.outsider_clerk)
    before = everything()
    ward = world.ward.pk
    for path in (f"{CALLING}?desk={ward}", f"{CALLING}dang-cho/?desk={ward}", f"{LINKS}?desk={ward}"):
        assert client.get(path).status_code == 404
    assert counter_verb(client, queue.first, "tiep").status_code == 404
    assert ticket_verb(client, queue.at_hand(), "xong").status_code == 404
    assert everything() == before


@pytest.mark.parametrize("who", ["officer", "auditor"])
def test_others_of_the_agency_call_nobody(world, queue, browser, who):
    queue.sit()
    queue.take()
    client = browser(getattr(world, who))
    counter_verb(client, queue.first, "tiep")
    assert QueueTicket.objects.get().called_at is None


def test_verbs_are_posted_and_known(queue, browser):
    client = browser(queue.clerk)
    assert client.get(f"{CALLING}quay/{queue.first.pk}/mo/").status_code == 405
    assert counter_verb(client, queue.first, "nhay").status_code == 404
    assert ticket_verb(client, queue.take(), "nhay").status_code == 404


@pytest.mark.parametrize("desk", ["x", "0", "99999999", "①"])
def test_a_desk_that_is_none_is_not_found(queue, browser, desk):
    assert browser(queue.clerk).get(CALLING, {"desk": desk}).status_code == 404


# Links ------------------------------------------------------------------------------------------------


def test_the_links_open_kiosk_and_screen(queue, browser):
    client = browser(queue.clerk)
    page = client.get(LINKS)
    assert [client.get(link).status_code for _name, link in page.context["links"]] == [200, 200, 200]
    assert "Make new links" not in text_of(page)


def test_a_supervisor_makes_new_links(world, queue, browser):
    client = browser(world.supervisor)
    (_name, old), *_others = client.get(LINKS).context["links"]
    page = client.post(LINKS, follow=True)
    assert messages_of(page)[0].startswith("The links are new.")
    assert client.get(old).status_code == 404
    assert WaitingRoom.objects.get().turn == 2


def test_a_clerk_does_not_renew_the_links(queue, browser):
    page = browser(queue.clerk).post(LINKS, follow=True)
    assert "renewed by a supervisor" in messages_of(page)[0]
    assert not WaitingRoom.objects.exists()


def test_to_look_at_the_links_changes_nothing(queue, browser):
    client, before = browser(queue.clerk), everything()
    client.get(LINKS)
    assert everything() == before


# Figures ----------------------------------------------------------------------------------------------


def test_waiting_times_by_day_and_hour(world, queue, browser, clock):
    queue.sit()
    queue.take()
    clock.move_to("2026-11-09 09:20")
    queue.call()
    clock.move_to("2026-11-09 09:25")
    tickets.finish(queue.at_hand(), by=queue.clerk)
    clock.move_to("2026-11-10 10:00")
    page = browser(world.supervisor).get(FIGURES)
    (day,), (hour,) = page.context["by_day"], page.context["by_hour"]
    assert (day["name"], hour["name"]) == ("09/11/2026", "09:00–09:59")
    assert (day["median_wait"], day["median_service"], day["bar"]) == ("20 min", "5 min", 100)
    assert "09/11/2026 20 min 20 min 5 min 1 0" in text_of(page)


def test_figures_of_a_longer_period(world, queue, browser, clock):
    queue.take()
    clock.move_to("2026-11-20 10:00")
    client = browser(world.auditor)
    desk = world.ward.pk
    assert client.get(FIGURES, {"desk": desk}).context["by_day"] == []
    assert len(client.get(FIGURES, {"desk": desk, "days": "30"}).context["by_day"]) == 1
    assert client.get(FIGURES, {"desk": desk, "days": "x"}).context["days"] == 7


# Set-up -----------------------------------------------------------------------------------------------


def test_a_supervisor_sets_up_services_and_counters(world, queue, browser):
    client = browser(world.supervisor)
    page = client.post(
        "/quan-tri/cases/queueservice/add/",
        {"desk": world.ward.pk, "letter": "C", "name_vi": "Đất đai", "position": "3", "is_offered": "on"},
    )
    assert page.status_code == 302
    service = QueueService.objects.get(letter="C")
    client.post(
        "/quan-tri/cases/servicecounter/add/",
        {"desk": world.ward.pk, "number": "3", "name": "", "services": [service.pk]},
    )
    counter = ServiceCounter.objects.get(number=3)
    assert (str(counter), list(counter.services.all())) == ("Counter 3", [service])


@pytest.mark.parametrize("letter", ["a", "Đ", "AB", "1", ""])
def test_a_letter_is_one_of_the_alphabet(world, browser, letter):
    answers = {"desk": world.ward.pk, "letter": letter, "name_vi": "Đất đai", "position": "3"}
    page = browser(world.supervisor).post("/quan-tri/cases/queueservice/add/", answers)
    assert page.status_code == 200
    assert not QueueService.objects.exists()


def test_a_letter_or_number_that_is_taken_is_told_at_the_page(world, queue, browser):
    client = browser(world.supervisor)
    service = {"desk": world.ward.pk, "name_vi": "Chứng thực", "position": "1", "is_offered": "on"}
    page = client.post(f"/quan-tri/cases/queueservice/{queue.copies.pk}/change/", {**service, "letter": "A"})
    assert (page.status_code, bool(page.context["adminform"].form.errors)) == (200, True)
    page = client.post(
        f"/quan-tri/cases/servicecounter/{queue.second.pk}/change/", {"desk": world.ward.pk, "number": "1"}
    )
    assert (page.status_code, bool(page.context["adminform"].form.errors)) == (200, True)
    assert QueueService.objects.get(pk=queue.copies.pk).letter == "B"
    assert ServiceCounter.objects.get(pk=queue.second.pk).number == 2


def test_a_service_stays_at_its_desk(world, queue, browser):
    sent = {"desk": world.centre.pk, "letter": "C", "name_vi": "Chứng thực", "position": "1"}
    page = browser(world.head).post(f"/quan-tri/cases/queueservice/{queue.copies.pk}/change/", sent)
    assert page.status_code == 302
    service = QueueService.objects.get(pk=queue.copies.pk)
    assert (service.letter, service.desk) == ("C", world.ward)


def test_set_up_is_for_those_who_keep_the_desk_and_for_their_desks(world, queue, browser):
    paths = ("/quan-tri/cases/queueservice/", "/quan-tri/cases/servicecounter/")
    for who in ("clerk", "officer", "auditor"):
        assert [browser(getattr(world, who)).get(path).status_code for path in paths] == [403, 403]
    client = browser(world.outsider_head)
    assert [list(client.get(path).context["cl"].result_list) for path in paths] == [[], []]
    page = client.post(
        f"{paths[0]}add/", {"desk": world.ward.pk, "letter": "C", "name_vi": "Đất đai", "position": "3"}
    )
    assert page.status_code == 200
    assert not QueueService.objects.filter(letter="C").exists()
