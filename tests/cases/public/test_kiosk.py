"""Kiosk and screen of a waiting room: without an account, by a signed link, cheap to ask."""

import json
import re
from uuid import UUID

import pytest
from django.core.cache import cache
from django.test import Client

from cases.models import QueueTicket
from cases.services import tickets
from tests.cases.desk_queue import build_queue, queue
from tests.cases.helpers import in_parallel

__all__ = ["queue"]

pytestmark = pytest.mark.usefixtures("english")

NONCE = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def page():
    return Client(enforce_csrf_checks=True)


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def kiosk(queue) -> str:
    return f"/lay-so/{queue.token()}/"


def board(queue) -> str:
    return f"/goi-so/{queue.token()}/"


def take(page, queue, service=None, **answers):
    answers = {"service": (service or queue.civil).pk, "nonce": NONCE, **answers}
    return page.post(kiosk(queue), answers)


# Kiosk ------------------------------------------------------------------------------------------------


def test_the_kiosk_offers_the_services_and_says_how_many_wait(queue, page):
    queue.take()
    answer = page.get(kiosk(queue))
    assert "Civil status 1 person is waiting" in text_of(answer)
    assert "Chứng thực 0 people are waiting" in text_of(answer)
    assert "people with disabilities" in text_of(answer)
    assert answer["Cache-Control"] == "no-store"


def test_a_number_is_taken_and_shown_with_those_before_it(queue, page):
    queue.take()
    answer = take(page, queue)
    assert answer["Location"] == f"{kiosk(queue)}{NONCE}/"
    shown = text_of(page.get(answer["Location"]))
    assert "Your number A002" in shown
    assert "1 person is before you." in shown
    assert "09:00 · Monday 09/11/2026" in shown


def test_the_wait_of_the_last_people_is_told(queue, page, clock):
    queue.sit()
    for _n in range(5):
        queue.take()
    for minute in (5, 7, 9):
        clock.move_to(f"2026-11-09 09:{minute:02d}")
        queue.call()
    answer = page.get(take(page, queue)["Location"])
    assert "The last people waited about 7 minutes." in text_of(answer)


def test_the_first_in_line_is_told_so(queue, page):
    assert "You are next." in text_of(page.get(take(page, queue)["Location"]))


def test_priority_is_asked_for_and_kept(queue, page):
    shown = text_of(page.get(take(page, queue, priority="1")["Location"]))
    assert QueueTicket.objects.get().has_priority is True
    assert "goes first" in shown


def test_a_double_tap_is_one_number(queue, page):
    first, second = take(page, queue), take(page, queue, queue.copies)
    assert first["Location"] == second["Location"]
    assert QueueTicket.objects.count() == 1


@pytest.mark.parametrize("nonce", ["", "không phải", "1", "x" * 5000])
def test_a_nonce_that_is_none_is_replaced(queue, page, nonce):
    answer = take(page, queue, nonce=nonce)
    assert UUID(answer["Location"].split("/")[-2]) == QueueTicket.objects.get().nonce


@pytest.mark.parametrize("service", ["", "0", "99999999999999999999", "x", "🙂"])
def test_an_unknown_service_is_refused_with_a_sentence(queue, page, service):
    answer = page.post(kiosk(queue), {"service": service, "nonce": NONCE})
    assert answer.status_code == 400
    assert "This service is not offered any more." in text_of(answer)
    assert not QueueTicket.objects.exists()


def test_a_service_of_another_desk_is_refused(world, queue, page):
    theirs = type(queue.civil).objects.create(desk=world.other_ward, letter="A", name_vi="Hộ tịch")
    assert take(page, queue, theirs).status_code == 400


def test_the_language_is_in_the_address_and_goes_on(queue, page, settings):
    settings.LANGUAGE_CODE = "vi"
    assert '<html lang="vi">' in page.get(kiosk(queue)).content.decode()
    assert "Chứng thực" in text_of(page.get(f"{kiosk(queue)}?lang=vi"))
    english = page.get(f"{kiosk(queue)}?lang=en")
    assert ("Civil status" in text_of(english), english["Content-Language"]) == (True, "en")
    answer = take(page, queue, lang="en", print="1")
    assert answer["Location"].endswith(f"{NONCE}/?lang=en&print=1")
    number = page.get(answer["Location"]).content.decode()
    assert ('<html lang="en">' in number, "data-print-slip" in number) == (True, True)
    assert not page.cookies


