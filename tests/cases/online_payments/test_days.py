"""The platform's statement of a day beside our books: what is entered, what differs, what becomes of it."""

from datetime import date, timedelta

import pytest

from cases import services
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from cases.models import OnlinePayment, OnlineRefund, PaymentDay, PaymentDifference
from cases.services import online_payments, online_refunds, payment_days
from cases.services.payment_days import compare, compare_due
from onestop.outside import Garbled, OutsideError
from onestop.simulators import payment as simulator
from onestop.simulators.base import Fault
from onestop.simulators.payment import Movement, signed
from procedures.enums import Role
from tests.cases.helpers import fresh, make_person
from tests.cast import local

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english")]

TODAY = date(2026, 11, 9)


@pytest.fixture
def paid(order, platform):
    platform.pay(order)
    platform.deliver()
    order.refresh_from_db()
    return order


def differences() -> list[tuple]:
    found = PaymentDifference.objects.filter(settled_at=None).order_by("pk")
    return [(one.kind, one.number, one.here, one.there) for one in found]


def line(**facts) -> Movement:
    told = {"type": "payment", "payDate": "20261109091000", "transactionId": "GDX", **facts}
    return Movement("20261109", signed(told))


def test_a_day_that_agrees_has_no_difference(paid):
    row = compare(TODAY)
    assert (row.payments_here, row.sum_here, row.payments_there, row.sum_there) == (1, 15000, 1, 15000)
    assert (differences(), row.repaired) == ([], 0)


def test_what_nobody_told_us_of_is_entered(order, platform):
    platform.simulator.pay(order.order_number)
    row = compare(TODAY)
    assert (row.repaired, row.payments_here, differences()) == (1, 1, [])
    assert order.dossier.payments.get().amount == 15000
    assert compare(TODAY).repaired == 1
    assert order.dossier.payments.count() == 1


def test_each_difference_is_listed_with_what_to_do(paid, platform, world, client):
    moved = platform.simulator.movements
    moved.clear()
    other = online_payments.begin(world.receive(world.paid))
    moved += [
        line(orderId="OS000000000000000001", amount=7000),
        line(orderId=other.order_number, amount=14000),
        line(type="refund", refundId="HT1", amount=3000),
    ]
    compare(TODAY)
    assert differences() == [
        ("unknown_there", "OS000000000000000001", None, 7000),
        ("paid_there", other.order_number, None, 14000),
        ("paid_here", paid.order_number, 15000, None),
        ("refund_there", "HT1", None, 3000),
    ]
    client.force_login(make_person("he-thong", None, Role.SYSTEM_ADMIN, is_staff=True))
    text = client.get("/quan-tri/thanh-toan/").content.decode()
    assert "Ask the platform whose payment it is; have it paid back there." in text
    assert text.count("What became of ") >= 4
    client.force_login(world.supervisor)  # whose orders only two of them are
    assert client.get("/quan-tri/thanh-toan/").content.decode().count("What became of OS") == 2


def test_another_amount_or_transaction_is_a_difference(paid, platform):
    platform.simulator.movements[:] = [line(orderId=paid.order_number, amount=14000)]
    compare(TODAY)
    platform.simulator.movements[:] = [line(orderId=paid.order_number, amount=15000)]
    compare(TODAY)
    assert differences() == [("transaction", paid.order_number, 15000, 15000)]


def test_a_difference_that_is_gone_later_is_settled(paid, platform):
    moved = list(platform.simulator.movements)
    platform.simulator.movements.clear()
    compare(TODAY)
    assert differences() == [("paid_here", paid.order_number, 15000, None)]
    platform.simulator.movements += moved
    compare(TODAY)
    assert differences() == []
    assert PaymentDifference.objects.get().note == "A later comparison found no difference any more."


def test_a_difference_that_comes_back_is_open_again(paid, platform):
    moved = platform.simulator.movements
    theirs = list(moved)
    for is_there in (False, True, False):
        moved[:] = theirs if is_there else []
        compare(TODAY)
    assert len(differences()) == 1 == PaymentDifference.objects.count()


def test_what_somebody_settled_is_open_again_when_the_sums_are_others(paid, platform, world):
    platform.simulator.movements[:] = [line(orderId=paid.order_number, amount=14000)]
    compare(TODAY)
    for found in PaymentDifference.objects.all():
        payment_days.settle_difference(found.pk, by=world.supervisor, note="Nền tảng đã xác nhận")
    platform.simulator.movements[:] = [line(orderId=paid.order_number, amount=13000)]
    compare(TODAY)
    assert {there for _kind, _number, _here, there in differences()} == {13000}


