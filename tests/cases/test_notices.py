"""What applicants and officers are told, by which channel, in which language, and how often (R32, R40, R41)."""

from dataclasses import replace

import pytest

from cases import lookup, services
from cases.enums import EventKind
from cases.errors import CaseError
from cases.services.applicants import ApplicantFacts
from cases.services.notices import notify_applicant, supervisors_of, warn_of_due_date
from notifications.models import Message
from procedures.enums import Role
from tests.cases.helpers import make_person, told
from tests.cast import local


@pytest.fixture
def world(world, settings):
    settings.PUBLIC_URL = "https://mot-cua.nghean.example"
    settings.LANGUAGE_CODE = "en"
    world.applicant = replace(world.applicant, language="en")
    return world


def body_of(dossier, kind: str, channel: str = "email") -> str:
    event = dossier.events.get(kind=kind)
    return Message.objects.get(event_key=f"{dossier.uuid}:event:{event.pk}", channel=channel).body


# Contents (R41) -------------------------------------------------------------------------------------


def test_a_notice_names_agency_handler_and_the_times_of_receipt_processing_and_return(world):
    assert body_of(world.receive(), "received") == (
        "UBND phường Thử Nghiệm: Thủ tục không thu phí (EN).\n"
        "Received; the result is due at 12/11/2026 17:00.\n"
        "Received at: 09/11/2026 09:00.\n"
        "Handled by: Lê Thị Một Cửa, UBND phường Thử Nghiệm.\n"
        "Time of this step: 09/11/2026 09:00.\n"
        "Return of the result: 12/11/2026 17:00.\n"
        "Look up: https://mot-cua.nghean.example/tra-cuu/?ma=H41.101-261109-0001 "
        "(the secret is on your receipt)."
    )


def test_a_text_message_says_the_same_in_few_words_and_without_an_address(world):
    assert body_of(world.receive(), "received", "sms") == (
        "H41.101-261109-0001, UBND phường Thử Nghiệm: Received; the result is due at 12/11/2026 17:00.\n"
        "Received: 09/11/2026 09:00. Now: Lê Thị Một Cửa, UBND phường Thử Nghiệm, 09/11/2026 09:00. "
        "Return: 12/11/2026 17:00."
    )


def test_a_notice_names_the_officer_who_took_over(world, clock):
    dossier = world.digitized()
    clock.move_to("2026-11-10 08:00")
    services.start(dossier, by=world.officer)
    assert "\nHandled by: Phạm Văn Thụ Lý, UBND phường Thử Nghiệm.\n" in body_of(dossier, "started")
    assert "\nTime of this step: 10/11/2026 08:00.\n" in body_of(dossier, "started")


def test_an_acknowledgement_has_no_code_no_promise_and_no_address_yet(world):
    assert body_of(world.submit(), "submitted") == (
        "UBND phường Thử Nghiệm: Thủ tục không thu phí (EN).\n"
        "Filed (Online); it counts as received at 09/11/2026 09:00.\n"
        "Received at: not yet; filed at 09/11/2026 09:00.\n"
        "Handled by: UBND phường Thử Nghiệm.\n"
        "Time of this step: 09/11/2026 09:00.\n"
        "Return of the result: named when the filing is received.\n"
        "You are answered by: 10/11/2026 09:00."
    )


def test_a_request_lists_everything_that_is_missing(world):
    dossier = world.processing()
    services.request_supplement(
        dossier, by=world.officer, reason="Thiếu giấy tờ", items=["Tờ khai có chữ ký", "Văn bản ủy quyền"]
    )
    body = body_of(dossier, "supplement_requested")
    assert "Supplement requested: Thiếu giấy tờ\n- Tờ khai có chữ ký\n- Văn bản ủy quyền\n" in body
    # The clock stands.
    assert "\nReturn of the result: named anew when the supplement is complete.\n" in body


def test_a_notice_of_the_result_promises_no_date_any_more(world):
    dossier = world.with_result()
    assert "Return of the result: it is there since 09/11/2026 09:00." in body_of(dossier, "settled")
    assert "Received at: 09/11/2026 09:00." in body_of(dossier, "settled")


