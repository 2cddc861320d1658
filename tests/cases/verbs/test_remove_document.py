"""remove_document (gỡ bản quét sai) and reuse_instead: only scans, only while the papers lie at the desk."""

from dataclasses import replace

import pytest
from django.core.files.storage import default_storage

from cases import services
from cases.enums import DocumentSource, EventKind, Provision, State
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from cases.models import Document, StoredPaper
from cases.services.checklist import ComponentFacts
from procedures.models import Component
from tests.cases.helpers import fresh, last_event, refused, refused_to_everybody_but
from tests.cast import make_procedure, upload

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def scan(world):
    dossier = world.receive()
    return services.add_document(
        dossier, upload("nham.pdf"), by=world.clerk, component=dossier.components.first()
    )


def take_out(document, person, reason="Quét nhầm giấy của người khác"):
    return services.remove_document(document, by=person, reason=reason)


def test_remove_document_takes_the_scan_out_and_deletes_the_file_on_commit(
    world, scan, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        take_out(scan, world.clerk)
        assert default_storage.exists(scan.file.name)
    assert not Document.objects.exists()
    assert not default_storage.exists(scan.file.name)


def test_remove_document_leaves_name_hash_and_reason_in_the_history(world, scan):
    dossier, sha256 = scan.dossier, scan.sha256
    take_out(scan, world.clerk)
    assert last_event(dossier) == (
        EventKind.DOCUMENT_REMOVED,
        "Lê Thị Một Cửa",
        "",
        "received",
        "Document removed: nham.pdf. Reason: Quét nhầm giấy của người khác",
    )
    assert dossier.events.last().data["sha256"] == sha256


def test_the_same_file_may_come_again_after_it_was_taken_out(world, scan):
    content = scan.file.open("rb").read()
    item = scan.component
    take_out(scan, world.clerk)
    services.add_document(fresh(item.dossier), upload("dung.pdf", content), by=world.clerk, component=item)
    assert item.documents.get().name == "dung.pdf"


@pytest.mark.parametrize("reason", ["", "   "])
def test_remove_document_needs_a_reason(world, scan, reason):
    with refused(Invalid, "required") as caught:
        take_out(scan, world.clerk, reason)
    assert caught.value.field == "reason"


def test_remove_document_takes_no_upload_and_no_result(world):
    dossier = world.receive()
    filed = services.add_document(dossier, upload("nop.pdf"), by=None, source=DocumentSource.UPLOAD)
    with refused(NotPossibleNow) as caught:
        take_out(filed, world.clerk)
    assert caught.value.sentence == "“nop.pdf” is no scan of the desk (Upload): it stays as it is."


def test_remove_document_takes_nothing_that_the_store_refers_to(world, scan):
    StoredPaper.objects.create(
        applicant=scan.dossier.applicant,
        name="Tờ khai",
        key="to khai",
        document=scan,
        stored_at=scan.added_at,
    )
    with refused(NotPossibleNow) as caught:
        take_out(scan, world.clerk)
    assert caught.value.sentence == "“nham.pdf” is kept in the applicant's store and stays."


def test_what_the_officer_has_had_stays_during_a_supplement_and_what_came_since_goes(world, clock):
    dossier = world.supplement()
    with refused(NotPossibleNow) as caught:
        take_out(dossier.documents.get(), world.clerk)
    assert caught.value.sentence == (
        "“giay-to.pdf” was there when the dossier left the desk. It stays; add the right scan to it."
    )
    clock.move_to("2026-11-10 09:00")
    later = services.add_document(dossier, upload("bo-sung.pdf"), by=world.clerk)
    take_out(later, world.clerk)
    assert dossier.documents.count() == 1


@pytest.mark.parametrize("state", [State.DIGITIZED, State.PROCESSING, State.PAID, State.RETURNED])
def test_remove_document_is_not_possible_away_from_the_desk(world, state):
    dossier = world.in_state(state)
    with refused(NotPossibleNow) as caught:
        take_out(dossier.documents.filter(source="scan").first(), world.clerk)
    assert caught.value.sentence == (
        f"The dossier is no longer at the desk (“{dossier.get_state_display()}”), so its scans stay as they are."
    )


def test_remove_document_is_not_permitted_to_anybody_else(world, scan):
    refused_to_everybody_but(world, world.clerk, act=lambda person: take_out(scan, person))


def test_remove_document_is_refused_to_the_outsider(world, scan):
    with refused(NotPermitted, "not_permitted"):
        take_out(scan, world.outsider_clerk)


# The same file as in the applicant's store ----------------------------------------------------------


@pytest.fixture
def certificate(world):
    """A result in the applicant's store, and a procedure that asks for it."""
    services.return_result(
        world.with_result(), by=world.clerk, collector=world.applicant.full_name, proof="receipt"
    )
    paper = StoredPaper.objects.get()
    procedure = make_procedure("1.000003", "Thủ tục cần giấy chứng nhận")
    component = procedure.versions.get().components.get(name_vi="Tờ khai")
    Component.objects.filter(pk=component.pk).update(result_of=world.free)
    return procedure, component, paper


def test_the_stored_paper_takes_the_place_of_its_scan(world, certificate, django_capture_on_commit_callbacks):
    procedure, component, paper = certificate
    form, identity = world.components(procedure)
    dossier = world.receive(procedure, components=[replace(form, ground="system_failure"), identity])
    item = dossier.components.get(component=component)
    content = paper.document.file.open("rb").read()
    with django_capture_on_commit_callbacks(execute=True):
        scan = services.add_document(dossier, upload("cu.pdf", content), by=world.clerk, component=item)
        reused = services.reuse_instead(scan, by=world.clerk)
    item.refresh_from_db()
    assert (item.provision, item.originals, item.copies) == (Provision.REUSED, 0, 0)
    assert (reused.source, reused.sha256, reused.file.name) == (
        DocumentSource.REUSED,
        paper.document.sha256,
        paper.document.file.name,
    )
    assert list(item.documents.all()) == [reused]
    assert default_storage.exists(paper.document.file.name)
    assert not default_storage.exists(scan.file.name)
    assert services.digitize(dossier, by=world.clerk).state == State.DIGITIZED


def test_another_file_than_the_stored_one_is_not_replaced(world, certificate):
    procedure, component, _paper = certificate
    form, identity = world.components(procedure)
    dossier = world.receive(procedure, components=[replace(form, ground="wrong_data"), identity])
    item = dossier.components.get(component=component)
    scan = services.add_document(dossier, upload("khac.pdf"), by=world.clerk, component=item)
    with refused(NotPossibleNow) as caught:
        services.reuse_instead(scan, by=world.clerk)
    assert caught.value.sentence == "The applicant's store does not have “khac.pdf” for this paper."


def test_somebody_elses_stored_paper_is_not_reused(world, certificate):
    procedure, component, paper = certificate
    other = replace(world.applicant, full_name="Trần Văn Thử", id_number="040000000002")
    dossier = world.receive(procedure, applicant=other, components=world.components(procedure))
    item = dossier.components.get(component=component)
    content = paper.document.file.open("rb").read()
    scan = services.add_document(dossier, upload("cua-ai.pdf", content), by=world.clerk, component=item)
    with refused(NotPossibleNow):
        services.reuse_instead(scan, by=world.clerk)


def test_the_stored_result_is_offered_in_the_next_reception(world, certificate):
    procedure, component, paper = certificate
    identity = world.components(procedure)[1]
    facts = [ComponentFacts(component.pk, provision=Provision.REUSED), identity]
    dossier = world.receive(procedure, components=facts)
    assert dossier.documents.get().sha256 == paper.document.sha256
    assert (paper.number, paper.signer, str(paper.issued_on)) == ("12/KQ", "Trần Văn Lãnh Đạo", "2026-11-09")
