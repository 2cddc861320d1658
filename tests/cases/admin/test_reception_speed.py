"""Reception for fast hands: people looked up, duplicates said, cards scanned, printed at once."""

from dataclasses import replace
from datetime import date

import pytest
from django.http import QueryDict

from cases.admin.reception_people import look_up
from cases.enums import Provision
from cases.models import Dossier, StoredPaper
from procedures.enums import FeeKind, FeeRule
from procedures.models import FeeLine
from tests.cases.admin.conftest import messages_of, page_of, text_of
from tests.cases.admin.test_reception import PAGE, errors_of, typed
from tests.cast import upload

CARD = "040099000123||Nguyễn Thị Quét|03021999|Nữ|Xóm Thử, Nghệ An|25122021"
HTMX = {"HX-Request": "true"}


def shown(response, *names: str) -> list:
    return [response.context["form"][name].value() for name in names]


def find(client, procedure, **changes):
    return client.post(PAGE, typed(client, procedure, find="1", **changes))


# --- Which procedure --------------------------------------------------------------------------------


def test_the_first_found_is_taken_at_once(world, browser):
    response = browser(world.clerk).post(PAGE, {"q": "le phi", "first": "1"})
    assert response.url == f"{PAGE}?procedure=1.000002"


def test_the_first_of_nothing_says_that_nothing_fits(world, browser):
    response = browser(world.clerk).post(PAGE, {"q": "không có đâu", "first": "1"})
    assert "No procedure in force fits. Try fewer words." in text_of(response)


@pytest.mark.parametrize("page", [PAGE, "/quan-tri/tiep-nhan-nhom/"])
def test_a_card_scanned_into_the_search_is_told_and_shown_no_more(world, browser, page):
    response = browser(world.clerk).post(page, {"q": CARD, "first": "1"})
    assert (response.status_code, messages_of(response)) == (
        200,
        ["This is a citizen card. Choose the procedure first, then scan the card."],
    )
    assert "Quét" not in response.content.decode()


def test_the_first_eight_have_a_digit(world, browser):
    page = browser(world.clerk).get(PAGE).content.decode()
    assert [f'data-key="{digit}"' in page for digit in (1, 2, 3)] == [True, True, False]


# --- Who stands there -------------------------------------------------------------------------------


def test_a_known_applicant_is_shown_with_dossiers_and_papers_while_the_number_is_typed(world, browser):
    applicant = world.returned().applicant
    response = browser(world.clerk).post(PAGE + "nguoi-nop/", {"id_number": applicant.id_number})
    assert text_of(response) == (
        "Nguyễn Thị Ví Dụ · 040000000001 · 0900000001 Xóm Thử Nghiệm, Nghệ An person_check Take the data over "
        "Nguyễn Thị Ví Dụ 040000000001 H41.101-261109-0001 Returned Thủ tục không thu phí (EN) "
        "In the applicant's store: Giấy chứng nhận 12/KQ, 09/11/2026"
    )


@pytest.mark.parametrize("values", [{"id_number": "04000000000"}, {"phone": "090000000"}, {}])
def test_half_a_number_shows_nobody(world, browser, values):
    world.receive()
    assert text_of(browser(world.clerk).post(PAGE + "nguoi-nop/", values)) == ""


def test_dossiers_of_other_agencies_are_not_shown(world, browser):
    applicant = world.receive().applicant
    response = browser(world.outsider_clerk).post(PAGE + "nguoi-nop/", {"id_number": applicant.id_number})
    assert "H41.101" not in text_of(response)


@pytest.mark.parametrize("who", ["officer", "supervisor", "head", "auditor"])
def test_only_clerks_look_people_up_and_keep_drafts(world, browser, who):
    client = browser(getattr(world, who))
    answers = [client.post(PAGE + path).status_code for path in ("nguoi-nop/", "nhap/", "nhap/1/bo/")]
    assert answers == [403, 403, 403]


def test_a_number_never_stands_in_an_address(world, browser):
    client = browser(world.clerk)
    assert [client.get(PAGE + path).status_code for path in ("nguoi-nop/", "nhap/")] == [405, 405]


def test_one_key_takes_the_data_over_and_nothing_is_saved(world, browser):
    applicant = world.receive(world.paid).applicant
    response = find(browser(world.clerk), world.free, id_number=applicant.id_number, full_name="", address="")
    assert shown(response, "full_name", "phone", "email", "address", "notice_channels") == [
        "Nguyễn Thị Ví Dụ",
        "0900000001",
        "vi.du@congdan.example",
        "Xóm Thử Nghiệm, Nghệ An",
        ["email", "sms"],
    ]
    assert (Dossier.objects.count(), errors_of(response)) == (1, {})


