"""Two people at the desk's own pages: a filing, a scan, the cash; and ready reasons where the desk gives one."""

import pytest
from django.urls import reverse

from cases import services
from cases.enums import State, Verb
from cases.models import CashReport, Dossier
from procedures.enums import ReasonUse, Role
from procedures.models import ReadyReason
from tests.cases.admin.conftest import messages_of, page_of, text_of, verb_of
from tests.cases.admin.test_reception import PAGE, errors_of, typed
from tests.cases.admin.test_scan_page import JSON, act_on, scans_of
from tests.cases.helpers import fresh, kinds, make_person
from tests.cast import pdf, upload

MEANWHILE = "Nothing was done yet, because something happened while this page was open: "
REQUEST = {"reason": "Thiếu chữ ký", "items": ["Tờ khai có chữ ký"]}


# A filing that waits ----------------------------------------------------------------------------


def filing_of(dossier) -> str:
    return f"{PAGE}{dossier.pk}/"


@pytest.fixture
def opened(world, browser):
    """The page of a filing as a clerk has opened it: browser, filing and what it will send."""
    dossier, client = world.submit(), browser(world.clerk)
    page = client.get(filing_of(dossier))
    form = page.context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    return client, dossier, {**sent, "seen": page.context["seen"]}


def test_a_filing_somebody_has_asked_to_complete_is_not_received_by_who_did_not_know(world, opened):
    client, dossier, sent = opened
    services.ask_to_complete(dossier, by=world.clerk, **REQUEST)
    paper = next(name for name in sent if name.startswith("copies_"))
    page = client.post(filing_of(dossier), {**sent, paper: "7"})
    (told,) = page.context["form"].non_field_errors()
    assert told.startswith(MEANWHILE + "The applicant was asked to complete the filing: Thiếu chữ ký (Lê")
    assert page.context["form"][paper].value() == "7"
    assert fresh(dossier).state == State.SUBMITTED
    sent["seen"] = page.context["seen"]
    (told,) = client.post(filing_of(dossier), sent).context["form"].non_field_errors()
    assert told == "The applicant was asked to complete this filing and has not answered yet."
    services.complete_filing(dossier)
    sent["seen"] = client.get(filing_of(dossier)).context["seen"]
    client.post(filing_of(dossier), sent)
    assert fresh(dossier).state == State.RECEIVED


def test_a_filing_somebody_has_received_gets_no_second_code(world, opened):
    client, dossier, sent = opened
    received = services.receive_filing(dossier, by=world.clerk)
    page = client.post(filing_of(dossier), sent)
    assert page.context["form"].non_field_errors()[0].startswith(MEANWHILE + "Received; ")
    again = client.post(filing_of(dossier), {**sent, "seen": page.context["seen"]})
    assert again.context["form"].non_field_errors()[0].startswith("“Receive” is not possible now")
    assert (fresh(dossier).code, kinds(dossier).count("received")) == (received.code, 1)


def test_the_button_for_a_completed_filing_does_not_answer_another_request(world, browser):
    dossier, client = world.submit(), browser(world.clerk)
    services.ask_to_complete(dossier, by=world.clerk, **REQUEST)
    seen = client.get(page_of(dossier)).context["seen"]
    services.complete_filing(dossier, by=world.clerk)
    services.ask_to_complete(dossier, by=world.head, reason="Thiếu trang 2", items=REQUEST["items"])
    address = reverse("admin:filing_completed", args=[dossier.pk])
    answer = client.post(address, {"seen": seen}, follow=True)
    assert messages_of(answer)[0].startswith(MEANWHILE)
    assert dossier.supplements.filter(answered_at=None).count() == 1
    client.post(address, {"seen": answer.context["seen"]})
    assert dossier.supplements.filter(answered_at=None).count() == 0


# Scans ------------------------------------------------------------------------------------------


@pytest.fixture
def scan(world):
    dossier = world.receive()
    return services.add_document(
        dossier, upload("to-khai.pdf", pdf(3)), by=world.clerk, component=dossier.components.first()
    )


