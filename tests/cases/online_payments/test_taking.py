"""A notice of the payment platform becomes one payment: late, twice, forged, of another amount, after the cash (R38)."""

import json
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from cases import rules, services
from cases.enums import EventKind, State
from cases.invariants import ask, chosen
from cases.models import Dossier, OnlinePayment, Payment, PaymentNotice
from cases.online_paid import online_payment_mark
from cases.payment_enums import OnlinePaymentState
from cases.portal.content import with_all_that_is_told
from cases.queries import fees_of
from cases.services import online_payments, payment_taking
from onestop.simulators.base import Fault
from onestop.simulators.payment import signed
from tests.cases.helpers import fresh, kinds, last_event
from tests.cases.online_payments.conftest import send
from tests.cases.scorecard.helpers import listed
from tests.cast import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


FORM = "application/x-www-form-urlencoded"
NOTICE = {"orderId": "OS1", "amount": 1, "transactionStatus": "00", "signature": "0"}


def verdicts() -> list[str]:
    return list(PaymentNotice.objects.order_by("pk").values_list("verdict", flat=True))


def amounts(dossier) -> list[int]:
    return list(dossier.payments.order_by("pk").values_list("amount", flat=True))


def money_holds() -> bool:
    return all(
        answer.holds for answer in ask(chosen(names=[one.name for one in chosen() if "-" in one.name]))
    )


def returned(world, dossier):
    """With its result handed over."""
    world.scan(dossier)
    services.digitize(dossier, by=world.clerk)
    services.start(dossier, by=world.officer)
    world.record_result(dossier)
    return services.return_result(
        dossier, by=world.clerk, collector=world.applicant.full_name, proof="receipt"
    )


def send_text(client, content: str, content_type: str) -> str:
    return client.post("/thanh-toan/thong-bao/", content, content_type=content_type).json()["resultCode"]


def now_of(order: OnlinePayment) -> OnlinePayment:
    return OnlinePayment.objects.get(pk=order.pk)


def test_a_paid_order_is_one_payment_with_a_receipt_of_the_desk(order, platform, world):
    platform.pay(order)
    assert platform.deliver() == ["00"]
    payment = Payment.objects.get()
    assert (payment.amount, payment.method, payment.taken_by, payment.receipt_number) == (
        15000,
        "online",
        None,
        "H41.101/2026/000001",
    )
    order = now_of(order)
    assert (order.state, order.payment, order.overpaid, order.next_ask_at) == ("paid", payment, 0, None)
    assert payment.reference == order.transaction_number
    assert last_event(order.dossier) == (
        EventKind.PAID,
        "Nền tảng thanh toán trực tuyến",
        "",
        "received",
        "15.000 VND taken, receipt H41.101/2026/000001.",
    )
    assert fresh(order.dossier).balance == 0
    assert verdicts() == ["taken"]


def test_paying_after_the_result_settles_the_dossier(world, platform):
    dossier = world.with_result(world.paid)
    platform.pay(online_payments.begin(dossier))
    platform.deliver()
    assert fresh(dossier).state == State.PAID
    assert kinds(dossier)[-2:] == ["paid", "settled"]


def test_twice_is_once(order, platform):
    platform.simulator.set_fault(Fault.TWICE, 1)
    platform.pay(order)
    assert platform.deliver() == ["00", "02"]
    assert send(platform.simulator.notices(order.order_number)[0]) == "02"
    assert amounts(order.dossier) == [15000]
    assert verdicts() == ["taken", "repeated", "repeated"]
    assert money_holds()


def test_out_of_order_changes_nothing(order, platform):
    platform.simulator.set_fault(Fault.SHUFFLED, 1)
    platform.pay(order)
    assert platform.deliver() == ["00", "02"]
    assert now_of(order).state == OnlinePaymentState.PAID
    assert amounts(order.dossier) == [15000]


def test_not_paid_and_then_paid_after_all_is_paid(order, platform):
    platform.simulator.cancel(order.order_number)
    platform.simulator.notify(order.order_number)
    assert platform.deliver() == ["00"]
    assert now_of(order).state == OnlinePaymentState.FAILED
    platform.pay(order)
    assert platform.deliver() == ["00"]
    assert now_of(order).state == OnlinePaymentState.PAID
    assert verdicts() == ["not_paid", "late"]


def test_forged_is_kept_and_answered_and_believed_in_nothing(order, platform):
    platform.simulator.set_fault(Fault.FORGED, 1)
    platform.pay(order)
    assert platform.deliver() == ["97"]
    assert amounts(order.dossier) == []
    notice = PaymentNotice.objects.get()
    assert (notice.verdict, notice.order, notice.order_number) == ("forged", None, order.order_number)


def test_without_a_secret_nothing_is_signed(order, platform, settings):
    platform.pay(order)
    settings.PAYMENT_SECRET = ""
    forged = signed(platform.outbox[0][1], "")
    assert send(forged) == "97"
    assert amounts(order.dossier) == []


