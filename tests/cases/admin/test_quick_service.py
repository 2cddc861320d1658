"""The page of the quick service, and the pages of the registers."""

import json
import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Dossier, RegisterEntry
from procedures.enums import Role
from tests.cases.admin.conftest import messages_of, text_of
from tests.cases.certifying import COPIES, SIGNATURES, certify, counter
from tests.cases.helpers import everything, make_person

__all__ = ["counter"]

PAGE = "/quan-tri/lam-ngay/"
FEE = f"{PAGE}phi/"
REGISTERS = "/quan-tri/so-chung-thuc/"
CARD = "040099000001|040123456|Nguyễn Văn Thử Quét|01021990|Nam|Xóm Thử, Nghệ An|02032022"


def answers(client, **changes) -> dict:
    """What a clerk sends from the page as it is now."""
    nonce = re.search(r'name="nonce" value="(\w+)"', client.get(PAGE).content.decode()).group(1)
    return {
        "nonce": nonce,
        "procedure": COPIES,
        "full_name": "Nguyễn Thị Ví Dụ",
        "id_number": "040000000001",
        "paper": "Giấy khai sinh",
        "pages": "4",
        "copies": "2",
        "method": "cash",
        "signer": "Trần Văn Lãnh Đạo",
        **changes,
    }


def send(client, **changes):
    return client.post(PAGE, answers(client, **changes), follow=True)


# Quick service ----------------------------------------------------------------------------------------


def test_a_copy_is_done_in_one_step_and_the_page_is_empty_again(counter, browser):
    client = browser(counter.clerk)
    page = send(client)
    entry = RegisterEntry.objects.get()
    assert page.redirect_chain == [(f"{PAGE}?done={entry.pk}&print=1", 302)]
    said = text_of(page)
    assert "Done: 01, 01/2026-SCT/BS · 12.000 đ" in said
    assert "Nguyễn Thị Ví Dụ – Giấy khai sinh" in said
    assert page.context["form"]["full_name"].value() is None
    assert f'src="{PAGE}{entry.pk}/loi-chung/"' in page.content.decode()
    assert (entry.pages, entry.copies, entry.signer) == (4, 2, "Trần Văn Lãnh Đạo")


def test_the_entries_of_today_are_listed_newest_first(counter, browser, clock):
    certify(counter, paper="Của hôm qua")
    clock.move_to("2026-11-10 09:00")
    certify(counter, paper="Thẻ căn cước")
    certify(counter, SIGNATURES, paper="Giấy ủy quyền")
    said = text_of(browser(counter.clerk).get(PAGE))
    assert "Của hôm qua" not in said
    assert said.index("01, 01/2026-SCT/CK,ĐC") < said.index("02, 01/2026-SCT/BS")


def test_the_same_person_with_the_next_paper(counter, browser):
    client = browser(counter.clerk)
    entry = certify(counter)
    form = client.get(f"{PAGE}?same={entry.pk}").context["form"]
    assert (form["full_name"].value(), form["id_number"].value()) == ("Nguyễn Thị Ví Dụ", "040000000001")
    assert form["paper"].value() is None


def test_the_address_that_comes_with_a_person_can_be_seen_and_changed(counter, browser):
    client = browser(counter.clerk)
    page = client.get(f"{PAGE}?same={certify(counter).pk}")
    address = page.context["form"]["address"]
    assert (address.value(), address.is_hidden) == ("Xóm Thử Nghiệm, Nghệ An", False)
    assert address in page.context["form"].person_fields


@pytest.mark.parametrize("pk", ["x", "-1", "99999999999", "²", "4242"])
def test_an_entry_that_is_not_there_leaves_the_page_as_it_is(counter, browser, pk):
    assert browser(counter.clerk).get(f"{PAGE}?same={pk}&done={pk}").status_code == 200


def test_a_scanned_card_fills_name_number_and_address(counter, browser):
    send(browser(counter.clerk), full_name=CARD, id_number="")
    person = Dossier.objects.get().applicant
    assert (person.full_name, person.id_number, person.address) == (
        "Nguyễn Văn Thử Quét",
        "040099000001",
        "Xóm Thử, Nghệ An",
    )


def test_a_digit_is_the_paper_at_that_place_of_the_list(counter, browser):
    client = browser(counter.clerk)
    send(client, paper="2")
    send(client, paper="1", procedure=SIGNATURES)
    papers = RegisterEntry.objects.order_by("pk").values_list("paper", flat=True)
    assert list(papers) == ["Giấy khai sinh", "Giấy ủy quyền"]


