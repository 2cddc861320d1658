"""Exactly one of three outcomes for somebody at the desk: receipt, supplement request, refusal (R7, T2)."""

import pytest

from cases import services
from cases.enums import EventKind, State
from cases.errors import Invalid, NotInForce, NotPermitted, NotPossibleNow
from cases.models import Dossier
from procedures.enums import Channel
from tests.cases.helpers import fresh, kinds, refused, refused_to_everybody_but, told
from tests.cast import local, make_procedure

LACKING = {"reason": "Thiếu giấy tờ tùy thân", "items": ["Giấy tờ tùy thân"]}


def ask_at_desk(world, **changes):
    facts = {"desk": world.ward, "by": world.clerk, **LACKING, **changes}
    return services.ask_at_desk(world.free, world.applicant, **facts)


def refuse_at_desk(world, **changes):
    facts = {"desk": world.ward, "by": world.clerk, "reason": "Nộp tại Sở Xây dựng", **changes}
    return services.refuse_at_desk(world.free, world.applicant, **facts)


def test_r07_asked_at_the_desk_there_is_a_filing_without_code_and_clock(world):
    supplement = ask_at_desk(world, components=world.components(world.free)[:1])
    dossier = fresh(supplement.dossier)
    assert (dossier.state, dossier.channel) == (State.SUBMITTED, Channel.DESK)
    assert dossier.code is dossier.book_number is dossier.due_at is dossier.answer_due_at is None
    assert (supplement.reason, supplement.items, supplement.before_reception) == (
        "Thiếu giấy tờ tùy thân",
        ["Giấy tờ tùy thân"],
        True,
    )
    assert dossier.components.count() == 1
    assert kinds(dossier) == [EventKind.SUBMITTED, EventKind.ASKED_TO_COMPLETE]


def test_asked_at_the_desk_the_applicant_is_told_once_and_of_the_request(world):
    dossier = ask_at_desk(world).dossier
    first, last = dossier.events.all()
    assert (told(dossier, first), len(told(dossier, last))) == ([], 2)


def test_r07_back_with_everything_the_filing_is_received_from_that_moment(world, clock):
    filing = ask_at_desk(world).dossier
    clock.move_to("2026-11-11 14:00")
    services.complete_filing(filing, by=world.clerk)
    dossier = services.receive_filing(filing, by=world.clerk, components=world.components(world.free))
    assert (dossier.code, dossier.state) == ("H41.101-261111-0001", State.RECEIVED)
    assert (dossier.filed_at, dossier.received_at, dossier.clock_started_at) == (
        local("2026-11-11 14:00"),
        local("2026-11-11 14:00"),
        local("2026-11-11 14:00"),
    )
    assert dossier.due_at == local("2026-11-16 17:00")


def test_what_was_asked_for_at_the_desk_is_waited_for(world):
    filing = ask_at_desk(world).dossier
    with refused(NotPossibleNow):
        services.receive_filing(filing, by=world.clerk, components=world.components(world.free))


def test_r07_refused_at_the_desk_the_reason_is_kept_and_the_dossier_has_ended(world):
    dossier = fresh(refuse_at_desk(world))
    assert (dossier.state, dossier.channel, dossier.code) == (State.REFUSED, Channel.DESK, None)
    assert dossier.ended_at == local("2026-11-09 09:00")
    assert kinds(dossier) == [EventKind.SUBMITTED, EventKind.REFUSED]
    assert dossier.events.last().sentence == "Reception refused: Nộp tại Sở Xây dựng"


@pytest.mark.parametrize("act", [ask_at_desk, refuse_at_desk])
@pytest.mark.parametrize("reason", ["", "   "])
def test_r07_without_a_reason_nothing_is_kept(world, act, reason):
    with refused(Invalid, "required"):
        act(world, reason=reason)
    assert not Dossier.objects.exists()


def test_r07_asking_for_nothing_is_refused(world):
    with refused(Invalid, "required") as caught:
        ask_at_desk(world, items=[" "])
    assert caught.value.field == "items"


@pytest.mark.parametrize("act", [services.ask_at_desk, services.refuse_at_desk])
def test_what_is_not_in_force_is_neither_asked_nor_refused(world, act):
    coming = make_procedure("1.000009", "Thủ tục sắp có", in_force_from=local("2027-01-04 00:00").date())
    more = {"items": ["Tờ khai"]} if act == services.ask_at_desk else {}
    with refused(NotInForce, "not_in_force"):
        act(coming, world.applicant, desk=world.ward, by=world.clerk, reason="Thiếu", **more)


@pytest.mark.parametrize("act", [ask_at_desk, refuse_at_desk])
def test_at_the_desk_only_its_clerk_answers(world, act):
    refused_to_everybody_but(world, world.clerk, act=lambda person: act(world, by=person))


@pytest.mark.parametrize("act", [ask_at_desk, refuse_at_desk])
def test_at_the_desk_nobody_answers_without_an_account(world, act):
    with refused(NotPermitted, "not_permitted"):
        act(world, by=None)
