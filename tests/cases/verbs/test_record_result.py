"""record_result (kết quả giải quyết): processing; granted or refused on substance; the clock stops (R21, R37)."""

import pytest

from cases import services
from cases.enums import DocumentSource, EventKind, State, Verb
from cases.errors import BadFile, Invalid, NotPermitted
from notifications.models import Letter
from tests.cases.helpers import (
    fresh,
    kinds,
    refused,
    refused_in_this_state,
    refused_to_everybody_but,
    said,
    states_without,
    told,
)
from tests.cast import local, upload


def test_record_result_stops_the_clock_and_brings_the_dossier_back_to_the_desk(world, clock):
    dossier = world.processing(world.paid)
    clock.move_to("2026-11-11 16:00")
    world.record_result(dossier, number=" 12/KQ ", signer=" Trần Văn Lãnh Đạo ")
    dossier = fresh(dossier)
    assert dossier.state == State.PROCESSING
    assert dossier.finished_at == local("2026-11-11 16:00")
    assert not dossier.is_running
    assert (dossier.result_kind, dossier.result_number, dossier.result_signer) == (
        "granted",
        "12/KQ",
        "Trần Văn Lãnh Đạo",
    )
    assert (dossier.holder, dossier.holder_unit) == (None, world.ward)
    assert dossier.returned_at is None


def test_record_result_at_the_ward_sends_the_dossier_back_to_the_centre(world):
    dossier = world.receive(desk=world.centre, by=world.centre_clerk, competent_agency=world.ward)
    for item in dossier.components.filter(provision="paper"):
        services.add_document(dossier, upload(), by=world.centre_clerk, component=item)
    services.digitize(dossier, by=world.centre_clerk)
    services.start(dossier, by=world.officer)
    dossier = world.record_result(dossier)
    assert dossier.holder_unit == world.centre
    assert dossier.step_runs.last().unit == world.centre


def test_record_result_when_nothing_is_owed_is_settled_in_the_same_breath(world):
    dossier = world.with_result()
    assert fresh(dossier).state == State.PAID
    *_others, result, settled = dossier.events.all()
    assert said(result) == (
        EventKind.RESULT_RECORDED,
        "Phạm Văn Thụ Lý",
        "",
        "processing",
        "Result recorded: Granted.",
    )
    assert said(settled) == (
        EventKind.SETTLED,
        "",
        "processing",
        "paid",
        "Nothing is owed; the result is ready to be collected.",
    )


def test_record_result_tells_the_applicant_once(world):
    """When nothing is owed "ready" says it all; a second message in the same minute would only confuse."""
    free = world.with_result()
    *_others, result, settled = free.events.all()
    assert told(free, result) == []
    assert told(free, settled)[0][2] == "Dossier H41.101-261109-0001: Fees settled"
    owing = world.with_result(world.paid)
    assert told(owing)[0][2] == "Dossier H41.101-261109-0002: Result recorded"


def test_record_result_stores_the_signed_file(world):
    dossier = world.with_result()
    document = dossier.documents.get(source=DocumentSource.RESULT)
    assert (document.name, document.mime_type, document.added_by) == (
        "ket-qua.pdf",
        "application/pdf",
        world.officer,
    )
    assert kinds(dossier)[-3:] == ["document_added", "result_recorded", "settled"]