def test_a_page_sent_twice_makes_one_entry(counter, browser):
    client = browser(counter.clerk)
    sent = answers(client)
    first, second = client.post(PAGE, sent), client.post(PAGE, sent)
    assert first["Location"] == second["Location"]
    assert RegisterEntry.objects.count() == 1
    page = client.post(PAGE, sent | {"paper": "Thẻ căn cước"})
    assert "This page has already made an entry, with other data." in text_of(page)
    assert RegisterEntry.objects.count() == 1


def test_the_fee_is_told_while_it_is_typed(counter, browser):
    client = browser(counter.clerk)
    assert "12.000 đ" in text_of(client.post(FEE, answers(client)))
    assert "20.000 đ" in text_of(client.post(FEE, answers(client, procedure=SIGNATURES)))
    assert text_of(client.post(FEE, {})) == "Enter pages and copies."
    assert text_of(client.post(FEE, answers(client, pages="0"))) == (
        "Pages, copies and pieces are whole numbers from 1 on, not 0."
    )
    assert not RegisterEntry.objects.exists()


def test_the_fee_comes_with_the_person_of_a_scanned_card(counter, browser):
    client = browser(counter.clerk)
    page = client.post(FEE, answers(client, full_name=CARD)).content.decode()
    assert json.loads(unescape(re.search(r'data-card="([^"]+)"', page).group(1))) == {
        "full_name": "Nguyễn Văn Thử Quét",
        "id_number": "040099000001",
        "address": "Xóm Thử, Nghệ An",
    }
    refused = client.post(FEE, answers(client, full_name="040099000001|Nguyễn Văn Thử Quét|01011990|Nam||x"))
    assert "This is not the code of a citizen card: its dates cannot be." in text_of(refused)
    assert "data-card" not in refused.content.decode()


BAD = [
    ({"full_name": "Ô" * 301}, "The name of the applicant is longer than 300 characters."),
    ({"full_name": "Ô" * 1001}, "Ensure this value has at most 1000 characters (it has 1001)."),
    (
        {"full_name": "x|y|z"},
        "This is not the code of a citizen card: it does not have the fields of a card.",
    ),
    ({"full_name": "  "}, "This field is required."),
    ({"id_number": "😀"}, "The ID or tax number “😀” may only have letters, digits and hyphens, at most 20."),
    ({"paper": "\u200f"}, "Enter which paper it is about."),
    ({"pages": "0"}, "Pages, copies and quantity are whole numbers from 1 to 100,000."),
    ({"pages": "-1"}, "Pages, copies and quantity are whole numbers from 1 to 100,000."),
    ({"copies": "9" * 30}, "Pages, copies and quantity are whole numbers from 1 to 100,000."),
    ({"copies": "9" * 5000}, "Enter a whole number."),
    ({"copies": "½"}, "Enter a whole number."),
    ({"procedure": "1.000001"}, "Select a valid choice. 1.000001 is not one of the available choices."),
    ({"method": "online"}, "Select a valid choice. online is not one of the available choices."),
]


@pytest.mark.parametrize(("change", "sentence"), BAD)
def test_rubbish_is_answered_with_a_sentence_and_changes_nothing(counter, browser, change, sentence):
    client = browser(counter.clerk)
    sent = answers(client, **change)
    before = everything()
    page = client.post(PAGE, sent)
    assert page.status_code == 200
    assert sentence in text_of(page)
    assert everything() == before


def test_emoji_and_marks_of_direction_in_a_name_do_not_stop_the_desk(counter, browser):
    page = send(browser(counter.clerk), full_name="Nguyễn 😀 \u202eVí Dụ", id_number="", paper="Đơn \u202e📄")
    assert "Done: 01, 01/2026-SCT/BS" in text_of(page)


def test_a_number_that_is_known_with_another_name_is_asked_about(counter, browser):
    certify(counter)
    client = browser(counter.clerk)
    page = send(client, full_name="Nguyễn Thị Tên Khác")
    assert "This ID or tax number is known with another name." in text_of(page)
    assert 'name="name_changed"' in page.content.decode()
    send(client, full_name="Nguyễn Thị Tên Khác", name_changed="on")
    assert RegisterEntry.objects.last().person == "Nguyễn Thị Tên Khác"


def test_without_such_procedures_the_page_says_so(world, browser):
    world.clerk.decides_at_counter = True
    world.clerk.save()
    said = text_of(browser(world.clerk).get(PAGE))
    assert "No procedure in force is both decided at once and entered in a register." in said


@pytest.mark.parametrize("who", ["officer", "supervisor", "auditor", "centre_clerk", "outsider_clerk"])
def test_only_clerks_who_decide_at_the_counter_have_the_page(counter, browser, who):
    client = browser(getattr(counter, who))
    assert client.get(PAGE).status_code == client.post(PAGE, {}).status_code == 403
    assert client.post(FEE, {}).status_code == 403


