"""What an applicant can do without, what the law demands all the same, and that every change is recorded."""

from dataclasses import replace

import pytest
from django.core import mail, signing
from django.db import Error, transaction
from django.test import Client

from cases import services
from cases.errors import Invalid
from cases.models import Applicant, NoticeChange
from cases.notice_topics import OPTIONAL_TOPICS, NoticeTopic, topic_of
from cases.services import notice_choices
from notifications.models import Message
from notifications.services.messages import deliver_due
from tests.cases.helpers import told

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def world(world, settings):
    settings.PUBLIC_URL = "https://mot-cua.nghean.example"
    world.applicant = replace(world.applicant, language="en")
    return world


@pytest.fixture
def page():
    """A browser that reads English and checks CSRF as a real one is checked."""
    return Client(enforce_csrf_checks=True, headers={"Accept-Language": "en"})


def link(applicant, topic="progress") -> str:
    return notice_choices.switch_off_url(applicant, topic)


def path_of(url: str) -> str:
    return url.removeprefix("https://mot-cua.nghean.example")


def mail_about(dossier, kind) -> Message:
    return Message.objects.get(reference=dossier.code, kind=kind, channel="email")


# Topics -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("topic", [topic for topic in NoticeTopic if topic not in OPTIONAL_TOPICS])
def test_what_the_law_demands_cannot_be_switched_off(world, topic):
    applicant = world.receive().applicant
    with pytest.raises(Invalid) as caught:
        notice_choices.switch(applicant, topic, on=False, via="link")
    assert caught.value.code == "demanded_by_law"
    assert "the law demands these notices (" in caught.value.sentence
    assert NoticeChange.objects.count() == 0
    assert link(applicant, topic) == ""


def test_an_unknown_topic_is_refused(world):
    with pytest.raises(Invalid):
        notice_choices.switch(world.receive().applicant, "nonsense", on=False, via="link")


def test_the_database_refuses_to_switch_off_what_the_law_demands(world):
    world.receive()
    with pytest.raises(Error), transaction.atomic():
        Applicant.objects.update(notices_off=["result"])


def test_what_is_switched_off_is_not_told_and_the_rest_is(world):
    dossier = world.receive()
    notice_choices.switch(dossier.applicant, "progress", on=False, via="link")
    world.scan(dossier)
    services.digitize(dossier, by=world.clerk)
    services.start(dossier, by=world.officer)
    assert told(dossier) == []
    services.request_supplement(dossier, by=world.officer, reason="Thiếu", items=["Tờ khai"])
    assert [channel for channel, _to, _subject in told(dossier)] == ["email", "sms"]


def test_reminders_can_be_done_without(world, clock):
    clock.move_to("2026-10-26 10:00")
    dossier = world.supplement()
    notice_choices.switch(dossier.applicant, "reminder", on=False, via="link")
    clock.move_to("2026-11-10 07:30")
    assert services.remind_supplements() == 1
    assert told(dossier) == []


@pytest.mark.parametrize(
    ("kind", "data", "topic"),
    [
        ("digitized", {}, NoticeTopic.PROGRESS),
        ("digitized", {"due": "x", "old_due": "y"}, NoticeTopic.NEW_DATE),
        ("undone", {"step": "started", "was": {}}, NoticeTopic.PROGRESS),
        ("undone", {"step": "digitized", "was": {"due": "x"}}, NoticeTopic.NEW_DATE),
        ("undone", {"step": "result_recorded", "was": {}}, NoticeTopic.RESULT),
        ("received", {"due": "x"}, NoticeTopic.RECEIPT),
    ],
)
def test_progress_that_moves_the_due_date_or_takes_a_result_back_is_more_than_progress(kind, data, topic):
    assert topic_of(kind, data) == topic


def test_switching_is_recorded_once_per_change(world, clock):
    applicant = world.receive().applicant
    changed = [
        notice_choices.switch(applicant, "progress", on=on, via="link") for on in (False, False, True, True)
    ]
    assert changed == [True, False, True, False]
    rows = NoticeChange.objects.values_list("what", "via", "before", "after")
    assert list(rows) == [
        ("topics_off", "link", [], ["progress"]),
        ("topics_off", "link", ["progress"], []),
    ]


def test_the_record_is_only_added_to(world):
    notice_choices.switch(world.receive().applicant, "progress", on=False, via="link")
    with pytest.raises(Error), transaction.atomic():
        NoticeChange.objects.update(via="filing")
    with pytest.raises(Error), transaction.atomic():
        NoticeChange.objects.all().delete()


