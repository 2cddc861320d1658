"""Pages of feedback without an account: send, follow, read; and those of the back office."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cases import lookup, services
from cases.feedback import FeedbackKind
from cases.models import Feedback, FeedbackFile
from cases.services.feedback import Sender
from tests.cases.admin.conftest import browser, text_of
from tests.cases.own_account import account
from tests.cast import upload

__all__ = ["account", "browser"]
pytestmark = pytest.mark.usefixtures("english")
SEND, FOLLOW, READ = (
    "/phan-anh-kien-nghi/",
    "/phan-anh-kien-nghi/theo-doi/",
    "/phan-anh-kien-nghi/da-tra-loi/",
)


@pytest.fixture
def sent(world):
    return services.send_feedback(
        kind=FeedbackKind.RULE,
        text="Vì sao phải nộp bản sao?",
        agency=world.ward,
        sender=Sender(name="Nguyễn Thị Ví Dụ", phone="0900000001"),
        nonce=uuid4(),
    )


def form(world, **changes) -> dict:
    return {
        "kind": "rule",
        "text": "Vì sao phải nộp bản sao?",
        "agency": str(world.ward.pk),
        "name": "Nguyễn Thị Ví Dụ",
        "phone": "0900000001",
        "nonce": str(uuid4()),
        **changes,
    }


def test_anybody_sends_and_gets_number_time_and_secret(world, client):
    response = client.post(SEND, form(world, files=[upload("anh.pdf")]))
    feedback = Feedback.objects.get()
    text = text_of(response)
    assert response.status_code == 200
    assert all(
        words in text
        for words in (feedback.code, lookup.secret_of(feedback), "09/11/2026 09:00", "01/12/2026 17:00")
    )
    assert feedback.files.count() == 1
    assert "no-store" in response["Cache-Control"]


def test_the_same_form_sent_again_shows_the_same_acknowledgement(world, client):
    facts = form(world)
    first, again = client.post(SEND, facts), client.post(SEND, facts)
    assert Feedback.objects.count() == 1
    assert lookup.secret_of(Feedback.objects.get()) in text_of(first) + text_of(again)


@pytest.mark.parametrize(
    "changes",
    [
        {"text": ""},
        {"kind": "x"},
        {"agency": ""},
        {"agency": "9" * 40},
        {"agency": "-1"},
        {"name": ""},
        {"phone": ""},
        {"phone": "abc"},
        {"code": "H41.101-261109-0042"},
        {"files": "exe"},
    ],
)
def test_a_refusal_keeps_what_was_typed_and_registers_nothing(world, client, changes):
    typed = {"address": "Xóm Thử Nghiệm"} if "phone" not in changes else {"code": "Xóm Thử Nghiệm"}
    if "files" in changes:
        changes = {"files": [upload("x.pdf", b"MZ no paper")]}
    response = client.post(SEND, form(world, **{**typed, **changes}))
    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()
    assert all(
        words in response.content.decode() for words in typed.values() if typed.keys() - changes.keys()
    )
    assert (Feedback.objects.count(), FeedbackFile.objects.count()) == (0, 0)


@pytest.mark.parametrize("field", ["text", "name", "address", "code", "nonce"])
def test_a_null_character_is_refused(world, client, field):
    assert client.post(SEND, form(world, **{field: "a\x00"})).status_code == 400
    assert not Feedback.objects.exists()


def test_another_site_cannot_send_in_somebodys_name(world):
    assert Client(enforce_csrf_checks=True).post(SEND, form(world)).status_code == 403


def test_who_sends_too_often_waits(world, client, monkeypatch):
    monkeypatch.setattr("cases.api.throttles.FeedbackByAddress.rate", "2/hour", raising=False)
    assert [client.post(SEND, form(world, text="")).status_code for _ in range(2)] == [400, 400]
    response = client.post(SEND, form(world))
    assert (response.status_code, int(response["Retry-After"]) > 0) == (429, True)
    assert not Feedback.objects.exists()


def test_a_signed_in_citizen_is_known_and_kept(world, account, browser):
    client = browser(account())
    page = client.get(SEND, {"ma": world.receive().code}).content.decode()
    assert "Nguyễn Thị Ví Dụ" in page
    client.post(SEND, form(world))
    assert Feedback.objects.get().applicant.full_name == "Nguyễn Thị Ví Dụ"


# Following ------------------------------------------------------------------------------------


def test_the_secret_opens_it_and_details_are_given(world, client, sent):
    services.ask_for_detail(sent, by=world.officer, text="Ở quầy nào?")
    proof = {"code": sent.code.lower(), "secret": lookup.secret_of(sent)}
    assert "Ở quầy nào?" in text_of(client.post(FOLLOW, proof))
    assert client.post(FOLLOW, {**proof, "text": " "}).status_code == 400
    assert "Ở quầy số 2" in text_of(client.post(FOLLOW, {**proof, "text": "Ở quầy số 2"}))
    assert Feedback.objects.get().state == "received"


def test_a_wrong_secret_and_an_unknown_number_have_the_same_answer(world, client, sent):
    wrong = client.post(FOLLOW, {"code": sent.code, "secret": "AAAAA-AAAAA"})
    unknown = client.post(FOLLOW, {"code": "H41.101-PA26-0999", "secret": "AAAAA-AAAAA"})
    assert wrong.status_code == unknown.status_code == 404
    assert text_of(wrong) == text_of(unknown)


def test_details_without_the_secret_change_nothing(world, client, sent):
    services.ask_for_detail(sent, by=world.officer, text="Ở quầy nào?")
    response = client.post(FOLLOW, {"code": sent.code, "secret": "AAAAA-AAAAA", "text": "Ở quầy số 2"})
    assert (response.status_code, Feedback.objects.get().state) == (404, "asked")


def test_guessing_one_number_is_slowed_down(world, client, sent, monkeypatch):
    monkeypatch.setattr("cases.api.throttles.FeedbackByCode.rate", "2/min", raising=False)
    guesses = [{"code": sent.code, "secret": f"AAAAA-{n:05d}"} for n in range(3)]
    assert [client.post(FOLLOW, guess).status_code for guess in guesses] == [404, 404, 429]


def test_what_is_published_names_nobody(world, client, sent):
    services.answer_feedback(sent, by=world.officer, text="Chào bà Nguyễn Thị Ví Dụ, không cần.")
    assert "Có cần" not in text_of(client.get(READ))
    services.publish_feedback(sent, by=world.supervisor, question="Có cần bản sao?", answer="Không cần.")
    text = text_of(client.get(READ))
    assert "Có cần bản sao?" in text and "Không cần." in text
    assert "Ví Dụ" not in text.replace(world.other_ward.name_vi, "") and "0900" not in text
    for page in ("x", "-1", "9" * 30):
        assert client.get(READ, {"trang": page}).status_code == 200


# Back office ----------------------------------------------------------------------------------

LIST = "/quan-tri/cases/feedback/"


def test_the_list_shows_the_own_agencys_feedback_with_its_clock(world, browser, sent, clock):
    for person in (world.clerk, world.officer, world.supervisor, world.auditor):
        assert sent.code in text_of(browser(person).get(LIST, {"clock": "open"}))
    for person in (world.outsider_clerk, world.outsider_head, world.centre_clerk):
        assert sent.code not in text_of(browser(person).get(LIST))
    clock.move_to("2026-12-03 09:00")
    text = text_of(browser(world.supervisor).get(LIST, {"clock": "late"}))
    assert sent.code in text and "2 working days overdue" in text
    assert sent.code not in text_of(browser(world.supervisor).get(LIST, {"clock": "publish-late"}))


def test_a_verb_is_done_on_its_page_and_outsiders_find_nothing(world, browser, sent):
    link = reverse("admin:feedback_verb", args=[sent.pk, "answer"])
    for person in (world.outsider_officer, world.outsider_head, world.centre_clerk):
        client = browser(person)
        assert client.get(reverse("admin:feedback", args=[sent.pk])).status_code == 404
        assert client.post(link, {"text": "Không."}).status_code == 404
    assert browser(world.clerk).post(link, {"text": "Không."}).status_code == 200  # refused on the page
    assert Feedback.objects.get().state == "received"
    client = browser(world.officer)
    assert client.get(link).status_code == 200
    assert client.post(link, {"text": "Không."}).status_code == 302
    assert Feedback.objects.get().answer == "Không."
    assert client.post(link, {"text": "Có."}).status_code == 200
    assert Feedback.objects.get().answer == "Không."
    for verb in ("send", "detail", "delete", "x"):
        assert client.get(reverse("admin:feedback_verb", args=[sent.pk, verb])).status_code == 404


def test_every_verb_has_a_page_that_opens(world, browser, sent):
    client = browser(world.supervisor)
    page = text_of(client.get(reverse("admin:feedback", args=[sent.pk])))
    assert "Nguyễn Thị Ví Dụ" in page and "Pass on to another agency" in page and "Publish" not in page
    for verb in ("refuse", "ask", "transfer", "answer", "publish"):
        assert client.get(reverse("admin:feedback_verb", args=[sent.pk, verb])).status_code == 200
    link = reverse("admin:feedback_verb", args=[sent.pk, "transfer"])
    assert client.post(link, {"to": world.other_ward.pk}).status_code == 302
    assert Feedback.objects.get().agency == world.other_ward


def test_files_are_for_the_agency_alone(world, browser, client):
    client.post(SEND, form(world, files=[upload("anh.pdf")]))
    feedback = Feedback.objects.get()
    link = reverse("admin:feedback_file", args=[feedback.pk, feedback.files.get().pk])
    response = browser(world.officer).get(link)
    assert response["Content-Disposition"].startswith("attachment")
    assert b"".join(response.streaming_content).startswith(b"%PDF")
    assert browser(world.outsider_officer).get(link).status_code == 404
    assert client.get(link).status_code == 302


def test_ratings_are_read_by_supervisors_and_changed_by_nobody(world, browser):
    dossier = world.returned()
    services.rate(
        dossier,
        scores={"guidance": 1, "attitude": 4, "time": 3, "components": 5, "fee": 5},
        comment="Phải chờ lâu",
        proof=services.rating.rating_proof(dossier),
    )
    for person in (world.supervisor, world.auditor):
        text = text_of(browser(person).get("/quan-tri/danh-gia/"))
        assert "Phải chờ lâu" in text and dossier.code in text and "1 rating" in text
    assert "Phải chờ lâu" not in text_of(browser(world.outsider_head).get("/quan-tri/danh-gia/"))
    for person in (world.clerk, world.officer):
        assert browser(person).get("/quan-tri/danh-gia/").status_code == 403
    assert browser(world.supervisor).post("/quan-tri/danh-gia/").status_code == 405
