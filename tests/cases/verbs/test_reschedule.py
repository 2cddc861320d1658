"""reschedule, by issuing the apology (form 04): the head only, once per cycle, to a later working day (R29–R32)."""

import pytest

from cases import services
from cases.enums import EventKind, State, Verb
from cases.errors import Invalid, NotPermitted
from notifications.models import Letter
from tests.cases.helpers import (
    crowd,
    everything,
    fresh,
    last_event,
    refused,
    refused_in_this_state,
    states_without,
    told,
)
from tests.cast import local

REASON = "Cần xác minh thêm với cơ quan khác"
LATER = local("2026-11-17 17:00")


def reschedule(world, dossier, **changes):
    facts = {"by": world.head, "reason": REASON, "new_due_at": LATER}
    return services.issue_apology(dossier, **{**facts, **changes})


# Possible -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["received", "digitized", "processing"])
def test_reschedule_moves_the_due_date_and_nothing_else(world, state):
    dossier = world.in_state(state)
    reschedule(world, dossier)
    after = fresh(dossier)
    assert after.due_at == LATER
    assert after.first_due_at == local("2026-11-12 17:00")
    assert (after.state, after.cycle, after.holder) == (state, 1, dossier.holder)
    assert after.clock_started_at == local("2026-11-09 09:00")


def test_reschedule_keeps_a_row_with_both_dates_and_the_letter(world):
    dossier = world.processing()
    reschedule(world, dossier)
    row = dossier.reschedules.get()
    assert (row.old_due_at, row.new_due_at, row.reason) == (local("2026-11-12 17:00"), LATER, REASON)
    assert (row.letter_number, row.cycle, row.at, row.signed_by) == (
        "01/PXL",
        1,
        local("2026-11-09 09:00"),
        world.head,
    )


def test_reschedule_writes_one_event_and_tells_the_applicant(world):
    dossier = world.processing()
    reschedule(world, dossier)
    assert last_event(dossier) == (
        EventKind.RESCHEDULED,
        "Trần Văn Lãnh Đạo",
        "",
        "processing",
        "Apology 01/PXL issued: due at 17/11/2026 17:00 instead of 12/11/2026 17:00. "
        "Reason: Cần xác minh thêm với cơ quan khác",
    )
    assert told(dossier) == [
        ("email", "vi.du@congdan.example", "Dossier H41.101-261109-0001: Apologised and rescheduled"),
        ("sms", "0900000001", "Dossier H41.101-261109-0001: Apologised and rescheduled"),
    ]


def test_reschedule_issues_the_letter_with_number_and_pdf(world):
    letter = reschedule(world, world.processing())
    letter = Letter.objects.get(pk=letter.pk)
    assert (letter.state, letter.number, letter.year) == ("issued", 1, 2026)
    assert (letter.reason, letter.new_due_at) == (REASON, LATER)
    assert (letter.approved_by, letter.issued_by) == ("Trần Văn Lãnh Đạo", "Trần Văn Lãnh Đạo")
    assert letter.content.original_due_at == local("2026-11-12 17:00")
    assert letter.pdf.read(5) == b"%PDF-"


def test_reschedule_takes_reason_and_date_of_the_prepared_letter(world):
    dossier = world.processing()
    letter, _created = services.draft_apology(dossier)
    services.prepare_apology(letter, by=world.supervisor, reason=REASON, new_due_at=LATER)
    issued = services.issue_apology(dossier, by=world.head)
    assert issued.pk == letter.pk
    assert fresh(dossier).due_at == LATER
    assert dossier.reschedules.get().reason == REASON


def test_reschedule_without_a_date_is_refused(world):
    dossier = world.processing()
    with refused(Invalid, "new_date_missing"):
        reschedule(world, dossier, new_due_at=None)