@pytest.mark.parametrize(("moment", "early"), [("2026-11-10 15:00", True), ("2026-11-13 09:00", False)])
def test_a_result_that_is_ready_before_the_due_date_is_announced_as_early(world, clock, moment, early):
    """Decree 61/2018 Art 20.4 (R35)."""
    dossier = world.processing()
    clock.move_to(moment)
    world.record_result(dossier)
    body = body_of(dossier, "settled")
    assert ("It was promised for 12/11/2026 17:00 and is ready earlier." in body) is early


def test_a_notice_of_a_new_date_names_both_dates_and_the_reason(world):
    dossier = world.processing()
    later = local("2026-11-17 17:00")
    services.issue_apology(dossier, by=world.head, reason="Cần xác minh", new_due_at=later)
    body = body_of(dossier, "rescheduled")
    assert "due at 17/11/2026 17:00 instead of 12/11/2026 17:00. Reason: Cần xác minh\n" in body
    assert "\nReturn of the result: 17/11/2026 17:00.\n" in body


def test_a_notice_of_a_new_date_carries_the_letter(world):
    dossier = world.processing()
    later = local("2026-11-17 17:00")
    letter = services.issue_apology(dossier, by=world.head, reason="Cần xác minh", new_due_at=later)
    event = dossier.events.get(kind="rescheduled")
    assert Message.objects.get(event_key=f"{dossier.uuid}:event:{event.pk}", channel="email").letter == letter


# Language -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "procedure"),
    [
        ("vi", "Thủ tục không thu phí."),
        ("en", "Thủ tục không thu phí (EN)."),
        ("fr", "Thủ tục không thu phí."),
    ],
)
def test_a_notice_speaks_the_language_of_the_applicant_whoever_acts(world, language, procedure):
    applicant = replace(world.applicant, language=language)
    message = Message.objects.get(reference=world.receive(applicant=applicant).code, channel="email")
    assert message.body.startswith(f"UBND phường Thử Nghiệm: {procedure}\n")
    assert message.language == ("en" if language == "en" else "vi")


def test_a_warning_speaks_the_language_of_the_office(world, settings):
    settings.LANGUAGE_CODE = "vi"
    dossier = world.processing()
    warn_of_due_date(dossier, days_left=2)
    message = Message.objects.get(recipient=world.officer.email)
    assert message.language == "vi"
    assert "Thủ tục không thu phí:" in message.body


# Channels and recipients (R32) ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "told_by"),
    [
        ({"notice_channels": ["email", "sms", "zalo"]}, ["email", "sms", "zalo"]),
        ({"notice_channels": ["zalo"]}, ["zalo"]),
        ({"notice_channels": ["sms", "sms"]}, ["sms"]),
        ({"notice_channels": []}, []),
        ({"notice_channels": ["email"], "email": ""}, []),
        ({"notice_channels": ["email", "zalo"], "phone": ""}, ["email"]),
    ],
)
def test_notices_go_by_the_channels_that_were_chosen_and_can_be_reached(world, change, told_by):
    dossier = world.receive(applicant=replace(world.applicant, **change))
    assert [channel for channel, _to, _subject in told(dossier)] == told_by


def test_a_notice_is_added_once_per_event_channel_and_recipient(world):
    dossier = world.receive()
    event = dossier.events.get()
    assert notify_applicant(dossier, event) == 0
    assert len(told(dossier)) == 2


def test_each_event_has_its_own_notice(world):
    dossier = world.returned()
    subjects = Message.objects.filter(reference=dossier.code, channel="email").order_by("pk")
    assert [subject.rpartition(": ")[2] for subject in subjects.values_list("subject", flat=True)] == [
        "Received",
        "Digitized",
        "Taken over",
        "Fees settled",
        "Result returned",
    ]


def test_a_notice_goes_where_the_applicant_can_be_reached_now(world):
    dossier = world.receive()
    # The applicant brings a new number with the next dossier.
    world.receive(applicant=replace(world.applicant, phone="0900000777"))
    services.withdraw(dossier, by=world.clerk, reason="Đổi ý")
    assert [to for channel, to, _subject in told(dossier) if channel == "sms"] == ["0900000777"]


