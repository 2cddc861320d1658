"""Drafts of the reception page: nothing typed is lost, and nobody else sees it."""

import pytest

from cases.models import Dossier, ReceptionDraft
from tests.cases.admin.conftest import text_of
from tests.cases.admin.test_reception import PAGE, errors_of, typed
from tests.cases.admin.test_reception_speed import CARD, shown


def test_what_is_typed_is_kept_and_goes_on_later(world, browser):
    client = browser(world.clerk)
    sent = typed(client, world.free, subject="Đừng mất", notice_channels=["sms"], return_channel="post")
    assert text_of(client.post(PAGE + "nhap/", sent)) == "Draft kept at 09:00:00."
    draft = ReceptionDraft.objects.get()
    page = client.get(PAGE)
    row = "Trần Văn Thử 1.000001 09/11/2026 09:00"
    assert f"{row} Continue {row} Discard {row}" in text_of(page)
    response = client.get(PAGE, {"draft": draft.pk})
    assert shown(response, "full_name", "subject", "notice_channels", "return_channel", "nonce") == [
        "Trần Văn Thử",
        "Đừng mất",
        ["sms"],
        "post",
        sent["nonce"],
    ]
    assert errors_of(response) == {}


def test_a_draft_keeps_neither_tokens_nor_scanned_cards(world, browser):
    client = browser(world.clerk)
    client.post(PAGE + "nhap/", typed(client, world.free, card=CARD, csrfmiddlewaretoken="x"))
    assert {"csrfmiddlewaretoken", "card", "nonce"} & set(ReceptionDraft.objects.get().data) == set()


def test_a_draft_ends_with_the_dossier_of_its_page(world, browser):
    client = browser(world.clerk)
    sent = typed(client, world.free)
    client.post(PAGE + "nhap/", sent)
    client.post(PAGE, sent)
    assert (Dossier.objects.count(), ReceptionDraft.objects.count()) == (1, 0)
    assert text_of(client.post(PAGE + "nhap/", sent)) == "This page has already received its dossier."
    assert not ReceptionDraft.objects.exists()


def test_a_refused_reception_keeps_its_draft(world, browser):
    client = browser(world.clerk)
    sent = typed(client, world.free, phone="không phải số")
    client.post(PAGE + "nhap/", sent)
    client.post(PAGE, sent)
    assert ReceptionDraft.objects.count() == 1


def test_a_draft_is_discarded_by_hand(world, browser):
    client = browser(world.clerk)
    client.post(PAGE + "nhap/", typed(client, world.free))
    response = client.post(f"{PAGE}nhap/{ReceptionDraft.objects.get().pk}/bo/")
    assert (response.url, ReceptionDraft.objects.count()) == (PAGE, 0)


def test_nobody_sees_the_draft_of_a_colleague(world, browser):
    client = browser(world.clerk)
    client.post(PAGE + "nhap/", typed(client, world.free))
    draft, other = ReceptionDraft.objects.get(), browser(world.centre_clerk)
    page = other.get(PAGE, {"draft": draft.pk})
    other.post(f"{PAGE}nhap/{draft.pk}/bo/")
    assert "Trần Văn Thử" not in text_of(page)
    assert ReceptionDraft.objects.count() == 1


@pytest.mark.parametrize("number", ["0", "-1", "x", "٣", "9" * 30])
def test_a_draft_that_is_not_there_shows_the_search(world, browser, number):
    assert "Which procedure?" in text_of(browser(world.clerk).get(PAGE, {"draft": number}))


@pytest.mark.parametrize("changes", [{"procedure": "9.999999"}, {"nonce": ""}, {"nonce": "á" * 5}])
def test_rubbish_is_no_draft(world, browser, changes):
    client = browser(world.clerk)
    assert client.post(PAGE + "nhap/", {**typed(client, world.free), **changes}).status_code == 400
    assert not ReceptionDraft.objects.exists()
