"""A dossier lives under the law of its reception day: what it cites, when its clock starts (R8, R14, R15)."""

import pytest
from django.utils import translation

from cases import errors, services
from cases.models import Dossier
from cases.regime import mechanism_of, needs_scan, reception_day
from cases.services.checklist import missing_scans
from procedures.enums import AgencyKind
from procedures.models import Agency
from tests.cast import make_procedure, upload

OLD, NEW = "2025-06-30 09:00", "2025-07-01 09:00"


def test_r08_the_mechanism_follows_the_day_of_reception_and_stays(world, clock):
    clock.move_to(OLD)
    old = world.receive()
    clock.move_to(NEW)
    new = world.receive()
    assert [mechanism_of(dossier).name for dossier in (old, new)] == ["61/2018 + 107/2021", "118/2025"]


def test_r08_of_a_filing_the_mechanism_is_that_of_the_day_it_was_filed(world, clock):
    moment = clock.move_to(OLD)
    filing = world.submit()
    clock.move_to(NEW)
    assert reception_day(filing) == moment.date()
    assert mechanism_of(filing).name == "61/2018 + 107/2021"


@pytest.mark.parametrize(
    ("received", "citation"),
    [(OLD, "Article 19.8 of Decree 61/2018/NĐ-CP"), (NEW, "Decree 118/2025/NĐ-CP")],
)
def test_r08_a_refusal_without_grounds_is_refused_with_the_article_of_the_reception_day(
    world, clock, received, citation
):
    clock.move_to(received)
    dossier = world.processing()
    with translation.override("en"), pytest.raises(errors.Invalid) as refused:
        world.record_result(dossier, kind="refused", reason=" ")
    assert refused.value.sentence == f"A refusal needs written grounds ({citation})."


@pytest.fixture
def department(world) -> Agency:
    """A department of the province: the provincial centre receives for it under every mechanism."""
    return Agency.objects.create(
        identifier="H41.01", name_vi="Sở Thử Nghiệm", kind=AgencyKind.DEPARTMENT, parent=world.province
    )


def test_r15_under_the_older_mechanism_reception_anywhere_starts_the_clock(world, clock, department):
    """Received after 15:00 for another agency: it arrives later, and that moves nothing."""
    procedure = make_procedure("1.000009", "Thủ tục cấp tỉnh", level="province")
    received = clock.move_to("2025-06-26 15:20")
    dossier = world.receive(procedure, desk=world.centre, by=world.centre_clerk, competent_agency=department)
    assert dossier.clock_started_at == received
    for item in dossier.components.all():
        services.add_document(dossier, upload(), by=world.centre_clerk, component=item)
    clock.move_to("2025-06-30 09:10")
    services.digitize(dossier, by=world.centre_clerk)
    dossier = Dossier.objects.get(pk=dossier.pk)
    assert (dossier.clock_started_at, dossier.due_at) == (received, dossier.first_due_at)


def test_r15_since_july_2025_the_clock_starts_at_the_competent_agency(world, clock):
    clock.move_to("2025-07-03 15:20")
    dossier = world.receive(desk=world.centre, by=world.centre_clerk, competent_agency=world.ward)
    assert f"{dossier.clock_started_at:%d/%m/%Y %H:%M}" == "04/07/2025 07:30"


def test_r14_before_the_exemptions_a_paper_that_is_only_shown_is_scanned_too(world, clock):
    clock.move_to("2025-09-12 09:00")
    dossier = world.receive()
    assert needs_scan(dossier, "shown")
    with translation.override("en"):
        assert missing_scans(dossier) == [
            "0 of 1 scans of “Application form”",
            "0 of 1 scans of “Identity paper”",
        ]


def test_r14_since_the_exemptions_only_papers_handed_in_are_scanned(world, clock):
    clock.move_to("2025-09-15 09:00")
    dossier = world.receive()
    needed = [needs_scan(dossier, provision) for provision in ("paper", "shown", "reused", "electronic")]
    assert needed == [True, False, False, False]
    with translation.override("en"):
        assert missing_scans(dossier) == ["0 of 1 scans of “Application form”"]
