"""clarify (làm rõ): a question to the applicant that asks for no paper; the clock runs on (R9)."""

import pytest

from cases import services
from cases.enums import EventKind, Verb
from cases.errors import Invalid, NotPermitted
from tests.cases.helpers import (
    fresh,
    last_event,
    refused,
    refused_in_this_state,
    refused_to_everybody_but,
    states_without,
    told,
)


def clarify(world, dossier, **changes):
    facts = {"by": world.officer, "question": " Nơi ở hiện nay? ", "ground": " Luật X, Điều Y "}
    return services.clarify(dossier, **{**facts, **changes})


@pytest.mark.parametrize("state", ["digitized", "processing"])
def test_clarify_leaves_state_clock_and_supplement_request_alone(world, state):
    dossier = world.in_state(state)
    clarify(world, dossier)
    after = fresh(dossier)
    assert (after.state, after.due_at, after.is_running) == (state, dossier.due_at, True)
    assert not after.supplements.exists()


def test_clarify_keeps_stage_ground_and_who_asked(world):
    dossier = world.processing()
    event = clarify(world, dossier)
    assert event.actor == world.officer
    assert event.data == {"question": "Nơi ở hiện nay?", "ground": "Luật X, Điều Y", "stage": "processing"}


def test_clarify_tells_the_applicant(world):
    dossier = world.processing()
    clarify(world, dossier)
    assert last_event(dossier) == (
        EventKind.CLARIFICATION,
        "Phạm Văn Thụ Lý",
        "",
        "processing",
        "The applicant was asked to clarify (Luật X, Điều Y): Nơi ở hiện nay?",
    )
    assert [channel for channel, _to, _subject in told(dossier)] == ["email", "sms"]


def test_clarify_may_ask_again(world):
    dossier = world.processing()
    clarify(world, dossier)
    clarify(world, dossier, question="Họ tên cha?")
    assert dossier.events.filter(kind=EventKind.CLARIFICATION).count() == 2


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("question", "Write what has to be made clear."),
        ("ground", "Give the legal ground of the question: text and article."),
    ],
)
@pytest.mark.parametrize("nothing", ["", "  ", None])
def test_clarify_without_question_or_ground_is_refused(world, field, sentence, nothing):
    dossier = world.processing()
    with refused(Invalid, "required") as caught:
        clarify(world, dossier, **{field: nothing})
    assert (caught.value.field, caught.value.sentence) == (field, sentence)


@pytest.mark.parametrize("state", states_without(Verb.CLARIFY))
def test_clarify_is_not_possible_in_another_state(world, state):
    dossier = world.in_state(state)
    refused_in_this_state(dossier, lambda: clarify(world, dossier))


def test_clarify_is_not_possible_after_the_result(world):
    dossier = world.with_result(world.paid)
    refused_in_this_state(dossier, lambda: clarify(world, dossier))


def test_clarify_is_not_permitted_to_anybody_else(world):
    dossier = world.processing()
    refused_to_everybody_but(
        world, world.officer, world.second_officer, act=lambda person: clarify(world, dossier, by=person)
    )


def test_clarify_is_refused_to_the_outsider(world):
    dossier = world.processing()
    with refused(NotPermitted, "not_permitted"):
        clarify(world, dossier, by=world.outsider_officer)
