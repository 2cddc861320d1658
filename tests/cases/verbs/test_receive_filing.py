"""receive of a filing: submitted → received; the clock counts from the filing, not from the click (R10, R11)."""

from datetime import date

import pytest

from cases import services
from cases.enums import EventKind, State, Verb
from cases.errors import ComponentMissing, Invalid, NotInForce, NotPermitted, NotPossibleNow
from cases.services.fee_lines import FeeFacts
from procedures.models import FeeLine, TimeLimit
from tests.cases.helpers import (
    fresh,
    kinds,
    last_event,
    refused,
    refused_in_this_state,
    refused_to_everybody_but,
    states_without,
    told,
)
from tests.cast import local, make_procedure


def test_receive_filing_gives_code_promise_and_holder(world, clock):
    filing = world.submit()
    clock.move_to("2026-11-09 10:00")
    services.receive_filing(filing, by=world.clerk)
    dossier = fresh(filing)
    assert dossier.state == State.RECEIVED
    assert dossier.code == "H41.101-261109-0001"
    assert dossier.filed_at == dossier.clock_started_at == local("2026-11-09 09:00")
    assert dossier.received_at == local("2026-11-09 10:00")
    assert dossier.due_at == dossier.first_due_at == local("2026-11-12 17:00")
    assert dossier.transfer_due_at == local("2026-11-09 10:00")
    assert (dossier.holder, dossier.holder_unit) == (world.clerk, world.ward)
    assert kinds(dossier) == ["submitted", "received"]
    assert last_event(dossier) == (
        EventKind.RECEIVED,
        "Lê Thị Một Cửa",
        "submitted",
        "received",
        "Received; the result is due at 12/11/2026 17:00.",
    )
    assert told(dossier)[0] == (
        "email",
        "vi.du@congdan.example",
        "Dossier H41.101-261109-0001: Received",
    )


@pytest.mark.parametrize("clicked", ["2026-11-16 07:30", "2026-11-17 09:00"])
def test_receive_filing_of_a_saturday_evening_counts_from_monday_whenever_it_is_clicked(
    world, clock, clicked
):
    clock.move_to("2026-11-14 20:15")
    filing = world.submit()
    clock.move_to(clicked)
    dossier = services.receive_filing(filing, by=world.clerk)
    assert dossier.clock_started_at == local("2026-11-16 07:30")
    assert dossier.due_at == local("2026-11-19 17:00")
    assert dossier.code == f"H41.101-{local(clicked):%y%m%d}-0001"


def test_receive_filing_of_the_last_minutes_counts_from_the_next_day(world, clock, settings):
    settings.ONLINE_LAST_MINUTES = 60
    clock.move_to("2026-11-09 16:00")
    online, by_post = world.submit(), world.submit(channel="post")
    assert services.receive_filing(online, by=world.clerk).clock_started_at == local("2026-11-10 07:30")
    assert services.receive_filing(by_post, by=world.clerk).clock_started_at == local("2026-11-09 16:00")


def test_receive_filing_by_post_leaves_the_desk_like_a_paper_dossier(world, clock):
    filing = world.submit(channel="post")
    clock.move_to("2026-11-09 10:00")
    assert services.receive_filing(filing, by=world.clerk).transfer_due_at == local("2026-11-09 17:00")


def test_receive_filing_completes_the_checklist(world):
    form, identity = world.components(world.free)
    filing = world.submit(components=[form])
    with refused(ComponentMissing, "component_missing") as caught:
        services.receive_filing(filing, by=world.clerk)
    assert caught.value.sentence.startswith("Not complete, missing: Identity paper.")
    dossier = services.receive_filing(filing, by=world.clerk, components=[form, identity])
    assert dossier.components.count() == 2


