"""The register of reform plans and tasks: who keeps it, one lead each, standing by date, what the database refuses."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from cases import reforms, services
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from cases.services.reforms import TaskFacts
from procedures.enums import Role
from procedures.models import ReformCooperation, ReformEntry, ReformTask
from procedures.reforms import ReformEntryKind, ReformKind, ReformStanding, standing
from tests.cases.helpers import make_person

pytestmark = pytest.mark.usefixtures("english")
TODAY = date(2026, 11, 9)


@pytest.fixture
def keeper(world):
    return make_person("giam-sat-tinh", world.province, Role.SUPERVISOR)


@pytest.fixture
def plan(world, keeper):
    return services.add_reform_plan(
        agency=world.province, title="Rà soát thủ tục nội bộ", decision="100/QĐ-UBND 05/01/2026", by=keeper
    )


@pytest.fixture
def add(world, keeper, plan):
    def adding(**changes) -> ReformTask:
        facts = {
            "kind": ReformKind.INTERNAL,
            "title": "Cắt giảm thủ tục nội bộ về nghỉ phép",
            "lead": world.ward,
            "due_on": date(2026, 11, 30),
            **changes,
        }
        return services.add_reform_task(plan, TaskFacts(**facts), by=keeper)

    return adding


@pytest.mark.parametrize(
    ("due_on", "finished_on", "expected"),
    [
        (None, None, "in_progress"),
        (date(2026, 11, 9), None, "in_progress"),
        (date(2026, 11, 8), None, "overdue"),
        (date(2026, 11, 8), date(2026, 11, 9), "finished"),
        (None, date(2026, 11, 9), "finished"),
    ],
)
def test_the_standing_follows_from_the_dates(due_on, finished_on, expected):
    assert standing(due_on, finished_on, TODAY) == expected


def test_tasks_are_numbered_in_their_plan(add):
    assert [add().number, add().number] == [1, 2]


def test_a_task_has_exactly_one_lead(world, add):
    with pytest.raises(Invalid) as refused:
        add(lead=None)
    assert refused.value.field == "lead"
    task = add()
    with pytest.raises(DatabaseError), transaction.atomic():
        ReformTask.objects.filter(pk=task.pk).update(lead=None)


def test_the_lead_does_not_co_operate_with_itself(world, add):
    with pytest.raises(Invalid) as refused:
        add(cooperating=(world.ward,))
    assert refused.value.field == "cooperating"
    task = add(cooperating=(world.centre,))
    with pytest.raises(DatabaseError), transaction.atomic():
        ReformCooperation.objects.create(task=task, agency=world.ward)
    with pytest.raises(DatabaseError), transaction.atomic():
        ReformTask.objects.filter(pk=task.pk).update(lead=world.centre)


def test_the_lead_agency_finishes_with_evidence_and_the_history_says_who(world, add, clock):
    task = add()
    clock.move_to("2026-11-12 10:00")
    services.report_reform_progress(task, by=world.supervisor, text="Đã gửi dự thảo")
    services.finish_reform_task(task, by=world.supervisor, evidence="Quyết định 12/QĐ-UBND")
    task.refresh_from_db()
    assert (task.finished_on, task.evidence) == (date(2026, 11, 12), "Quyết định 12/QĐ-UBND")
    entries = [(entry.kind, entry.by.username) for entry in task.entries.all()]
    assert entries == [
        (ReformEntryKind.ADDED, "giam-sat-tinh"),
        (ReformEntryKind.PROGRESS, world.supervisor.username),
        (ReformEntryKind.FINISHED, world.supervisor.username),
    ]
    with pytest.raises(NotPossibleNow):
        services.report_reform_progress(task, by=world.supervisor, text="Thêm")


def test_without_evidence_and_in_the_future_nothing_is_finished(world, add):
    task = add()
    for answers, field in [
        ({"evidence": " "}, "evidence"),
        ({"evidence": "QĐ", "finished_on": date(2026, 11, 10)}, "finished_on"),
    ]:
        with pytest.raises(Invalid) as refused:
            services.finish_reform_task(task, by=world.supervisor, **answers)
        assert refused.value.field == field
    with pytest.raises(DatabaseError), transaction.atomic():
        ReformTask.objects.filter(pk=task.pk).update(finished_on=TODAY)
    assert ReformTask.objects.get(pk=task.pk).finished_on is None


def test_what_is_changed_stands_before_and_after_in_the_history(world, add, keeper):
    task = add()
    facts = TaskFacts(task.kind, task.title, world.other_ward, due_on=date(2026, 12, 31))
    services.change_reform_task(task, facts, by=keeper, reason="Chuyển chủ trì")
    entry = task.entries.last()
    assert (entry.text, entry.data["before"]["lead"], entry.data["after"]["lead"]) == (
        "Chuyển chủ trì",
        "H41.101",
        "H41.102",
    )
    with pytest.raises(Invalid):
        services.change_reform_task(task, facts, by=keeper, reason="Không đổi gì")


def test_the_keeper_opens_again_what_is_not_accepted(world, add, keeper):
    task = services.finish_reform_task(add(), by=world.supervisor, evidence="Báo cáo")
    with pytest.raises(NotPermitted):
        services.reopen_reform_task(task, by=world.supervisor, reason="Chưa xong")
    services.reopen_reform_task(task, by=keeper, reason="Chưa có quyết định")
    task.refresh_from_db()
    assert (task.finished_on, task.evidence) == (None, "")
    assert task.entries.last().data == {"before": {"finished_on": "09/11/2026", "evidence": "Báo cáo"}}


def test_only_keepers_plan_and_only_the_lead_reports(world, add, plan):
    task = add()
    for person in (world.officer, world.clerk, world.auditor, world.outsider_head, world.supervisor):
        with pytest.raises(NotPermitted):
            services.add_reform_task(plan, TaskFacts("internal", "X", world.ward), by=person)
    for person in (world.officer, world.clerk, world.auditor, world.outsider_head):
        with pytest.raises(NotPermitted):
            services.finish_reform_task(task, by=person, evidence="Báo cáo")


def test_the_history_is_only_added(add):
    task = add()
    entries = ReformEntry.objects.filter(task=task)
    for change in (lambda: entries.update(text="khác"), entries.delete, task.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_overdue_tasks_are_counted_per_lead_agency(world, add):
    add(due_on=date(2026, 11, 6))
    add(due_on=date(2026, 11, 5))
    add(lead=world.other_ward, due_on=None, cooperating=(world.ward,))
    services.finish_reform_task(add(), by=world.supervisor, evidence="Quyết định")
    tallies = reforms.by_lead(ReformTask.objects.all(), TODAY)
    assert [(one.of, one.all, one.finished, one.in_progress, one.overdue) for one in tallies] == [
        (world.ward, 3, 1, 0, 2),
        (world.other_ward, 1, 0, 1, 0),
    ]
    mine = ReformTask.objects.of_agencies([world.ward.pk])
    assert mine.standing(ReformStanding.OVERDUE, TODAY).count() == 2
    assert mine.count() == 4  # of two plans' tables a task is one row
    assert reforms.by_plan(mine, TODAY)[0].all == 4


def test_a_past_day_is_seen_as_it_stood(world, add, clock):
    task = add(due_on=date(2026, 11, 10))
    clock.move_to("2026-11-16 09:00")
    services.finish_reform_task(task, by=world.supervisor, evidence="Quyết định")
    rows = ReformTask.objects.filter(pk=task.pk)
    for day, expected in [
        (date(2026, 11, 10), ReformStanding.IN_PROGRESS),
        (date(2026, 11, 13), ReformStanding.OVERDUE),
        (date(2026, 11, 16), ReformStanding.FINISHED),
    ]:
        assert [one for one in ReformStanding if rows.standing(one, day).exists()] == [expected]
        assert rows.get().standing(day) == expected
