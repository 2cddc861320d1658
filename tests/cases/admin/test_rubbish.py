"""What no keyboard types and no database keeps is refused at the door, and never an error of the server."""

import pytest
from django.urls import reverse

from cases.models import ListExport, ReceptionDraft, SavedList
from tests.cases.admin.conftest import messages_of, text_of
from tests.cases.desk_queue import queue
from tests.cases.helpers import everything

__all__ = ["queue"]

NUL = "a\x00b"
MANY_DIGITS = "9" * 5000
PAGES = [
    "reception",
    "reception_search",
    "groups",
    "results",
    "calling",
    "exports",
    "cases_dossier_changelist",
    "procedures_readyreason_changelist",
]


@pytest.mark.parametrize("page", PAGES)
def test_a_null_character_in_an_address_is_refused_before_any_page_reads_it(world, browser, page):
    client = browser(world.clerk)
    for address in ({"q": NUL}, {"procedure": NUL}, {NUL: "1"}):
        response = client.get(reverse(f"admin:{page}"), address)
        assert (response.status_code, "This request cannot be read." in text_of(response)) == (400, True)


@pytest.mark.parametrize("page", ["reception", "reception_preview", "reception_people", "reception_draft"])
@pytest.mark.parametrize("name", ["procedure", "id_number", "kind", "full_name", "x\x00y"])
def test_a_null_character_that_was_pasted_is_refused_and_nothing_kept(world, browser, page, name):
    client, before = browser(world.clerk), everything()
    sent = {"procedure": "1.000001", "nonce": "abc", "id_number": "040000000001", name: NUL}
    assert client.post(reverse(f"admin:{page}"), sent).status_code == 400
    assert everything() == before
    assert not ReceptionDraft.objects.exists()


def test_a_null_character_in_the_reason_of_a_scan_changes_nothing(world, browser):
    dossier = world.receive()
    world.scan(dossier)
    scan = dossier.documents.get()
    sent = {"reason": NUL}
    response = browser(world.clerk).post(reverse("admin:scan_remove", args=[dossier.pk, scan.pk]), sent)
    assert response.status_code == 400
    assert dossier.documents.filter(pk=scan.pk).exists()


@pytest.mark.parametrize("number", [MANY_DIGITS, "9" * 19, "٣", "1.5", "-1"])
def test_a_desk_that_is_no_number_is_not_found(world, queue, browser, number):
    client = browser(world.supervisor)
    for page in ("calling", "queue_waiting", "queue_links", "queue_figures"):
        assert client.get(reverse(f"admin:{page}"), {"desk": number}).status_code == 404


def test_a_number_at_hand_that_is_none_calls_nobody_twice(queue, browser):
    queue.sit()
    queue.take()
    address = reverse("admin:queue_counter", args=[queue.first.pk, "tiep"])
    response = browser(queue.clerk).post(address, {"after": MANY_DIGITS})
    assert response.status_code == 302
    assert str(queue.at_hand()) == "A001"


@pytest.mark.parametrize("verb", ["request_supplement", "demand"])
def test_a_ready_reason_that_is_none_is_not_inserted(world, browser, verb):
    """Of the second verb there are none at all."""
    address = reverse("admin:dossier_verb", args=[world.processing().pk, verb])
    response = browser(world.officer).post(address, {"ready": MANY_DIGITS, "insert": "1"})
    assert response.status_code == 200


@pytest.mark.parametrize("year", [MANY_DIGITS, "99999", "0", "٣"])
def test_a_year_without_days_shows_the_calendar_all_the_same(world, browser, year):
    response = browser(world.head).get(reverse("admin:procedures_calendarday_changelist"), {"year": year})
    assert response.status_code == 200


@pytest.mark.parametrize("sent", ["&" * 60, "state=received&x\r\ny", "a\r\nb"])
def test_filters_that_are_none_are_left_out(world, browser, sent):
    world.receive()
    client = browser(world.clerk)
    assert client.post(reverse("admin:export"), {"list": sent}).status_code == 200
    assert client.post(reverse("admin:list_save"), {"list": sent, "name": "x"}).status_code == 302
    assert SavedList.objects.get().query in ("", "state=received")


def test_a_search_too_long_to_export_leads_back_to_its_list(world, browser, monkeypatch):
    monkeypatch.setattr("cases.services.exports.AT_ONCE", 0)
    world.receive()
    sent = {"list": "state=received&colour=red\r\nx", "q": "nguyen", "tim": "a\r\nb&c"}
    response = browser(world.clerk).post(reverse("admin:export"), sent, follow=True)
    [(address, _status)] = response.redirect_chain[:1]
    assert address == f"{reverse('admin:cases_dossier_changelist')}?state=received&tim=a%0D%0Ab%26c"
    assert messages_of(response)[0].startswith("More than 0 dossiers fit what was typed.")
    assert not ListExport.objects.exists()