def test_somebody_unknown_keeps_what_was_typed_and_goes_on_with_the_name(world, browser):
    response = find(
        browser(world.clerk), world.free, id_number="040000000077", full_name="", subject="Đừng mất"
    )
    assert "Nobody with exactly this number or phone is known yet. Enter the name." in text_of(response)
    assert shown(response, "id_number", "subject") == ["040000000077", "Đừng mất"]
    assert response.context["form"].fields["full_name"].widget.attrs["autofocus"] is True


def test_of_several_with_one_phone_the_chosen_one_is_taken(world, browser):
    first = world.receive(world.paid).applicant
    second = world.receive(
        world.paid, applicant=replace(world.applicant, full_name="Nguyễn Văn Hai", id_number="040000000002")
    ).applicant
    client = browser(world.clerk)
    values = {"id_number": "", "phone": "0900000001", "full_name": ""}
    assert shown(find(client, world.free, **values), "full_name") == [""]
    for person in (first, second):
        response = client.post(PAGE, typed(client, world.free, take=str(person.pk), **values))
        assert shown(response, "full_name", "id_number") == [person.full_name, person.id_number]


def test_nobody_is_taken_whose_number_was_not_typed(world, browser):
    stranger = world.receive(world.paid).applicant
    client = browser(world.clerk)
    values = {"id_number": "040000000077", "phone": "", "full_name": ""}
    response = client.post(PAGE, typed(client, world.free, take=str(stranger.pk), **values))
    assert shown(response, "full_name", "phone") == ["", ""]


def test_papers_of_the_store_are_reused_once_the_person_is_known(world, browser):
    applicant = world.returned().applicant
    form = world.free.versions.get().components.first()
    kept = StoredPaper.objects.get(applicant=applicant)
    StoredPaper.objects.filter(pk=kept.pk).update(key="to khai")
    response = find(browser(world.clerk), world.free, id_number=applicant.id_number, full_name="")
    assert shown(response, f"provision_{form.pk}") == [Provision.REUSED]


# --- The same thing again -----------------------------------------------------------------------------


def test_an_open_dossier_of_the_same_procedure_is_shown_with_its_link_before_saving(world, browser):
    dossier = world.receive()
    response = browser(world.clerk).post(
        PAGE + "nguoi-nop/", {"id_number": "040000000001", "kind": "citizen", "procedure": "1.000001"}
    )
    assert "H41.101-261109-0001 (UBND phường Thử Nghiệm, Received)" in text_of(response)
    assert page_of(dossier) in response.content.decode()
    assert 'name="duplicate_known"' in response.content.decode()


def test_another_desk_s_dossier_is_named_without_a_link(world, browser):
    dossier = world.receive(desk=world.other_ward, by=world.outsider_clerk)
    response = browser(world.clerk).post(
        PAGE + "nguoi-nop/", {"id_number": "040000000001", "kind": "citizen", "procedure": "1.000001"}
    )
    assert "H41.102-261109-0001 (UBND xã Ví Dụ, Received)" in text_of(response)
    assert page_of(dossier) not in response.content.decode()


def test_a_second_one_is_received_only_when_it_is_known(world, browser):
    client = browser(world.clerk)
    client.post(PAGE, typed(client, world.free))
    sent = typed(client, world.free)
    response = client.post(PAGE, sent)
    assert list(errors_of(response)) == ["duplicate_known"]
    assert Dossier.objects.count() == 1
    client.post(PAGE, {**sent, "duplicate_known": "on"})
    assert Dossier.objects.count() == 2


# --- The citizen card ---------------------------------------------------------------------------------


def test_a_scanned_card_fills_the_applicant(world, browser):
    response = find(
        browser(world.clerk), world.free, id_number="", full_name="", phone="", address="", card=CARD
    )
    assert shown(response, "id_number", "full_name", "address", "kind", "card") == [
        "040099000123",
        "Nguyễn Thị Quét",
        "Xóm Thử, Nghệ An",
        "citizen",
        "",
    ]


def test_the_enter_of_a_scanner_never_receives(world, browser):
    client = browser(world.clerk)
    client.post(PAGE, typed(client, world.free, card=CARD))
    assert not Dossier.objects.exists()


def test_the_card_of_a_known_applicant_brings_phone_and_mail_along(world, browser):
    known = replace(world.applicant, full_name="Nguyễn Thị Quét", id_number="040099000123")
    world.receive(world.paid, applicant=known)
    response = find(
        browser(world.clerk), world.free, id_number="", full_name="", phone="", address="", card=CARD
    )
    assert shown(response, "phone", "address") == ["0900000001", "Xóm Thử, Nghệ An"]


def test_a_card_with_another_name_than_the_known_one_takes_nothing_over(world, browser):
    world.receive(world.paid, applicant=replace(world.applicant, id_number="040099000123"))
    response = find(browser(world.clerk), world.free, full_name="", phone="", card=CARD)
    assert shown(response, "full_name", "phone") == ["Nguyễn Thị Quét", ""]