def test_a_page_that_somebody_has_turned_is_not_turned_on(world, browser, scan):
    client = browser(world.clerk)
    address = f"{act_on(scan, 'turn')}?seen={scan.sha256}"
    assert address in client.get(scans_of(scan.dossier)).content.decode()
    turned = services.turn_pages(scan, by=world.officer, degrees=90)
    answer = client.post(address, {"degrees": "90"}, **JSON)
    assert (answer.status_code, answer.json()["sentence"]) == (
        422,
        "Nothing was turned: somebody turned “to-khai.pdf” while you looked at it. Look at it again.",
    )
    assert scan.dossier.documents.get().sha256 == turned.sha256
    now = f"{act_on(scan, 'turn')}?seen={turned.sha256}"
    assert now in answer.json()["papers"]
    assert client.post(now, {"degrees": "90"}, **JSON).status_code == 200


def test_scans_of_others_do_not_disturb_who_turns_or_adds(world, browser, scan):
    client = browser(world.clerk)
    services.add_document(scan.dossier, upload("khac.pdf"), by=world.officer)
    answer = client.post(f"{act_on(scan, 'turn')}?seen={scan.sha256}", {"degrees": "90"}, **JSON)
    assert answer.status_code == 200
    added = client.post(scans_of(scan.dossier), {"file": upload("ba.pdf")}, **JSON)
    assert added.json()["sentence"] == "“ba.pdf” is stored."


@pytest.mark.parametrize("what", ["turn", "remove", "reuse"])
def test_a_script_hears_that_somebody_has_taken_the_file_out(world, browser, scan, what):
    address = act_on(scan, what)
    services.remove_document(scan, by=world.clerk, reason="Nhầm")
    answer = browser(world.clerk).post(address, {"degrees": "90", "reason": "Nhầm"}, **JSON)
    assert (answer.status_code, answer.json()["sentence"]) == (
        422,
        "This file is no longer there: somebody has taken it out.",
    )
    assert "0 of 1 scans" in answer.json()["papers"]


# Cash -------------------------------------------------------------------------------------------


def test_cash_is_not_closed_over_money_that_was_not_there_when_it_was_counted(world, browser):
    client = browser(world.clerk)
    services.pay(world.receive(world.paid), by=world.clerk, amount=15000)
    (open_cash,) = client.get(reverse("admin:cash")).context["open"]
    services.pay(world.receive(world.paid), by=world.clerk, amount=15000, method="transfer")
    sent = {"desk": world.ward.pk, "counted": 14000, "note": "Trả lại thừa", "seen": open_cash.seen}
    page = client.post(reverse("admin:cash"), sent)
    assert (
        "Nothing was closed yet, because money was taken or paid back while this page was open: "
        "H41.101/2026/000002. Count the cash again, then close."
    ) in text_of(page)
    assert not CashReport.objects.exists()
    (open_cash,) = page.context["open"]
    assert open_cash.form["note"].value() == "Trả lại thừa"
    client.post(reverse("admin:cash"), {**sent, "seen": open_cash.seen})
    assert CashReport.objects.get().payments.count() == 2


def test_money_that_colleagues_take_does_not_disturb_who_closes(world, browser):
    client = browser(world.clerk)
    services.pay(world.receive(world.paid), by=world.clerk, amount=15000)
    (open_cash,) = client.get(reverse("admin:cash")).context["open"]
    colleague = make_person("mot-cua-2", world.ward, Role.CLERK)
    services.pay(world.receive(world.paid), by=colleague, amount=15000)
    client.post(reverse("admin:cash"), {"desk": world.ward.pk, "counted": 15000, "seen": open_cash.seen})
    assert CashReport.objects.get().expected_cash == 15000


# The page of the hand-over ----------------------------------------------------------------------


def test_a_result_somebody_has_handed_over_is_not_handed_over_again(world, browser):
    dossier, client = world.with_result(), browser(world.clerk)
    address = reverse("admin:result", args=[dossier.pk])
    page = client.get(address)
    services.return_result(dossier, by=world.clerk, collector="Nguyễn Thị Ví Dụ", proof="receipt")
    sent = {"seen": page.context["seen"], "proof": "identity", "collector": "Nguyễn Thị Ví Dụ"}
    page = client.post(address, {**sent, "acknowledgement": "signed"})
    assert page.context["form"].non_field_errors()[0].startswith(MEANWHILE + "Result handed over to")
    assert fresh(dossier).collection_proof == "receipt"
    assert kinds(dossier).count("returned") == 1


