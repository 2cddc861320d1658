"""return_result (trả kết quả): paid → returned by a clerk, to the right person (R34; Decree 61/2018 Arts 6, 20)."""

import unicodedata

import pytest
from django.db import IntegrityError, transaction

from cases import services
from cases.enums import EventKind, State, Verb
from cases.errors import Invalid, NotPermitted
from cases.models import Dossier
from notifications.models import Message
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
        "acknowledgement": "noted",
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


# What went back, and how it was confirmed -----------------------------------------------------------


def test_return_result_keeps_originals_and_signature(world):
    dossier = hand_out(
        world, world.with_result(), originals_returned=" Sổ hộ khẩu ", acknowledgement="signed"
    )
    dossier = fresh(dossier)
    assert (dossier.originals_returned, dossier.acknowledgement) == ("Sổ hộ khẩu", "signed")


def test_return_result_that_nobody_signed_for_is_noted_by_the_desk(world):
    assert fresh(hand_out(world, world.with_result())).acknowledgement == "noted"


@pytest.mark.parametrize("acknowledgement", ["not_present", "thumb"])
def test_return_result_at_the_desk_is_signed_or_noted(world, acknowledgement):
    dossier = world.with_result()
    with refused(Invalid) as caught:
        hand_out(world, dossier, acknowledgement=acknowledgement)
    assert caught.value.field == "acknowledgement"


@pytest.mark.parametrize("field", ["originals_returned", "authorisation", "collector_id_number"])
def test_return_result_cuts_nothing_off(world, field):
    dossier = world.with_result()
    with refused(Invalid, "too_long") as caught:
        hand_out(
            world, dossier, proof="authorisation", **{"authorisation": "Giấy ủy quyền", field: "x" * 301}
        )
    assert caught.value.field == field


# By post, and electronically ------------------------------------------------------------------------


def test_return_result_by_post_keeps_the_tracking_number_and_tells_it(world):
    dossier = world.with_result(return_channel="post")
    hand_out(world, dossier, collector="", proof="post", tracking_number=" EK123456789VN ")
    dossier = fresh(dossier)
    assert (dossier.state, dossier.collection_proof, dossier.collector_name) == ("returned", "post", OWNER)
    assert (dossier.tracking_number, dossier.acknowledgement) == ("EK123456789VN", "not_present")
    body = Message.objects.filter(reference=dossier.code, channel="email").latest("pk").body
    assert "It was sent by post; tracking number: EK123456789VN." in body


@pytest.mark.parametrize(
    ("tracking_number", "code"), [("", "required"), ("  ", "required"), ("x" * 41, "too_long")]
)
def test_return_result_by_post_needs_a_tracking_number(world, tracking_number, code):
    dossier = world.with_result(return_channel="post")
    with refused(Invalid, code) as caught:
        hand_out(world, dossier, proof="post", tracking_number=tracking_number)
    assert caught.value.field == "tracking_number"


@pytest.mark.parametrize(("proof", "chosen"), [("post", "desk"), ("post", "online"), ("electronic", "post")])
def test_return_result_goes_only_the_way_that_the_applicant_chose(world, proof, chosen):
    dossier = world.with_result(return_channel=chosen)
    with refused(Invalid, "another_way") as caught:
        hand_out(world, dossier, proof=proof, tracking_number="EK1")
    assert caught.value.field == "proof"


def test_return_result_by_post_is_for_the_applicant(world):
    dossier = world.with_result(return_channel="post")
    with refused(Invalid, "authorisation_missing"):
        hand_out(world, dossier, proof="post", tracking_number="EK1", collector="Lý Thị Láng Giềng")


def test_return_result_to_somebody_who_comes_although_it_was_to_be_sent(world):
    dossier = world.with_result(return_channel="post")
    dossier = hand_out(world, dossier, tracking_number="EK1")
    assert (dossier.collection_proof, dossier.tracking_number) == ("receipt", "")


def test_return_result_electronically_delivers_the_file(world):
    dossier = world.with_result(return_channel="online")
    dossier = fresh(hand_out(world, dossier, collector="", proof="electronic"))
    assert (dossier.collection_proof, dossier.acknowledgement) == ("electronic", "not_present")


def test_return_result_electronically_needs_the_file(world):
    dossier = world.with_result(return_channel="online")
    dossier.documents.filter(source="result").update(source="upload")
    with refused(Invalid, "result_file_missing") as caught:
        hand_out(world, dossier, proof="electronic")
    assert caught.value.field == "proof"


def test_the_database_refuses_a_posted_result_without_tracking_number(world):
    dossier = world.returned()
    with pytest.raises(IntegrityError, match="dossier_posted_result_is_tracked"), transaction.atomic():
        Dossier.objects.filter(pk=dossier.pk).update(collection_proof="post")