def test_reschedule_to_a_moment_that_is_over_is_refused(world, clock):
    """Later than the old promise and yet in the past: the one reschedule would be gone for nothing."""
    dossier = world.processing()
    clock.move_to("2026-11-20 09:00")
    with refused(Invalid, "in_the_past"):
        reschedule(world, dossier, new_due_at=local("2026-11-16 17:00"))


def test_reschedule_to_a_time_at_which_the_office_is_closed_is_refused(world):
    dossier = world.processing()
    with refused(Invalid, "outside_hours"):
        reschedule(world, dossier, new_due_at=local("2026-11-16 03:00"))


def test_reschedule_keeps_the_approval_of_what_nobody_changed_since(world):
    dossier = world.processing()
    letter, _created = services.draft_apology(dossier)
    services.prepare_apology(
        letter, by=world.supervisor, reason="Mưa lũ", new_due_at=local("2026-11-16 17:00")
    )
    services.approve_apology(letter, by=world.supervisor)
    issued = services.issue_apology(dossier, by=world.head)
    assert (issued.approved_by, issued.issued_by) == ("Vũ Thị Giám Sát", "Trần Văn Lãnh Đạo")


def test_reschedule_of_an_overdue_dossier_takes_the_flag_off_and_leaves_the_breach_in_the_history(
    world, clock
):
    dossier = world.processing()
    clock.move_to("2026-11-13 09:00")
    services.flag_overdue()
    reschedule(world, dossier)
    dossier = fresh(dossier)
    assert dossier.overdue_flagged_at is None
    assert dossier.events.filter(kind=EventKind.OVERDUE).count() == 1


def test_reschedule_that_is_missed_again_is_overdue_again(world, clock):
    dossier = world.processing()
    reschedule(world, dossier)
    clock.move_to("2026-11-17 17:01")
    assert services.flag_overdue() == 1
    assert fresh(dossier).overdue_flagged_at == local("2026-11-17 17:01")


# Once per cycle (R30) -------------------------------------------------------------------------------


def test_reschedule_a_second_time_is_refused_and_names_the_law_of_the_reception(world):
    dossier = world.processing()
    reschedule(world, dossier)
    with refused(Invalid, "already_rescheduled") as caught:
        reschedule(world, dossier, new_due_at=local("2026-11-20 17:00"))
    assert caught.value.sentence == (
        "This dossier was already rescheduled once; Decree 118/2025/NĐ-CP allows it only once. "
        "Finish it, or explain the delay to the applicant in person."
    )


def test_reschedule_a_second_time_of_a_dossier_of_2024_names_article_19_9_of_decree_61(world, clock):
    clock.move_to("2024-11-04 09:00")
    dossier = world.processing()
    reschedule(world, dossier, new_due_at=local("2024-11-12 17:00"))
    clock.move_to("2026-11-09 09:00")  # the law of the day of reception goes on to hold for it
    with refused(Invalid, "already_rescheduled") as caught:
        reschedule(world, dossier, new_due_at=LATER)
    assert caught.value.sentence == (
        "This dossier was already rescheduled once; Article 19.9 of Decree 61/2018/NĐ-CP allows it only "
        "once. Finish it, or explain the delay to the applicant in person."
    )


def test_reschedule_is_possible_once_more_after_a_restart(world, clock):
    dossier = world.processing()
    reschedule(world, dossier)
    services.request_supplement(dossier, by=world.officer, reason="Thiếu chữ ký", items=["Tờ khai"])
    clock.move_to("2026-11-16 09:00")
    services.resume(dossier, by=world.clerk)
    letter = reschedule(world, dossier, new_due_at=local("2026-11-27 17:00"))
    assert letter.number_text == "02/PXL"
    assert list(dossier.reschedules.values_list("cycle", "new_due_at")) == [
        (1, LATER),
        (2, local("2026-11-27 17:00")),
    ]
    with refused(Invalid, "already_rescheduled"):
        reschedule(world, dossier, new_due_at=local("2026-11-30 17:00"))


