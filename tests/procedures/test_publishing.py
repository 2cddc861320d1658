"""R1, R3, R4, R18: what is wrong with a version, and that nothing of it is published."""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import translation

from notifications import pdf
from procedures.enums import FeeKind, FeeRule, LimitUnit, Role, VersionStatus
from procedures.models import Agency, Component, FeeLine, ProcedureStep, ProcedureVersion, Staff, TimeLimit
from procedures.services.publishing import CannotPublish, Finding, lint, new_draft, publish


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def draft(world) -> ProcedureVersion:
    """A complete next version of the procedure with a fee, in force from 01/12/2026."""
    draft = new_draft(world.paid.versions.get())
    change(draft, in_force_from=date(2026, 12, 1), legal_basis=["Luật Ví Dụ"])
    return draft


def change(version: ProcedureVersion, **columns) -> None:
    ProcedureVersion.objects.filter(pk=version.pk).update(**columns)
    version.refresh_from_db()


def rules_of(version: ProcedureVersion) -> list[tuple[str, bool]]:
    return [(finding.rule, finding.blocking) for finding in lint(version)]


def sentences(version: ProcedureVersion) -> list[str]:
    return [finding.sentence for finding in lint(version)]


# R1 -------------------------------------------------------------------------------------------------


def test_r01_a_complete_version_has_no_findings_and_is_published(draft):
    assert lint(draft) == []
    assert publish(draft).status == VersionStatus.PUBLISHED


@pytest.mark.parametrize(
    ("columns", "part"),
    [
        ({"name_vi": ""}, "name"),
        ({"deciding_agency_vi": ""}, "deciding agency"),
        ({"subjects": []}, "who applies"),
        ({"channels": []}, "channels"),
        ({"result_name_vi": ""}, "result"),
        ({"legal_basis": []}, "legal basis"),
        ({"sets": 0}, "number of sets"),
    ],
)
def test_r01_a_version_is_not_published_without_a_mandatory_part(draft, columns, part):
    change(draft, **columns)
    sentence = f"The version cannot be published without: {part}."
    assert lint(draft) == [Finding("R1", sentence, blocking=True)]


@pytest.mark.parametrize(
    ("model", "part"),
    [(TimeLimit, "time limit"), (Component, "components"), (ProcedureStep, "order of steps")],
)
def test_r01_a_version_is_not_published_without_its_rows(draft, model, part):
    model.objects.filter(version=draft).delete()
    assert sentences(draft) == [f"The version cannot be published without: {part}."]


def test_r01_everything_that_is_missing_is_named_at_once_and_nothing_changed(draft, world):
    TimeLimit.objects.filter(version=draft).delete()
    Component.objects.filter(version=draft).update(
        originals=0, copies=0, shown_only=False, electronic_source=""
    )
    change(draft, deciding_agency_vi="", field_vi="Lĩnh vực lạ")
    Agency.objects.filter(kind="commune").update(decides_fields=["Hộ tịch"])
    with pytest.raises(CannotPublish) as refused:
        publish(draft)
    assert refused.value.sentence == (
        "The version cannot be published without: deciding agency, time limit."
        " Say how many originals or copies are needed of: Application form; Identity paper; Authorisation."
        " No active agency of the level “Commune level” decides the field “Lĩnh vực lạ”."
    )
    draft.refresh_from_db()
    assert draft.status == VersionStatus.DRAFT
    assert world.paid.versions.get(number=1).in_force_to is None


def test_r01_after_adding_what_is_missing_it_is_published(draft):
    change(draft, deciding_agency_vi="")
    with pytest.raises(CannotPublish, match="without: deciding agency"):
        publish(draft)
    change(draft, deciding_agency_vi="Ủy ban nhân dân cấp xã")
    assert publish(draft).status == VersionStatus.PUBLISHED


def test_r01_a_published_version_is_not_published_again(draft):
    publish(draft)
    with pytest.raises(CannotPublish, match="already published"):
        publish(draft)


def test_r01_parts_are_mandatory_since_they_are(draft):
    """The parameter has a date: a version of before is not measured by it."""
    change(draft, in_force_from=date(2010, 10, 13), legal_basis=[])
    assert lint(draft) == []
    change(draft, in_force_from=date(2010, 10, 14))
    assert rules_of(draft) == [("R1", True)]


