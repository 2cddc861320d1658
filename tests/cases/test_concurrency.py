"""Several people at once: codes without gap or duplicate, and of two who act one wins (R6, DESIGN §6)."""

from dataclasses import replace

import pytest
from django.db import transaction

from cases import services
from cases.enums import GroupKind
from cases.errors import NotPossibleNow
from cases.models import CodeCounter, Dossier, Payment, ReceptionDraft, Reschedule
from cases.services import reception
from cases.services.applicants import find_or_add
from cases.services.drafts import idempotency_key
from cases.services.groups import GroupRow
from cases.services.idempotency import once
from notifications.models import Letter, LetterRegister
from tests.cases.helpers import fresh, in_parallel, kinds, one_waits_for_the_other
from tests.cast import local

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english")]

CONNECTIONS = 16


class SomethingElseFailed(NotPossibleNow):
    """Raised after the number was drawn, as a full disk or a lost connection would be."""


def receptions(world, how_many: int):
    """Receptions of so many applicants at the one desk of the ward."""
    components = world.components(world.free)

    def of_applicant(n: int):
        applicant = replace(world.applicant, id_number=f"0400{n:08}")
        return lambda: services.receive(
            world.free,
            applicant,
            desk=world.ward,
            by=world.clerk,
            components=components,
            duplicate_known=True,
        )

    return [of_applicant(n) for n in range(how_many)]


def codes(first: int, last: int) -> list[str]:
    return [f"H41.101-261109-{number:04}" for number in range(first, last + 1)]


def issued() -> list[str]:
    return sorted(Dossier.objects.values_list("code", flat=True))


# Codes (R6) -----------------------------------------------------------------------------------------


def test_two_hundred_parallel_receptions_get_codes_without_gap_or_duplicate(world):
    received = in_parallel(receptions(world, 200), connections=CONNECTIONS)
    assert sorted(dossier.code for dossier in received) == codes(1, 200)
    assert issued() == codes(1, 200)
    assert CodeCounter.objects.get().last_number == 200


def test_receptions_that_are_rolled_back_leave_no_gap(world, monkeypatch):
    """Every tenth fails at its very end, long after its number was drawn."""
    tell = reception.notify_applicant

    def tell_or_fail(dossier, event):
        assert dossier.code
        if dossier.applicant.id_number.endswith("0"):
            raise SomethingElseFailed("after the number was drawn")
        return tell(dossier, event)

    monkeypatch.setattr(reception, "notify_applicant", tell_or_fail)
    outcomes = in_parallel(receptions(world, 60), connections=CONNECTIONS)
    assert [type(outcome) for outcome in outcomes].count(SomethingElseFailed) == 6
    assert issued() == codes(1, 54)
    assert Dossier.objects.count() == 54


def test_the_number_goes_back_when_the_transaction_around_the_reception_is_rolled_back(world):
    with pytest.raises(SomethingElseFailed), transaction.atomic():
        assert world.receive().code == codes(1, 1)[0]
        raise SomethingElseFailed("the printer is on fire")
    assert world.receive().code == codes(1, 1)[0]


def test_the_second_reception_of_a_desk_waits_for_the_first(world):
    first, second = receptions(world, 2)
    a, b = one_waits_for_the_other(first, second)
    assert [a.code, b.code] == codes(1, 2)


def test_the_first_number_goes_above_the_codes_that_were_imported(world):
    imported = world.receive()
    Dossier.objects.filter(pk=imported.pk).update(code="H41.101-261109-0041")
    CodeCounter.objects.all().delete()
    received = in_parallel(receptions(world, 8), connections=8)
    assert sorted(dossier.code for dossier in received) == codes(42, 49)


