"""return_result (trả kết quả): paid → returned by a clerk, to the right person (R34; Decree 61/2018 Arts 6, 20)."""

import unicodedata

import pytest

from cases import services
from cases.enums import EventKind, State, Verb
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
from tests.cast import local

OWNER = "Nguyễn Thị Ví Dụ"


def hand_out(world, dossier, **changes):
    facts = {"by": world.clerk, "collector": OWNER, "proof": "receipt"}
    return services.return_result(dossier, **{**facts, **changes})


def test_return_result_ends_the_dossier(world, clock):
    dossier = world.with_result()
    clock.move_to("2026-11-11 10:00")
    hand_out(world, dossier)
    dossier = fresh(dossier)
    assert dossier.state == State.RETURNED
    assert dossier.returned_at == local("2026-11-11 10:00")
    assert dossier.finished_at == local("2026-11-09 09:00")
    assert dossier.ended_at is None
    assert (dossier.collector_name, dossier.collection_proof) == (OWNER, "receipt")
    assert dossier.holder is None


def test_return_result_closes_the_last_step(world, clock):
    dossier = world.with_result()
    clock.move_to("2026-11-11 10:00")
    hand_out(world, dossier)
    run = dossier.step_runs.last()
    assert (run.name, run.officer, run.done_at) == (
        "Trả kết quả",
        world.clerk,
        local("2026-11-11 10:00"),
    )


def test_return_result_writes_who_collected_what_was_shown_and_what_went_back(world):
    dossier = hand_out(world, world.with_result(), proof="identity", originals_returned=" Sổ hộ khẩu ")
    assert last_event(dossier) == (
        EventKind.RETURNED,
        "Lê Thị Một Cửa",
        "paid",
        "returned",
        "Result handed over to Nguyễn Thị Ví Dụ.",
    )
    assert dossier.events.last().data == {
        "collector": OWNER,
        "proof": "identity",
        "originals": "Sổ hộ khẩu",
    }
    assert told(dossier)[0][2] == "Dossier H41.101-261109-0001: Result returned"


@pytest.mark.parametrize(
    "collector", ["nguyễn thị ví dụ", "  Nguyễn  Thị Ví Dụ ", unicodedata.normalize("NFD", OWNER)]
)
def test_return_result_knows_the_applicant_however_the_name_is_typed(world, collector):
    dossier = hand_out(world, world.with_result(), collector=collector)
    assert dossier.collector_name == " ".join(unicodedata.normalize("NFC", collector).split())


def test_return_result_to_the_person_who_filed_needs_no_other_authorisation(world):
    dossier = world.with_result(submitter_name="Trần Văn Thử", authorisation="Giấy ủy quyền số 5")
    assert hand_out(world, dossier, collector="Trần Văn Thử").collector_name == "Trần Văn Thử"


def test_return_result_to_a_neighbour_needs_an_authorisation(world):
    dossier = world.with_result()
    for proof in ["receipt", "identity"]:
        with refused(Invalid, "authorisation_missing") as caught:
            hand_out(world, dossier, collector="Lý Thị Láng Giềng", proof=proof)
        assert (caught.value.field, caught.value.sentence) == (
            "proof",
            "Lý Thị Láng Giềng is not the applicant: somebody else needs the receipt and an authorisation.",
        )
    dossier = hand_out(
        world,
        dossier,
        collector="Lý Thị Láng Giềng",
        proof="authorisation",
        collector_id_number="040000000008",
        authorisation=" Giấy ủy quyền số 8 ngày 10/11/2026 ",
    )
    dossier = fresh(dossier)
    assert (dossier.collector_name, dossier.collection_proof) == ("Lý Thị Láng Giềng", "authorisation")
    assert (dossier.collector_id_number, dossier.collector_authorisation) == (
        "040000000008",
        "Giấy ủy quyền số 8 ngày 10/11/2026",
    )


@pytest.mark.parametrize("authorisation", ["", "  "])
def test_r34_return_result_on_an_authorisation_names_the_paper(world, authorisation):
    dossier = world.with_result()
    with refused(Invalid, "required") as caught:
        hand_out(
            world,
            dossier,
            collector="Lý Thị Láng Giềng",
            proof="authorisation",
            authorisation=authorisation,
        )
    assert (caught.value.field, caught.value.sentence) == (
        "authorisation",
        "Enter the paper that authorises to collect: which one, its number and date.",
    )


@pytest.mark.parametrize("proof", ["", "smile", None])
def test_return_result_without_a_proof_is_refused(world, proof):
    dossier = world.with_result()
    with refused(Invalid, "proof_missing") as caught:
        hand_out(world, dossier, proof=proof)
    assert (caught.value.field, caught.value.sentence) == (
        "proof",
        "Check the receipt or an identity paper before handing the result over, and record which.",
    )


@pytest.mark.parametrize(
    ("collector", "code"), [("", "required"), ("   ", "required"), ("x" * 301, "too_long")]
)
def test_return_result_without_a_collector_is_refused(world, collector, code):
    dossier = world.with_result()
    with refused(Invalid, code) as caught:
        hand_out(world, dossier, collector=collector, proof="authorisation")
    assert caught.value.field == "collector"


@pytest.mark.parametrize("state", states_without(Verb.RETURN_RESULT))
def test_return_result_is_not_possible_in_another_state(world, state):
    dossier = world.in_state(state)
    refused_in_this_state(dossier, lambda: hand_out(world, dossier))


def test_return_result_waits_for_the_fee(world):
    dossier = world.with_result(world.paid)
    refused_in_this_state(dossier, lambda: hand_out(world, dossier))
    services.pay(dossier, by=world.clerk, amount=15000)
    assert hand_out(world, dossier).state == State.RETURNED


def test_return_result_is_not_permitted_to_anybody_else(world):
    dossier = world.with_result()
    refused_to_everybody_but(world, world.clerk, act=lambda person: hand_out(world, dossier, by=person))


def test_return_result_is_refused_to_the_outsider(world):
    dossier = world.with_result()
    with refused(NotPermitted, "not_permitted"):
        hand_out(world, dossier, by=world.outsider_clerk)
