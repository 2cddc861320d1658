"""The officer's pages: undo, assign, ready reasons, budget bars, and two people at one dossier."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import services
from cases.enums import State, Verb
from procedures.enums import ReasonUse
from procedures.models import ReadyReason
from tests.cases.admin.conftest import messages_of, page_of, text_of, verb_of
from tests.cases.helpers import fresh, kinds
from tests.cast import upload

QUEUE = "/quan-tri/cases/dossier/?holder=me"


def labels(response) -> set[str]:
    return {str(button.label) for button in response.context["buttons"]}


# --- Undo and assign ----------------------------------------------------------------------------


def test_undo_is_offered_only_to_the_one_whose_step_it_was_and_only_for_a_while(world, browser, clock):
    dossier = world.processing()
    undo = "Undo my last step"
    assert undo in labels(browser(world.officer).get(page_of(dossier)))
    assert undo not in labels(browser(world.second_officer).get(page_of(dossier)))
    clock.move_to("2026-11-09 09:31")
    assert undo not in labels(browser(world.officer).get(page_of(dossier)))


def test_the_form_of_the_undo_says_what_is_undone_and_how_long_it_is_possible(world, browser, clock):
    dossier = world.processing()
    clock.move_to("2026-11-09 09:10")
    text = text_of(browser(world.officer).get(verb_of(dossier, Verb.UNDO)))
    assert (
        "Undoes “Taken over” of 09/11/2026 09:00; possible until 09/11/2026 09:30 (20 minutes left)." in text
    )


def test_undo_from_its_form(world, browser):
    dossier = world.processing()
    answer = browser(world.officer).post(verb_of(dossier, Verb.UNDO), {"reason": "Bấm nhầm"}, follow=True)
    assert messages_of(answer) == ["Your last step is undone."]
    assert fresh(dossier).state == State.DIGITIZED


def test_undo_that_is_too_late_is_told_before_anything_is_filled_in(world, browser, clock):
    dossier = world.processing()
    clock.move_to("2026-11-09 10:00")
    answer = browser(world.officer).get(verb_of(dossier, Verb.UNDO), follow=True)
    assert "can be undone for 30 minutes; they are over." in messages_of(answer)[0]


def test_assign_offers_the_people_who_have_the_role_and_not_who_has_it(world, browser):
    dossier = world.processing()
    page = browser(world.supervisor).get(verb_of(dossier, Verb.ASSIGN))
    assert list(page.context["form"].fields["to"].queryset) == [world.second_officer]
    browser(world.supervisor).post(verb_of(dossier, Verb.ASSIGN), {"to": world.second_officer.pk})
    assert fresh(dossier).holder == world.second_officer


def test_what_is_assigned_is_offered_to_nobody_else(world, browser):
    dossier = services.assign(world.digitized(), by=world.supervisor, to=world.second_officer)
    assert "Take over" not in labels(browser(world.officer).get(page_of(dossier)))
    assert "Take over" in labels(browser(world.second_officer).get(page_of(dossier)))


# --- Ready reasons ------------------------------------------------------------------------------


@pytest.fixture
def ready(world):
    return ReadyReason.objects.create(
        use=ReasonUse.SUPPLEMENT, text="Tờ khai chưa có chữ ký.", items=["Tờ khai có chữ ký"]
    )


def test_ready_reasons_of_the_procedure_come_first_and_those_of_others_never(world, browser, ready):
    own = ReadyReason.objects.create(use=ReasonUse.SUPPLEMENT, text="Thiếu ảnh.", procedure=world.free)
    ReadyReason.objects.create(use=ReasonUse.SUPPLEMENT, text="Khác.", procedure=world.paid)
    ReadyReason.objects.create(use=ReasonUse.REFUSAL, text="Không thuộc thẩm quyền.")
    page = browser(world.officer).get(verb_of(world.processing(), Verb.REQUEST_SUPPLEMENT))
    assert list(page.context["form"].fields["ready"].queryset) == [own, ready]


def test_a_ready_reason_is_inserted_without_a_script_and_what_was_typed_stays(world, browser, ready):
    dossier = world.processing()
    page = browser(world.officer).post(
        verb_of(dossier, Verb.REQUEST_SUPPLEMENT),
        {"ready": ready.pk, "reason": "Xin lỗi.", "items": "Ảnh 4x6", "insert": "1"},
    )
    form = page.context["form"]
    assert (form["reason"].value(), form["items"].value(), form.errors) == (
        "Xin lỗi.\nTờ khai chưa có chữ ký.",
        "Ảnh 4x6\nTờ khai có chữ ký",
        {},
    )
    assert fresh(dossier).state == State.PROCESSING


def test_the_text_is_what_was_sent_whatever_was_chosen(world, browser, ready):
    dossier = world.processing()
    browser(world.officer).post(
        verb_of(dossier, Verb.REQUEST_SUPPLEMENT),
        {"ready": ready.pk, "reason": "Thiếu chữ ký ở trang 2.", "items": "Tờ khai có chữ ký"},
    )
    assert dossier.supplements.get().reason == "Thiếu chữ ký ở trang 2."


@pytest.mark.parametrize("chosen", ["", "x", "999999999", "9" * 40, "٣"])
def test_a_choice_that_is_none_inserts_nothing(world, browser, ready, chosen):
    page = browser(world.officer).post(
        verb_of(world.processing(), Verb.REQUEST_SUPPLEMENT), {"ready": chosen, "insert": "1"}
    )
    assert (page.status_code, page.context["form"]["reason"].value()) == (200, None)


@pytest.mark.parametrize(
    ("verb", "use"), [(Verb.REFUSE, ReasonUse.REFUSAL), (Verb.ASK_TO_COMPLETE, ReasonUse.SUPPLEMENT)]
)
def test_ready_reasons_at_the_desk(world, browser, verb, use):
    ready = ReadyReason.objects.create(use=use, text="Câu mẫu.")
    page = browser(world.clerk).get(verb_of(world.submit(), verb))
    assert list(page.context["form"].fields["ready"].queryset) == [ready]


def test_ready_reasons_of_a_refusal_on_substance(world, browser):
    ready = ReadyReason.objects.create(use=ReasonUse.RESULT, text="Không đủ điều kiện.")
    page = browser(world.officer).get(verb_of(world.processing(), Verb.RECORD_RESULT))
    assert list(page.context["form"].fields["ready"].queryset) == [ready]


def test_without_ready_reasons_nothing_is_offered(world, browser):
    page = browser(world.officer).get(verb_of(world.processing(), Verb.REQUEST_SUPPLEMENT))
    assert "ready" not in page.context["form"].fields


# --- Two people at one dossier ------------------------------------------------------------------


def seen_on(client, address) -> int:
    return client.get(address).context["seen"]


def test_a_form_that_was_opened_before_something_happened_comes_back_with_all_that_was_typed(world, browser):
    dossier, client = world.processing(), browser(world.officer)
    address = verb_of(dossier, Verb.REQUEST_SUPPLEMENT)
    seen = seen_on(client, address)
    services.hand_over(dossier, by=world.second_officer, to=world.supervisor)
    typed = {"seen": seen, "reason": "Thiếu chữ ký", "items": "Tờ khai có chữ ký"}
    page = client.post(address, typed)
    assert page.context["form"].non_field_errors() == [
        "Nothing was done yet, because something happened while this page was open: Handed over to the step "
        "“Ký duyệt” (Đỗ Thị Thụ Lý Hai, 09/11/2026 09:00). If it is still right, send it again."
    ]
    assert "Thiếu chữ ký" in page.content.decode()
    assert fresh(dossier).state == State.PROCESSING
    client.post(address, {**typed, "seen": page.context["seen"]})
    assert fresh(dossier).state == State.SUPPLEMENT


def test_a_file_must_be_chosen_again(world, browser):
    dossier, client = world.processing(), browser(world.officer)
    address = verb_of(dossier, Verb.RECORD_RESULT)
    seen = seen_on(client, address)
    services.add_document(dossier, upload(), by=world.clerk)
    page = client.post(
        address, {"seen": seen, "kind": "granted", "number": "1/KQ", "signer": "A", "file": upload()}
    )
    assert page.context["form"].non_field_errors()[1] == ("Choose the file again: a browser never keeps it.")
    assert fresh(dossier).finished_at is None


def test_a_button_on_an_old_page_says_what_happened_and_acts_on_the_next_click(world, browser):
    dossier, client = world.digitized(), browser(world.officer)
    seen = seen_on(client, page_of(dossier))
    services.add_document(dossier, upload(), by=world.clerk)
    answer = client.post(verb_of(dossier, Verb.START), {"seen": seen}, follow=True)
    assert messages_of(answer)[0].startswith("Nothing was done yet, because something happened")
    assert fresh(dossier).state == State.DIGITIZED
    client.post(verb_of(dossier, Verb.START), {"seen": answer.context["seen"]})
    assert fresh(dossier).state == State.PROCESSING


def test_what_the_night_run_notes_does_not_send_a_form_back(world, browser, clock):
    dossier, client = world.processing(), browser(world.officer)
    address = verb_of(dossier, Verb.REQUEST_SUPPLEMENT)
    seen = seen_on(client, address)
    clock.move_to("2026-11-12 17:01")
    services.flag_overdue()
    assert kinds(dossier)[-1] == "overdue"
    client.post(address, {"seen": seen, "reason": "Thiếu", "items": "Tờ khai"})
    assert fresh(dossier).state == State.SUPPLEMENT


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 30])
def test_rubbish_in_the_hidden_field_is_no_error(world, browser, seen):
    dossier = world.digitized()
    answer = browser(world.officer).post(verb_of(dossier, Verb.START), {"seen": seen}, follow=True)
    assert answer.status_code == 200


# --- Budgets and the queue ----------------------------------------------------------------------


def test_the_page_shows_what_each_step_may_take_and_took(world, browser, clock):
    dossier = world.processing()
    clock.move_to("2026-11-09 11:00")
    text = text_of(browser(world.officer).get(page_of(dossier)))
    assert "2 h 00 min of 12 h 00 min, 10 h 00 min left Phạm Văn Thụ Lý: 2 h 00 min" in text
    assert "4 h 00 min, not begun" in text
    assert "Whole limit 2 h 00 min of 30 h 30 min, 28 h 30 min left" in text


def test_the_queue_shows_the_step_and_the_limit_of_each_by_what_is_due_first(world, browser, clock):
    world.processing()
    clock.move_to("2026-11-10 09:00")
    world.processing()
    page = browser(world.officer).get(QUEUE)
    due = [dossier.due_at for dossier in page.context["cl"].result_list]
    assert due == sorted(due)
    assert "Thẩm định: 4 h 00 min left Whole limit: 22 h 30 min left" in text_of(page)


def test_the_queue_costs_the_same_with_more_rows(world, browser):
    client = browser(world.officer)

    def cost() -> int:
        client.get(QUEUE)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(QUEUE).status_code == 200
        return len(queries)

    world.processing()
    one = cost()
    for _ in range(3):
        world.processing()
    assert cost() == one
