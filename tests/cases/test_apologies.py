"""Letters of apology from draft to sent: who writes, approves, signs and takes back (R8, R29, R31)."""

import pytest

from cases import services
from cases.enums import EventKind, Verb
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from cases.services.apologies import dossier_of, open_letter, proposed_due_at
from notifications.models import Letter
from tests.cases.helpers import fresh, kinds, refused, refused_to_everybody_but, said, states_without
from tests.cast import local

pytestmark = pytest.mark.usefixtures("english")

REASON = "Cần xác minh thêm"
LATER = local("2026-11-17 17:00")


@pytest.fixture
def dossier(world):
    return world.processing()


@pytest.fixture
def draft(dossier) -> Letter:
    return services.draft_apology(dossier)[0]


def prepared(world, letter: Letter, **changes) -> Letter:
    facts = {"by": world.supervisor, "reason": REASON, "new_due_at": LATER, **changes}
    return services.prepare_apology(letter, **facts)


# Draft ----------------------------------------------------------------------------------------------


def test_draft_apology_leaves_reason_and_date_to_people(dossier, draft):
    assert (draft.state, draft.reason, draft.new_due_at, draft.number) == ("draft", "", None, None)
    assert (draft.agency_identifier, draft.reference, draft.cycle) == ("H41.101", dossier.code, 1)
    assert fresh(dossier).due_at == local("2026-11-12 17:00")
    assert said(dossier.events.last()) == (
        EventKind.APOLOGY_DRAFTED,
        "",
        "",
        "processing",
        "A letter of apology was drafted; it should go out by 11/11/2026 17:00.",
    )


def test_draft_apology_twice_gives_the_same_letter_and_no_second_event(dossier, draft):
    assert services.draft_apology(dossier) == (draft, False)
    assert kinds(dossier).count("apology_drafted") == 1


def test_draft_apology_holds_what_form_04_says(dossier, draft):
    content = draft.content
    assert (content.letterhead_upper, content.agency_name, content.place) == (
        "UBND tỉnh Nghệ An",
        "UBND phường Thử Nghiệm",
        "Nghệ An",
    )
    assert (content.addressee, content.id_number) == ("Nguyễn Thị Ví Dụ", "040000000001")
    assert (content.procedure_code, content.procedure_name) == ("1.000001", "Thủ tục không thu phí")
    assert (content.received_at, content.original_due_at) == (
        local("2026-11-09 09:00"),
        local("2026-11-12 17:00"),
    )
    assert (content.signer_title, content.signer_name) == ("CHỦ TỊCH", "Trần Văn Lãnh Đạo")


@pytest.mark.parametrize(
    ("received", "drafted", "citation"),
    [
        (
            "2025-06-30 09:00",
            "2025-09-15 09:00",
            "Nghị định số 61/2018/NĐ-CP, được sửa đổi, bổ sung bởi Nghị định số 107/2021/NĐ-CP",
        ),
        ("2025-07-01 09:00", "2025-07-03 09:00", "Nghị định số 118/2025/NĐ-CP"),
        (
            "2026-11-09 09:00",
            "2026-11-11 09:00",
            "Nghị định số 118/2025/NĐ-CP, được sửa đổi, bổ sung bởi Nghị định số 309/2026/NĐ-CP",
        ),
    ],
)
def test_draft_apology_cites_the_law_of_the_reception(world, clock, received, drafted, citation):
    clock.move_to(received)
    dossier = world.processing()
    clock.move_to(drafted)
    assert services.draft_apology(dossier)[0].content.mechanism_citation == citation


@pytest.mark.parametrize(
    ("issued", "title", "circular"),
    [
        (
            "2025-09-12 09:00",
            "PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ",
            "Thông tư số 01/2018/TT-VPCP",
        ),
        ("2025-09-15 09:00", "VĂN BẢN XIN LỖI VÀ ĐỀ NGHỊ GIA HẠN", "Thông tư số 03/2025/TT-VPCP"),
    ],
)
def test_r08_the_form_follows_the_day_of_issue(world, clock, issued, title, circular):
    clock.move_to("2025-06-30 09:00")
    dossier = world.processing()
    services.draft_apology(dossier)
    clock.move_to(issued)
    later = local("2025-09-30 17:00")
    letter = services.issue_apology(dossier, by=world.head, reason=REASON, new_due_at=later)
    form = letter.content.form
    assert (form.number, form.title, form.circular) == ("04", title, circular)


