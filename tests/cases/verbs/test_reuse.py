"""Nobody is asked again for what a database or the applicant's own store has (R13, R36)."""

from datetime import date

import pytest

from cases import services
from cases.enums import DemandKind, DocumentSource, EventKind, Provision
from cases.errors import Invalid, NotPermitted
from cases.models import Demand, StoredPaper
from cases.services.checklist import ComponentFacts
from cases.services.store import Offer, reuse_offers
from procedures.enums import Role
from procedures.models import Component, ElectronicSource
from tests.cases.helpers import kinds, make_person, refused

DATABASE = "National Population Database"


@pytest.fixture
def connected(db):
    return ElectronicSource.objects.create(name=DATABASE, is_connected=True)


def parts(world, procedure=None):
    """The form, the identity paper and the authorisation of a procedure."""
    return list((procedure or world.free).versions.get().components.order_by("position")[:3])


def facts(world, procedure=None, **identity):
    form, paper, _authorisation = parts(world, procedure)
    return [ComponentFacts(form.pk), ComponentFacts(paper.pk, **identity)]


def offers_of(world, dossier, procedure=None):
    return reuse_offers((procedure or world.free).versions.get(), dossier.applicant)


@pytest.fixture
def married(world):
    """A dossier whose result, a certificate, lies in the applicant's store."""
    return world.returned()


@pytest.fixture
def certificate_asked(world):
    """Another procedure asks for the certificate, written in another way."""
    return Component.objects.create(
        version=world.paid.versions.get(),
        position=9,
        name_vi="Giấy  chứng nhận",
        name_en="Certificate",
        required_when="married",
    )


# Databases ------------------------------------------------------------------------------------------


def test_r13_what_a_connected_database_has_is_offered(world, connected):
    dossier = world.receive()
    assert offers_of(world, dossier) == {parts(world)[1].pk: Offer(DATABASE)}


def test_r13_a_database_that_is_not_connected_offers_nothing_and_may_be_looked_up_all_the_same(world):
    ElectronicSource.objects.create(name=DATABASE)
    dossier = world.receive(components=facts(world, provision=Provision.REUSED))
    assert offers_of(world, dossier) == {}
    assert dossier.components.get(component=parts(world)[1]).provision == Provision.REUSED


def test_r13_demanding_a_copy_without_a_ground_is_refused(world, connected):
    with refused(Invalid, "reusable") as caught:
        world.receive(components=facts(world, provision=Provision.PAPER))
    assert (caught.value.field, caught.value.sentence) == (
        "components",
        "“Identity paper” need not be brought, it can be reused from National Population Database. Demanding "
        "it needs a ground: System failure, Disaster, Wrong data (Article 4.2a of Decree 118/2025/NĐ-CP).",
    )


def test_r13_with_a_ground_the_copy_is_accepted_and_the_demand_listed(world, connected):
    dossier = world.receive(components=facts(world, provision=Provision.PAPER, ground="system_failure"))
    demand = Demand.objects.get()
    assert (demand.dossier, demand.kind, demand.component, demand.ground, demand.by) == (
        dossier,
        DemandKind.REUSABLE,
        parts(world)[1],
        "system_failure",
        world.clerk,
    )
    assert kinds(dossier) == [EventKind.RECEIVED, EventKind.DEMANDED]


@pytest.mark.parametrize("provision", [Provision.SHOWN, Provision.REUSED, Provision.ELECTRONIC])
def test_r13_shown_reused_or_electronic_needs_no_ground(world, connected, provision):
    world.receive(components=facts(world, provision=provision))
    assert not Demand.objects.exists()


@pytest.mark.parametrize("ground", ["habit", "Disaster", "law"])
def test_r13_a_ground_that_the_law_does_not_know_is_refused(world, connected, ground):
    with refused(Invalid, "reusable"):
        world.receive(components=facts(world, provision=Provision.PAPER, ground=ground))


@pytest.mark.parametrize(
    "identity",
    [
        {"provision": Provision.REUSED, "ground": "disaster"},
        {"provision": Provision.SHOWN, "ground": "disaster"},
    ],
)
def test_a_ground_for_what_is_not_demanded_is_refused(world, connected, identity):
    with refused(Invalid, "ground_without_demand"):
        world.receive(components=facts(world, **identity))