def test_reschedule_once_per_dossier_is_refused_after_a_restart_too(world, clock, settings):
    settings.RESCHEDULE_SCOPE = "dossier"
    dossier = world.processing()
    reschedule(world, dossier)
    services.request_supplement(dossier, by=world.officer, reason="Thiếu chữ ký", items=["Tờ khai"])
    clock.move_to("2026-11-16 09:00")
    services.resume(dossier, by=world.clerk)
    with refused(Invalid, "already_rescheduled"):
        reschedule(world, dossier, new_due_at=local("2026-11-27 17:00"))


# Bad input (R31) ------------------------------------------------------------------------------------


@pytest.mark.parametrize("new_due_at", ["2026-11-12 17:00", "2026-11-12 16:59", "2026-11-11 17:00"])
def test_reschedule_to_a_date_that_is_not_later_is_refused(world, new_due_at):
    dossier = world.processing()
    with refused(Invalid, "not_later") as caught:
        reschedule(world, dossier, new_due_at=local(new_due_at))
    assert (caught.value.field, caught.value.sentence) == (
        "new_due_at",
        "The new date must be later than the date promised so far (12/11/2026 17:00).",
    )


@pytest.mark.parametrize("new_due_at", ["2026-11-14 17:00", "2026-11-15 17:00", "2026-11-24 17:00"])
def test_reschedule_to_a_day_off_is_refused(world, new_due_at):
    dossier = world.processing()
    with refused(Invalid, "not_a_working_day") as caught:
        reschedule(world, dossier, new_due_at=local(new_due_at))
    assert (caught.value.field, caught.value.sentence) == (
        "new_due_at",
        "The new date is not a working day; choose one on which the office is open.",
    )


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_reschedule_without_a_reason_is_refused(world, reason):
    dossier = world.processing()
    with refused(Invalid, "reason_missing") as caught:
        reschedule(world, dossier, reason=reason)
    assert (caught.value.field, caught.value.sentence) == (
        "reason",
        "Give the reason for the delay: the letter must state it (Decree 118/2025/NĐ-CP).",
    )


def test_reschedule_with_a_reason_too_long_for_the_letter_is_refused_and_uses_no_number(world):
    dossier = world.processing()
    with refused(Invalid, "reason_too_long") as caught:
        reschedule(world, dossier, reason="x" * 1001)
    assert caught.value.field == "reason"
    assert reschedule(world, dossier).number == 1


# Who and when ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", states_without(Verb.RESCHEDULE))
def test_reschedule_is_not_possible_in_another_state(world, state):
    dossier = world.in_state(state)
    refused_in_this_state(dossier, lambda: reschedule(world, dossier))


def test_reschedule_is_not_possible_after_the_result(world):
    dossier = world.with_result(world.paid)
    assert fresh(dossier).state == State.PROCESSING
    refused_in_this_state(dossier, lambda: reschedule(world, dossier))


def test_reschedule_is_not_permitted_to_anybody_else(world):
    dossier = world.processing()
    people = [person for person in crowd(world) if person != world.head]
    before = everything()
    for person in people:
        with pytest.raises(NotPermitted) as caught:
            reschedule(world, dossier, by=person)
        assert (caught.value.code in {"signature_missing", "not_permitted"}, person) == (True, person)
    assert everything() == before


@pytest.mark.parametrize("name", ["supervisor", "officer", "clerk"])
def test_reschedule_by_a_colleague_of_the_head_says_who_signs(world, name):
    dossier = world.processing()
    with refused(NotPermitted, "signature_missing") as caught:
        reschedule(world, dossier, by=getattr(world, name))
    assert caught.value.sentence == "Only the head of the agency signs an apology (Decree 118/2025/NĐ-CP)."


def test_reschedule_is_refused_to_the_outsider(world):
    dossier = world.processing()
    with refused(NotPermitted, "not_permitted"):
        reschedule(world, dossier, by=world.outsider_head)
