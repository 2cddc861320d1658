"""Group A, the catalogue of procedures: R1 to R5."""

from datetime import date

import pytest
from django.utils import translation

from cases import services
from cases.enums import Provision
from cases.errors import Invalid, NotInForce
from cases.services.checklist import ComponentFacts
from procedures.enums import LimitUnit, VersionStatus
from procedures.models import Component, ProcedureVersion, TimeLimit
from procedures.services.publishing import CannotPublish, publish
from tests.cases.helpers import fresh, refused
from tests.cast import local, make_procedure

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def draft_of(procedure, *, days: int, begins: date) -> ProcedureVersion:
    """A second version of the procedure with another limit, still a draft."""
    version = procedure.versions.get()
    components = list(version.components.all())
    steps = list(version.steps.all())
    version.pk, version.number, version.status, version.in_force_from = None, 2, VersionStatus.DRAFT, begins
    version._state.adding = True
    version.legal_basis = ["Luật Hộ tịch (ví dụ)"]
    version.save()
    TimeLimit.objects.create(
        version=version, label=f"{days} ngày làm việc", amount=days, unit=LimitUnit.WORKING_DAY
    )
    for part in [*components, *steps[:1]]:
        part.pk, part.version = None, version
        part.save()
    return version


def papers(version) -> list[ComponentFacts]:
    """Every paper that is needed in every case."""
    return [
        ComponentFacts(component.pk, provision=Provision.SHOWN if component.shown_only else Provision.PAPER)
        for component in version.components.filter(required_when="")
    ]


def test_r01_a_version_without_limit_and_agency_is_not_published_and_both_are_named(world):
    version = draft_of(world.free, days=2, begins=date(2027, 3, 1))
    version.limits.all().delete()
    version.deciding_agency_vi = ""
    version.save()
    with pytest.raises(CannotPublish) as refusal:
        publish(version)
    assert "time limit" in refusal.value.sentence
    assert "deciding agency" in refusal.value.sentence
    assert ProcedureVersion.objects.get(pk=version.pk).status == VersionStatus.DRAFT

    version.deciding_agency_vi = "Ủy ban nhân dân cấp xã"
    version.save()
    TimeLimit.objects.create(version=version, label="2 ngày", amount=2, unit=LimitUnit.WORKING_DAY)
    assert publish(version).status == VersionStatus.PUBLISHED


def test_r02_a_dossier_keeps_the_version_of_its_reception_day(world, clock):
    first = world.free.versions.get()
    second = publish(draft_of(world.free, days=2, begins=date(2027, 3, 1)))
    clock.move_to("2027-02-26 09:00")
    dossier = world.receive(world.free, components=papers(first))
    assert dossier.version == first
    assert dossier.due_at == local("2027-03-03 17:00")  # three working days, not two
    clock.move_to("2027-03-01 09:00")
    dossier = fresh(dossier)
    assert (dossier.version, dossier.due_at) == (first, local("2027-03-03 17:00"))
    assert world.receive(world.free, components=papers(second)).version == second


def test_r03_nothing_is_received_for_a_procedure_that_was_abolished(world, clock):
    old = make_procedure("2.001009", "Chứng thực văn bản khai nhận di sản", in_force_to=date(2025, 10, 31))
    old.replaced_by = world.free
    old.save()
    clock.move_to("2025-10-31 09:00")
    assert world.receive(old).code == "H41.101-251031-0001"
    clock.move_to("2025-11-03 09:00")
    with refused(NotInForce, "not_in_force") as refusal:
        world.receive(old)
    assert refusal.value.sentence == (
        "Procedure 2.001009 was abolished: its last day in force was 31/10/2025. It is replaced by 1.000001."
    )


def test_r04_a_decision_is_signed_and_loaded_within_its_working_days():
    from procedures.publication import load_by, sign_by
    from procedures.working_time import WorkCalendar

    calendar = WorkCalendar([])
    assert sign_by("province", date(2025, 12, 15), calendar) == date(2025, 12, 8)
    assert load_by("province", date(2025, 12, 8), calendar) == date(2025, 12, 15)


def test_r05_a_paper_beyond_the_published_list_needs_a_text_and_an_article(world):
    dossier = world.processing()
    with refused(Invalid):
        services.demand(dossier, by=world.officer, paper="Bản sao sổ hộ khẩu", legal_text=" ")
    services.demand(dossier, by=world.officer, paper="Bản sao sổ hộ khẩu", legal_text="Luật X, Điều Y")
    demand = dossier.demands.get()
    assert (demand.paper, demand.legal_text, demand.by) == (
        "Bản sao sổ hộ khẩu",
        "Luật X, Điều Y",
        world.officer,
    )


def test_r05_the_checklist_takes_nothing_that_the_version_does_not_list(world):
    stranger = Component.objects.filter(version__procedure=world.paid).first()
    with refused(Invalid, "unknown_component"):
        world.receive(components=[*world.components(world.free), ComponentFacts(stranger.pk)])