def test_receive_filing_chooses_limit_and_fee(world):
    version = world.free.versions.get()
    long = TimeLimit.objects.create(version=version, position=1, label="5 ngày", amount=5, unit="working_day")
    fee = FeeLine.objects.create(
        version=version, name="Lệ phí", kind="charge", rule="fixed", amount=8000, condition="quá hạn"
    )
    filing = world.submit()
    with refused(Invalid) as caught:
        services.receive_filing(filing, by=world.clerk, limit=world.paid.versions.get().limits.get())
    assert caught.value.field == "limit"
    dossier = services.receive_filing(filing, by=world.clerk, limit=long, fee=FeeFacts(fee_ids=[fee.pk]))
    assert (dossier.due_at, dossier.balance) == (local("2026-11-16 17:00"), 8000)


def test_receive_filing_waits_for_the_completion_that_was_asked_for(world):
    filing = world.submit()
    services.ask_to_complete(filing, by=world.clerk, reason="Thiếu chữ ký", items=["Tờ khai"])
    with refused(NotPossibleNow) as caught:
        services.receive_filing(filing, by=world.clerk)
    assert caught.value.sentence == (
        "The applicant was asked to complete this filing and has not answered yet."
    )


def test_receive_filing_after_completion_counts_from_the_completion(world, clock):
    filing = world.submit()
    services.ask_to_complete(filing, by=world.clerk, reason="Thiếu chữ ký", items=["Tờ khai"])
    clock.move_to("2026-11-11 14:00")
    services.complete_filing(filing)
    clock.move_to("2026-11-12 08:00")
    dossier = services.receive_filing(filing, by=world.clerk)
    assert dossier.clock_started_at == local("2026-11-11 14:00")
    assert dossier.due_at == dossier.first_due_at == local("2026-11-16 17:00")
    assert dossier.cycle == 1


def test_receive_filing_refuses_what_was_completed_after_the_procedure_ended(world, clock):
    ending = make_procedure("1.000005", "Thủ tục sắp hết hiệu lực", in_force_to=date(2026, 11, 10))
    filing = world.submit(ending)
    services.ask_to_complete(filing, by=world.clerk, reason="Thiếu chữ ký", items=["Tờ khai"])
    clock.move_to("2026-11-11 09:00")
    services.complete_filing(filing)
    with refused(NotInForce, "not_in_force"):
        services.receive_filing(filing, by=world.clerk)


def test_receive_filing_refuses_what_counts_under_a_newer_version(world, clock):
    first = world.free.versions.get()
    filing = world.submit()
    services.ask_to_complete(filing, by=world.clerk, reason="Thiếu chữ ký", items=["Tờ khai"])
    first.in_force_to = date(2026, 11, 10)
    first.save()
    second = make_procedure("1.000009", "Bản mới", in_force_from=date(2026, 11, 11)).versions.get()
    second.procedure, second.number = world.free, 2
    second.save()
    clock.move_to("2026-11-11 09:00")
    services.complete_filing(filing)
    with refused(NotInForce, "not_in_force") as caught:
        services.receive_filing(filing, by=world.clerk)
    assert caught.value.sentence == (
        "The procedure changed after this filing. Refuse it with that reason and ask to file again."
    )


@pytest.mark.parametrize("state", states_without(Verb.RECEIVE))
def test_receive_filing_is_not_possible_in_another_state(world, state):
    dossier = world.in_state(state)
    refused_in_this_state(dossier, lambda: services.receive_filing(dossier, by=world.clerk))


def test_receive_filing_twice_names_who_was_faster(world):
    filing = world.submit()
    services.receive_filing(filing, by=world.clerk)
    error = refused_in_this_state(fresh(filing), lambda: services.receive_filing(filing, by=world.clerk))
    assert error.sentence == (
        "“Receive” is not possible now: the dossier H41.101-261109-0001 is in the state “Received”. "
        "Last event: Received; the result is due at 12/11/2026 17:00 (Lê Thị Một Cửa)."
    )


def test_receive_filing_is_not_permitted_to_anybody_else(world):
    filing = world.submit()
    refused_to_everybody_but(
        world, world.clerk, act=lambda person: services.receive_filing(filing, by=person)
    )


def test_receive_filing_is_refused_to_the_outsider(world):
    filing = world.submit()
    with refused(NotPermitted, "not_permitted"):
        services.receive_filing(filing, by=world.outsider_clerk)