@pytest.mark.parametrize("state", states_without(Verb.RESCHEDULE))
def test_draft_apology_is_not_possible_when_no_clock_runs(world, state):
    dossier = world.in_state(state)
    with refused(NotPossibleNow):
        services.draft_apology(dossier)


def test_draft_apology_in_a_new_cycle_is_a_new_letter(world, clock, dossier, draft):
    services.issue_apology(dossier, by=world.head, reason=REASON, new_due_at=LATER)
    services.request_supplement(dossier, by=world.officer, reason="Thiếu chữ ký", items=["Tờ khai"])
    services.resume(dossier, by=world.clerk)
    letter, created = services.draft_apology(dossier)
    assert (created, letter.cycle) == (True, 2)
    assert letter != draft


def test_proposed_date_is_three_working_days_after_the_promise_or_after_today(clock, dossier):
    assert proposed_due_at(dossier) == local("2026-11-17 17:00")
    clock.move_to("2026-11-20 09:00")
    assert proposed_due_at(dossier) == local("2026-11-26 17:00")  # 24/11 is off


# Prepare --------------------------------------------------------------------------------------------


def test_prepare_apology_puts_reason_and_date_into_the_letter(world, dossier, draft):
    letter = prepared(world, draft)
    assert (letter.state, letter.reason, letter.new_due_at) == ("draft", REASON, LATER)
    assert letter.content.reason == REASON
    assert fresh(dossier).due_at == local("2026-11-12 17:00")  # only the issue moves it (R31)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"reason": "  "}, "reason_missing", "reason"),
        ({"reason": "x" * 1001}, "reason_too_long", "reason"),
        ({"new_due_at": local("2026-11-12 17:00")}, "not_later", "new_due_at"),
        ({"new_due_at": local("2026-11-14 17:00")}, "not_a_working_day", "new_due_at"),
    ],
)
def test_prepare_apology_refuses_what_could_not_be_issued(world, draft, change, code, field):
    with refused(Invalid, code) as caught:
        prepared(world, draft, **change)
    assert caught.value.field == field


def test_prepare_apology_of_an_issued_letter_is_refused(world, dossier, draft):
    services.issue_apology(dossier, by=world.head, reason=REASON, new_due_at=LATER)
    with refused(Invalid, "already_rescheduled"):
        prepared(world, draft, new_due_at=local("2026-11-20 17:00"))


def test_prepare_apology_is_not_permitted_to_anybody_else(world, draft):
    refused_to_everybody_but(
        world, world.supervisor, world.head, act=lambda person: prepared(world, draft, by=person)
    )


# Approve --------------------------------------------------------------------------------------------


def test_approve_apology_notes_who_and_when(world, clock, draft):
    prepared(world, draft)
    clock.move_to("2026-11-10 09:00")
    letter = services.approve_apology(draft, by=world.supervisor)
    assert (letter.state, letter.approved_by, letter.approved_at) == (
        "approved",
        "Vũ Thị Giám Sát",
        local("2026-11-10 09:00"),
    )


def test_approve_apology_without_a_reason_is_refused(world, draft):
    with refused(Invalid, "reason_missing"):
        services.approve_apology(draft, by=world.supervisor)


def test_approve_apology_is_not_permitted_to_anybody_else(world, draft):
    prepared(world, draft)
    refused_to_everybody_but(
        world,
        world.supervisor,
        world.head,
        act=lambda person: services.approve_apology(draft, by=person),
    )


def test_an_approved_letter_is_issued_by_the_head_as_it_stands(world, dossier, draft):
    prepared(world, draft)
    services.approve_apology(draft, by=world.supervisor)
    letter = services.issue_apology(dossier, by=world.head)
    assert (letter.pk, letter.state, letter.reason) == (draft.pk, "issued", REASON)
    assert fresh(dossier).due_at == LATER