def test_refunds_are_compared_too(paid, platform, world):
    dossier = fresh(paid.dossier)
    services.refund(dossier, by=world.clerk, payment=dossier.payments.get(), reason="Nhầm")
    platform.simulator.set_fault(Fault.UNCLEAR, 1)
    online_refunds.send_due()  # it was carried out there, and nobody told us
    row = compare(TODAY)
    assert (row.repaired, differences()) == (1, [])
    paid.refresh_from_db()
    assert paid.state == "refunded"
    platform.simulator.movements.pop()
    compare(TODAY)
    assert [one[0] for one in differences()] == ["refund_here"]


def test_a_statement_of_many_pages_is_read_to_its_end(paid, platform, monkeypatch):
    monkeypatch.setattr(simulator, "PER_PAGE", 1)
    platform.simulator.movements += [line(orderId=f"OS{n:018}", amount=1000) for n in range(3)]
    assert compare(TODAY).payments_there == 4


def test_a_line_that_is_not_signed_spoils_the_statement(paid, platform):
    platform.simulator.movements[0].line["amount"] = 1
    with pytest.raises(Garbled):
        compare(TODAY)
    assert not PaymentDay.objects.exists()


@pytest.mark.parametrize(
    "fault",
    [Fault.HTML, Fault.NOT_THERE, Fault.STRANGER, Fault.NEVER, Fault.REFUSE, Fault.HALF, Fault.CHARSET],
)
def test_a_night_that_failed_is_made_good(paid, platform, clock, fault):
    clock.move_to("2026-11-10 01:15")
    platform.simulator.set_fault(fault)
    assert compare_due() == 0
    platform.simulator.set_fault(None)
    clock.move_to("2026-11-12 01:15")
    assert compare_due() == 7
    assert PaymentDay.objects.get(day=TODAY).payments_there == 1
    assert compare_due() == 0


def test_a_day_compared_before_its_end_is_compared_again(order, platform, clock):
    compare(TODAY)
    platform.simulator.pay(order.order_number)  # later, and nobody told us
    clock.move_to("2026-11-10 01:15")
    compare_due()
    assert order.dossier.payments.get().amount == 15000
    assert compare_due() == 0


def test_what_their_statement_names_belongs_to_its_day(paid, platform, world, clock):
    """Money moved before midnight and heard of after it is missed in neither day."""
    dossier = fresh(paid.dossier)
    services.refund(dossier, by=world.clerk, payment=dossier.payments.get(), reason="Nhầm")
    clock.move_to("2026-11-10 00:01")
    online_refunds.send_due()
    OnlinePayment.objects.update(paid_at=local("2026-11-10 00:01"))
    payment_line, refund_line = platform.simulator.movements
    told = {name: value for name, value in refund_line.line.items() if name != "signature"}
    refund_line.line, refund_line.day = signed({**told, "payDate": ""}), "20261109"
    clock.move_to("2026-11-11 01:15")
    compare(TODAY)
    compare(TODAY + timedelta(days=1))
    assert differences() == []
    assert OnlineRefund.objects.get().done_at == local("2026-11-09 00:00")


def test_days_with_open_differences_are_compared_again(paid, platform, clock):
    moved = list(platform.simulator.movements)
    platform.simulator.movements.clear()
    clock.move_to("2026-11-10 01:15")
    compare_due()
    platform.simulator.movements += moved
    assert compare_due() == 1
    assert differences() == []


def test_supervisors_say_what_became_of_it(paid, platform, world):
    platform.simulator.movements.clear()
    compare(TODAY)
    found = PaymentDifference.objects.get()
    with pytest.raises(NotPermitted):
        payment_days.settle_difference(found.pk, by=world.auditor, note="Đã hỏi")
    with pytest.raises(Invalid):
        payment_days.settle_difference(found.pk, by=world.supervisor, note=" ")
    with pytest.raises(NotPermitted):
        payment_days.settle_difference(found.pk, by=world.outsider_head, note="Đã hỏi")
    payment_days.settle_difference(found.pk, by=world.supervisor, note="Nền tảng đã xác nhận")
    with pytest.raises(NotPossibleNow):
        payment_days.settle_difference(found.pk, by=world.supervisor, note="Lần nữa")
    compare(TODAY)  # what was settled is not opened again
    assert differences() == []


def test_comparing_now_is_for_who_settles(paid, world, settings):
    with pytest.raises(NotPermitted):
        payment_days.compare_now(TODAY, by=world.clerk)
    with pytest.raises(NotPossibleNow):
        payment_days.compare_now(TODAY + timedelta(days=1), by=world.supervisor)
    assert payment_days.compare_now(TODAY, by=world.supervisor).payments_here == 1
    settings.PAYMENT_URL = ""
    assert compare_due() == 0
    with pytest.raises((NotPossibleNow, OutsideError)):
        payment_days.compare_now(TODAY, by=world.supervisor)