# Ready reasons ----------------------------------------------------------------------------------


@pytest.fixture
def ready(world):
    """For what the desk asks or refuses, of this procedure and of all; and what is not for here."""
    ReadyReason.objects.create(use=ReasonUse.RESULT, text="Không đủ điều kiện.")
    ReadyReason.objects.create(use=ReasonUse.SUPPLEMENT, text="Khác.", procedure=world.paid)
    return [
        ReadyReason.objects.create(use=use, text=text, procedure=procedure, items=items)
        for use, text, procedure, items in (
            (ReasonUse.SUPPLEMENT, "Thiếu ảnh.", world.free, ["Ảnh 4x6"]),
            (ReasonUse.SUPPLEMENT, "Tờ khai chưa có chữ ký.", None, ["Tờ khai có chữ ký"]),
            (ReasonUse.REFUSAL, "Không thuộc thẩm quyền.", None, []),
        )
    ]


def test_ready_reasons_at_reception_say_what_they_are_for(world, browser, ready):
    page = browser(world.clerk).get(PAGE, {"procedure": world.free.code})
    offered = [str(label) for _value, label in page.context["form"].fields["ready"].choices]
    assert offered == [
        "None; I write it myself",
        "Asking for what is missing: Thiếu ảnh.",
        "Asking for what is missing: Tờ khai chưa có chữ ký.",
        "Refusing to receive: Không thuộc thẩm quyền.",
    ]


def test_a_ready_reason_is_inserted_at_reception_without_a_script_and_nothing_is_lost(world, browser, ready):
    client = browser(world.clerk)
    data = typed(client, world.free, ready=ready[1].pk, reason="Xin lỗi.", items="Ảnh 4x6", insert="1")
    form = client.post(PAGE, data).context["form"]
    assert (form["reason"].value(), form["items"].value()) == (
        "Xin lỗi.\nTờ khai chưa có chữ ký.",
        "Ảnh 4x6\nTờ khai có chữ ký",
    )
    assert (form["full_name"].value(), form["notice_channels"].value()) == ("Trần Văn Thử", ["email"])
    assert form["nonce"].value() == data["nonce"]
    assert form.errors == {}
    assert not Dossier.objects.exists()


def test_what_is_asked_at_the_desk_is_what_was_sent_whatever_was_chosen(world, browser, ready):
    client = browser(world.clerk)
    sent = {"ready": ready[1].pk, "reason": "Thiếu trang 2.", "items": "Tờ khai đủ trang", "ask": "1"}
    client.post(PAGE, typed(client, world.free, **sent))
    assert Dossier.objects.get().supplements.get().reason == "Thiếu trang 2."


@pytest.mark.parametrize("chosen", ["", "x", "999999999", "9" * 40, "٣"])
def test_a_choice_that_is_none_inserts_nothing_at_reception(world, browser, ready, chosen):
    client = browser(world.clerk)
    sent = typed(client, world.free, ready=chosen, reason="Xin lỗi.", insert="1")
    page = client.post(PAGE, sent)
    assert (page.status_code, page.context["form"]["reason"].value()) == (200, "Xin lỗi.")


def test_without_ready_reasons_reception_asks_for_one_field_less(world, browser):
    client = browser(world.clerk)
    page = client.get(PAGE, {"procedure": world.free.code})
    assert "ready" not in page.context["form"].fields
    assert "Insert the reason" not in text_of(page)
    assert errors_of(client.post(PAGE, typed(client, world.free, insert="1"))) == {}


def test_the_reason_of_a_verb_is_offered_without_a_prefix(world, browser, ready):
    page = browser(world.clerk).get(verb_of(world.submit(), Verb.REFUSE))
    offered = [str(label) for _value, label in page.context["form"].fields["ready"].choices]
    assert offered == ["None; I write it myself", "Không thuộc thẩm quyền."]