def test_a_ground_for_what_is_to_be_brought_anyhow_is_refused(world):
    with refused(Invalid, "ground_without_demand"):
        world.receive(components=facts(world, provision=Provision.PAPER, ground="disaster"))


@pytest.mark.parametrize("person", ["nobody", "system"])
def test_r13_only_the_desk_demands(world, connected, person):
    by = make_person("may-tich-hop", world.ward, Role.INTEGRATION) if person == "system" else None
    with refused(NotPermitted, "not_permitted"):
        world.submit(by=by, components=facts(world, provision=Provision.PAPER, ground="disaster"))


def test_r13_demanded_once_the_paper_is_taken_when_the_filing_is_received(world, connected):
    papers = facts(world, provision=Provision.PAPER, ground="wrong_data")
    filing = world.submit(channel="post", by=world.clerk, components=papers)
    services.receive_filing(filing, by=world.clerk, components=facts(world, provision=Provision.PAPER))
    assert Demand.objects.count() == 1


@pytest.mark.parametrize(
    "item", ["Giấy tờ tùy thân", "bản sao GIAY TO TUY THAN", "A copy of the identity paper"]
)
def test_r13_a_request_does_not_name_what_can_be_reused(world, connected, item):
    filing = world.submit(components=facts(world, provision=Provision.ELECTRONIC))
    with refused(Invalid, "reusable") as caught:
        services.ask_to_complete(filing, by=world.clerk, reason="Thiếu", items=["Tờ khai", item])
    assert caught.value.field == "items"
    dossier = world.processing(components=facts(world, provision=Provision.SHOWN))
    with refused(Invalid, "reusable"):
        services.request_supplement(dossier, by=world.officer, reason="Thiếu", items=[item])
    component = parts(world)[1]
    services.demand(dossier, by=world.officer, component=component, ground="wrong_data")
    assert services.request_supplement(dossier, by=world.officer, reason="Sai số", items=[item]).items == [
        item
    ]


def test_r13_before_the_law_named_grounds_none_is_taken(world, connected, clock):
    clock.move_to("2026-08-04 09:00")
    with refused(Invalid, "reusable") as caught:
        world.receive(components=facts(world, provision=Provision.PAPER, ground="disaster"))
    assert caught.value.sentence == (
        "“Identity paper” need not be brought, it can be reused from National Population Database "
        "(Decree 118/2025/NĐ-CP)."
    )


# The applicant's own store ----------------------------------------------------------------------------


