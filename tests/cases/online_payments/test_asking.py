"""Orders, questions and refunds: every way in which the platform may fail leaves the desk at work and loses nothing."""

import pytest

from cases import services
from cases.connections.payment import StandingKind, ask_status, create_order
from cases.connections.systems import System
from cases.errors import NotPermitted, NotPossibleNow
from cases.models import ConnectionState, OnlinePayment, OnlineRefund, PaymentNotice
from cases.payment_enums import OnlinePaymentState, RefundState
from cases.services import online_payments, online_refunds
from onestop.outside import Garbled, NoAnswer, NotLetIn, NotReached, Refused
from onestop.simulators.base import Fault, Reply
from onestop.simulators.payment import signed
from tests.cases.helpers import fresh
from tests.cases.online_payments.conftest import path_of
from tests.cast import local

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english")]

# Every way in which an answer may be wrong, and what it is taken for.
FAULTS = [
    (Fault.AWAY, NoAnswer),
    (Fault.LATE, NoAnswer),
    (Fault.NEVER, NoAnswer),
    (Fault.HALF, NoAnswer),
    (Fault.ERROR, NoAnswer),
    (Fault.UNCLEAR, NoAnswer),
    (Fault.BUSY, NotReached),
    (Fault.HTML, Garbled),
    (Fault.NOT_THERE, Garbled),
    (Fault.STRANGER, Garbled),
    (Fault.CHARSET, Garbled),
    (Fault.REFUSE, Refused),
    (Fault.SIGNED_OUT, NotLetIn),
    (Fault.WRONG, Garbled),
]


def now_of(order: OnlinePayment) -> OnlinePayment:
    return OnlinePayment.objects.get(pk=order.pk)


def test_an_order_names_the_dossier_and_nobody(order, platform):
    told = platform.simulator.orders[order.order_number].told
    assert told["orderInfo"] == "H41.101-261109-0001"
    assert (told["amount"], path_of(told["notifyUrl"]), path_of(told["returnUrl"])) == (
        15000,
        "/thanh-toan/thong-bao/",
        "/thanh-toan/ve/",
    )
    assert "Ví Dụ" not in str(told)
    assert (told["createDate"], told["expireDate"]) == ("20261109090000", "20261109091500")


def test_the_open_order_is_shown_again_and_a_new_one_made_when_it_ends(order, platform, world, clock):
    assert online_payments.begin(order.dossier).pk == order.pk
    clock.move_to("2026-11-09 09:13")
    assert online_payments.begin(order.dossier).pk != order.pk


def test_an_order_of_an_amount_that_changed_is_a_new_one(order, world):
    services.pay(order.dossier, by=world.clerk, amount=5000, part=True)
    assert online_payments.begin(order.dossier).amount == 10000


def test_nothing_is_ordered_where_nothing_is_owed_or_connected(order, world, settings):
    with pytest.raises(NotPossibleNow):
        online_payments.begin(world.receive())
    with pytest.raises(NotPossibleNow):
        online_payments.begin(world.submit(world.paid))
    with pytest.raises(NotPermitted):
        online_payments.begin(order.dossier, by=world.outsider_clerk)
    settings.PAYMENT_URL = ""
    with pytest.raises(NotPossibleNow):
        online_payments.begin(order.dossier)
    assert OnlinePayment.objects.count() == 1


@pytest.mark.parametrize(("fault", "error"), FAULTS)
def test_whatever_goes_wrong_the_desk_goes_on_and_the_same_order_is_told_again(world, platform, fault, error):
    dossier = world.receive(world.paid)
    platform.simulator.set_fault(fault, 1)
    with pytest.raises(NotPossibleNow, match="Nothing was paid") as caught:
        online_payments.begin(dossier)
    assert type(caught.value.__cause__) is error
    order = OnlinePayment.objects.get()
    assert not order.can_be_paid
    # A refusal ends this order; whatever else is repeated under its number.
    assert order.state == ("failed" if issubclass(error, Refused) else "created")
    again = online_payments.begin(dossier)
    assert (again.pk == order.pk) != issubclass(error, Refused)
    assert again.can_be_paid
    services.pay(dossier, by=world.clerk, amount=15000)


