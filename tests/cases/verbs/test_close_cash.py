"""close_cash (bảng kê thu cuối ngày): what a clerk took at a desk, claimed once; it balances by construction."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import services
from cases.errors import ChangedMeanwhile, Invalid, NotPermitted, NotPossibleNow
from cases.models import CashReport, Payment
from procedures.enums import Role
from tests.cases.helpers import (
    in_parallel,
    make_person,
    one_waits_for_the_other,
    refused,
    refused_to_everybody_but,
)
from tests.cast import local


def take(world, amount: int = 15000, *, by=None, method: str = "cash") -> Payment:
    dossier = world.receive(world.paid)
    return services.pay(dossier, by=by or world.clerk, amount=amount, method=method, part=amount != 15000)


def close(world, counted: int, **changes) -> CashReport:
    return services.close_cash(**{"by": world.clerk, "desk": world.ward, "counted": counted, **changes})


def test_close_cash_claims_what_was_taken_since_the_last_report(world, clock):
    payments = [take(world), take(world, method="transfer"), take(world)]
    clock.move_to("2026-11-09 16:45")
    report = close(world, 30000)
    assert (report.number, report.closed_at) == ("H41.101/2026/BK-0001", local("2026-11-09 16:45"))
    assert (report.clerk, report.desk) == (world.clerk, world.ward)
    assert (report.expected_cash, report.counted_cash, report.difference) == (30000, 30000, 0)
    assert list(report.payments.order_by("pk")) == payments


def test_close_cash_counts_what_was_paid_back_against_what_was_taken(world):
    first, second = take(world), take(world)
    services.refund(first.dossier, by=world.clerk, payment=first, reason="Thu nhầm")
    report = close(world, 15000)
    assert (report.expected_cash, report.payments.count()) == (15000, 3)
    services.refund(second.dossier, by=world.clerk, payment=second, reason="Thu nhầm")
    assert close(world, -15000).expected_cash == -15000


def test_close_cash_leaves_what_colleagues_took(world):
    colleague = make_person("mot-cua-2", world.ward, Role.CLERK)
    take(world)
    theirs = take(world, by=colleague)
    close(world, 15000)
    theirs.refresh_from_db()
    assert theirs.cash_report is None
    assert close(world, 15000, by=colleague).number == "H41.101/2026/BK-0002"


def test_close_cash_leaves_what_was_taken_for_another_desk(world):
    elsewhere = make_person("luan-chuyen", world.province, Role.CLERK)
    mine = take(world, by=elsewhere)
    report = close(world, 15000, by=elsewhere)
    assert list(report.payments.all()) == [mine]
    with refused(NotPossibleNow, "nothing_to_close"):
        close(world, 0, by=elsewhere, desk=world.other_ward)


def test_close_cash_explains_a_difference(world):
    take(world)
    with refused(Invalid, "difference_unexplained") as caught:
        close(world, 14000, note="  ")
    assert (caught.value.field, caught.value.sentence) == (
        "note",
        "14.000 đ were counted, by the entries there should be 15.000 đ. Explain the difference.",
    )
    report = close(world, 14000, note=" Trả lại thừa 1.000 đ ")
    assert (report.difference, report.note) == (-1000, "Trả lại thừa 1.000 đ")


def test_close_cash_is_not_done_over_entries_that_were_not_shown(world):
    shown = take(world)
    take(world, method="transfer")
    with refused(ChangedMeanwhile, "changed_meanwhile") as caught:
        close(world, 14000, note="Trả lại thừa", seen=shown.pk)
    assert caught.value.sentence == (
        "Nothing was closed yet, because money was taken or paid back while this page was open: "
        "H41.101/2026/000002. Count the cash again, then close."
    )
    newest = Payment.objects.latest("pk")
    assert close(world, 15000, seen=newest.pk).payments.count() == 2


def test_close_cash_starts_its_numbers_with_the_year(world, clock):
    take(world)
    close(world, 15000)
    clock.move_to("2027-01-04 16:00")
    take(world)
    assert close(world, 15000).number == "H41.101/2027/BK-0001"


@pytest.mark.parametrize("counted", [15000.0, "15000", None, True, 10**15 + 1])
def test_close_cash_refuses_what_is_no_amount(world, counted):
    take(world)
    with refused(Invalid, "invalid") as caught:
        close(world, counted)
    assert caught.value.field == "counted"


def test_close_cash_refuses_a_note_that_is_too_long(world):
    take(world)
    with refused(Invalid, "too_long") as caught:
        close(world, 1, note="x" * 301)
    assert caught.value.field == "note"


def test_close_cash_without_a_payment_is_not_possible(world):
    with refused(NotPossibleNow, "nothing_to_close"):
        close(world, 0)
    take(world)
    close(world, 15000)
    with refused(NotPossibleNow, "nothing_to_close"):
        close(world, 0)


def test_close_cash_is_not_permitted_to_anybody_else(world):
    take(world)
    postal = make_person("buu-dien", world.ward, Role.POSTAL_CLERK)
    refused_to_everybody_but(world, world.clerk, postal, act=lambda person: close(world, 0, by=person))
    with refused(NotPossibleNow):
        close(world, 0, by=postal)


def test_close_cash_is_refused_to_the_outsider(world):
    take(world)
    with refused(NotPermitted, "not_permitted") as caught:
        close(world, 0, by=world.outsider_clerk)
    assert caught.value.sentence == "Only who takes money at UBND phường Thử Nghiệm closes its cash."


def test_close_cash_is_still_for_who_has_left_the_desk(world):
    take(world)
    world.clerk.agency = world.other_ward
    world.clerk.save()
    assert close(world, 15000).expected_cash == 15000


@pytest.mark.django_db(transaction=True)
def test_close_cash_twice_at_once_makes_one_report(english, world):
    take(world)
    first, second = one_waits_for_the_other(lambda: close(world, 15000), lambda: close(world, 15000))
    assert (first.expected_cash, second.code) == (15000, "nothing_to_close")
    assert CashReport.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_close_cash_while_money_is_taken_loses_nothing_and_counts_nothing_twice(english, world):
    dossiers = [world.receive(world.paid) for _ in range(12)]
    colleague = make_person("mot-cua-2", world.ward, Role.CLERK)
    people = [world.clerk, colleague]
    tasks = [
        task
        for number, dossier in enumerate(dossiers)
        for task in (
            lambda dossier=dossier, by=people[number % 2]: services.pay(dossier, by=by, amount=15000),
            lambda by=people[number % 2]: close(world, 0, by=by, note="Đếm sau"),
        )
    ]
    outcomes = in_parallel(tasks, connections=4)
    reports = [outcome for outcome in outcomes if isinstance(outcome, CashReport)]
    assert all(getattr(outcome, "code", "nothing_to_close") == "nothing_to_close" for outcome in outcomes)
    assert_balanced()
    assert sum(report.payments.count() for report in reports) + unreported().count() == 12
    numbers = sorted(report.number for report in reports)
    assert numbers == [f"H41.101/2026/BK-{number:04d}" for number in range(1, len(reports) + 1)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["cash", "transfer", "refund", "close"]), st.integers(1, 15000)),
        max_size=8,
    )
)
def test_close_cash_balances_whatever_is_done(world, steps):
    for what, amount in steps:
        if what == "close":
            _close_if_there_is_something(world, amount)
        elif what == "refund":
            _refund_something(world, amount)
        else:
            take(world, amount, method=what)
        assert_balanced()


def _close_if_there_is_something(world, counted: int) -> None:
    if unreported().exists():
        close(world, counted, note="Thử")


def _refund_something(world, amount: int) -> None:
    left = next((payment for payment in Payment.objects.filter(amount__gt=0) if payment.left), None)
    if left:
        services.refund(
            left.dossier, by=world.clerk, payment=left, amount=min(amount, left.left), reason="Thử"
        )


def unreported():
    return Payment.objects.filter(cash_report=None)


def assert_balanced() -> None:
    """Reports and open payments together are all payments, in cash and altogether."""
    cash = [payment for payment in Payment.objects.all() if payment.method == "cash"]
    open_cash = sum(payment.amount for payment in unreported().filter(method="cash"))
    reported = sum(report.expected_cash for report in CashReport.objects.all())
    assert reported + open_cash == sum(payment.amount for payment in cash)
    for report in CashReport.objects.all():
        assert report.expected_cash == sum(
            payment.amount for payment in report.payments.filter(method="cash")
        )