def test_a_refused_verb_tells_nobody(world):
    dossier = world.receive()
    before = Message.objects.count()
    with pytest.raises(CaseError):
        services.withdraw(dossier, by=world.clerk, reason="")
    assert Message.objects.count() == before


# Privacy (R40) --------------------------------------------------------------------------------------


def test_a_notice_never_holds_the_secret_nor_the_number_of_the_identity_paper(world):
    dossiers = [world.returned(), world.supplement(), world.with_result(world.paid)]
    secrets = {lookup.secret_of(dossier) for dossier in dossiers}
    for message in Message.objects.all():
        text = f"{message.subject} {message.body} {message.event_key}"
        assert [secret for secret in secrets if secret in text or secret.replace("-", "") in text] == []
        assert "040000000001" not in text


def test_a_notice_holds_nothing_of_anybody_else(world):
    other = ApplicantFacts(
        full_name="Trần Văn Thử",
        id_number="040000000002",
        phone="0900000002",
        email="thu@congdan.example",
        notice_channels=["email"],
        language="en",
    )
    mine, theirs = world.receive(), world.receive(applicant=other)
    for dossier, stranger in [(mine, theirs), (theirs, mine)]:
        for message in Message.objects.filter(reference=dossier.code):
            assert stranger.code not in message.body
            assert stranger.applicant.full_name not in message.body
            assert message.recipient not in {stranger.applicant.email, stranger.applicant.phone}


# Warnings to officers (R29) -------------------------------------------------------------------------


def test_a_warning_goes_to_the_officer_who_holds_the_dossier(world):
    dossier = world.processing()
    assert warn_of_due_date(dossier, days_left=2) == 1
    message = Message.objects.get(recipient="thu-ly@nghean.example")
    assert (message.channel, message.subject) == (
        "email",
        "Dossier H41.101-261109-0001 is due at 12/11/2026 17:00",
    )
    assert message.body == (
        "H41.101-261109-0001, Thủ tục không thu phí (EN): 2 working days left. If it cannot be finished "
        "in time, the apology must go out one working day before the due date."
    )


def test_a_warning_on_the_last_day_counts_one_day(world):
    warn_of_due_date(world.processing(), days_left=1)
    assert ": 1 working day left. If" in Message.objects.get(recipient="thu-ly@nghean.example").body


def test_a_warning_goes_to_the_supervisors_when_nobody_holds_the_dossier(world):
    dossier = world.digitized()
    assert warn_of_due_date(dossier, days_left=1) == 2
    recipients = Message.objects.filter(subject__contains="is due at").values_list("recipient", flat=True)
    assert set(recipients) == {"giam-sat@nghean.example", "chu-tich@nghean.example"}


def test_a_warning_is_added_once_per_due_date_and_number_of_days(world):
    dossier = world.processing()
    assert [warn_of_due_date(dossier, days_left=days) for days in (2, 2, 1, 1)] == [1, 0, 1, 0]


def test_supervisors_are_those_of_the_agency_or_of_the_next_above(world):
    assert set(supervisors_of(world.ward)) == {world.supervisor, world.head}
    assert supervisors_of(world.centre) == []
    chief = make_person("lanh-dao-tinh", world.province, Role.SUPERVISOR, email="tinh@nghean.example")
    assert supervisors_of(world.centre) == [chief]
    make_person("da-nghi", world.centre, Role.SUPERVISOR, email="x@nghean.example", is_active=False)
    make_person("khong-thu", world.centre, Role.SUPERVISOR, email="")
    assert supervisors_of(world.centre) == [chief]


def test_the_kinds_of_events_that_the_applicant_hears_of(world):
    """Inner work stays inside; everything that ends, moves or needs something is told."""
    dossier = world.supplement()
    heard = {event.kind for event in dossier.events.all() if told(dossier, event)}
    assert heard == {
        EventKind.RECEIVED,
        EventKind.DIGITIZED,
        EventKind.STARTED,
        EventKind.SUPPLEMENT_REQUESTED,
    }
