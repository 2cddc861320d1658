"""Decisions of the national database: accepted or rejected by a person (R1, R2, R4)."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from procedures import proposed
from procedures.differences import applied
from procedures.enums import DecisionKind, ProposalState, VersionStatus
from procedures.figures import loaded_in_time, signed_in_time
from procedures.late import late_publications
from procedures.models import Procedure, ProcedureVersion, TimeLimit
from procedures.records import content_of, facts_of, record_of
from procedures.services import proposals
from procedures.services.proposals import CannotAccept, PreparedOnly, accept, reject
from tests.procedures.told import DECEMBER, english, keeper, taken, told, version

__all__ = ["english", "keeper", "version"]

NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))
FEWER = [{"name_vi": "Tờ khai"}]


# Accepting -----------------------------------------------------------------------------------------------


def test_an_amended_procedure_gets_its_next_version_and_keeps_what_is_the_offices_own(version, keeper):
    proposal = accept(taken(told(version, content={"components": FEWER})), by=keeper)
    made = proposal.version
    assert (made.number, made.status, made.in_force_from) == (2, VersionStatus.PUBLISHED, DECEMBER)
    assert (made.publication_decision, made.decision_signed_on, made.loaded_on, made.facts_hash) == (
        "01/QĐ-VIDU",
        date(2026, 11, 2),
        date(2026, 11, 5),
        "",
    )
    assert [(paper.name_vi, paper.name_en) for paper in made.components.all()] == [
        ("Tờ khai", "Application form")
    ]
    assert made.steps.count() == version.steps.count() == 4
    version.refresh_from_db()
    assert version.in_force_to == date(2026, 11, 30)
    assert (proposal.state, proposal.decided_by) == (ProposalState.ACCEPTED, keeper)


def test_a_limit_shorter_than_the_internal_steps_stays_a_draft_until_they_fit(version, keeper):
    shorter = [{"label": "2 ngày làm việc", "amount": 2, "unit": "working_day"}]
    proposal = taken(told(version, content={"time_limits": shorter}))
    with pytest.raises(PreparedOnly, match="The internal steps need .* working hours"):
        accept(proposal, by=keeper)
    proposal.refresh_from_db()
    draft = proposal.version
    assert (proposal.state, draft.status) == (ProposalState.WAITING, VersionStatus.DRAFT)
    assert version.procedure.versions.get(number=1).in_force_to is None
    draft.steps.update(amount="0.5")
    assert accept(proposal, by=keeper).version == draft
    draft.refresh_from_db()
    assert (draft.status, version.procedure.versions.count()) == (VersionStatus.PUBLISHED, 2)


def test_a_draft_of_what_no_longer_holds_is_not_published(version, keeper):
    shorter = [{"label": "2 ngày làm việc", "amount": 2, "unit": "working_day"}]
    proposal = taken(told(version, effective_on=date(2027, 1, 1), content={"time_limits": shorter}))
    with pytest.raises(PreparedOnly):
        accept(proposal, by=keeper)
    proposal.refresh_from_db()
    proposal.version.steps.update(amount="0.5")
    between = proposals.publishing.new_draft(version)
    between.in_force_from = DECEMBER
    between.save()
    proposals.publishing.publish(between)
    with pytest.raises(CannotAccept, match="Since the draft was prepared another version was published"):
        accept(proposal, by=keeper)
    proposal.version.delete()
    proposal.refresh_from_db()
    with pytest.raises(PreparedOnly):
        accept(proposal, by=keeper)


def test_what_is_shown_of_a_prepared_draft_is_what_is_published(version, keeper):
    shorter = [{"label": "2 ngày làm việc", "amount": 2, "unit": "working_day"}]
    proposal = taken(told(version, content={"time_limits": shorter}))
    with pytest.raises(PreparedOnly):
        accept(proposal, by=keeper)
    proposal.refresh_from_db()
    proposal.version.steps.update(amount="0.5")
    ProcedureVersion.objects.filter(pk=proposal.version_id).update(note="Điền thêm")
    proposal.refresh_from_db()
    shown = proposed.difference_of(proposal, proposed.base_of(proposal))
    made = accept(proposal, by=keeper).version
    assert applied(content_of(record_of(version)), shown) == content_of(record_of(made))
    assert {field.name for field in shown.fields} == {"note"}
    assert {part.name for part in shown.parts} == {"time_limits", "internal_steps"}


def test_a_new_procedure_waits_for_its_internal_steps(version, keeper):
    proposal = taken(
        told(version, DecisionKind.NEW, code="9.999901", content={"order_of_steps": "Nộp; trả."})
    )
    with pytest.raises(PreparedOnly, match="It has no internal steps yet"):
        accept(proposal, by=keeper)
    proposal.refresh_from_db()
    version.steps.update(version=proposal.version)
    assert accept(proposal, by=keeper).state == ProposalState.ACCEPTED
    made = Procedure.objects.get(code="9.999901").versions.get()
    assert (made.status, made.in_force_from) == (VersionStatus.PUBLISHED, DECEMBER)


def test_a_replaced_procedure_ends_and_leads_to_its_successor(version, keeper):
    proposal = taken(
        told(version, DecisionKind.REPLACED, code="9.999902", replaces=(version.procedure.code,))
    )
    made = accept(proposal, by=keeper).version
    version.refresh_from_db()
    assert (made.procedure.code, made.steps.count(), made.in_force_from) == ("9.999902", 4, DECEMBER)
    assert (version.in_force_to, version.procedure.replaced_by) == (date(2026, 11, 30), made.procedure)


@pytest.mark.parametrize("ended_by_office", [None, date(2026, 11, 20)])
def test_a_successor_that_the_office_published_first_still_ends_what_it_replaces(
    version, world, keeper, ended_by_office
):
    successor = world.paid.versions.get()
    ProcedureVersion.objects.filter(pk=successor.pk).update(
        publication_decision="01/QĐ-VIDU", decision_signed_on=date(2026, 11, 2)
    )
    version.procedure.versions.update(in_force_to=ended_by_office)
    replacing = told(successor, DecisionKind.REPLACED, replaces=(version.procedure.code,))
    assert accept(taken(replacing), by=keeper).version == successor
    version.refresh_from_db()
    assert version.in_force_to == (ended_by_office or date(2026, 11, 30))


def test_an_abolished_procedure_ends_the_day_before(version, keeper):
    proposal = accept(taken(told(version, DecisionKind.ABOLISHED, content={})), by=keeper)
    version.refresh_from_db()
    assert (version.in_force_to, proposal.version) == (date(2026, 11, 30), None)
    again = taken(told(version, DecisionKind.ABOLISHED, number="02/QĐ-VIDU", effective_on=date(2027, 1, 1)))
    with pytest.raises(CannotAccept, match="has ended before 31/12/2026 already"):
        accept(again, by=keeper)


@pytest.mark.parametrize("kind", [DecisionKind.AMENDED, DecisionKind.ABOLISHED])
def test_what_comes_before_its_procedure_waits_with_the_reason(version, keeper, kind):
    proposal = taken(told(version, kind, code="9.999903"))
    with pytest.raises(CannotAccept, match="no published version of 9.999903 yet; this waits until it has"):
        accept(proposal, by=keeper)
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.WAITING


def test_an_earlier_decision_about_the_same_procedure_comes_first(version, keeper):
    later = taken(told(version, number="02/QĐ-VIDU", effective_on=date(2027, 1, 1), content={"sets": 2}))
    earlier = taken(told(version, content={"sets": 3}))
    with pytest.raises(CannotAccept, match="waits too, 01/QĐ-VIDU"):
        accept(later, by=keeper)
    accept(earlier, by=keeper)
    assert accept(later, by=keeper).version.number == 3


def test_a_decision_that_takes_effect_before_the_version_in_force_stays_a_draft(version, keeper):
    proposal = taken(told(version, effective_on=version.in_force_from, content={"sets": 2}))
    with pytest.raises(PreparedOnly, match="this one must begin later"):
        accept(proposal, by=keeper)
    assert version.procedure.versions.filter(status=VersionStatus.PUBLISHED).count() == 1


def test_our_own_publication_gets_the_day_on_which_it_was_loaded(version, keeper):
    """1.2 of Decision 766: the province published first, and was loaded afterwards."""
    ProcedureVersion.objects.filter(pk=version.pk).update(
        publication_decision="01/QĐ-VIDU", decision_signed_on=date(2026, 11, 2)
    )
    version.refresh_from_db()
    assert len(loaded_in_time(*NOVEMBER).all) == 1
    accept(taken(told(version)), by=keeper)
    version.refresh_from_db()
    assert (version.loaded_on, version.procedure.versions.count()) == (date(2026, 11, 5), 1)


def test_nobody_decides_twice_nor_without_the_right(version, keeper, world):
    proposal = taken(told(version, content={"sets": 2}))
    for person in (world.clerk, world.officer, world.supervisor):
        with pytest.raises(PermissionDenied):
            accept(proposal, by=person)
        with pytest.raises(PermissionDenied):
            reject(proposal, by=person, reason="không phù hợp")
    with pytest.raises(CannotAccept, match="Say why"):
        reject(proposal, by=keeper, reason="  ")
    reject(proposal, by=keeper, reason="không phù hợp")
    with pytest.raises(CannotAccept, match="Somebody has decided about it already: Rejected"):
        accept(proposal, by=keeper)
    assert version.procedure.versions.count() == 1


def test_a_broken_one_is_not_accepted_but_may_be_rejected(version, keeper):
    proposal = taken(told(version, number=""))
    with pytest.raises(CannotAccept, match="The decision has no number"):
        accept(proposal, by=keeper)
    assert reject(proposal, by=keeper, reason="nguồn sai").state == ProposalState.REJECTED


# Lateness, and records ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("loaded_on", "days"), [(date(2026, 11, 9), None), (date(2026, 11, 11), 2)])
def test_r04_lateness_is_measured_by_the_days_of_the_decision(version, keeper, clock, loaded_on, days):
    clock.move_to("2026-11-20 09:00")
    accept(taken(told(version, loaded_on=loaded_on, content={"sets": 2})), by=keeper)
    late = {
        one.version.number: one.days for one in late_publications(date(2026, 11, 20)) if one.kind == "loaded"
    }
    assert late.get(2) == days
    figure = loaded_in_time(*NOVEMBER)
    assert (len(figure.good), len(figure.all)) == (int(days is None), 1)


def test_r04_a_decision_signed_too_late_counts_by_the_text_that_it_publishes(version, keeper):
    accept(taken(told(version, content={"sets": 2, "text_effective_on": "2026-11-05"})), by=keeper)
    figure = signed_in_time(*NOVEMBER)
    assert (len(figure.good), len(figure.all)) == (0, 1)


def test_a_record_read_and_written_again_is_the_same(version):
    TimeLimit.objects.filter(version=version).update(cutoff="15:00", condition="phải xác minh")
    ProcedureVersion.objects.filter(pk=version.pk).update(
        note="Ghi chú", extension_mode="add", extension_amount=2, extension_unit="working_day"
    )
    version = ProcedureVersion.objects.get(pk=version.pk)
    problems: list[str] = []
    facts = facts_of(record_of(version), problems)
    assert problems == []
    written = proposals.write_version(
        version.procedure, ProcedureVersion(number=9), facts, version.in_force_from
    )
    assert record_of(written) == record_of(version)