@pytest.mark.parametrize("card", ["x|y|z", "040|" * 500, "😀|😀|😀", "\u202e" * 50 + "|||"])
def test_a_malformed_card_is_refused_politely_and_leaves_no_trace(world, browser, card):
    response = find(browser(world.clerk), world.free, card=card)
    assert "This is not the code of a citizen card" in text_of(response)
    assert shown(response, "card", "full_name") == ["", "Trần Văn Thử"]


# --- Receive and print ----------------------------------------------------------------------------------


def test_receive_and_print_leads_to_the_page_that_prints_the_receipt(world, browser):
    client = browser(world.clerk)
    response = client.post(PAGE, typed(client, world.free, print="1"))
    dossier = Dossier.objects.get()
    assert response.url == f"{page_of(dossier)}?in=1"
    receipt = f"/quan-tri/cases/dossier/{dossier.pk}/receipt/"
    assert f'data-print-now="{receipt}"' in client.get(response.url).content.decode()
    assert "data-print-now" not in client.get(page_of(dossier)).content.decode()
    answer = client.get(receipt)
    assert (answer["Content-Disposition"], answer["X-Frame-Options"]) == (
        f'inline; filename="{dossier.code}.pdf"',
        "SAMEORIGIN",
    )


def test_printed_or_not_the_same_page_makes_one_dossier(world, browser):
    client = browser(world.clerk)
    sent = typed(client, world.free)
    client.post(PAGE, sent)
    response = client.post(PAGE, {**sent, "print": "1"}, follow=True)
    assert Dossier.objects.count() == 1
    assert "it has already become dossier" in messages_of(response)[-1]


def test_a_page_sent_by_htmx_is_told_where_to_go(world, browser):
    client = browser(world.clerk)
    response = client.post(PAGE, typed(client, world.free, print="1"), headers=HTMX)
    assert (response.status_code, response["HX-Redirect"]) == (200, f"{page_of(Dossier.objects.get())}?in=1")


def test_a_procedure_that_ended_meanwhile_leads_back_to_the_search(world, browser):
    client = browser(world.clerk)
    sent = typed(client, world.free)
    world.free.versions.update(in_force_to=date(2026, 11, 8))
    response = client.post(PAGE, sent, headers=HTMX)
    assert response["HX-Redirect"] == PAGE
    assert "was abolished" in messages_of(client.get(PAGE))[0]


# --- What is owed ---------------------------------------------------------------------------------------


def test_the_preview_and_the_dossier_owe_the_same(world, browser):
    version = world.free.versions.get()
    for name, rule, amount in (("Phí bản sao", FeeRule.PER_COPY, 2000), ("Lệ phí", FeeRule.FIXED, 8000)):
        FeeLine.objects.create(
            version=version,
            name=name,
            kind=FeeKind.FEE,
            rule=rule,
            amount=amount,
            position=version.fees.count(),
        )
    client = browser(world.clerk)
    sent = typed(client, world.free, copies="3")
    assert client.post(PAGE, {**sent, "check": "1"}).context["preview"].total == "14.000 đ"
    client.post(PAGE, sent)
    assert Dossier.objects.get().fee_total == 14000


def test_the_preview_says_that_a_fee_has_still_to_be_chosen(world, browser):
    FeeLine.objects.create(
        version=world.free.versions.get(),
        name="Lệ phí",
        kind=FeeKind.CHARGE,
        rule=FeeRule.FIXED,
        amount=8000,
        condition="quá hạn",
    )
    response = browser(world.clerk).post(PAGE + "hen/", {"procedure": "1.000001"})
    assert "To be paid Choose which fee applies: Lệ phí (quá hạn)." in text_of(response)


# --- No paper -------------------------------------------------------------------------------------------


def test_a_service_without_paper_is_filed_online_with_the_desk_s_help(world, browser):
    world.free.versions.update(paper_free_from=date(2026, 11, 9))
    client = browser(world.clerk)
    page = client.get(PAGE, {"procedure": "1.000001"})
    assert "Since 09/11/2026 this procedure takes no paper" in text_of(page)
    assert "channel" not in page.context["form"].fields
    form = world.free.versions.get().components.first()
    response = client.post(
        PAGE, {**typed(client, world.free), f"scan_{form.pk}": upload("to-khai.pdf")}, follow=True
    )
    dossier = Dossier.objects.get()
    assert (dossier.channel, dossier.helped_to_file, dossier.documents.count()) == ("online", True, 1)
    assert messages_of(response) == ["Filed online for the applicant and received as H41.101-261109-0001."]


def test_before_its_day_the_service_takes_paper(world, browser):
    world.free.versions.update(paper_free_from=date(2026, 11, 10))
    client = browser(world.clerk)
    client.post(PAGE, typed(client, world.free))
    assert Dossier.objects.get().channel == "desk"


def test_a_scanned_number_is_looked_up_like_a_typed_one(world):
    known = world.receive().applicant
    values = QueryDict(mutable=True)
    values.update({"card": "040000000001", "find": "1", "full_name": ""})
    assert look_up(values).taken == known
