"""Group F, results, withdrawal and fees: R34 to R39."""

from dataclasses import replace

import pytest
from django.utils import translation

from cases import services
from cases.enums import CollectionProof, EventKind, State
from cases.errors import Invalid, NotPossibleNow, WrongAmount
from cases.models import StoredPaper
from notifications.models import Message
from procedures import fees
from procedures.models import FeeLine
from tests.cases.helpers import fresh, refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def test_r34_a_neighbour_gets_the_result_with_an_authorisation_only(world):
    dossier = world.with_result()
    with refused(Invalid, "authorisation_missing"):
        services.return_result(
            dossier, by=world.clerk, collector="Trần Văn Hàng Xóm", proof=CollectionProof.RECEIPT
        )
    services.return_result(
        dossier,
        by=world.clerk,
        collector="Trần Văn Hàng Xóm",
        proof=CollectionProof.AUTHORISATION,
        collector_id_number="040000000009",
        authorisation="Giấy ủy quyền ngày 08/11/2026",
    )
    dossier = fresh(dossier)
    assert (dossier.collector_name, dossier.collector_authorisation) == (
        "Trần Văn Hàng Xóm",
        "Giấy ủy quyền ngày 08/11/2026",
    )


def test_r35_an_early_result_is_announced(world, clock):
    dossier = world.processing(applicant=replace(world.applicant, language="en"))
    clock.move_to("2026-11-10 09:00")
    world.record_result(dossier)
    event = dossier.events.get(kind=EventKind.SETTLED)
    message = Message.objects.get(event_key=f"{dossier.uuid}:event:{event.pk}", channel="email")
    assert fresh(dossier).finished_at < dossier.due_at
    assert "ready" in message.body


def test_r36_a_result_goes_into_the_owners_store(world):
    dossier = world.with_result()
    paper = StoredPaper.objects.get(result_of=world.free)
    assert (paper.applicant, paper.number, paper.signer) == (
        dossier.applicant,
        "12/KQ",
        "Trần Văn Lãnh Đạo",
    )
    assert paper.result_code
    assert paper.document.sha256 == dossier.documents.get(source="result").sha256


def test_r37_withdrawal_is_possible_until_there_is_a_result(world):
    withdrawn = services.withdraw(world.processing(), by=world.clerk, reason="Người nộp đổi ý")
    assert withdrawn.state == State.STOPPED
    with_result = world.with_result()
    with refused(NotPossibleNow):
        services.withdraw(with_result, by=world.clerk, reason="Người nộp đổi ý")


def test_r38_only_what_is_owed_is_taken(world):
    dossier = world.receive(world.paid)
    with refused(WrongAmount):
        services.pay(dossier, by=world.clerk, amount=14999)
    services.pay(dossier, by=world.clerk, amount=15000)
    assert fresh(dossier).balance == 0


def test_r38_certified_copies_cost_by_page_and_copy(world):
    tiers = [
        {"from_page": 1, "to_page": 2, "amount_per_page": 2000},
        {"from_page": 3, "to_page": None, "amount_per_page": 1000},
    ]
    line = FeeLine(name="Phí", rule="per_page", tiers=tiers, cap_amount=200_000, cap_per="copy")
    assert fees.fee_amount(line, pages=4, copies=2).total == 12_000


def test_r39_correcting_the_agencys_own_mistake_is_free_and_linked(world):
    first = world.processing(world.paid)
    services.pay(first, by=world.clerk, amount=15000)
    first = world.record_result(first)
    correction = services.receive_correction(first, by=world.clerk, reason="Sai tên do cán bộ nhập")
    assert (correction.corrects, correction.fee_total) == (first, 0)
    assert correction.state == State.RECEIVED


def test_r39_lost_papers_bring_an_apology(world):
    dossier = world.processing()
    services.report_loss(dossier, by=world.officer, papers=["Bản chính giấy chứng sinh"])
    event = dossier.events.get(kind=EventKind.PAPERS_LOST)
    assert "apologises" in event.sentence
    assert Message.objects.filter(event_key=f"{dossier.uuid}:event:{event.pk}").exists()
