"""undo of a recorded result: nothing of it holds any more, wherever it had got to."""

from cases import ledger, queries, services
from cases.enums import DocumentSource, ResultKind, State
from cases.errors import NotPossibleNow
from cases.facts import facts_of
from cases.models import StoredPaper
from cases.regime import mechanism_of
from cases.services.clock import running_step
from cases.services.documents import hash_of
from cases.timeline import responsibility_of
from notifications.models import Letter, Message
from procedures.calendars import calendar_for
from tests.cases.helpers import (
    fresh,
    last_event,
    refused,
    told,
)
from tests.cases.verbs.test_undo import undo
from tests.cast import local, pdf, upload


def test_undo_of_a_result_that_was_settled_with_it(world, clock):
    dossier = world.with_result()
    assert fresh(dossier).state == State.PAID
    now = clock.move_to("2026-11-09 09:15")
    undo(dossier, world.officer)
    back = fresh(dossier)
    assert (back.state, back.finished_at, back.holder) == (State.PROCESSING, None, world.officer)
    assert (back.result_kind, back.result_number, back.result_signer, back.result_reason) == ("", "", "", "")
    run = running_step(back)
    assert (run.name, run.officer, run.started_at) == ("Thẩm định", world.officer, now)
    assert last_event(dossier)[2:] == (
        "paid",
        "processing",
        "“Result recorded” was undone by the one who did it: Bấm nhầm",
    )


def test_undo_of_a_result_names_what_was_recorded(world):
    dossier = world.with_result()
    undo(dossier, world.officer)
    assert dossier.events.last().data["was"] == {
        "kind": "granted",
        "number": "12/KQ",
        "signer": "Trần Văn Lãnh Đạo",
        "reason": "",
        "finished_at": "09/11/2026 09:00",
        "documents": ["ket-qua.pdf"],
        "code": f"H41.101.1.000001.{dossier.code}",
        "valid_until": "",
    }


def test_undo_of_a_result_takes_its_paper_out_of_the_store_and_marks_the_file(world):
    dossier = world.with_result()
    assert StoredPaper.objects.count() == 1
    undo(dossier, world.officer)
    assert StoredPaper.objects.count() == 0
    document = dossier.documents.latest("pk")
    assert (document.source, document.name) == ("upload", "WITHDRAWN, not a result – ket-qua.pdf")
    assert document.file.storage.exists(document.file.name)


def test_undo_of_a_result_that_waits_for_its_fee(world):
    dossier = world.with_result(world.paid)
    assert fresh(dossier).state == State.PROCESSING
    undo(dossier, world.officer)
    assert (fresh(dossier).state, fresh(dossier).finished_at) == (State.PROCESSING, None)


def test_undo_of_a_refusal_on_substance(world):
    dossier = world.record_result(
        world.processing(), kind=ResultKind.REFUSED, reason="Không đủ điều kiện", number="9/TB"
    )
    undo(dossier, world.officer)
    assert fresh(dossier).result_reason == ""
    assert dossier.events.last().data["was"]["reason"] == "Không đủ điều kiện"


def test_a_result_is_recorded_again_after_the_undo(world, clock):
    dossier = world.with_result()
    undo(dossier, world.officer)
    clock.move_to("2026-11-09 10:00")
    again = world.record_result(dossier, number="13/KQ")
    assert (again.state, again.result_number, again.finished_at) == (
        State.PAID,
        "13/KQ",
        local("2026-11-09 10:00"),
    )
    assert StoredPaper.objects.get().number == "13/KQ"
    services.return_result(again, by=world.clerk, collector="Nguyễn Thị Ví Dụ", proof="receipt")
    assert fresh(dossier).state == State.RETURNED


def test_the_same_file_is_right_with_another_number_after_the_undo(world):
    dossier, signed = world.processing(), pdf()
    arguments = {"by": world.officer, "signer": "Trần Văn Lãnh Đạo"}
    services.record_result(dossier, upload("ket-qua.pdf", signed), number="12/KQ", **arguments)
    undo(dossier, world.officer)
    again = services.record_result(dossier, upload("ket-qua.pdf", signed), number="21/KQ", **arguments)
    assert (again.state, again.result_number) == (State.PAID, "21/KQ")
    assert again.documents.get(source=DocumentSource.RESULT).name == "ket-qua.pdf"


def test_a_paper_that_was_attached_already_may_be_the_result(world):
    dossier, signed = world.processing(), pdf()
    services.add_document(dossier, upload("da-ky.pdf", signed), by=world.officer)
    services.record_result(
        dossier, upload("da-ky.pdf", signed), by=world.officer, number="12/KQ", signer="Trần Văn Lãnh Đạo"
    )
    assert dossier.documents.get(source=DocumentSource.RESULT).sha256 == hash_of(signed)


