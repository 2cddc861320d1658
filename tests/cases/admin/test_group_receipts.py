"""All receipts of a group or of today as one file for the printer."""

import io

import pytest
from pypdf import PdfReader

from cases.admin import group_receipts
from procedures.enums import Role
from tests.cases.admin.conftest import messages_of, text_of
from tests.cases.admin.test_group_reception import GOOD, RECEIPTS, received


def pages_of(response) -> list[str]:
    assert response["Content-Type"] == "application/pdf"
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
    return [page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages]


def test_all_receipts_of_a_group_are_one_file_in_the_order_of_reception(world, browser):
    client = browser(world.clerk)
    group = received(client, world, *GOOD)
    pages = pages_of(client.get(RECEIPTS, {"group": group.pk}))
    assert len(pages) == 2
    assert ["H41.101-261109-0001" in pages[0], "H41.101-261109-0002" in pages[1]] == [True, True]


def test_receipts_of_today_are_those_of_the_own_desk_that_somebody_wanted(world, browser, clock):
    world.receive()
    clock.move_to("2026-11-10 09:00")
    world.receive()
    world.receive(receipt_wanted=False)
    world.receive(desk=world.other_ward, by=world.outsider_clerk)
    (only,) = pages_of(browser(world.clerk).get(RECEIPTS, {"today": "1"}))
    assert "H41.101-261110-0001" in only


def test_where_there_is_no_receipt_the_page_says_so(world, browser):
    response = browser(world.clerk).get(RECEIPTS, {"today": "1"}, follow=True)
    assert messages_of(response) == ["There is no receipt to print yet."]


def test_too_many_receipts_are_offered_in_parts(world, browser, monkeypatch):
    monkeypatch.setattr(group_receipts, "MOST", 2)
    client = browser(world.clerk)
    group = received(client, world, *GOOD, ["Ba", "040099000003"])
    text = text_of(client.get(RECEIPTS, {"group": group.pk}))
    assert "3 receipts are too many for one file; at most 2 are printed at once. Print them in parts:" in text
    assert "Print receipts 1 to 2 Print receipts 3 to 3" in text
    assert [len(pages_of(client.get(RECEIPTS, {"group": group.pk, "part": n}))) for n in (1, 2)] == [2, 1]
    assert client.get(RECEIPTS, {"group": group.pk, "part": 3}).status_code == 404


@pytest.mark.parametrize("number", ["", "0", "x", "9" * 30])
def test_receipts_of_a_group_that_is_not_there_are_not_found(world, browser, number):
    assert browser(world.clerk).get(RECEIPTS, {"group": number}).status_code == 404


def test_receipts_of_another_desk_are_not_printed(world, browser):
    group = received(browser(world.clerk), world, *GOOD)
    assert browser(world.outsider_clerk).get(RECEIPTS, {"group": group.pk}).status_code == 404
    world.officer.role = Role.POSTAL_CLERK
    world.officer.save()
    assert browser(world.officer).get(RECEIPTS, {"group": group.pk}).status_code == 200
