"""The money of a dossier on its page: transfer code, waiver, refund, receipts; and the cash of the day."""

import pytest
from django.urls import reverse

from cases import services
from cases.models import CashReport, Payment
from cases.transfers import transfer_of
from cases.vietqr import fields_of
from procedures.models import Agency
from tests.cases.admin.conftest import messages_of, page_of, text_of, verb_of
from tests.cases.helpers import fresh
from tests.notifications.builders import text_of as page_text


@pytest.fixture
def account(world):
    """The province has an account; the ward below it has none of its own."""
    Agency.objects.filter(pk=world.province.pk).update(
        bank_bin="999999", bank_account="0000123456789", bank_account_name="KHO BAC THU NGHIEM"
    )


def receipt_of(payment) -> str:
    return reverse("admin:fee_receipt", args=[payment.pk])


# Transfer code --------------------------------------------------------------------------------------


def test_transfer_is_to_the_nearest_account_and_names_only_the_code(world, account):
    dossier = world.receive(world.paid)
    order = transfer_of(fresh(dossier))
    assert (order.bank, order.account, order.amount) == ("999999", "0000123456789", 15000)
    root = fields_of(order.payload)
    assert (root["54"], fields_of(root["62"])) == ("15000", {"08": dossier.code})
    assert "VI DU" not in order.payload.upper()
    world.ward.bank_bin, world.ward.bank_account = "111111", "42"
    world.ward.save()
    order = transfer_of(fresh(dossier))
    assert (order.account, order.account_name) == ("42", "")  # nobody else's name beside it


def test_transfer_is_offered_only_for_what_is_owed_and_where_there_is_an_account(world):
    assert transfer_of(world.receive(world.paid)) is None
    Agency.objects.filter(pk=world.ward.pk).update(bank_bin="999999", bank_account="1")
    assert transfer_of(fresh(world.receive(world.free))) is None
    dossier = world.receive(world.paid)
    services.pay(dossier, by=world.clerk, amount=5000, part=True)
    assert transfer_of(fresh(dossier)).amount == 10000


def test_transfer_code_is_on_the_page_the_pay_page_and_the_receipt(world, browser, account):
    dossier, clerk = world.receive(world.paid), browser(world.clerk)
    for address in (page_of(dossier), verb_of(dossier, "pay")):
        assert "KHO BAC THU NGHIEM" in text_of(clerk.get(address))
    receipt = reverse("admin:dossier_receipt", args=[dossier.pk])
    assert "Nộp phí, lệ phí bằng chuyển khoản" in page_text(clerk.get(receipt).content)
    assert "KHO BAC" not in text_of(browser(world.officer).get(page_of(dossier)))
    services.pay(dossier, by=world.clerk, amount=15000)
    assert "KHO BAC" not in text_of(clerk.get(page_of(dossier)))
    assert "chuyển khoản" not in page_text(clerk.get(receipt).content)


# Verbs ----------------------------------------------------------------------------------------------


def test_a_part_is_paid_waived_and_paid_back_on_the_pages(world, browser):
    dossier, clerk = world.receive(world.paid), browser(world.clerk)
    body = {"amount": 15000, "method": "transfer", "reference": "FT1"}
    clerk.post(verb_of(dossier, "pay"), body)
    page = text_of(clerk.get(verb_of(dossier, "waive")))
    assert "Lệ phí: 15.000 đ left" in page
    clerk.post(verb_of(dossier, "waive"), {"fee": dossier.fees.get().pk, "amount": "", "ground": "Hộ nghèo"})
    page = text_of(clerk.get(page_of(dossier)))
    assert "Waived Hộ nghèo" in page
    assert "To be paid back to be paid back 15.000 đ" in page
    assert "H41.101/2026/000001: 15.000 đ left" in text_of(clerk.get(verb_of(dossier, "refund")))
    body = {"payment": dossier.payments.get().pk, "amount": 15000, "reason": "Được miễn"}
    clerk.post(verb_of(dossier, "refund"), body)
    page = text_of(clerk.get(page_of(dossier)))
    assert "Paid back H41.101/2026/000002 (Bank transfer)" in page
    assert "Still owed settled 0 đ" in page


def test_a_wrong_amount_stays_on_the_page_with_its_sentence(world, browser):
    dossier, clerk = world.receive(world.paid), browser(world.clerk)
    page = text_of(clerk.post(verb_of(dossier, "pay"), {"amount": 5000, "method": "cash"}))
    assert "5.000 đ is not what is owed: 15.000 đ. Take exactly that amount." in page
    body = {"fee": dossier.fees.get().pk, "amount": 15001, "ground": "Hộ nghèo"}
    page = text_of(clerk.post(verb_of(dossier, "waive"), body))
    assert "15.001 đ is not possible: of “Lệ phí” 15.000 đ are left." in page
    clerk.post(verb_of(dossier, "pay"), {"amount": 5000, "method": "cash", "part": "on"})
    assert fresh(dossier).balance == 10000


# Receipts -------------------------------------------------------------------------------------------


