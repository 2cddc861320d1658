"""The facts of a scorecard, counted in the database (R51, R52): exact figures of a small world."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from cases import services
from cases.enums import PaymentMethod, Provision, State
from cases.feedback import FeedbackKind
from cases.models import Dossier
from cases.scorecard.facts import Counted, card_of, counted, facts_of, scope_of
from cases.scorecard.periods import PeriodRefused, month, quarter, year
from cases.scorecard.scores import Fact, NoValue
from cases.services.checklist import ComponentFacts
from cases.services.feedback import Sender
from cases.services.rating import rating_proof
from procedures.enums import ServiceLevel
from procedures.models import ProcedureVersion
from tests.cast import local

pytestmark = pytest.mark.usefixtures("english")

OCTOBER, NOVEMBER, DECEMBER = month(2026, 10), month(2026, 11), month(2026, 12)
LATER = local("2027-03-01 09:00")
GOOD = {"guidance": 5, "attitude": 4, "time": 3, "components": 5, "fee": 5}


@pytest.fixture
def count(world):
    """The facts of the ward in a month, long after it unless said otherwise."""

    def counting(code, agency=None, *, period=NOVEMBER, now=LATER):
        found = counted(code, scope_of(agency or world.ward, period, now))
        return found.fact if isinstance(found, Counted) else found

    return counting


def listed(code, agency, period=NOVEMBER) -> tuple[set, set]:
    found = counted(code, scope_of(agency, period, LATER))
    return set(found.numerator), set(found.denominator)


def outside(world) -> Dossier:
    """A dossier of the other ward, which is of the same province."""
    return world.receive(desk=world.other_ward, by=world.outsider_clerk)


# On time and who is counted -----------------------------------------------------------------------


def test_on_time_late_and_open(world, clock, count):
    """Due Thursday 12/11 17:00: returned, still open, and ready a day late."""
    returned, still_open = world.returned(), world.processing()
    late = world.processing()
    clock.move_to("2026-11-13 09:00")
    late = world.record_result(late)
    outside(world)
    assert count("2.1") == Fact(1, 3)
    assert listed("2.1", world.ward) == ({returned}, {returned, still_open, late})
    assert count("2.1", world.province) == Fact(1, 4)
    assert count("2.1", world.centre) == Fact(0, 0)


def test_what_is_not_due_yet_is_on_time(world, clock, count):
    clock.move_to("2026-11-27 09:00")
    world.receive()  # due on 02/12
    assert count("2.1") == Fact(1, 1)
    assert count("2.1", period=DECEMBER) == Fact(0, 1)


def test_a_month_counts_what_was_carried_over_and_nothing_that_had_ended(world, clock, count):
    clock.move_to("2026-10-05 09:00")
    ended, carried_over = world.returned(), world.processing()
    clock.move_to("2026-11-09 09:00")
    fresh = world.receive()
    assert listed("2.1", world.ward, OCTOBER) == ({ended}, {ended, carried_over})
    assert listed("2.1", world.ward) == (set(), {carried_over, fresh})
    assert count("2.1", period=month(2026, 9)) == Fact(0, 0)
    assert count("2.1", period=quarter(2026, 4)) == Fact(1, 3)
    assert count("2.1", period=year(2026)) == Fact(1, 3)


def test_a_past_month_is_counted_as_it_stood_then(world, clock, count):
    clock.move_to("2026-10-30 09:00")
    dossier = world.processing()
    assert dossier.due_at == local("2026-11-04 17:00")
    clock.move_to("2026-11-09 09:00")
    world.record_result(dossier)
    assert count("2.1", period=OCTOBER) == Fact(1, 1)  # not due by the end of October
    assert count("4.1", period=OCTOBER) == Fact(0, 1)
    assert count("2.1") == Fact(0, 1)
    assert count("4.1") == Fact(1, 1)


def test_the_end_is_when_nothing_is_owed_any_more(world, clock, count):
    """The result is in time, its fee is paid three days after the due date: status 9 is sent then."""
    dossier = world.with_result(world.paid)
    assert dossier.state == State.PROCESSING
    clock.move_to("2026-11-16 09:00")
    services.pay(dossier, by=world.clerk, amount=15000)
    assert count("2.1") == Fact(0, 1)


def test_a_result_taken_back_ends_nothing(world, clock, count):
    dossier = world.with_result()
    services.undo(dossier, by=world.officer, reason="Nhầm số")
    assert (count("2.1"), count("4.1")) == (Fact(0, 1), Fact(0, 1))
    clock.move_to("2026-11-12 16:00")
    world.record_result(Dossier.objects.get(pk=dossier.pk))
    assert (count("2.1"), count("4.1")) == (Fact(1, 1), Fact(1, 1))


def test_waiting_for_the_applicant_is_subtracted_from_the_end(world, clock, count):
    dossier = world.supplement()
    assert count("2.1") == Fact(1, 1)  # the request is the end while it is open
    clock.move_to("2026-11-16 09:00")
    dossier = services.resume(dossier, by=world.clerk)
    assert count("2.1") == Fact(0, 1)
    clock.move_to("2026-11-19 17:00")  # ten days after, of which seven were waiting: 12/11 17:00
    world.record_result(dossier)
    assert count("2.1") == Fact(1, 1)


def test_a_minute_more_than_the_waiting_is_late(world, clock, count):
    dossier = world.supplement()
    clock.move_to("2026-11-16 09:00:30")
    dossier = services.resume(dossier, by=world.clerk)
    clock.move_to("2026-11-19 17:01")
    world.record_result(dossier)
    assert count("2.1") == Fact(0, 1)


def test_asked_twice_is_overdue(world, clock, count):
    dossier = services.resume(world.supplement(), by=world.clerk)
    services.request_supplement(dossier, by=world.head, reason="Thiếu nữa", items=["Tờ khai"])
    services.resume(Dossier.objects.get(pk=dossier.pk), by=world.clerk)
    world.record_result(Dossier.objects.get(pk=dossier.pk))
    assert count("2.1") == Fact(0, 1)


def test_asked_before_and_after_reception_is_asked_twice(world, clock, count):
    """What was waited for before the reception stopped no clock and is not subtracted."""
    filing = world.submit()
    services.ask_to_complete(filing, by=world.clerk, reason="Thiếu", items=["Tờ khai"])
    clock.move_to("2026-11-11 09:00")
    services.complete_filing(filing, by=world.clerk)
    dossier = services.receive_filing(filing, by=world.clerk)  # due on 16/11
    assert count("2.1", now=local("2026-11-16 17:00")) == Fact(1, 1)
    assert count("2.1", now=local("2026-11-16 17:01")) == Fact(0, 1)
    services.request_supplement(dossier, by=world.head, reason="Thiếu nữa", items=["Tờ khai"])
    assert count("2.1", now=local("2026-11-11 10:00")) == Fact(0, 1)


def test_withdrawn_after_reception_counts_and_before_it_does_not(world, count):
    withdrawn = services.withdraw(world.receive(), by=world.clerk, reason="Đổi ý")
    services.withdraw(world.submit(), by=world.clerk, reason="Đổi ý")
    services.refuse(world.submit(), by=world.clerk, reason="Không thuộc thẩm quyền")
    world.submit()
    assert listed("2.1", world.ward) == ({withdrawn}, {withdrawn})
    assert count("3.3") == Fact(3, 4)


# Months that are not over ---------------------------------------------------------------------------


def test_a_month_that_is_not_over_is_counted_up_to_now(world, clock, count):
    world.receive()
    assert count("2.1", now=local("2026-11-12 17:00")) == Fact(1, 1)
    assert count("2.1", now=local("2026-11-12 17:01")) == Fact(0, 1)
    assert count("2.1", now=local("2026-11-09 09:00")) == Fact(1, 1)


def test_a_month_that_has_not_begun_is_refused(world):
    with pytest.raises(PeriodRefused) as caught:
        scope_of(world.ward, DECEMBER, local("2026-11-30 23:59"))
    assert str(caught.value) == "The period from 01/12/2026 has not begun yet."


# Digitisation ---------------------------------------------------------------------------------------


def test_digitised_are_components_and_result(world, count):
    ready, processing, received = world.with_result(), world.processing(), world.receive()
    assert count("4.1") == count("4.2") == Fact(1, 3)
    assert listed("4.2", world.ward) == ({ready}, {ready, processing, received})


def test_what_was_only_shown_is_scanned_when_its_day_asks_for_it(world, clock, count):
    """Exempt since 15/9/2025; of a dossier of before, the identity paper lacks its scan."""
    dossier = world.with_result()
    assert count("4.2") == Fact(1, 1)
    Dossier.objects.filter(pk=dossier.pk).update(reception_day=date(2025, 9, 14))
    assert count("4.2") == Fact(0, 1)
    for item in dossier.components.filter(provision=Provision.SHOWN):
        item.documents.create(
            dossier=dossier,
            source="scan",
            name="cccd.pdf",
            mime_type="application/pdf",
            size=1,
            added_at=local("2026-11-09 10:00"),
        )
    assert count("4.2") == Fact(1, 1)


def with_reuse(world, procedure=None) -> Dossier:
    form, identity = world.components(procedure or world.free)
    return world.receive(
        procedure, components=[form, ComponentFacts(identity.component_id, provision=Provision.REUSED)]
    )


def test_reuse_and_population_data(world, count):
    world.receive()
    reused = with_reuse(world)
    assert listed("4.3", world.ward)[0] == listed("4.5b", world.ward)[0] == {reused}
    assert (count("4.3"), count("4.5b")) == (Fact(1, 2), Fact(1, 2))
    assert count("4.5a") == Fact(1, 2)  # one of the two procedures for citizens
    assert count("4.5a", world.other_ward) == Fact(0, 2)


def test_other_databases_hold_no_population_data(world, count):
    reused = with_reuse(world)
    reused.version.components.update(electronic_source="CSDL đất đai")
    assert (count("4.3"), count("4.5b")) == (Fact(1, 1), Fact(0, 1))


# Online -----------------------------------------------------------------------------------------------


def test_online_services_and_their_use(world, count):
    ProcedureVersion.objects.filter(procedure=world.free).update(service_level=ServiceLevel.FULL)
    assert (count("3.1"), count("3.2")) == (Fact(1, 2), Fact(0, 1))
    world.receive()
    assert count("3.2") == Fact(0, 1)
    services.receive_filing(world.submit(), by=world.clerk)
    world.submit(world.paid)
    assert count("3.2") == Fact(1, 1)
    assert count("3.3") == Fact(2, 3)
    ProcedureVersion.objects.filter(procedure=world.paid).update(service_level=ServiceLevel.INFORMATION)
    assert count("3.1") == Fact(1, 2)


def test_a_filing_counts_where_it_was_received_else_where_it_was_filed(world, clock, count):
    clock.move_to("2026-10-30 16:00")
    filed, still_waiting = world.submit(), world.submit()
    clock.move_to("2026-11-02 09:00")
    received = services.receive_filing(filed, by=world.clerk)
    # Seen from the end of October nobody had received it.
    assert listed("3.3", world.ward, OCTOBER) == ({filed, still_waiting}, {filed, still_waiting})
    if received.received_at >= local("2026-11-01 00:00"):
        assert listed("3.3", world.ward) == ({filed}, {filed})


def test_the_centre_decides_nothing(world, count):
    assert [count(code, world.centre) for code in ("3.1", "3.2", "3.3", "5.2", "4.5a")] == [Fact(0, 0)] * 5


# Payment ----------------------------------------------------------------------------------------------


def test_paid_online(world, clock, count):
    online, cash = world.processing(world.paid), world.processing(world.paid)
    world.processing()  # nothing to pay
    world.receive(world.paid)  # not begun
    assert (count("5.2"), count("5.3")) == (Fact(0, 1), Fact(0, 2))
    services.pay(online, by=world.clerk, amount=15000, method=PaymentMethod.ONLINE)
    services.pay(cash, by=world.clerk, amount=15000)
    assert listed("5.3", world.ward) == ({online}, {online, cash})
    assert (count("5.2"), count("5.2", world.other_ward)) == (Fact(1, 1), Fact(0, 1))


def test_what_was_paid_back_was_not_paid_online(world, clock, count):
    dossier = world.processing(world.paid)
    services.pay(dossier, by=world.clerk, amount=15000, method=PaymentMethod.ONLINE)
    clock.move_to("2026-12-02 09:00")
    services.refund(dossier, by=world.clerk, payment=dossier.payments.get(), reason="Nộp nhầm")
    assert (count("5.2"), count("5.3")) == (Fact(1, 1), Fact(1, 1))  # at the end of November it was
    assert count("5.2", period=DECEMBER) == Fact(0, 1)


# Feedback and satisfaction ------------------------------------------------------------------------------


def send(world, **changes):
    facts = {
        "kind": FeedbackKind.HANDLING,
        "text": "Vì sao lâu như vậy?",
        "agency": world.ward,
        "sender": Sender(name="Trần Văn Thử", phone="0900000002"),
        "nonce": uuid4(),
    }
    return services.send_feedback(**{**facts, **changes})


def test_without_feedback_the_points_are_full(world):
    found = card_of(scope_of(world.ward, NOVEMBER, LATER))
    assert [found.part(code).points for code in ("6.1", "6.2", "6.3", "4.1")] == [6, 6, 0, None]


def test_feedback_answered_refused_late_and_open(world, clock, count):
    """Sent Monday 09/11: refused by 11/11, answered by 01/12."""
    answered, refused, refused_late, still_open = (send(world) for _ in range(4))
    send(world, agency=world.other_ward)
    clock.move_to("2026-11-11 17:00")
    services.refuse_feedback(refused, by=world.supervisor, text="Không có căn cứ")
    clock.move_to("2026-11-12 07:30")
    services.refuse_feedback(refused_late, by=world.supervisor, text="Không có căn cứ")
    services.answer_feedback(answered, by=world.supervisor, text="Xin cảm ơn")
    assert count("6.1") == Fact(3, 4)
    assert listed("6.1", world.ward)[0] == {answered, refused, still_open}
    assert count("6.1", world.province) == Fact(4, 5)
    assert count("6.1", period=DECEMBER) == Fact(0, 0)
    assert count("6.1", period=quarter(2026, 4)) == Fact(2, 4)
    assert count("6.2") == Fact(3, 4)


def test_what_was_passed_on_is_received_by_the_other_agency(world, clock, count):
    feedback = send(world)
    clock.move_to("2026-12-01 09:00")
    services.transfer_feedback(feedback, by=world.supervisor, to=world.other_ward, text="Chuyển")
    assert (count("6.1"), count("6.1", world.other_ward)) == (Fact(1, 1), Fact(0, 0))
    assert count("6.1", world.other_ward, period=DECEMBER) == Fact(0, 1)
    assert count("6.1", world.ward, period=DECEMBER) == Fact(0, 0)


def test_satisfied_is_neither_late_nor_complained_of(world, clock, count):
    liked, disliked, complained = world.returned(), world.returned(), world.returned()
    late_too = world.processing()
    services.rate(liked, scores=GOOD, proof=rating_proof(liked))
    services.rate(disliked, scores={**GOOD, "attitude": 2}, proof=rating_proof(disliked))
    for dossier in (complained, late_too):
        send(world, code=dossier.code)
    assert count("2.1") == Fact(3, 4)
    assert listed("6.3", world.ward)[0] == {liked}


def test_feedback_on_rules_or_refused_is_no_complaint(world, count):
    dossier = world.returned()
    send(world, code=dossier.code, kind=FeedbackKind.RULE)
    services.refuse_feedback(send(world, code=dossier.code), by=world.supervisor, text="Không có căn cứ")
    assert count("6.3") == Fact(1, 1)


# Publication -----------------------------------------------------------------------------------------


def publish(procedure, **dates) -> None:
    ProcedureVersion.objects.filter(procedure=procedure).update(
        **{name: date.fromisoformat(day) for name, day in dates.items()}
    )


def test_publication_is_counted_for_the_province_only(world, count):
    assert [count(code) for code in ("1.1", "1.2", "1.3")] == [NoValue.OTHER_LEVEL] * 3
    assert [count(code, world.province) for code in ("1.1", "1.2")] == [Fact(0, 0)] * 2


def test_decisions_signed_and_loaded_in_time(world, count):
    """In force on Monday 30/11: sign by Friday 20/11 (24/11 is off), load within five working days."""
    publish(
        world.free, decision_signed_on="2026-11-20", text_effective_on="2026-11-30", loaded_on="2026-11-30"
    )
    publish(world.paid, decision_signed_on="2026-11-23", text_effective_on="2026-11-30")
    assert count("1.1", world.province) == Fact(1, 2)
    assert count("1.2", world.province) == Fact(1, 2)
    assert count("1.2", world.province, period=DECEMBER) == Fact(0, 1)  # still waiting
    assert count("1.1", world.province, period=OCTOBER) == Fact(0, 0)
    publish(world.free, loaded_on="2026-12-01")
    assert count("1.2", world.province) == Fact(0, 2)
    assert count("1.2", world.province, period=DECEMBER) == Fact(0, 2)


def test_published_with_full_content(world, count):
    full = ProcedureVersion.objects.get(procedure=world.free)
    assert count("1.3", world.province) == Fact(0, 2)  # neither names its legal basis
    ProcedureVersion.objects.filter(pk=full.pk).update(legal_basis=["Luật Ví dụ"])
    assert count("1.3", world.province) == Fact(1, 2)


# All together ---------------------------------------------------------------------------------------


def test_what_the_system_does_not_know_is_no_0(world):
    world.returned()
    facts = facts_of(scope_of(world.ward, NOVEMBER, LATER))
    assert {code for code, fact in facts.items() if fact.reason == NoValue.NO_SOURCE} == {
        "1.4",
        "4.4",
        "4.6",
        "5.1",
    }
    assert all(facts[code].numerator is None for code in ("1.1", "1.4", "4.4", "4.6", "5.1"))


def test_the_scorecard_of_a_ward(world, clock):
    world.returned()
    world.processing()
    with_reuse(world)
    found = card_of(scope_of(world.ward, NOVEMBER, LATER))
    assert [(group.group.key, group.points) for group in found.groups] == [
        ("transparency", None),
        ("progress", Decimal("6.67")),
        ("online", Decimal("0.00")),
        ("digitisation", Decimal("5.83")),
        ("payment", Decimal("0.00")),
        ("satisfaction", Decimal("14.22")),
    ]
    assert found.total == Decimal("26.72")


def test_the_province_is_the_sum_of_what_is_below_it(world, clock):
    world.returned()
    world.processing()
    outside(world)
    world.receive(desk=world.centre, by=world.centre_clerk, competent_agency=world.other_ward)
    for code in ("2.1", "3.3", "4.1", "4.2", "4.3", "4.5b", "5.3", "6.1", "6.3"):
        whole, *parts = (
            counted(code, scope_of(agency, NOVEMBER, LATER)).fact
            for agency in (world.province, world.ward, world.other_ward, world.centre)
        )
        assert whole == Fact(sum(p.numerator for p in parts), sum(p.denominator for p in parts))


def test_every_numerator_lies_in_its_denominator(world, clock):
    world.returned()
    with_reuse(world, world.paid)
    services.receive_filing(world.submit(), by=world.clerk)
    clock.move_to("2026-11-20 09:00")
    send(world)
    for code in (scope := scope_of(world.province, NOVEMBER, LATER)).edition.codes:
        found = counted(code, scope)
        if isinstance(found, Counted):
            assert set(found.numerator) <= set(found.denominator)


def test_an_agency_without_dossiers_has_a_card(world):
    found = card_of(scope_of(world.centre, NOVEMBER, LATER))
    assert [group.points for group in found.groups] == [None, 0, 0, None, 0, 12]
    assert found.total == 12
