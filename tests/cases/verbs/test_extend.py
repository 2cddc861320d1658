"""extend (gia hạn): the limit is extended once, before the due moment, as the version defines it (R26)."""

from datetime import date

import pytest

from cases import services
from cases.enums import EventKind, State, Verb
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from notifications.models import Letter, Message
from procedures.enums import ExtensionMode, LimitUnit
from tests.cases.helpers import (
    fresh,
    last_event,
    refused,
    refused_in_this_state,
    refused_to_everybody_but,
    states_without,
    told,
)
from tests.cast import local, make_procedure


def extend(world, dossier, **changes):
    return services.extend(dossier, **{"by": world.officer, "reason": " Cần xác minh ", **changes})


def extendable(procedure, mode=ExtensionMode.ADD, amount=3, unit=LimitUnit.WORKING_DAY):
    """The same procedure with an extension."""
    procedure.versions.update(extension_mode=mode, extension_amount=amount, extension_unit=unit)
    return procedure


@pytest.fixture
def correction(world, clock):
    """The example of R26: correction of civil status, received Monday 02/11/2026, due Thursday 05/11."""
    clock.move_to("2026-11-02 09:00")
    return world.processing(extendable(world.free))


def test_extend_adds_to_the_limit_by_the_example_of_the_law(world, correction):
    assert correction.due_at == local("2026-11-05 17:00")
    extend(world, correction)
    dossier = fresh(correction)
    assert dossier.due_at == local("2026-11-10 17:00")
    assert dossier.first_due_at == local("2026-11-05 17:00")
    assert dossier.state == State.PROCESSING


def test_extend_counts_a_same_day_limit_from_the_day_it_was_due(world, clock):
    clock.move_to("2026-11-12 16:00")
    copies = extendable(make_procedure("2.000815", "Bản sao", amount=1, unit=LimitUnit.SAME_DAY), amount=2)
    dossier = world.receive(copies)
    assert dossier.due_at == local("2026-11-13 17:00")
    assert extend(world, dossier).due_at == local("2026-11-17 17:00")


def test_extend_may_count_from_reception_instead_of_the_limit(world, clock):
    clock.move_to("2026-11-02 09:00")
    dossier = world.processing(extendable(world.free, ExtensionMode.REPLACE, 5))
    assert extend(world, dossier).due_at == local("2026-11-09 17:00")


def test_extend_may_agree_on_a_date_in_writing(world, clock):
    clock.move_to("2026-11-02 09:00")
    dossier = world.processing(extendable(world.free, ExtensionMode.AGREED, None, ""))
    extend(world, dossier, agreed_on=date(2026, 11, 20))
    assert fresh(dossier).due_at == local("2026-11-20 17:00")
    row = dossier.extensions.get()
    assert (row.mode, row.amount, row.agreed_on) == ("agreed", None, date(2026, 11, 20))


def test_extend_keeps_one_row_with_both_dates(world, clock, correction):
    now = clock.move_to("2026-11-04 10:00")
    extend(world, correction)
    row = correction.extensions.get()
    assert (row.cycle, row.mode, row.amount, row.unit) == (1, "add", 3, "working_day")
    assert (row.old_due_at, row.new_due_at) == (local("2026-11-05 17:00"), local("2026-11-10 17:00"))
    assert (row.reason, row.at, row.by) == ("Cần xác minh", now, world.officer)


def test_extend_writes_one_event_and_tells_the_applicant_of_the_new_receipt(world, correction):
    extend(world, correction)
    assert last_event(correction) == (
        EventKind.EXTENDED,
        "Phạm Văn Thụ Lý",
        "",
        "processing",
        "Limit extended: due at 10/11/2026 17:00 instead of 05/11/2026 17:00. Reason: Cần xác minh",
    )
    assert told(correction) == [
        ("email", "vi.du@congdan.example", "Dossier H41.101-261102-0001: Limit extended"),
        ("sms", "0900000001", "Dossier H41.101-261102-0001: Limit extended"),
    ]


def test_extend_says_in_the_notice_that_there_is_a_new_receipt(world, correction):
    correction.applicant.language = "en"
    correction.applicant.save()
    extend(world, correction)
    body = Message.objects.filter(channel="email").latest("pk").body
    assert "A new receipt with this date is ready for you at the desk." in body
    assert "Return of the result: 10/11/2026 17:00." in body


def test_extend_withdraws_the_apology_that_has_not_gone_out(world, clock, correction):
    clock.move_to("2026-11-04 08:00")
    letter, _created = services.draft_apology(correction)
    extend(world, correction)
    letter = Letter.objects.get(pk=letter.pk)
    assert (letter.state, letter.cancel_reason) == ("cancelled", "The limit was extended.")


def test_extend_lets_the_apology_come_back_when_the_new_date_is_near(world, clock, correction):
    clock.move_to("2026-11-04 08:00")
    services.draft_apology(correction)
    extend(world, correction)
    assert services.draft_apologies() == 0
    clock.move_to("2026-11-09 08:00")
    assert services.draft_apologies() == 1