def test_fee_receipt_says_what_was_taken_and_is_left_then(world, browser):
    dossier, clerk = world.receive(world.paid), browser(world.clerk)
    services.waive(dossier, by=world.clerk, fee=dossier.fees.get(), amount=3000, ground="Hộ cận nghèo")
    payment = services.pay(
        dossier, by=world.clerk, amount=5000, part=True, method="transfer", reference="FT1"
    )
    services.pay(dossier, by=world.clerk, amount=7000)
    response = clerk.get(receipt_of(payment))
    assert response["Content-Type"] == "application/pdf"
    text = page_text(response.content)
    for words in (
        "BIÊN LAI THU PHÍ, LỆ PHÍ",
        "H41.101/2026/000001",
        dossier.code,
        "Nguyễn Thị Ví Dụ",
        "Miễn, giảm: Hộ cận nghèo",
        "-3.000 đ",
        "5.000 đ",
        "FT1",
        "7.000 đ",
        "Lê Thị Một Cửa",
    ):
        assert words in text


def test_fee_receipt_of_a_refund_is_a_slip_of_its_own(world, browser):
    dossier = world.receive(world.paid)
    payment = services.pay(dossier, by=world.clerk, amount=15000)
    entry = services.refund(dossier, by=world.clerk, payment=payment, reason="Thu nhầm")
    text = page_text(browser(world.clerk).get(receipt_of(entry)).content)
    assert "PHIẾU HOÀN TRẢ PHÍ, LỆ PHÍ" in text
    assert "Thu nhầm" in text and payment.receipt_number in text


def test_fee_receipt_is_for_the_desk_and_its_supervisors(world, browser):
    payment = services.pay(world.receive(world.paid), by=world.clerk, amount=15000)
    for person in (world.clerk, world.supervisor, world.auditor):
        assert browser(person).get(receipt_of(payment)).status_code == 200
    for person in (world.officer, world.outsider_clerk, world.outsider_head, world.centre_clerk):
        assert browser(person).get(receipt_of(payment)).status_code == 404
    assert browser(world.clerk).get(reverse("admin:fee_receipt", args=[999999])).status_code == 404


# Cash of the day ------------------------------------------------------------------------------------


def take(world, **changes) -> Payment:
    return services.pay(world.receive(world.paid), **{"by": world.clerk, "amount": 15000, **changes})


def test_cash_is_closed_and_the_report_printed(world, browser):
    clerk = browser(world.clerk)
    assert "You have taken no money since your last report." in text_of(clerk.get(reverse("admin:cash")))
    take(world)
    take(world, method="transfer")
    page = text_of(clerk.get(reverse("admin:cash")))
    assert "H41.101/2026/000001 – H41.101/2026/000002 (2)" in page
    assert "Cash that should be there 15.000 đ" in page
    response = clerk.post(reverse("admin:cash"), {"desk": world.ward.pk, "counted": 15000}, follow=True)
    assert messages_of(response) == ["Closed as H41.101/2026/BK-0001; print it and sign it."]
    pdf = clerk.get(reverse("admin:cash_report", args=[CashReport.objects.get().pk]))
    text = page_text(pdf.content)
    for words in ("BẢNG KÊ", "H41.101/2026/BK-0001", "H41.101/2026/000002", "30.000 đ", "15.000 đ"):
        assert (words in text) == (words != "30.000 đ")


def test_cash_that_differs_is_asked_about_and_nothing_is_closed(world, browser):
    take(world)
    clerk = browser(world.clerk)
    page = text_of(clerk.post(reverse("admin:cash"), {"desk": world.ward.pk, "counted": 14000}))
    assert "14.000 đ were counted, by the entries there should be 15.000 đ." in page
    for body in ({"counted": "x"}, {"counted": 15000, "note": "x" * 301}, {}):
        assert clerk.post(reverse("admin:cash"), {"desk": world.ward.pk, **body}).status_code == 200
    for desk in ("", "0", "x", "9" * 30, "²"):
        assert clerk.post(reverse("admin:cash"), {"desk": desk, "counted": 1}).status_code == 404
    assert not CashReport.objects.exists()


def test_cash_of_all_clerks_is_seen_by_who_supervises(world, browser):
    take(world)
    services.close_cash(by=world.clerk, desk=world.ward, counted=14000, note="Trả lại thừa")
    take(world)
    for person in (world.supervisor, world.auditor):
        page = text_of(browser(person).get(reverse("admin:cash")))
        assert "Not closed yet" in page and "Lê Thị Một Cửa" in page
        assert "H41.101/2026/BK-0001" in page and "-1.000 đ Trả lại thừa" in page
    report = reverse("admin:cash_report", args=[CashReport.objects.get().pk])
    for person in (world.clerk, world.supervisor, world.auditor):
        assert browser(person).get(report).status_code == 200
    for person in (world.officer, world.outsider_clerk, world.outsider_head):
        assert browser(person).get(report).status_code == 404
    assert "BK-0001" not in text_of(browser(world.outsider_head).get(reverse("admin:cash")))


def test_cash_is_nobody_elses(world, browser):
    assert browser(world.officer).get(reverse("admin:cash")).status_code == 403


def test_cash_takes_as_many_queries_for_one_payment_as_for_three(
    world, browser, django_assert_max_num_queries
):
    take(world)
    clerk = browser(world.clerk)
    clerk.get(reverse("admin:cash"))
    with django_assert_max_num_queries(14):
        clerk.get(reverse("admin:cash"))
    take(world)
    take(world)
    with django_assert_max_num_queries(14):
        clerk.get(reverse("admin:cash"))