def test_another_amount_waits_for_a_person(order, platform):
    platform.simulator.set_fault(Fault.WRONG, 1)
    platform.pay(order)
    assert platform.deliver() == ["04"]
    assert amounts(order.dossier) == []
    assert now_of(order).state == OnlinePaymentState.CREATED
    assert verdicts() == ["wrong_amount"]


@pytest.mark.parametrize(
    ("changes", "code", "verdict"),
    [
        ({"orderId": "OS000000000000000000"}, "01", "unknown_order"),
        ({"merchantCode": "KHAC"}, "01", "not_ours"),
        ({"amount": 15000.5}, "99", "unreadable"),
        ({"amount": "15.000"}, "99", "unreadable"),
        ({"amount": -15000}, "99", "unreadable"),
        ({"transactionId": ""}, "99", "unreadable"),
        ({"orderId": "số đơn hàng"}, "99", "unreadable"),
        ({"payDate": "hôm nay"}, "99", "unreadable"),
        ({"transactionStatus": "chờ"}, "99", "unreadable"),
    ],
)
def test_what_is_signed_and_not_ours_or_nonsense_enters_nothing(order, platform, changes, code, verdict):
    platform.pay(order)
    right = platform.outbox.pop()[1]
    assert send(signed({**right, **changes})) == code
    assert verdicts() == [verdict]
    assert amounts(order.dossier) == []
    assert send(right) == "00"


def test_an_unknown_word_for_the_state_is_repeated_and_for_a_person(order, platform, client, world):
    platform.pay(order)
    told = signed({**platform.outbox.pop()[1], "transactionStatus": "77"})
    assert (send(told), send(told)) == ("99", "99")
    notice = PaymentNotice.objects.get()  # once, however often it is repeated
    assert (notice.verdict, notice.order, notice.status) == ("unreadable", order, "77")
    client.force_login(world.supervisor)
    assert "Cannot be read" in client.get("/quan-tri/thanh-toan/").content.decode()


def test_a_name_that_holds_another_field_is_not_signed(known):
    whole = signed({"a": "1", "b": "2"})
    assert known.is_genuine(whole)
    assert not known.is_genuine({"a=1&b": "2", "signature": whole["signature"]})


@pytest.mark.parametrize("value", [r"\u0000", r"\ud800", r"\u001b"])
def test_what_could_not_be_kept_is_unreadable(order, platform, client, value):
    content = json.dumps({**NOTICE, "transactionStatus": "?"}).replace("?", value)
    assert send_text(client, content, "application/json") == "99"
    assert send_text(client, "orderId=OS1&amount=1&transactionStatus=%00", FORM) == "99"
    assert set(verdicts()) == {"unreadable"}


def test_of_unsigned_ones_not_all_are_kept(order, platform, monkeypatch, clock):
    monkeypatch.setattr(payment_taking, "MOST_UNSIGNED", 2)
    assert [send({**NOTICE, "orderId": f"OS{n}"}) for n in range(4)] == ["97"] * 4
    assert verdicts() == ["forged", "forged"]
    platform.pay(order)
    assert platform.deliver() == ["00"]
    clock.move_to("2026-11-09 10:30")
    send(NOTICE)
    assert verdicts() == ["forged", "forged", "taken", "forged"]


@pytest.mark.parametrize("content", ["", "[]", "null", "<html>", "\ufeff{", "[" * 60_000, '{"a": {"b": 1}}'])
def test_what_is_no_notice_is_answered_all_the_same(order, platform, client, content):
    answer = client.post("/thanh-toan/thong-bao/", content, content_type="application/json")
    assert answer.status_code in {200, 413}
    assert Payment.objects.count() == 0


def test_another_character_set_is_unreadable(order, platform, client):
    answer = client.generic("POST", "/thanh-toan/thong-bao/", '{"a": "b"}'.encode("utf-16"))
    assert answer.json()["resultCode"] == "99"
    assert verdicts() == ["unreadable"]


def test_a_form_is_read_as_well_as_json(order, platform, client):
    platform.pay(order)
    answer = client.post("/thanh-toan/thong-bao/", platform.outbox[0][1])
    assert answer.status_code == 200  # multipart is none of the protocol
    fields = {name: str(value) for name, value in platform.outbox[0][1].items()}
    answer = client.post(
        "/thanh-toan/thong-bao/", urlencode(fields), content_type="application/x-www-form-urlencoded"
    )
    assert answer.json()["resultCode"] == "00"


def test_late_money_is_money(order, platform, clock):
    clock.move_to("2026-11-09 10:00")
    platform.pay(order)
    assert platform.deliver() == ["00"]
    assert verdicts() == ["late"]
    assert amounts(order.dossier) == [15000]