@pytest.mark.parametrize("known", [True, False])
def test_a_group_waits_for_its_people_before_it_draws_a_number(world, known):
    """Or a reception of one of them, which waits for a number, and the group would wait for each other."""
    people = [replace(world.applicant, id_number=f"0400{n:08}") for n in (1, 2)]
    if known:
        for person in people:
            world.receive(world.paid, applicant=person)
    rows = [
        GroupRow(f"Row {n}", world.free, person, world.components(world.free))
        for n, person in enumerate(people)
    ]
    received, (_group, dossiers) = one_waits_for_the_other(
        lambda: find_or_add(people[1], seen=True),
        lambda: services.receive_group(
            rows, kind=GroupKind.PEOPLE, name="Lớp 5A", desk=world.ward, by=world.clerk
        ),
        then=lambda: world.receive(world.paid, applicant=people[1]),
    )
    first = 3 if known else 1
    assert [received.code, *(dossier.code for dossier in dossiers)] == codes(first, first + 2)


def test_two_groups_with_the_same_people_in_another_order_come_one_after_the_other(world):
    people = [replace(world.applicant, id_number=f"0400{n:08}") for n in range(12)]

    def group_of(procedure, people):
        components = world.components(procedure)
        rows = [GroupRow(f"Row {n}", procedure, person, components) for n, person in enumerate(people)]
        arguments = {"kind": GroupKind.PEOPLE, "name": "Lớp 5A", "desk": world.ward, "by": world.clerk}
        return lambda: services.receive_group(rows, **arguments)[1]

    groups = [group_of(world.free, people), group_of(world.paid, people[::-1])]
    received = in_parallel(groups, connections=2)
    assert sorted(dossier.code for dossiers in received for dossier in dossiers) == codes(1, 24)


def test_desks_number_their_dossiers_independently_at_once(world):
    theirs = {"desk": world.other_ward, "by": world.outsider_clerk}
    mine, others = receptions(world, 1)[0], lambda: world.receive(**theirs)
    received = in_parallel([mine, others], connections=2)
    assert [dossier.code for dossier in received] == ["H41.101-261109-0001", "H41.102-261109-0001"]


# Of two who act one wins ----------------------------------------------------------------------------


def test_two_officers_start_the_same_dossier_and_the_second_learns_who_was_faster(world):
    dossier = world.digitized()
    _won, lost = one_waits_for_the_other(
        lambda: services.start(dossier, by=world.officer),
        lambda: services.start(dossier, by=world.second_officer),
    )
    assert isinstance(lost, NotPossibleNow)
    assert lost.sentence == (
        "“Take over” is not possible now: the dossier H41.101-261109-0001 is in the state “In process”. "
        "Last event: Taken over by Phạm Văn Thụ Lý (Phạm Văn Thụ Lý)."
    )
    assert fresh(dossier).holder == world.officer
    assert kinds(dossier).count("started") == 1


def test_two_clerks_take_the_fee_and_one_payment_is_kept(world):
    dossier = world.receive(world.paid)
    _won, lost = one_waits_for_the_other(
        lambda: services.pay(dossier, by=world.clerk, amount=15000),
        lambda: services.pay(dossier, by=world.clerk, amount=15000),
    )
    assert isinstance(lost, NotPossibleNow)
    assert "Last event: 15.000 VND taken, receipt H41.101/2026/000001 (Lê Thị Một Cửa)." in lost.sentence
    assert Payment.objects.get().amount == 15000


def test_a_result_is_recorded_once(world):
    dossier = world.processing()
    _won, lost = one_waits_for_the_other(
        lambda: world.record_result(dossier),
        lambda: world.record_result(dossier, by=world.second_officer, number="13/KQ"),
    )
    assert isinstance(lost, NotPossibleNow)
    assert fresh(dossier).result_number == "12/KQ"
    assert dossier.documents.filter(source="result").count() == 1


def test_a_result_is_handed_over_once(world):
    dossier = world.with_result()

    def hand_out():
        return services.return_result(dossier, by=world.clerk, collector="Nguyễn Thị Ví Dụ", proof="receipt")

    _won, lost = one_waits_for_the_other(hand_out, hand_out)
    assert isinstance(lost, NotPossibleNow)
    assert "Last event: Result handed over to Nguyễn Thị Ví Dụ (Lê Thị Một Cửa)." in lost.sentence
    assert kinds(dossier).count("returned") == 1