def test_only_a_no_that_the_platform_signed_ends_an_order(world, platform, monkeypatch):
    said = {"resultCode": "99", "message": "Sai"}
    dossier = world.receive(world.paid)
    for body, state in (
        (said, "created"),
        (signed({"resultCode": "00"}), "created"),
        (signed(said), "failed"),
    ):
        monkeypatch.setattr(platform.simulator, "answer", lambda asked, body=body: Reply(400, body))
        with pytest.raises(NotPossibleNow):
            online_payments.begin(dossier)
        assert OnlinePayment.objects.get().state == state


def test_how_it_went_is_seen_on_the_page_of_connections(world, platform):
    platform.simulator.set_fault(Fault.HTML, 1)
    with pytest.raises(NotPossibleNow):
        online_payments.begin(world.receive(world.paid))
    state = ConnectionState.objects.get(system=System.PAYMENT)
    assert state.last_failure == "The answer is a page of HTML or XML instead of JSON."
    online_payments.begin(world.receive(world.paid))
    state.refresh_from_db()
    assert state.failing_since is None


def test_an_answer_of_somebody_else_is_none(order, known, platform):
    with pytest.raises(NotLetIn):  # signed with a key that the platform does not know
        ask_status(type(known)(known.url, known.merchant, "khoa-khac"), order.order_number)
    assert ask_status(known, order.order_number).kind == StandingKind.OPEN
    assert ask_status(known, "OS0").kind == StandingKind.UNKNOWN


def test_words_of_another_platform_are_a_configuration(order, known):
    told = type(known)(known.url, known.merchant, known.secret, fields={"order": "vnp_TxnRef"})
    assert told.signed(order="1")["vnp_TxnRef"] == "1"
    with pytest.raises(Garbled):  # which this platform does not use
        create_order(told, online_payments._told(order))


# Asking ---------------------------------------------------------------------------------------------


def test_of_an_order_without_a_notice_is_asked(order, platform, clock):
    platform.simulator.pay(order.order_number)  # and no notice comes
    assert online_payments.ask_open() == 0  # not yet: it usually comes
    clock.move_to("2026-11-09 09:02")
    assert online_payments.ask_open() == 1
    order = now_of(order)
    assert (order.state, order.payment.amount, order.next_ask_at) == ("paid", 15000, None)
    assert PaymentNotice.objects.get().source == "status"
    clock.move_to("2026-11-09 12:00")
    assert online_payments.ask_open() == 0


def test_a_notice_after_the_question_is_a_repeat(order, platform, clock):
    platform.pay(order)
    clock.move_to("2026-11-09 09:02")
    online_payments.ask_open()
    assert platform.deliver() == ["02"]
    assert now_of(order).dossier.payments.count() == 1


def test_what_is_not_paid_in_time_expires_and_is_asked_about_no_more(order, platform, clock):
    for minute in (2, 5, 10, 20, 40):
        clock.move_to(f"2026-11-09 09:{minute:02}")
        online_payments.ask_open()
    order = now_of(order)
    assert (order.state, order.next_ask_at) == (OnlinePaymentState.EXPIRED, None)
    assert not PaymentNotice.objects.exists()  # that nothing happened is no news


def test_one_order_that_is_answered_with_nonsense_does_not_keep_the_others_waiting(
    order, platform, world, clock
):
    other = online_payments.begin(world.receive(world.paid))
    platform.simulator.pay(other.order_number)
    clock.move_to("2026-11-09 09:02")
    platform.simulator.set_fault(Fault.HTML, 1)
    assert online_payments.ask_open() == 1
    assert now_of(other).state == "paid"


@pytest.mark.parametrize("fault", [Fault.HTML, Fault.REFUSE])
def test_two_days_after_its_end_nobody_asks_any_more(order, platform, clock, fault):
    platform.simulator.set_fault(fault)
    for day in (9, 10, 12):
        clock.move_to(f"2026-11-{day:02} 12:00")
        online_payments.ask_open()
    assert (now_of(order).state, now_of(order).next_ask_at) == ("expired", None)


@pytest.mark.parametrize(("fault", "error"), FAULTS)
def test_an_unclear_answer_to_a_question_is_asked_again(order, platform, clock, fault, error):
    platform.simulator.pay(order.order_number)
    clock.move_to("2026-11-09 09:02")
    platform.simulator.set_fault(fault, 1)
    online_payments.ask_open()
    if fault == Fault.WRONG:  # well formed and signed: another amount, for a person
        assert PaymentNotice.objects.get().verdict == "wrong_amount"
    assert not order.dossier.payments.exists()
    clock.move_to("2026-11-09 09:05")
    online_payments.ask_open()
    assert order.dossier.payments.get().amount == 15000