def test_a_kiosk_without_a_printer_prints_nothing(queue, page):
    assert "data-print-slip" not in page.get(take(page, queue)["Location"]).content.decode()


def test_a_closed_desk_says_when_it_opens(queue, page, clock):
    clock.move_to("2026-11-09 11:45")
    answer = page.get(kiosk(queue))
    assert "The desk opens again at 13:00 Monday 09/11/2026" in text_of(answer)
    refused = take(page, queue)
    assert refused.status_code == 409
    assert "The desk opens again at 13:00 09/11/2026." in text_of(refused)


def test_a_desk_without_services_says_so(world, queue, page):
    type(queue.civil).objects.all().delete()
    assert "This desk gives no queue numbers." in text_of(page.get(kiosk(queue)))


def test_a_script_does_not_draw_thousands(queue, page, monkeypatch):
    monkeypatch.setattr("cases.public.screens.Kiosk.rate", "2/min", raising=False)
    answers = [page.post(kiosk(queue), {"service": queue.civil.pk}) for _n in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert "Too many numbers at once." in text_of(answers[-1])
    assert QueueTicket.objects.count() == 2


@pytest.mark.parametrize("path", ["/lay-so/x/", "/goi-so/x/", "/goi-so/x/moi/", f"/lay-so/x/{NONCE}/"])
def test_a_wrong_link_says_so(world, page, path):
    answer = page.get(path)
    assert answer.status_code == 404
    assert "This link is not valid" in text_of(answer)


def test_a_renewed_link_shows_nothing_any_more(world, queue, page):
    old = kiosk(queue)
    tickets.renew_links(world.ward, by=world.supervisor)
    assert page.get(old).status_code == page.post(old, {"service": queue.civil.pk}).status_code == 404


def test_an_unknown_number_leads_to_the_start(queue, page):
    assert page.get(f"{kiosk(queue)}{NONCE}/")["Location"] == kiosk(queue)


def test_the_number_of_yesterday_is_not_shown(queue, page, clock):
    address = take(page, queue)["Location"]
    clock.move_to("2026-11-10 08:00")
    assert page.get(address).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_forty_people_at_two_kiosks_get_forty_numbers(world):
    queue = build_queue(world)
    address = kiosk(queue)

    def tap():
        answer = Client().post(address, {"service": queue.civil.pk}, follow=True)
        return re.search(r"<strong>(A\d+)</strong>", answer.content.decode())[1]

    assert sorted(in_parallel([tap] * 40, connections=8)) == [f"A{n:03d}" for n in range(1, 41)]


# Board ------------------------------------------------------------------------------------------------


def news(page, queue, **options):
    cache.clear()  # as a second later
    return page.get(f"{board(queue)}moi/", **options)


def test_the_board_shows_who_is_called_where(queue, page):
    queue.sit()
    queue.take()
    queue.call()
    answer = page.get(board(queue))
    assert "Now at the counters A001 Quầy 1 – Quầy 2" in text_of(answer)
    assert "Called last A001 Quầy 1" in text_of(answer)


def test_the_board_says_that_no_counter_is_open(queue, page):
    assert "No counter is open." in text_of(page.get(board(queue)))


def test_news_tell_every_call_and_repeat_it_when_it_is_repeated(queue, page):
    queue.sit()
    queue.take()
    queue.call()
    first = json.loads(news(page, queue).content)
    assert [(row["counter"], row["number"]) for row in first["counters"]] == [
        ("Quầy 1", "A001"),
        ("Quầy 2", ""),
    ]
    assert first["counters"][0]["say"] == "Number A001, please come to Quầy 1"
    tickets.call_again(queue.at_hand(), by=queue.clerk)
    second = json.loads(news(page, queue).content)
    assert first["counters"][0]["key"] != second["counters"][0]["key"]


def test_unchanged_news_have_no_body(queue, page):
    queue.sit()
    first = news(page, queue)
    again = news(page, queue, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    queue.take()
    queue.call()
    assert news(page, queue, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_many_screens_ask_the_database_once_a_second(queue, page, django_assert_num_queries):
    address = f"{board(queue)}moi/"
    cache.clear()
    with django_assert_num_queries(3):
        page.get(address)
    with django_assert_num_queries(0):
        for _screen in range(5):
            page.get(address)


def test_a_screen_names_nobody(world, queue, page):
    queue.sit()
    queue.take()
    queue.call()
    for path in (kiosk(queue), board(queue), f"{board(queue)}moi/"):
        assert "Một Cửa" not in page.get(path).content.decode()