# Issue: numbers without gaps ------------------------------------------------------------------------


def test_issue_apology_numbers_the_letters_of_an_agency_and_year_without_gaps(world, clock):
    numbers = []
    for moment, later in [
        ("2026-11-09 09:00", "2026-11-17 17:00"),
        ("2026-12-28 09:00", "2027-01-08 17:00"),
        ("2027-01-04 09:00", "2027-01-12 17:00"),
    ]:
        clock.move_to(moment)
        dossier = world.processing()
        with refused(Invalid, "reason_missing"):
            services.issue_apology(dossier, by=world.head, new_due_at=local(later))
        letter = services.issue_apology(dossier, by=world.head, reason=REASON, new_due_at=local(later))
        numbers.append((letter.year, letter.number_text))
    assert numbers == [(2026, "01/PXL"), (2026, "02/PXL"), (2027, "01/PXL")]


def test_issue_apology_without_a_draft_drafts_it_first(world, dossier):
    services.issue_apology(dossier, by=world.head, reason=REASON, new_due_at=LATER)
    assert kinds(dossier)[-2:] == ["apology_drafted", "rescheduled"]


# Send and cancel ------------------------------------------------------------------------------------


def test_send_apology_notes_that_the_paper_went_out(world, clock, dossier, draft):
    services.issue_apology(dossier, by=world.head, reason=REASON, new_due_at=LATER)
    clock.move_to("2026-11-10 10:00")
    letter = services.send_apology(draft, by=world.clerk)
    assert (letter.state, letter.sent_at) == ("sent", local("2026-11-10 10:00"))


def test_send_apology_before_it_is_issued_is_refused(world, draft):
    with refused(Invalid, "letter_not_possible_now"):
        services.send_apology(draft, by=world.clerk)


def test_send_apology_is_not_permitted_to_anybody_else(world, dossier, draft):
    services.issue_apology(dossier, by=world.head, reason=REASON, new_due_at=LATER)
    refused_to_everybody_but(
        world,
        world.clerk,
        world.supervisor,
        world.head,
        act=lambda person: services.send_apology(draft, by=person),
    )


def test_cancel_apology_makes_room_for_a_new_draft(world, dossier, draft):
    letter = services.cancel_apology(draft, by=world.supervisor, reason="Xong trong hôm nay")
    assert (letter.state, letter.cancel_reason) == ("cancelled", "Xong trong hôm nay")
    assert open_letter(dossier) is None
    again, created = services.draft_apology(dossier)
    assert (created, again.pk != draft.pk) == (True, True)


def test_cancel_apology_without_a_reason_is_refused(world, draft):
    with refused(Invalid, "reason_missing"):
        services.cancel_apology(draft, by=world.supervisor, reason=" ")


def test_cancel_apology_of_an_issued_letter_is_refused(world, dossier, draft):
    services.issue_apology(dossier, by=world.head, reason=REASON, new_due_at=LATER)
    with refused(Invalid, "letter_not_possible_now"):
        services.cancel_apology(draft, by=world.head, reason="Nhầm")


def test_cancel_apology_is_not_permitted_to_anybody_else(world, draft):
    refused_to_everybody_but(
        world,
        world.supervisor,
        world.head,
        act=lambda person: services.cancel_apology(draft, by=person, reason="Nhầm"),
    )


@pytest.mark.parametrize("act", ["prepare", "approve", "send", "cancel", "issue"])
def test_letters_are_refused_to_the_outsider(world, dossier, draft, act):
    outsider = world.outsider_head
    acts = {
        "prepare": lambda: prepared(world, draft, by=outsider),
        "approve": lambda: services.approve_apology(draft, by=outsider),
        "send": lambda: services.send_apology(draft, by=outsider),
        "cancel": lambda: services.cancel_apology(draft, by=outsider, reason="Nhầm"),
        "issue": lambda: services.issue_apology(dossier, by=outsider, reason=REASON, new_due_at=LATER),
    }
    with refused(NotPermitted, "not_permitted"):
        acts[act]()


def test_dossier_of_a_letter_is_found_by_its_code(dossier, draft):
    assert dossier_of(draft) == dossier