def test_undo_of_a_result_lets_the_clock_run_on_as_if_nothing_had_happened(world, clock):
    dossier = world.processing()
    promised = (dossier.clock_started_at, dossier.due_at, dossier.first_due_at)
    world.record_result(dossier)
    clock.move_to("2026-11-09 09:25")
    undo(dossier, world.officer)
    back = fresh(dossier)
    assert (back.clock_started_at, back.due_at, back.first_due_at) == promised
    assert ledger.clock(facts_of(back), calendar_for(world.ward)).due_at == back.due_at
    clock.move_to("2026-11-12 17:01")
    assert fresh(dossier).is_overdue()
    services.flag_overdue()
    assert fresh(dossier).overdue_flagged_at is not None


def test_undo_of_a_result_gives_the_time_to_who_works_on(world, clock):
    """The minutes in which it lay at the desk are the desk's; the first “settled” ends nothing any more."""
    dossier = world.with_result()
    clock.move_to("2026-11-09 09:30")
    undo(dossier, world.officer)
    clock.move_to("2026-11-09 11:30")
    split = responsibility_of(fresh(dossier))
    assert (split.working_minutes, split.shares[-1].holder.officer) == (150, world.officer)
    assert split.shares[-1].working_minutes == 120


def test_the_draft_of_an_apology_comes_back_after_the_undo(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-11 09:00")
    assert services.draft_apologies() == 1
    world.record_result(dossier)
    assert Letter.objects.get().state == "cancelled"
    clock.move_to("2026-11-11 09:20")
    undo(dossier, world.officer)
    assert services.draft_apologies() == 1


def test_undo_of_a_result_tells_the_applicant_that_it_does_not_hold(world):
    dossier = world.with_result()
    undo(dossier, world.officer)
    assert told(dossier) == [
        ("email", "vi.du@congdan.example", f"Dossier {dossier.code}: Step undone"),
        ("sms", "0900000001", f"Dossier {dossier.code}: Step undone"),
    ]
    body = Message.objects.filter(subject__endswith="Step undone").first().body
    assert "What you were told about the result does not hold any more." in body
    view = queries.owner_view(dossier.pk)
    assert (view.is_ready, view.sentence) == (False, "Your dossier is being worked on.")


def test_undo_of_another_step_brings_no_draft_back_that_a_person_cancelled(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-11 09:00")
    services.draft_apologies()
    services.cancel_apology(Letter.objects.get(), by=world.supervisor, reason="Sắp xong")
    clock.move_to("2026-11-11 09:10")
    services.hand_over(dossier, by=world.officer, to=world.supervisor)
    undo(dossier, world.officer)
    assert services.draft_apologies() == 0


def test_the_owner_is_told_of_an_undone_result_but_not_what_colleagues_write(world):
    dossier = world.with_result()
    undo(dossier, world.officer, reason="Nhầm với hồ sơ của người khác")
    body = Message.objects.filter(subject__endswith="Step undone").first().body
    assert "“Result recorded” was taken back." in body and "Nhầm" not in body
    history = queries.owner_view(dossier.pk).history
    assert history[-1].public_sentence == "“Result recorded” was taken back."


def test_the_owner_is_told_of_every_change_of_state_also_of_one_taken_back(world):
    """R32: they were told of “Taken over” a moment ago."""
    dossier = world.processing()
    undo(dossier, world.officer)
    history = queries.owner_view(dossier.pk).history
    assert [event.kind for event in history] == ["received", "digitized", "started", "undone"]
    assert [channel for channel, _to, _subject in told(dossier)] == ["email", "sms"]


def test_the_owner_is_told_nothing_of_a_hand_over_undone_inside_the_office(world):
    dossier = world.processing()
    services.hand_over(dossier, by=world.officer, to=world.supervisor)
    before = Message.objects.count()
    undo(dossier, world.officer)
    assert "undone" not in [event.kind for event in queries.owner_view(dossier.pk).history]
    assert Message.objects.count() == before


def test_undo_of_a_result_is_refused_after_the_payment(world):
    dossier = world.with_result(world.paid)
    services.pay(dossier, by=world.clerk, amount=15000)
    with refused(NotPossibleNow) as caught:
        undo(dossier, world.officer)
    assert caught.value.sentence == (
        "The last step was “Payment taken (Lê Thị Một Cửa, 09/11/2026 09:00)”; that one cannot be undone. "
        f"A wrong result is corrected free of charge by a new dossier ({correction_of(dossier)})."
    )


def correction_of(dossier) -> str:
    return str(mechanism_of(dossier).correction)


def test_undo_of_a_result_is_refused_when_another_dossier_reuses_it(world):
    dossier = world.with_result()
    result = dossier.documents.get(source="result")
    other = world.receive(world.paid)
    other.documents.create(
        source="reused",
        name=result.name,
        file=result.file.name,
        mime_type=result.mime_type,
        size=result.size,
        sha256=result.sha256,
        added_at=dossier.finished_at,
    )
    with refused(NotPossibleNow, "result_in_use"):
        undo(dossier, world.officer)


def test_undo_of_a_result_is_refused_while_it_is_corrected(world):
    dossier = world.with_result()
    services.receive_correction(dossier, by=world.clerk, reason="Sai họ tên")
    with refused(NotPossibleNow, "result_in_use"):
        undo(dossier, world.officer)