def test_r36_a_result_is_kept_with_its_code_number_date_signer_and_validity(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-10 10:00")
    world.record_result(dossier, valid_until=date(2027, 5, 10))
    paper = StoredPaper.objects.get()
    assert (paper.applicant, paper.name, paper.result_of) == (
        dossier.applicant,
        "Giấy chứng nhận",
        world.free,
    )
    assert paper.result_code == "H41.101.1.000001.H41.101-261109-0001"
    assert (paper.number, paper.signer) == ("12/KQ", "Trần Văn Lãnh Đạo")
    assert (paper.issued_on, paper.valid_until) == (date(2026, 11, 10), date(2027, 5, 10))
    assert paper.document == dossier.documents.get(source=DocumentSource.RESULT)


def test_r36_the_pattern_of_the_result_code_is_the_offices(world, settings):
    settings.RESULT_CODE_PATTERN = "KQ-{dossier}"
    world.with_result()
    assert StoredPaper.objects.get().result_code == "KQ-H41.101-261109-0001"


def test_r36_a_refusal_on_substance_is_no_paper_to_hand_in_again(world):
    world.record_result(world.processing(), kind="refused", reason="Không đủ điều kiện")
    assert not StoredPaper.objects.exists()


def test_r36_a_result_that_was_never_valid_is_refused(world):
    dossier = world.processing()
    with refused(Invalid, "already_invalid") as caught:
        world.record_result(dossier, valid_until=date(2026, 11, 8))
    assert caught.value.sentence == (
        "A result cannot have been valid only until 08/11/2026: that day is over."
    )


def test_r13_a_stored_result_is_offered_for_the_paper_of_its_name(world, married, certificate_asked):
    (offer,) = offers_of(world, married, world.paid).values()
    assert (offer.paper, offer.source) == (
        StoredPaper.objects.get(),
        "the applicant's store: Giấy chứng nhận 12/KQ, 09/11/2026",
    )


def test_r13_a_stored_result_is_offered_for_the_result_of_its_procedure(world, married, certificate_asked):
    Component.objects.filter(pk=certificate_asked.pk).update(name_vi="Trích lục", result_of=world.free)
    assert list(offers_of(world, married, world.paid)) == [certificate_asked.pk]


def test_r13_nobody_elses_papers_are_offered(world, married, certificate_asked):
    other = world.receive(applicant=type(world.applicant)(full_name="Trần Văn Thử", id_number="040000000002"))
    assert offers_of(world, other, world.paid) == {}


def test_r13_what_is_no_longer_valid_is_not_offered(world, certificate_asked, clock):
    dossier = world.record_result(world.processing(), valid_until=date(2026, 11, 10))
    clock.move_to("2026-11-10 16:00")
    assert list(offers_of(world, dossier, world.paid)) == [certificate_asked.pk]
    clock.move_to("2026-11-11 08:00")
    assert offers_of(world, dossier, world.paid) == {}


def test_r13_the_reused_paper_lies_in_the_dossier_with_its_file(world, married, certificate_asked):
    papers = [*facts(world, world.paid, provision=Provision.SHOWN)]
    papers.append(ComponentFacts(certificate_asked.pk, provision=Provision.REUSED))
    dossier = world.receive(world.paid, components=papers)
    copy = dossier.documents.get()
    kept = StoredPaper.objects.get().document
    assert (copy.source, copy.component.component) == (DocumentSource.REUSED, certificate_asked)
    assert (copy.sha256, copy.file.name, copy.pages) == (kept.sha256, kept.file.name, kept.pages)


def test_r13_a_filing_that_is_received_has_the_reused_file_once(world, married, certificate_asked):
    papers = [*facts(world, world.paid, provision=Provision.SHOWN)]
    papers.append(ComponentFacts(certificate_asked.pk, provision=Provision.REUSED))
    filing = world.submit(world.paid, channel="post", by=world.clerk, components=papers)
    services.receive_filing(filing, by=world.clerk, components=papers)
    assert filing.documents.count() == 1


def test_r13_the_desk_brings_the_stored_file_when_it_receives_the_filing(world, married, certificate_asked):
    """Who files online has not shown who he is; the desk has seen it, and needs no list for it."""
    Component.objects.filter(pk=certificate_asked.pk).update(electronic_source="Unconnected Database")
    papers = [*world.components(world.paid), ComponentFacts(certificate_asked.pk, provision=Provision.REUSED)]
    filing = world.submit(world.paid, components=papers)
    assert not filing.documents.exists()
    services.receive_filing(filing, by=world.clerk)
    kept = StoredPaper.objects.get().document
    assert [copy.sha256 for copy in filing.documents.all()] == [kept.sha256]


def test_r13_a_stored_paper_is_not_taken_on_paper_without_a_ground(world, married, certificate_asked):
    papers = [*facts(world, world.paid, provision=Provision.SHOWN)]
    papers.append(ComponentFacts(certificate_asked.pk))
    with refused(Invalid, "reusable") as caught:
        world.receive(world.paid, components=papers)
    assert "the applicant's store: Giấy chứng nhận 12/KQ, 09/11/2026" in caught.value.sentence


def test_what_is_in_no_database_and_in_no_store_cannot_be_reused(world):
    form = parts(world)[0]
    with refused(Invalid, "no_source") as caught:
        world.receive(components=[ComponentFacts(form.pk, provision=Provision.REUSED)])
    assert caught.value.sentence == (
        "“Application form” is in no database and not in the applicant's store: it cannot be reused."
    )


def test_r13_the_scan_of_a_certificate_stays_in_the_store_and_other_papers_do_not(world):
    form, identity, _authorisation = parts(world)
    Component.objects.filter(pk=identity.pk).update(result_of=world.paid)
    dossier = world.with_result(components=facts(world, provision=Provision.PAPER))
    assert StoredPaper.objects.count() == 1
    services.return_result(dossier, by=world.clerk, collector=world.applicant.full_name, proof="receipt")
    paper = StoredPaper.objects.get(result_code="")
    assert (paper.name, paper.applicant, paper.result_of) == (
        "Giấy tờ tùy thân",
        dossier.applicant,
        world.paid,
    )
    assert paper.document.component.component == identity
    assert list(offers_of(world, dossier)) == [identity.pk]