def test_other_channels_at_the_next_filing_are_recorded(world):
    world.receive()
    world.receive()
    assert NoticeChange.objects.count() == 0
    dossier = world.receive(applicant=replace(world.applicant, notice_channels=["zalo"]))
    (row,) = dossier.applicant.notice_changes.all()
    assert (row.what, row.via, row.before, row.after) == ("channels", "filing", ["email", "sms"], ["zalo"])


def test_the_office_reads_in_words_what_was_chosen(world):
    applicant = world.receive().applicant
    notice_choices.switch(applicant, "progress", on=False, via="link")
    assert (applicant.channels_in_words, applicant.topics_off_in_words) == (
        "E-mail, SMS",
        "Progress in between",
    )


# The link in the e-mail --------------------------------------------------------------------------------


def test_an_e_mail_that_can_be_done_without_says_how_below_it_and_in_its_header(world):
    dossier = world.digitized()
    url = link(dossier.applicant)
    message = mail_about(dossier, "digitized")
    assert message.body.endswith(f"\n\n-- \nYou can do without messages like this one: {url}")
    deliver_due()
    sent = {email.subject.rpartition(": ")[2]: email.extra_headers for email in mail.outbox}
    assert sent["Digitized"]["List-Unsubscribe"] == f"<{url}>"
    assert sent["Digitized"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "List-Unsubscribe" not in sent["Received"]


def test_what_the_law_demands_has_no_such_link_and_no_text_message_has(world):
    dossier = world.digitized()
    assert mail_about(dossier, "received").opt_out_url == ""
    assert "do without" not in mail_about(dossier, "received").body
    text = Message.objects.get(reference=dossier.code, kind="digitized", channel="sms")
    assert (text.opt_out_url, "do without" in text.body) == ("", False)


def test_the_address_holds_nothing_about_the_person(world):
    applicant = world.receive().applicant
    url = link(applicant)
    assert [fact for fact in (applicant.full_name, applicant.phone, applicant.email) if fact in url] == []
    assert applicant.id_number not in url


def test_looking_at_the_link_changes_nothing_and_pressing_the_button_does(world, page):
    applicant = world.receive().applicant
    path = path_of(link(applicant))
    answer = page.get(path)
    assert (answer.status_code, NoticeChange.objects.count()) == (200, 0)
    assert "Do without these notices" in answer.content.decode()
    answer = page.post(path, {"choice": "off"})
    applicant.refresh_from_db()
    assert applicant.notices_off == ["progress"]
    assert "You are not told any more" in answer.content.decode()
    page.post(path, {"choice": "on"})
    applicant.refresh_from_db()
    assert applicant.notices_off == []


def test_a_mail_program_switches_off_by_itself(world, page):
    """RFC 8058: a POST without cookies, by a program."""
    applicant = world.receive().applicant
    assert page.post(path_of(link(applicant)), {"List-Unsubscribe": "One-Click"}).status_code == 200
    applicant.refresh_from_db()
    assert applicant.notices_off == ["progress"]


def test_the_page_names_nobody_and_says_what_is_always_told_and_why(world, page):
    dossier = world.receive()
    answer = page.get(path_of(link(dossier.applicant)))
    text = answer.content.decode()
    for private in (dossier.applicant.full_name, dossier.applicant.phone, dossier.code):
        assert private not in text
    assert "What you are always told" in text
    assert "Article 20.4 of Decree 61/2018/NĐ-CP" in text
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "no-referrer")


@pytest.mark.parametrize("spoilt", ["x", "WzEsInByb2dyZXNzIl0:1xV6SZ:XV3csi", ":", "a:b:c"])
def test_an_address_that_we_did_not_sign_is_not_known(world, page, spoilt):
    world.receive()
    assert [
        page.get(f"/thong-bao/{spoilt}/").status_code,
        page.post(f"/thong-bao/{spoilt}/").status_code,
    ] == [
        404,
        404,
    ]
    assert NoticeChange.objects.count() == 0


def test_a_signed_address_of_another_purpose_is_not_known(world, page):
    applicant = world.receive().applicant
    for token in (
        signing.dumps([applicant.pk, "progress"], salt="another"),
        signing.dumps([applicant.pk, "result"], salt="cases.notice_choices"),
        signing.dumps([0, "progress"], salt="cases.notice_choices"),
    ):
        assert page.post(f"/thong-bao/{token}/").status_code == 404