def test_r01_a_paper_that_is_only_shown_or_reused_needs_no_number(draft):
    form = draft.components.get(name_en="Application form")
    Component.objects.filter(pk=form.pk).update(originals=0, shown_only=True)
    assert lint(draft) == []
    Component.objects.filter(pk=form.pk).update(
        shown_only=False, electronic_source="National Population Database"
    )
    assert lint(draft) == []


def test_r01_a_fee_has_an_amount_unless_the_province_sets_it(draft):
    fee = FeeLine.objects.create(version=draft, position=1, name="Phí", kind=FeeKind.FEE, rule=FeeRule.FIXED)
    assert sentences(draft) == ["Say how much has to be paid as: Phí."]
    FeeLine.objects.filter(pk=fee.pk).update(rule=FeeRule.SET_BY_PROVINCE)
    assert lint(draft) == []


def test_r26_an_extension_says_by_how_much(draft):
    change(draft, extension_mode="add")
    assert lint(draft) == [Finding("R26", "The extension has no amount or no unit.", blocking=True)]
    change(draft, extension_amount=3, extension_unit=LimitUnit.WORKING_DAY)
    assert lint(draft) == []


@pytest.mark.parametrize("unit", [LimitUnit.SAME_DAY, LimitUnit.IMMEDIATE])
@pytest.mark.parametrize("amount", [None, 1])
def test_r26_within_the_day_cannot_be_added_to_a_limit(draft, unit, amount):
    change(draft, extension_mode="add", extension_amount=amount, extension_unit=unit)
    sentence = "A limit is extended by days or hours; “within the day” adds nothing."
    assert lint(draft) == [Finding("R26", sentence, blocking=True)]


def test_r26_within_the_day_may_replace_a_limit(draft):
    change(draft, extension_mode="replace", extension_amount=1, extension_unit=LimitUnit.SAME_DAY)
    assert lint(draft) == []


@pytest.mark.parametrize(
    ("ranges", "uncovered"),
    [
        ([(1, 10), (11, None)], ""),
        ([(11, None), (None, 10)], ""),
        ([(1, 20), (11, 12), (21, None)], ""),
        ([(None, None)], ""),
        ([(1, 10), (12, None)], "11–11"),
        ([(5, 10), (21, None)], "1–4, 11–20"),
        ([(1, 10), (11, 50)], "≥ 51"),
        ([(2, 10), (21, 50), (1, 5)], "11–20, ≥ 51"),
    ],
)
def test_r01_limits_by_quantity_leave_no_quantity_out(draft, ranges, uncovered):
    TimeLimit.objects.filter(version=draft).delete()
    for position, (first, last) in enumerate(ranges):
        TimeLimit.objects.create(
            version=draft,
            position=position,
            label="3 ngày làm việc",
            amount=3,
            unit=LimitUnit.WORKING_DAY,
            quantity_from=first,
            quantity_to=last,
        )
    assert lint(draft) == []
    change(draft, limit_quantity="documents")
    sentence = f"No time limit is given for these quantities (documents): {uncovered}."
    assert lint(draft) == ([Finding("R1", sentence, blocking=True)] if uncovered else [])


# Who decides, and what is printed ---------------------------------------------------------------------


def test_r01_somebody_has_to_decide_the_field(draft):
    Agency.objects.filter(kind="commune").update(decides_fields=["Chứng thực"])
    sentence = "No active agency of the level “Commune level” decides the field “Hộ tịch”."
    assert lint(draft) == [Finding("R1", sentence, blocking=True)]


def test_r01_an_agency_that_is_no_longer_active_decides_nothing(draft):
    Agency.objects.filter(kind="commune").update(is_active=False)
    sentence = "There is no active agency of the level “Commune level” yet."
    assert lint(draft) == [Finding("R1", sentence, blocking=False)]


def test_without_an_agency_tree_that_is_a_warning_only(draft):
    change(draft, level="province")
    assert rules_of(draft) == [("R1", False)]
    assert publish(draft).status == VersionStatus.PUBLISHED


def test_r08_every_form_of_the_set_needs_its_template(draft, tmp_path, monkeypatch):
    for template in pdf.TEMPLATES.glob("*.typ"):
        (tmp_path / template.name).touch()
    (tmp_path / "stop.typ").unlink()
    monkeypatch.setattr("cases.linting.TEMPLATES", tmp_path)
    sentence = "There is no template to print form 05, “THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ”."
    assert lint(draft) == [Finding("R8", sentence, blocking=True)]
    with pytest.raises(CannotPublish, match="no template to print form 05"):
        publish(draft)


# R18 --------------------------------------------------------------------------------------------------