def test_coming_back_from_the_platform_asks_at_once(order, platform, client):
    back = platform.simulator
    back.pay(order.order_number)
    number = order.order_number
    facts = back.notices(number)[0]
    answer = client.get("/thanh-toan/ve/", facts)
    assert answer.status_code == 200
    assert "H41.101/2026/000001" in answer.content.decode()
    # What the address says is believed of nobody.
    assert client.get("/thanh-toan/ve/", {**facts, "signature": "0" * 64}).status_code == 404
    assert client.get("/thanh-toan/ve/").status_code == 404


def test_coming_back_before_the_platform_knows_says_so(order, platform, client):
    facts = platform.simulator.notices(order.order_number)[0]
    assert "Not confirmed yet" in client.get("/thanh-toan/ve/", facts).content.decode()
    platform.simulator.set_fault(Fault.HTML, 1)
    assert "Not confirmed yet" in client.get("/thanh-toan/ve/", facts).content.decode()
    platform.simulator.cancel(order.order_number)
    assert "Nothing was paid" in client.get("/thanh-toan/ve/", facts).content.decode()


# Paying back ----------------------------------------------------------------------------------------


@pytest.fixture
def refunded(order, platform, world):
    platform.pay(order)
    platform.deliver()
    dossier = fresh(order.dossier)
    services.refund(dossier, by=world.clerk, payment=dossier.payments.get(), amount=5000, reason="Nhầm")
    return OnlineRefund.objects.get()


def test_what_is_paid_back_the_platform_pays_back(refunded, order, platform, world):
    assert (refunded.state, refunded.amount) == (RefundState.WAITING, 5000)
    assert online_refunds.send_due() == 1
    assert online_refunds.send_due() == 0
    refunded.refresh_from_db()
    assert (refunded.state, refunded.transaction_number) == ("done", "HOAN000001")
    assert now_of(order).state == OnlinePaymentState.PAID  # only a part went back
    dossier = fresh(order.dossier)
    taken = dossier.payments.get(amount__gt=0)
    services.refund(dossier, by=world.clerk, payment=taken, reason="Phần còn lại")
    online_refunds.send_due()
    assert now_of(order).state == OnlinePaymentState.REFUNDED
    assert platform.simulator.orders[order.order_number].refunded == 15000


def test_cash_goes_back_as_cash(world, platform):
    dossier = world.receive(world.paid)
    payment = services.pay(dossier, by=world.clerk, amount=15000)
    services.refund(dossier, by=world.clerk, payment=payment, reason="Nhầm")
    assert not OnlineRefund.objects.exists()


@pytest.mark.parametrize(("fault", "error"), [one for one in FAULTS if one[0] != Fault.WRONG])
def test_money_goes_back_once_however_often_it_is_asked_for(refunded, order, platform, clock, fault, error):
    platform.simulator.set_fault(fault, 1)
    assert online_refunds.send_due() == 0
    refunded.refresh_from_db()
    assert refunded.fault
    if error is Refused:
        assert refunded.state == RefundState.REFUSED
        return
    clock.move_to("2026-11-09 09:05")
    assert online_refunds.send_due() == 1
    assert platform.simulator.orders[order.order_number].refunded == 5000


def test_what_was_refused_waits_for_a_person(refunded, platform, world):
    platform.simulator.set_fault(Fault.REFUSE, 1)
    online_refunds.send_due()
    assert online_refunds.waiting_refunds().refused == 1
    with pytest.raises(NotPermitted):
        online_refunds.send_again(refunded.pk, by=world.clerk)
    online_refunds.send_again(refunded.pk, by=world.supervisor)
    assert online_refunds.send_due() == 1
    with pytest.raises(NotPossibleNow):
        online_refunds.send_again(refunded.pk, by=world.supervisor)


def test_workers_do_nothing_without_a_platform(refunded, settings, clock):
    settings.PAYMENT_URL = ""
    clock.move_to("2026-11-10 09:00")
    assert (online_payments.ask_open(), online_refunds.send_due()) == (0, 0)
    assert OnlineRefund.objects.get().next_attempt_at == local("2026-11-09 09:00")
