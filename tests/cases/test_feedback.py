"""Feedback (R48): who does what with it, from which states, and what the database refuses."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from cases import lookup, services
from cases.errors import BadFile, CaseError, Invalid, NotPermitted, NotPossibleNow
from cases.feedback import FeedbackKind, FeedbackState, FeedbackVerb
from cases.models import Feedback, FeedbackBook, FeedbackFile, FeedbackStep
from cases.services.feedback import Sender
from notifications.models import Message
from procedures.enums import Role
from tests.cases.helpers import everything
from tests.cast import local, upload

pytestmark = pytest.mark.usefixtures("english")

SENDER = Sender(name="Nguyễn Thị Ví Dụ", phone="0900000001", email="vi.du@congdan.example")
QUESTION = "Vì sao phải nộp bản sao giấy khai sinh?"


@pytest.fixture
def send(world):
    def sending(**changes) -> Feedback:
        facts = {
            "kind": FeedbackKind.RULE,
            "text": QUESTION,
            "agency": world.ward,
            "sender": SENDER,
            "nonce": uuid4(),
        }
        return services.send_feedback(**{**facts, **changes})

    return sending


def do(verb: str, feedback: Feedback, by, world) -> Feedback:
    """The verb with arguments that are right."""
    if verb == FeedbackVerb.DETAIL:
        return services.give_detail(feedback, secret=lookup.secret_of(feedback), text="Ở quầy số 2.")
    if verb == FeedbackVerb.TRANSFER:
        return services.transfer_feedback(feedback, by=by, to=world.centre, text="Thuộc thẩm quyền tỉnh")
    if verb == FeedbackVerb.PUBLISH:
        return services.publish_feedback(feedback, by=by, question="Có cần bản sao không?", answer="Không.")
    service = {
        FeedbackVerb.REFUSE: services.refuse_feedback,
        FeedbackVerb.ASK: services.ask_for_detail,
        FeedbackVerb.ANSWER: services.answer_feedback,
    }[verb]
    return service(feedback, by=by, text="Xin cảm ơn.")


WAYS = {
    FeedbackState.RECEIVED: [],
    FeedbackState.ASKED: [FeedbackVerb.ASK],
    FeedbackState.ANSWERED: [FeedbackVerb.ANSWER],
    FeedbackState.PUBLISHED: [FeedbackVerb.ANSWER, FeedbackVerb.PUBLISH],
    FeedbackState.REFUSED: [FeedbackVerb.REFUSE],
}
POSSIBLE = {
    FeedbackVerb.REFUSE: {"received", "asked", "transferred"},
    FeedbackVerb.ASK: {"received", "transferred"},
    FeedbackVerb.DETAIL: {"asked"},
    FeedbackVerb.TRANSFER: {"received", "asked", "transferred"},
    FeedbackVerb.ANSWER: {"received", "asked", "transferred"},
    FeedbackVerb.PUBLISH: {"answered"},
}


# Sending --------------------------------------------------------------------------------------


def test_feedback_gets_a_number_a_time_and_its_clock(world, send):
    one, two = send(), send(agency=world.other_ward)
    assert (one.code, two.code) == ("H41.101-PA26-0001", "H41.102-PA26-0001")
    assert one.sent_at == local("2026-11-09 09:00")
    assert one.answer_by == local("2026-12-01 17:00")  # 24/11 is a day off
    assert send().code == "H41.101-PA26-0002"


def test_a_year_begins_with_one(world, send, clock):
    send()
    clock.move_to("2027-01-04 09:00")
    assert send().code == "H41.101-PA27-0001"


def test_a_refused_sending_leaves_no_gap(world, send):
    with pytest.raises(BadFile):
        send(uploads=[upload("a.pdf"), upload("x.exe", b"MZ no paper")])
    assert not FeedbackFile.objects.exists()
    assert send().number == 1


def test_the_same_page_sent_twice_is_registered_once(world, send):
    nonce = uuid4()
    assert send(nonce=nonce) == send(nonce=nonce)
    assert Feedback.objects.count() == 1


def test_feedback_about_a_dossier_goes_to_the_agency_that_decides_it(world, send):
    dossier = world.receive()
    feedback = send(kind=FeedbackKind.HANDLING, agency=None, code=dossier.code)
    assert (feedback.dossier, feedback.agency) == (dossier, dossier.competent_agency)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": "  "}, "text"),
        ({"text": "a" * 5001}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"kind": "praise"}, "kind"),
        ({"agency": None}, "agency"),
        ({"code": "H41.101-261109-9999"}, "code"),
        ({"sender": Sender(phone="0900000001")}, "name"),
        ({"sender": Sender(name="Trần Văn Thử")}, "phone"),
        ({"sender": Sender(name="Trần Văn Thử", phone="gọi tôi")}, "phone"),
        ({"sender": Sender(name="Trần Văn Thử", email="khong-phai")}, "email"),
        ({"sender": Sender(name="T" * 301, phone="0900000001")}, "name"),
        ({"uploads": [1, 2, 3, 4]}, "files"),
    ],
)
def test_bad_input_registers_nothing_and_names_the_field(world, send, changes, field):
    before = everything()
    with pytest.raises(Invalid) as refused:
        send(**changes)
    assert refused.value.field == field
    assert (everything(), Feedback.objects.count(), FeedbackBook.objects.count()) == (before, 0, 0)


def test_files_are_kept_and_known_by_their_content(world, send):
    feedback = send(uploads=[upload("anh.pdf")])
    assert list(feedback.files.values_list("name", "mime_type")) == [("anh.pdf", "application/pdf")]


def test_the_sender_and_the_supervisors_are_told_and_no_message_has_the_secret(world, send):
    feedback = send()
    told = set(Message.objects.filter(reference=feedback.code).values_list("recipient", flat=True))
    assert told == {"vi.du@congdan.example", world.supervisor.email, world.head.email}
    assert not Message.objects.filter(body__contains=lookup.secret_of(feedback)).exists()


def test_who_gave_only_a_phone_number_is_told_by_sms(world, send):
    feedback = send(sender=Sender(name="Trần Văn Thử", phone="0900 000 002"))
    message = Message.objects.get(reference=feedback.code, recipient="0900000002")
    assert message.channel == "sms"


# Handling -------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", POSSIBLE)
@pytest.mark.parametrize("state", WAYS)
def test_each_verb_is_possible_from_its_states_only(world, send, verb, state):
    feedback = send()
    for step in WAYS[state]:
        do(step, feedback, world.supervisor, world)
    before = Feedback.objects.values().get(), FeedbackStep.objects.count(), Message.objects.count()
    if state in POSSIBLE[verb]:
        do(verb, feedback, world.supervisor, world)
        assert FeedbackStep.objects.count() == before[1] + 1
    else:
        with pytest.raises(NotPossibleNow):
            do(verb, feedback, world.supervisor, world)
        assert (
            Feedback.objects.values().get(),
            FeedbackStep.objects.count(),
            Message.objects.count(),
        ) == before


MAY = {
    FeedbackVerb.REFUSE: {"officer", "second_officer", "supervisor", "head"},
    FeedbackVerb.ASK: {"clerk", "officer", "second_officer", "supervisor", "head"},
    FeedbackVerb.TRANSFER: {"clerk", "officer", "second_officer", "supervisor", "head"},
    FeedbackVerb.ANSWER: {"officer", "second_officer", "supervisor", "head"},
    FeedbackVerb.PUBLISH: {"supervisor", "head"},
}
PEOPLE = [
    "clerk",
    "officer",
    "second_officer",
    "supervisor",
    "head",
    "auditor",
    "centre_clerk",
    "outsider_clerk",
    "outsider_officer",
    "outsider_head",
]


@pytest.mark.parametrize("verb", MAY)
def test_who_may_do_what_and_the_outsider_nothing(world, send, verb):
    for name in PEOPLE:
        feedback = send()
        if verb == FeedbackVerb.PUBLISH:
            do(FeedbackVerb.ANSWER, feedback, world.officer, world)
        if name in MAY[verb]:
            do(verb, feedback, getattr(world, name), world)
            continue
        before = Feedback.objects.values().get(pk=feedback.pk)
        with pytest.raises(NotPermitted):
            do(verb, feedback, getattr(world, name), world)
        assert Feedback.objects.values().get(pk=feedback.pk) == before


def test_administrators_and_systems_handle_no_feedback(world, send):
    feedback = send()
    for role in (Role.AGENCY_ADMIN, Role.SYSTEM_ADMIN, Role.INTEGRATION, ""):
        world.clerk.role = role
        world.clerk.save()
        with pytest.raises(NotPermitted):
            do(FeedbackVerb.ASK, feedback, world.clerk, world)


def test_what_is_passed_on_keeps_its_number_and_counts_afresh(world, send, clock):
    feedback = send()
    clock.move_to("2026-11-16 10:00")
    passed = services.transfer_feedback(feedback, by=world.clerk, to=world.other_ward)
    assert (passed.code, passed.agency, passed.state) == (feedback.code, world.other_ward, "transferred")
    assert passed.answer_by == local("2026-12-08 17:00")
    step = passed.steps.get(verb=FeedbackVerb.TRANSFER)
    assert (step.agency, step.to_agency, step.due_at) == (
        world.ward,
        world.other_ward,
        local("2026-11-16 17:00"),
    )
    with pytest.raises(NotPermitted):
        do(FeedbackVerb.ANSWER, passed, world.officer, world)
    assert do(FeedbackVerb.ANSWER, passed, world.outsider_officer, world).state == "answered"


def test_it_is_not_passed_on_to_nobody_or_to_the_same_agency(world, send):
    feedback = send()
    for to in (None, world.ward):
        with pytest.raises(Invalid):
            services.transfer_feedback(feedback, by=world.clerk, to=to)
    assert Feedback.objects.get().state == "received"


def test_what_comes_late_is_done_and_is_late(world, send, clock):
    feedback = send()
    clock.move_to("2026-12-03 09:00")
    answered = do(FeedbackVerb.ANSWER, feedback, world.officer, world)
    step = answered.steps.get(verb=FeedbackVerb.ANSWER)
    assert (step.due_at, step.punctuality) == (local("2026-12-01 17:00"), "late")
    assert answered.publish_by == local("2026-12-07 17:00")


def test_details_need_the_secret_and_the_clock_runs_on(world, send):
    feedback = send()
    do(FeedbackVerb.ASK, feedback, world.officer, world)
    for secret in ("", "AAAAA-AAAAA", lookup.secret_of(send())):
        with pytest.raises(NotPermitted):
            services.give_detail(feedback, secret=secret, text="Ở quầy số 2.")
    detailed = do(FeedbackVerb.DETAIL, feedback, None, world)
    assert (detailed.state, detailed.answer_by) == ("received", feedback.answer_by)


@pytest.mark.parametrize(
    "text",
    [
        "Bà NGUYỄN THỊ VÍ DỤ hỏi",
        "Gọi 0900 000 001",
        "Viết cho vi.du@congdan.example",
        "Hồ sơ {code} bị chậm",
    ],
)
def test_what_tells_who_sent_it_is_not_published(world, send, text):
    dossier = world.receive()
    feedback = do(FeedbackVerb.ANSWER, send(code=dossier.code), world.officer, world)
    text = text.format(code=dossier.code)
    for texts in ({"question": text, "answer": "Không."}, {"question": "Có cần không?", "answer": text}):
        with pytest.raises(Invalid):
            services.publish_feedback(feedback, by=world.supervisor, **texts)
    assert Feedback.objects.get(pk=feedback.pk).state == "answered"


@pytest.mark.parametrize("verb", [FeedbackVerb.REFUSE, FeedbackVerb.ASK, FeedbackVerb.ANSWER])
def test_nothing_is_done_without_words(world, send, verb):
    feedback = send()
    service = {"refuse": services.refuse_feedback, "ask": services.ask_for_detail}.get(
        verb, services.answer_feedback
    )
    for text in ("", " \n ", "a" * 5001):
        with pytest.raises(CaseError):
            service(feedback, by=world.supervisor, text=text)
    assert (Feedback.objects.get().state, FeedbackStep.objects.count()) == ("received", 1)


# What the database refuses ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"text": "khác"},
        {"code": "H41.101-PA26-0009"},
        {"number": 1},
        {"state": "answered"},
        {"state": "nonsense"},
        {"state": "published"},
        {"answer": "Có"},
        {"ended_at": local("2026-11-10 09:00")},
        {"public_answer": "Có"},
    ],
)
def test_the_database_refuses_to_rewrite_feedback(world, send, change):
    send()
    feedback = send()
    with pytest.raises(DatabaseError), transaction.atomic():
        Feedback.objects.filter(pk=feedback.pk).update(**change)


def test_the_database_refuses_to_delete_or_change_steps_files_and_numbers(world, send):
    feedback = send(uploads=[upload()])
    for rows, change in (
        (FeedbackStep.objects, {"text": "khác"}),
        (FeedbackFile.objects, {"name": "khac.pdf"}),
        (FeedbackBook.objects, {"last_number": 0}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        Feedback.objects.filter(pk=feedback.pk)._raw_delete("default")


def test_published_feedback_is_closed_for_good(world, send):
    feedback = send()
    do(FeedbackVerb.ANSWER, feedback, world.officer, world)
    do(FeedbackVerb.PUBLISH, feedback, world.supervisor, world)
    with pytest.raises(DatabaseError), transaction.atomic():
        Feedback.objects.update(public_answer="Có.")