def test_r18_steps_that_need_more_than_the_limit_are_not_published(draft):
    ProcedureStep.objects.filter(version=draft, position=1).update(amount=Decimal("12.5"))
    sentence = "The internal steps need 24.5 working hours, but the limit “3 ngày làm việc” offers 24."
    assert lint(draft) == [Finding("R18", sentence, blocking=True)]


def test_r18_the_shortest_limit_counts(draft):
    TimeLimit.objects.create(version=draft, position=1, label="1 ngày làm việc", amount=1, unit="working_day")
    sentence = "The internal steps need 24 working hours, but the limit “1 ngày làm việc” offers 8."
    assert sentences(draft) == [sentence]


def test_r18_steps_are_given_in_working_days_or_hours(draft):
    ProcedureStep.objects.filter(version=draft, position=1).update(unit=LimitUnit.CALENDAR_DAY)
    assert sentences(draft) == ["Internal steps are given in working days or working hours."]


# R4 ---------------------------------------------------------------------------------------------------


def test_r04_a_decision_in_time_is_no_finding(draft):
    change(
        draft,
        level="commune",
        text_effective_on=date(2025, 12, 15),
        decision_signed_on=date(2025, 12, 8),
        loaded_on=date(2025, 12, 15),
    )
    assert lint(draft) == []


def test_r04_late_ones_are_told_with_the_number_of_days_and_published_all_the_same(draft):
    change(
        draft,
        text_effective_on=date(2025, 12, 15),
        decision_signed_on=date(2025, 12, 10),
        loaded_on=date(2025, 12, 18),
    )
    assert lint(draft) == [
        Finding(
            "R4", "The decision was signed on 10/12/2025, 2 working days after 08/12/2025.", blocking=False
        ),
        Finding(
            "R4",
            "The decision was loaded on 18/12/2025, 1 working day after 17/12/2025.",
            blocking=False,
        ),
    ]
    assert publish(draft).status == VersionStatus.PUBLISHED


def test_what_forbids_publishing_is_told_first(draft):
    change(draft, text_effective_on=date(2025, 12, 15), decision_signed_on=date(2025, 12, 10), legal_basis=[])
    ProcedureStep.objects.filter(version=draft, position=1).update(amount=13)
    assert rules_of(draft) == [("R1", True), ("R18", True), ("R4", False)]


# In the back office and on the command line -------------------------------------------------------------


def test_the_page_of_a_version_shows_what_is_wrong_with_it(draft, settings, client):
    settings.LANGUAGE_CODE = "en"
    client.force_login(Staff.objects.create(username="quan-tri", role=Role.SYSTEM_ADMIN, is_staff=True))
    address = reverse("admin:procedures_procedureversion_change", args=[draft.pk])
    assert "What the law still wants" not in client.get(address).content.decode()
    change(draft, legal_basis=[])
    page = client.get(address).content.decode()
    assert "What the law still wants of this version" in page
    assert "The version cannot be published without: legal basis." in page
    assert "cannot be published so" in page


def command(*args) -> tuple[int, list[str]]:
    out = StringIO()
    try:
        call_command("lint_procedures", *args, stdout=out)
    except SystemExit as stop:
        return stop.code, out.getvalue().splitlines()
    return 0, out.getvalue().splitlines()


def test_the_command_judges_the_whole_catalogue(draft, world):
    """The published versions of the test world have no legal basis; the draft is complete."""
    missing = "The version cannot be published without: legal basis."
    assert command() == (
        0,
        [
            f"1.000001       1  Published  R1   blocks    {missing}",
            f"1.000002       1  Published  R1   blocks    {missing}",
            "2 versions cannot be published as they are, 2 of them published already; 0 with warnings only.",
        ],
    )
    assert command("--strict")[0] == 1


def test_the_command_judges_single_procedures_and_drafts_do_not_fail_it(draft, world):
    world.paid.versions.filter(number=1).update(legal_basis=["Luật Ví Dụ"])
    change(draft, legal_basis=[])
    code, lines = command("1.000002", "--strict")
    assert (code, lines[-1]) == (
        0,
        "1 version cannot be published as it is, 0 of them published already; 0 with warnings only.",
    )


def test_the_command_leaves_out_what_is_over(world):
    ProcedureVersion.objects.update(in_force_to=date(2026, 11, 8))
    assert command() == (
        0,
        ["0 versions cannot be published as they are, 0 of them published already; 0 with warnings only."],
    )
