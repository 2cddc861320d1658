"""The dossier page: what it shows, which buttons it offers to whom, what its buttons do."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases import services
from cases.enums import State, Verb
from cases.models import Dossier, Payment, Supplement
from tests.cases.admin.conftest import messages_of, page_of, text_of, verb_of
from tests.cast import local, upload


def labels(response) -> set[str]:
    return {str(button.label) for button in response.context["buttons"]}


# --- What it shows ------------------------------------------------------------------------------


def test_page_shows_facts_papers_money_steps_and_history(world, browser):
    dossier = world.with_result(world.paid)
    text = text_of(browser(world.clerk).get(page_of(dossier)))
    for words in (
        "Nguyễn Thị Ví Dụ",
        "040000000001",
        "3 ngày làm việc",
        "Application form",
        "1 of 1 scans",
        "giay-to.pdf",
        "ket-qua.pdf",
        "Still owed to be paid",
        "15.000 đ",
        "Tiếp nhận",
        "Thẩm định",
        "Received; the result is due at 12/11/2026 17:00.",
        "Result recorded: Granted.",
    ):
        assert words in text


def test_page_proves_the_due_date_day_by_day(world, browser, clock):
    clock.move_to("2026-11-20 09:00")  # Friday; Tuesday 24/11 is a day off
    text = text_of(browser(world.clerk).get(page_of(world.receive())))
    for words in (
        "3 ngày làm việc, counted from 20/11/2026 09:00, end at 26/11/2026 17:00 .",
        "Friday 20/11/2026 no day of reception, not counted Article 147 of the Civil Code 2015",
        "Saturday 21/11/2026 no weekend",
        "Monday 23/11/2026 1 working day",
        "Tuesday 24/11/2026 no day off: Vietnam Culture Day",
        "Thursday 26/11/2026 3 working day",
    ):
        assert words in text


def test_page_says_when_an_apology_moved_the_promise(world, browser, clock):
    dossier = world.processing()
    services.issue_apology(
        dossier, by=world.head, reason="Máy chủ hỏng", new_due_at=local("2026-11-20 17:00")
    )
    text = text_of(browser(world.clerk).get(page_of(dossier)))
    assert "end at 12/11/2026 17:00" in text
    assert "A letter of apology moved the promise to 20/11/2026 17:00." in text
    assert (
        "signed by Trần Văn Lãnh Đạo, moved the due date from 12/11/2026 17:00 to 20/11/2026 17:00." in text
    )


def test_page_says_which_steps_were_early_on_time_or_late(world, browser, clock):
    dossier = world.digitized()
    clock.move_to("2026-11-13 09:00")
    services.start(dossier, by=world.officer)
    how = [row["how"] for row in browser(world.clerk).get(page_of(dossier)).context["steps"]]
    assert ["on time" in how[0], "late" in how[1]] == [True, True]


def test_page_lists_supplements_with_what_is_missing(world, browser):
    text = text_of(browser(world.clerk).get(page_of(world.supplement())))
    assert "Thiếu chữ ký Tờ khai có chữ ký" in text
    assert "waiting for the applicant" in text


def test_page_of_another_agency_is_not_there(world, browser):
    response = browser(world.outsider_clerk).get(page_of(world.receive()))
    assert (response.status_code, response["Location"]) == (302, "/quan-tri/")


def test_page_costs_the_same_with_more_rows(world, browser):
    dossier = world.processing(world.paid)
    client = browser(world.clerk)
    client.get(page_of(dossier))
    with CaptureQueriesContext(connection) as few:
        client.get(page_of(dossier))
    for item in dossier.components.all():
        for _ in range(3):
            services.add_document(dossier, upload(), by=world.clerk, component=item)
    with CaptureQueriesContext(connection) as more:
        client.get(page_of(dossier))
    assert len(more) == len(few)


# --- Which buttons -------------------------------------------------------------------------------

DEMAND = "Demand a paper with a ground"
CLERKS = {
    State.SUBMITTED: {"Receive", "Refuse to receive", "Ask to complete", "Withdraw", DEMAND},
    State.RECEIVED: {"Digitized, hand over", "Withdraw", DEMAND},
    State.DIGITIZED: {"Withdraw", "Add files", DEMAND},
    State.PROCESSING: {"Withdraw", "Add files", DEMAND},
    State.SUPPLEMENT: {"Supplement complete", "Withdraw", "Add files", DEMAND},
    State.PAID: {"Return result", "Add files"},
    State.RETURNED: set(),
    State.REFUSED: set(),
    State.STOPPED: set(),
}
OFFICERS = {
    State.SUBMITTED: {DEMAND},
    State.RECEIVED: {"Request supplement", DEMAND},
    State.DIGITIZED: {"Take over", "Request supplement", "Ask for a clarification", "Add files", DEMAND},
    State.PROCESSING: {
        "Hand over to the next step",
        "Request supplement",
        "Record result",
        "Ask another agency",
        "Ask for a clarification",
        "Add files",
        DEMAND,
    },
    State.SUPPLEMENT: {"Add files", DEMAND},
    State.PAID: {"Add files"},
}


@pytest.mark.parametrize("state", State.values)
def test_buttons_are_the_verbs_that_are_possible_and_permitted(world, browser, state):
    dossier = world.in_state(state)
    undo = {"Undo my last step"}  # only to the one whose step it was, see test_officers_page
    assert labels(browser(world.clerk).get(page_of(dossier))) - undo == CLERKS[state]
    assert labels(browser(world.officer).get(page_of(dossier))) - undo == OFFICERS.get(state, set())
    assert labels(browser(world.auditor).get(page_of(dossier))) == set()


def test_only_the_head_gets_the_button_of_the_apology(world, browser):
    dossier = world.processing()
    assert labels(browser(world.supervisor).get(page_of(dossier))) == {"Assign to an officer"}
    assert labels(browser(world.head).get(page_of(dossier))) == {
        "Assign to an officer",
        "Apologise and reschedule",
    }


def test_receipt_is_offered_only_at_the_desk(world, browser):
    dossier = world.receive()
    assert browser(world.clerk).get(page_of(dossier)).context["prints_receipt"] is True
    assert browser(world.officer).get(page_of(dossier)).context["prints_receipt"] is False


# --- What the buttons do ------------------------------------------------------------------------


def test_a_verb_that_asks_nothing_acts_on_one_click(world, browser):
    dossier = world.digitized()
    response = browser(world.officer).post(verb_of(dossier, Verb.START), follow=True)
    assert messages_of(response) == ["You have taken the dossier over."]
    assert Dossier.objects.get(pk=dossier.pk).state == State.PROCESSING


def test_a_second_click_is_refused_politely(world, browser):
    dossier = world.digitized()
    browser(world.officer).post(verb_of(dossier, Verb.START))
    response = browser(world.second_officer).post(verb_of(dossier, Verb.START), follow=True)
    assert messages_of(response) == [
        f"“Take over” is not possible now: the dossier {dossier.code} is in the state “In process”. "
        "Last event: Taken over by Phạm Văn Thụ Lý (Phạm Văn Thụ Lý)."
    ]
    assert Dossier.objects.get(pk=dossier.pk).holder == world.officer


def test_a_verb_is_never_done_by_following_a_link(world, browser):
    dossier = world.digitized()
    assert browser(world.officer).get(verb_of(dossier, Verb.START)).status_code == 405
    assert Dossier.objects.get(pk=dossier.pk).state == State.DIGITIZED


def test_a_verb_without_the_csrf_token_is_refused(world, browser):
    dossier = world.digitized()
    assert (
        browser(world.officer, enforce_csrf_checks=True).post(verb_of(dossier, Verb.START)).status_code == 403
    )
    assert Dossier.objects.get(pk=dossier.pk).state == State.DIGITIZED


def test_a_verb_that_is_not_permitted_says_so_and_changes_nothing(world, browser):
    dossier = world.digitized()
    response = browser(world.clerk).post(verb_of(dossier, Verb.START), follow=True)
    assert messages_of(response) == [
        "You may not do “Take over” with this dossier. It needs another role or another agency."
    ]
    assert Dossier.objects.get(pk=dossier.pk).state == State.DIGITIZED


def test_a_form_is_not_shown_for_what_is_not_possible(world, browser):
    dossier = world.receive()
    response = browser(world.clerk).get(verb_of(dossier, Verb.RETURN_RESULT), follow=True)
    assert "is not possible now" in messages_of(response)[0]
    assert response.redirect_chain == [(page_of(dossier), 302)]


def test_verbs_of_dossiers_of_other_agencies_are_not_there(world, browser):
    dossier = world.digitized()
    client = browser(world.outsider_officer)
    assert client.post(verb_of(dossier, Verb.START)).status_code == 404
    assert client.get(verb_of(dossier, Verb.RECORD_RESULT)).status_code == 404


def test_unknown_verbs_are_not_there(world, browser):
    assert browser(world.clerk).post(verb_of(world.receive(), "explode")).status_code == 404


def test_nobody_comes_in_without_signing_in(world):
    dossier = world.digitized()
    response = Client().post(verb_of(dossier, Verb.START))
    assert response["Location"].startswith("/quan-tri/login/")
    assert Dossier.objects.get(pk=dossier.pk).state == State.DIGITIZED


def test_supplement_form_takes_one_missing_paper_from_each_line(world, browser):
    dossier = world.processing()
    typed = {"reason": "Thiếu chữ ký", "items": "Tờ khai có chữ ký\r\n\r\n  Văn bản ủy quyền  "}
    response = browser(world.officer).post(verb_of(dossier, Verb.REQUEST_SUPPLEMENT), typed, follow=True)
    assert messages_of(response) == ["The supplement is requested; the clock stands until it is complete."]
    assert Supplement.objects.get().items == ["Tờ khai có chữ ký", "Văn bản ủy quyền"]


def test_second_supplement_is_the_heads_own_act(world, browser):
    dossier = services.resume(world.supplement(), by=world.clerk)
    address = verb_of(dossier, Verb.REQUEST_SUPPLEMENT)
    typed = {"reason": "Thiếu nữa", "items": "Văn bản ủy quyền"}
    response = browser(world.officer).post(address, typed)
    assert "Only the head of UBND phường Thử Nghiệm may request a second one." in response.content.decode()
    assert response.context["form"]["reason"].value() == "Thiếu nữa"
    browser(world.head).post(address, typed)
    assert Dossier.objects.get(pk=dossier.pk).state == State.SUPPLEMENT


def test_wrong_amount_is_refused_at_its_field_and_what_was_typed_stays(world, browser):
    dossier = world.receive(world.paid)
    client, address = browser(world.clerk), verb_of(dossier, Verb.PAY)
    assert client.get(address).context["form"]["amount"].value() == 15000
    response = client.post(address, {"amount": "14000", "method": "transfer"})
    form = response.context["form"]
    assert form.errors == {"amount": ["14.000 đ is not what is owed: 15.000 đ. Take exactly that amount."]}
    assert (form["amount"].value(), form["method"].value()) == ("14000", "transfer")
    assert not Payment.objects.exists()


def test_paying_and_returning_ends_the_life_of_a_dossier(world, browser):
    dossier = world.with_result(world.paid)
    client = browser(world.clerk)
    client.post(verb_of(dossier, Verb.PAY), {"amount": "15000", "method": "cash"})
    assert Dossier.objects.get(pk=dossier.pk).state == State.PAID
    typed = {"collector": "Nguyễn Thị Ví Dụ", "proof": "identity", "originals_returned": "Giấy gốc"}
    client.post(verb_of(dossier, Verb.RETURN_RESULT), typed)
    assert Dossier.objects.get(pk=dossier.pk).state == State.RETURNED


def test_result_is_not_handed_over_without_looking_at_a_paper(world, browser):
    dossier = world.with_result()
    response = browser(world.clerk).post(
        verb_of(dossier, Verb.RETURN_RESULT), {"collector": "Nguyễn Thị Ví Dụ"}
    )
    assert list(response.context["form"].errors) == ["proof"]
    assert Dossier.objects.get(pk=dossier.pk).state == State.PAID


def test_result_is_recorded_with_its_file(world, browser):
    dossier = world.processing()
    typed = {"kind": "granted", "number": "7/KQ", "signer": "Trần Văn Lãnh Đạo", "file": upload("kq.pdf")}
    browser(world.officer).post(verb_of(dossier, Verb.RECORD_RESULT), typed)
    dossier = Dossier.objects.get(pk=dossier.pk)
    assert (dossier.state, dossier.result_number) == (State.PAID, "7/KQ")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("kq.pdf", b"", "“kq.pdf” is empty. Choose the file again."),
        ("kq.pdf", b"MZ\x90\x00", "“kq.pdf” is not a PDF, JPEG, PNG or TIFF file, whatever its name says."),
    ],
)
def test_a_bad_file_is_refused_at_its_field(world, browser, name, content, sentence):
    dossier = world.processing()
    typed = {"kind": "granted", "number": "7/KQ", "signer": "Ai đó", "file": upload(name, content)}
    response = browser(world.officer).post(verb_of(dossier, Verb.RECORD_RESULT), typed)
    assert response.context["form"].errors == {"file": [sentence]}
    assert Dossier.objects.get(pk=dossier.pk).state == State.PROCESSING


def test_a_refusal_on_substance_needs_grounds(world, browser):
    dossier = world.processing()
    typed = {"kind": "refused", "number": "7/KQ", "signer": "Ai đó", "file": upload()}
    response = browser(world.officer).post(verb_of(dossier, Verb.RECORD_RESULT), typed)
    assert list(response.context["form"].errors) == ["reason"]


def test_work_is_handed_over_to_who_has_the_role_of_the_step(world, browser):
    dossier = world.processing()
    client, address = browser(world.officer), verb_of(dossier, Verb.HAND_OVER)
    field = client.get(address).context["form"].fields["to"]
    assert set(field.queryset) == {world.supervisor, world.head}
    assert field.help_text == "The next step is “Ký duyệt”, for the role “Supervisor”."
    response = client.post(address, {"note": "Trình ký"})
    assert response.context["form"].errors == {"to": ["This field is required."]}
    client.post(address, {"to": world.supervisor.pk, "note": "Trình ký"})
    assert Dossier.objects.get(pk=dossier.pk).holder == world.supervisor


def test_head_issues_the_apology_from_the_dossier_page(world, browser, clock):
    dossier = world.processing()
    clock.move_to("2026-11-13 09:00")
    client, address = browser(world.head), verb_of(dossier, Verb.RESCHEDULE)
    assert 'value="18/11/2026 17:00"' in client.get(address).content.decode()
    response = client.post(address, {"reason": "Máy chủ hỏng", "new_due_at": "21/11/2026 17:00"})
    assert response.context["form"].errors == {
        "new_due_at": ["The new date is not a working day; choose one on which the office is open."]
    }
    client.post(address, {"reason": "Máy chủ hỏng", "new_due_at": "20/11/2026 17:00"})
    response = client.post(address, {"reason": "Lại hỏng", "new_due_at": "27/11/2026 17:00"})
    assert response.context["form"].errors == {
        "new_due_at": [
            "This dossier was already rescheduled once; Decree 118/2025/NĐ-CP allows it only once. "
            "Finish it, or explain the delay to the applicant in person."
        ]
    }
    assert Dossier.objects.get(pk=dossier.pk).reschedules.count() == 1