def test_a_withdrawal_and_a_result_at_once_leave_one_of_them(world):
    dossier = world.processing()
    _won, lost = one_waits_for_the_other(
        lambda: services.withdraw(dossier, by=world.clerk, reason="Đổi ý"),
        lambda: world.record_result(dossier),
    )
    assert isinstance(lost, NotPossibleNow)
    assert "Last event: Withdrawn at the applicant's request: Đổi ý (Lê Thị Một Cửa)." in lost.sentence
    assert fresh(dossier).finished_at is None


def test_two_supplements_asked_at_once_are_one(world):
    dossier = world.processing()

    def ask(by):
        return lambda: services.request_supplement(dossier, by=by, reason="Thiếu", items=["Tờ khai"])

    _won, lost = one_waits_for_the_other(ask(world.officer), ask(world.second_officer))
    assert isinstance(lost, NotPossibleNow)
    assert dossier.supplements.get().asked_by == world.officer


def test_two_heads_issue_at_once_and_the_date_moves_once(world):
    dossier = world.processing()

    def issue(day):
        return lambda: services.issue_apology(
            dossier, by=world.head, reason="Cần xác minh", new_due_at=local(f"2026-11-{day} 17:00")
        )

    _won, lost = one_waits_for_the_other(issue(17), issue(18))
    assert lost.code == "already_rescheduled"
    assert fresh(dossier).due_at == local("2026-11-17 17:00")
    assert Reschedule.objects.count() == Letter.objects.count() == 1
    assert LetterRegister.objects.get().last_number == 1


def test_a_draft_is_taken_back_while_the_result_comes_in_and_both_succeed(world, clock):
    dossier = world.processing()
    letter, _created = services.draft_apology(dossier)
    cancelled, result = one_waits_for_the_other(
        lambda: services.cancel_apology(letter, by=world.supervisor, reason="Xong rồi"),
        lambda: world.record_result(dossier),
    )
    assert (cancelled.cancel_reason, result.result_number) == ("Xong rồi", "12/KQ")


def test_drafts_of_the_same_apology_in_parallel_are_one_letter(world):
    dossier = world.processing()
    drafts = in_parallel([lambda: services.draft_apology(dossier)] * 8, connections=8)
    assert len({letter.pk for letter, _created in drafts}) == 1
    assert [created for _letter, created in drafts].count(True) == 1
    assert kinds(dossier).count("apology_drafted") == 1


def test_letters_issued_in_parallel_are_numbered_without_gaps(world):
    dossiers = [world.receive() for _ in range(6)]

    def issue(dossier):
        return lambda: services.issue_apology(
            dossier, by=world.head, reason="Cần xác minh", new_due_at=local("2026-11-17 17:00")
        )

    letters = in_parallel([issue(dossier) for dossier in dossiers], connections=6)
    assert sorted(letter.number for letter in letters) == [1, 2, 3, 4, 5, 6]


def test_the_same_applicant_received_twice_at_once_is_one_person(world):
    first, second = in_parallel([world.receive, world.receive], connections=2)
    assert first.applicant_id == second.applicant_id
    assert [first.pk != second.pk, first.code != second.code] == [True, True]


# Drafts ---------------------------------------------------------------------------------------------


def test_what_is_kept_while_its_dossier_is_being_received_is_no_draft_any_more(world):
    def keep():
        return services.keep_draft("a1", world.free, {"full_name": ["Trần Văn Thử"]}, by=world.clerk)

    def receive():
        return 201, {"dropped": services.drop_draft("a1", by=world.clerk)}

    keep()
    _received, late = one_waits_for_the_other(
        lambda: once(world.clerk, idempotency_key("a1"), "fingerprint", receive), keep
    )
    assert late is None
    assert not ReceptionDraft.objects.exists()