def test_what_was_paid_in_cash_meanwhile_is_to_be_paid_back(order, platform, world):
    services.pay(order.dossier, by=world.clerk, amount=15000)
    platform.pay(order)
    assert platform.deliver() == ["00"]
    assert verdicts() == ["overpaid"]
    order = now_of(order)
    assert order.overpaid == 15000
    dossier = fresh(order.dossier)
    assert (dossier.balance, fees_of(dossier).to_pay_back) == (-15000, 15000)
    assert rules.refundable(order.payment, dossier) == 15000
    assert money_holds()
    services.refund(dossier, by=world.clerk, payment=order.payment, reason="Đã nộp tiền mặt")
    assert fresh(dossier).balance == 0
    assert money_holds()


def test_only_a_part_of_it_may_be_too_much(order, platform, world):
    services.pay(order.dossier, by=world.clerk, amount=10000, part=True)
    platform.pay(order)
    platform.deliver()
    assert now_of(order).overpaid == 10000
    assert money_holds()


def test_money_for_a_withdrawn_or_returned_dossier_is_entered_and_can_go_back(order, platform, world):
    services.withdraw(order.dossier, by=world.clerk, reason="Người nộp đổi ý")
    platform.pay(order)
    assert platform.deliver() == ["00"]
    dossier = fresh(order.dossier)
    assert (dossier.state, amounts(dossier)) == (State.STOPPED, [15000])
    services.refund(dossier, by=world.clerk, payment=dossier.payments.get(), reason="Đã rút hồ sơ")
    assert sum(amounts(dossier)) == 0
    assert money_holds()


def test_the_transaction_of_another_order_is_for_a_person(order, platform, world):
    other = online_payments.begin(world.receive(world.paid), by=world.clerk)
    platform.pay(order)
    platform.deliver()
    platform.simulator.pay(other.order_number)
    notice = platform.simulator.notices(other.order_number)[0]
    stolen = signed({**notice, "transactionId": now_of(order).transaction_number})
    assert send(stolen) == "99"
    assert amounts(other.dossier) == []
    assert send(notice) == "00"


def test_a_second_transaction_of_the_same_order_is_for_a_person(order, platform):
    platform.pay(order)
    notice = platform.outbox[0][1]
    platform.deliver()
    assert send(signed({**notice, "transactionId": "GD2"})) == "99"
    assert verdicts() == ["taken", "other_transaction"]
    assert amounts(order.dossier) == [15000]


def test_nobody_takes_notices_without_a_platform(world, client, settings):
    assert settings.PAYMENT_URL == ""
    assert client.post("/thanh-toan/thong-bao/", {}, content_type="application/json").status_code == 404
    assert client.get("/thanh-toan/thong-bao/").status_code == 405


def test_too_long_is_not_read(platform, client):
    answer = client.post("/thanh-toan/thong-bao/", "x" * 20_000, content_type="application/json")
    assert answer.status_code == 413


def test_the_portal_is_told_how_it_was_paid(order, platform, world, settings):
    assert online_payment_mark(order.dossier) == 0
    platform.pay(order)
    platform.deliver()
    assert online_payment_mark(order.dossier) == 1
    settings.PAYMENT_KIND = "local"
    other = online_payments.begin(world.receive(world.paid))
    platform.pay(other)
    platform.deliver()
    assert online_payment_mark(other.dossier) == 2
    services.refund(other.dossier, by=world.clerk, payment=other.dossier.payments.get(), reason="Nhầm")
    assert online_payment_mark(other.dossier) == 0
    by_hand = world.receive(world.paid)
    services.pay(by_hand, by=world.clerk, amount=15000, method="online")
    assert online_payment_mark(by_hand) == 1


def test_a_message_of_the_portal_says_how_it_was_paid_at_its_moment(order, platform, clock, world):
    before = timezone.now()
    clock.move_to("2026-11-20 09:00")
    platform.pay(order)
    platform.deliver()
    paid = timezone.now()
    clock.move_to("2026-11-21 09:00")
    services.refund(order.dossier, by=world.clerk, payment=order.dossier.payments.get(), reason="Nhầm")
    dossier = with_all_that_is_told(Dossier.objects.all()).get(pk=order.dossier.pk)
    assert [online_payment_mark(dossier, at=at) for at in (before, paid, timezone.now())] == [0, 1, 0]


def test_it_counts_in_the_scorecard_as_paid_online(order, platform, world):
    platform.pay(order)
    platform.deliver()
    in_cash = world.receive(world.paid)
    for dossier in (order.dossier, in_cash):
        if dossier.balance:
            services.pay(dossier, by=world.clerk, amount=dossier.balance)
    done = {returned(world, dossier) for dossier in (order.dossier, in_cash)}
    assert listed("5.3", world.ward) == ({order.dossier}, done)


def test_what_nobody_signed_is_forgotten_in_time(order, platform, clock):
    platform.simulator.set_fault(Fault.FORGED, 1)
    platform.pay(order)
    platform.deliver()
    now = clock.move_to("2026-12-10 09:00")
    assert online_payments.forget_notices_of_anybody(local("2026-12-01 09:00")) == 0
    assert online_payments.forget_notices_of_anybody(now) == 1