def test_the_words_are_printed_as_they_were_stored(counter, browser):
    entry = certify(counter)
    answer = browser(counter.clerk).get(f"{PAGE}{entry.pk}/loi-chung/")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'inline; filename="copies-2026-00001.pdf"'
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert answer["Cache-Control"].startswith("private, no-store")
    assert answer.content.startswith(b"%PDF")
    assert browser(counter.outsider_clerk).get(f"{PAGE}{entry.pk}/loi-chung/").status_code == 404
    assert browser(counter.clerk).get(f"{PAGE}4242/loi-chung/").status_code == 404


def test_the_page_asks_as_many_queries_for_one_entry_as_for_three(counter, browser):
    client = browser(counter.clerk)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        return len(queries)

    certify(counter)
    one = asked()
    certify(counter)
    certify(counter)
    assert asked() == one


# Registers --------------------------------------------------------------------------------------------


def test_registers_are_listed_with_their_last_number(counter, browser):
    certify(counter)
    certify(counter)
    certify(counter, SIGNATURES)
    said = text_of(browser(counter.supervisor).get(REGISTERS))
    assert "2026 Register of certified copies 2026, UBND phường Thử Nghiệm UBND phường Thử Nghiệm 2 –" in said
    of_signatures = "2026 Register of certified signatures 2026, UBND phường Thử Nghiệm"
    assert f"{of_signatures} UBND phường Thử Nghiệm 1 –" in said


def test_the_lines_of_a_register_are_shown_page_by_page(counter, browser, monkeypatch):
    monkeypatch.setattr("cases.admin.registers.ROWS", 2)
    for _ in range(5):
        entry = certify(counter)
    client = browser(counter.auditor)
    pages = [
        client.get(f"{REGISTERS}{entry.book_id}/{query}") for query in ("", "?from=3", "?from=1", "?from=x")
    ]
    shown = [[row["entry"].number for row in page.context["rows"]] for page in pages]
    assert shown == [[5, 4], [3, 2], [1], [5, 4]]
    beside = [(page.context["newer"], page.context["older"]) for page in pages]
    assert beside == [(None, 3), (5, 1), (3, None), (None, 3)]


def test_a_volume_is_printed(counter, browser):
    book = certify(counter).book
    client = browser(counter.clerk)
    answer = client.get(f"{REGISTERS}{book.pk}/1/")
    assert answer["Content-Disposition"] == 'inline; filename="H41.101-copies-2026-01.pdf"'
    assert answer.content.startswith(b"%PDF")
    assert client.get(f"{REGISTERS}{book.pk}/2/").status_code == 404
    assert browser(counter.outsider_clerk).get(f"{REGISTERS}{book.pk}/1/").status_code == 404
    assert browser(counter.outsider_clerk).get(f"{REGISTERS}{book.pk}/").status_code == 404
    assert browser(counter.officer).get(f"{REGISTERS}{book.pk}/").status_code == 403


def test_a_register_of_last_year_is_closed_on_the_page(counter, browser, clock):
    book = certify(counter).book
    client = browser(counter.supervisor)
    assert "Close the register" not in text_of(client.get(REGISTERS))
    page = client.post(f"{REGISTERS}{book.pk}/dong/", follow=True)
    assert messages_of(page) == ["The year 2026 is not over: its register still grows."]
    clock.move_to("2027-01-04 09:00")
    assert "Close the register" in text_of(client.get(REGISTERS))
    page = client.post(f"{REGISTERS}{book.pk}/dong/", follow=True)
    assert messages_of(page) == ["The register is closed; nothing is entered in it any more."]


def test_an_administrator_closes_registers_and_reads_no_line(counter, browser, clock):
    book = certify(counter).book
    keeper = make_person("quan-tri-phuong", counter.ward, Role.AGENCY_ADMIN, is_staff=True)
    clock.move_to("2027-01-04 09:00")
    client = browser(keeper)
    assert "Close the register" in text_of(client.get(REGISTERS))
    assert client.get(f"{REGISTERS}{book.pk}/").status_code == 403
    assert client.get(f"{REGISTERS}{book.pk}/1/").status_code == 403
    client.post(f"{REGISTERS}{book.pk}/dong/")
    book.refresh_from_db()
    assert book.closed_by == keeper


def test_a_clerk_does_not_close_a_register(counter, browser, clock):
    book = certify(counter).book
    clock.move_to("2027-01-04 09:00")
    client = browser(counter.clerk)
    assert "Close the register" not in text_of(client.get(REGISTERS))
    page = client.post(f"{REGISTERS}{book.pk}/dong/", follow=True)
    assert messages_of(page) == [
        "A register is closed by a supervisor or an administrator of its own agency."
    ]