def test_extend_is_not_a_reschedule(world, clock, correction):
    extend(world, correction)
    clock.move_to("2026-11-09 08:00")
    services.issue_apology(
        correction, by=world.head, reason="Chờ xác minh", new_due_at=local("2026-11-13 17:00")
    )
    assert fresh(correction).due_at == local("2026-11-13 17:00")


def test_extend_does_not_count_after_a_supplement_started_the_limit_afresh(world, clock, correction):
    extend(world, correction)
    services.request_supplement(correction, by=world.officer, reason="Thiếu chữ ký", items=["Tờ khai"])
    clock.move_to("2026-11-09 09:00")
    dossier = services.resume(correction, by=world.clerk)
    assert dossier.due_at == local("2026-11-12 17:00")
    with refused(NotPossibleNow, "already_extended"):
        extend(world, dossier)


def test_extend_a_second_time_is_refused(world, correction):
    extend(world, correction)
    with refused(NotPossibleNow, "already_extended") as caught:
        extend(world, correction)
    assert caught.value.sentence == "The limit was already extended once. Finish in time, or apologise."


def test_extend_after_an_apology_is_refused(world, correction):
    services.issue_apology(
        correction, by=world.head, reason="Chờ xác minh", new_due_at=local("2026-11-13 17:00")
    )
    with refused(NotPossibleNow, "already_rescheduled"):
        extend(world, correction)


@pytest.mark.parametrize("moment", ["2026-11-05 17:00", "2026-11-06 08:00"])
def test_extend_from_the_due_moment_on_is_refused(world, clock, correction, moment):
    clock.move_to(moment)
    with refused(NotPossibleNow, "too_late") as caught:
        extend(world, correction)
    assert caught.value.sentence == (
        "The limit ended at 05/11/2026 17:00; it is extended only before that. Apologise to the applicant."
    )


def test_extend_in_the_last_minute_is_accepted(world, clock, correction):
    clock.move_to("2026-11-05 16:59:59")
    assert extend(world, correction).due_at == local("2026-11-10 17:00")


def test_extend_what_the_procedure_does_not_extend_is_refused(world):
    dossier = world.processing()
    with refused(NotPossibleNow, "no_extension") as caught:
        extend(world, dossier)
    assert caught.value.sentence == (
        "This procedure defines no extension of its limit. Finish in time, or apologise."
    )


@pytest.mark.parametrize("reason", ["", "  ", None])
def test_extend_without_a_reason_is_refused(world, correction, reason):
    with refused(Invalid, "required") as caught:
        extend(world, correction, reason=reason)
    assert (caught.value.field, caught.value.sentence) == ("reason", "Give the reason of the extension.")


def test_extend_by_a_date_where_the_version_says_how_much_is_refused(world, correction):
    with refused(Invalid, "no_date_agreed") as caught:
        extend(world, correction, agreed_on=date(2026, 11, 20))
    assert caught.value.field == "agreed_on"


@pytest.mark.parametrize(
    ("agreed_on", "code", "sentence"),
    [
        (None, "cannot_count", "Enter the date that was agreed in writing."),
        (
            date(2026, 11, 5),
            "cannot_count",
            "The agreed date (05/11/2026) must be later than the due date (05/11/2026).",
        ),
        (
            date(2026, 11, 24),
            "not_a_working_day",
            "The new date is not a working day; choose one on which the office is open.",
        ),
        (date(2126, 11, 5), "cannot_count", "The agreed date (05/11/2126) is too far away."),
    ],
)
def test_extend_to_a_date_that_cannot_be_agreed_is_refused(world, clock, agreed_on, code, sentence):
    clock.move_to("2026-11-02 09:00")
    dossier = world.processing(extendable(world.free, ExtensionMode.AGREED, None, ""))
    with refused(Invalid, code) as caught:
        extend(world, dossier, agreed_on=agreed_on)
    assert (caught.value.field, caught.value.sentence) == ("agreed_on", sentence)


def test_extend_that_does_not_extend_is_refused(world, clock):
    clock.move_to("2026-11-02 09:00")
    dossier = world.processing(extendable(world.free, ExtensionMode.REPLACE, 3))
    with refused(Invalid, "not_later"):
        extend(world, dossier)


@pytest.mark.parametrize("state", states_without(Verb.EXTEND))
def test_extend_is_not_possible_in_another_state(world, state):
    extendable(world.free)
    dossier = world.in_state(state)
    refused_in_this_state(dossier, lambda: extend(world, dossier))


def test_extend_is_not_possible_after_the_result(world):
    dossier = world.with_result(extendable(world.paid))
    refused_in_this_state(dossier, lambda: extend(world, dossier))


def test_extend_is_not_permitted_to_anybody_else(world, correction):
    allowed = [world.officer, world.second_officer, world.supervisor, world.head]
    refused_to_everybody_but(world, *allowed, act=lambda person: extend(world, correction, by=person))


def test_extend_is_refused_to_the_outsider(world, correction):
    with refused(NotPermitted, "not_permitted"):
        extend(world, correction, by=world.outsider_officer)