def test_record_result_ends_the_step_and_opens_the_return_at_the_desk(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-10 09:00")
    world.record_result(dossier)
    _desk, work, hand_back = dossier.step_runs.all()
    assert (work.name, work.done_at) == ("Thẩm định", local("2026-11-10 09:00"))
    assert (hand_back.name, hand_back.unit, hand_back.officer, hand_back.done_at) == (
        "Trả kết quả",
        world.ward,
        None,
        None,
    )


def test_record_result_refused_on_substance_is_a_result(world):
    dossier = world.record_result(
        world.processing(), kind="refused", reason=" Không đủ điều kiện theo Điều 7 "
    )
    dossier = fresh(dossier)
    assert (dossier.result_kind, dossier.result_reason, dossier.state) == (
        "refused",
        "Không đủ điều kiện theo Điều 7",
        State.PAID,
    )
    event = dossier.events.get(kind=EventKind.RESULT_RECORDED)
    assert event.sentence == "Result recorded: Refused on substance."


@pytest.mark.parametrize(
    ("moment", "on_time"),
    [("2026-11-12 17:00", True), ("2026-11-12 17:00:59", True), ("2026-11-12 17:01", False)],
)
def test_record_result_notes_whether_it_was_on_time(world, clock, moment, on_time):
    dossier = world.processing()
    clock.move_to(moment)
    world.record_result(dossier)
    assert dossier.events.get(kind=EventKind.RESULT_RECORDED).data == {
        "result": "granted",
        "number": "12/KQ",
        "on_time": on_time,
        "punctuality": "late",  # of the step, which had 12 working hours
    }


def test_record_result_in_time_cancels_the_draft_of_the_apology(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-11 09:00")
    letter, _created = services.draft_apology(dossier)
    clock.move_to("2026-11-12 16:59")
    world.record_result(dossier)
    letter = Letter.objects.get(pk=letter.pk)
    assert (letter.state, letter.cancel_reason) == ("cancelled", "The result was there in time.")


def test_record_result_too_late_cancels_the_draft_with_another_reason(world, clock):
    """No new date can be promised any more; that no apology went out stays a breach in the facts (R33)."""
    dossier = world.processing()
    clock.move_to("2026-11-11 09:00")
    letter, _created = services.draft_apology(dossier)
    clock.move_to("2026-11-12 17:01")
    world.record_result(dossier)
    letter.refresh_from_db()
    assert (letter.state, letter.cancel_reason) == (
        "cancelled",
        "The result came late, and before an apology was issued.",
    )


# Bad input ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "field", "code", "sentence"),
    [
        ({"kind": "perhaps"}, "kind", "invalid", "Unknown kind of result: perhaps."),
        ({"number": "  "}, "number", "required", "Enter the number of the result."),
        ({"signer": ""}, "signer", "required", "Enter who signed the result."),
        (
            {"kind": "refused", "reason": " "},
            "reason",
            "required",
            "A refusal needs written grounds (Decree 118/2025/NĐ-CP).",
        ),
        (
            {"number": "1" * 61},
            "number",
            "too_long",
            "This text has 61 characters; at most 60 are possible.",
        ),
        (
            {"signer": "x" * 151},
            "signer",
            "too_long",
            "This text has 151 characters; at most 150 are possible.",
        ),
    ],
)
def test_record_result_refuses_what_no_result_has(world, change, field, code, sentence):
    dossier = world.processing()
    with refused(Invalid, code) as caught:
        world.record_result(dossier, **change)
    assert (caught.value.field, caught.value.sentence) == (field, sentence)


def test_record_result_with_a_file_that_is_none_is_refused(world):
    dossier = world.processing()
    with refused(BadFile, "bad_file"):
        services.record_result(
            dossier, upload("ket-qua.pdf", b"not a PDF"), by=world.officer, number="12/KQ", signer="Trần"
        )


# Who and when ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", states_without(Verb.RECORD_RESULT))
def test_record_result_is_not_possible_in_another_state(world, state):
    dossier = world.in_state(state)
    refused_in_this_state(dossier, lambda: world.record_result(dossier))


def test_record_result_twice_is_refused(world):
    dossier = world.with_result(world.paid)
    refused_in_this_state(fresh(dossier), lambda: world.record_result(dossier))


def test_record_result_is_not_permitted_to_anybody_else(world):
    dossier = world.processing()
    refused_to_everybody_but(
        world,
        world.officer,
        world.second_officer,
        act=lambda person: world.record_result(dossier, by=person),
    )


def test_record_result_is_refused_to_the_outsider(world):
    dossier = world.processing()
    with refused(NotPermitted, "not_permitted"):
        world.record_result(dossier, by=world.outsider_officer)
