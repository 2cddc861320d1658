"""What each verb says to the portal, on dossiers that the services move (portal-sync §2, R45)."""

from datetime import date

import pytest
from django.db import transaction

from cases import services
from cases.enums import State
from cases.models import Dossier, PortalDossier, PortalMessage
from cases.portal.states import PortalState
from cases.services import portal as service
from onestop.simulators.base import Reply
from procedures.enums import ExtensionMode, LimitUnit
from tests.cases.portal.conftest import row, statuses, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english", "clock")]


def fresh(dossier) -> Dossier:
    return Dossier.objects.get(pk=dossier.pk)


def test_without_a_portal_nothing_is_written(world):
    world.returned()
    assert not PortalDossier.objects.exists()
    assert not PortalMessage.objects.exists()


def test_each_status_is_a_dossier_message_and_then_a_step(world, portal):
    dossier = world.receive()
    assert told(dossier) == [("dossier", 2), ("step", 2)]
    assert row(dossier).code == dossier.code


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.SUBMITTED, [1]),
        (State.REFUSED, [1, 3]),
        (State.RECEIVED, [2]),
        (State.DIGITIZED, [2]),
        (State.PROCESSING, [2, 4]),
        (State.SUPPLEMENT, [2, 4, 5]),
        (State.PAID, [2, 4, 9]),
        (State.RETURNED, [2, 4, 9, 10]),
        (State.STOPPED, [2, 7, 8]),
    ],
)
def test_the_way_to_each_state(world, portal, state, expected):
    assert statuses(world.in_state(state)) == expected


def test_a_fee_is_asked_for_and_then_settled(world, portal):
    dossier = world.with_result(world.paid)
    assert statuses(dossier) == [2, 4, 6]
    services.pay(dossier, by=world.clerk, amount=fresh(dossier).balance, method="cash")
    assert statuses(dossier) == [2, 4, 6, 4, 9]


def test_a_fee_that_was_paid_before_is_not_asked_for(world, portal):
    dossier = world.processing(world.paid)
    services.pay(dossier, by=world.clerk, amount=fresh(dossier).balance, method="cash")
    world.record_result(dossier)
    assert statuses(dossier) == [2, 4, 9]


def test_a_supplement_before_processing_passes_through_processing(world, portal):
    dossier = world.digitized()
    services.request_supplement(dossier, by=world.officer, reason="Thiếu", items=["Tờ khai"])
    assert statuses(dossier) == [2, 4, 5]
    services.resume(dossier, by=world.clerk)
    assert statuses(dossier) == [2, 4, 5, 4]
    services.start(dossier, by=world.officer)
    assert statuses(dossier) == [2, 4, 5, 4]


def test_a_supplement_before_reception_ends_in_reception(world, portal):
    dossier = world.submit()
    services.ask_to_complete(dossier, by=world.clerk, reason="Thiếu", items=["Tờ khai"])
    services.complete_filing(dossier)
    assert statuses(dossier) == [1, 5]
    services.receive_filing(dossier, by=world.clerk, components=world.components(world.free))
    assert statuses(dossier) == [1, 5, 2]


def test_withdrawal_while_processing_is_7_and_then_8(world, portal):
    dossier = world.processing()
    services.withdraw(dossier, by=world.clerk, reason="Người nộp đổi ý")
    assert statuses(dossier) == [2, 4, 7, 8]


def test_at_the_desk_the_portal_hears_of_a_dossier_with_its_code_only(world, portal):
    facts = {"desk": world.ward, "by": world.clerk, "reason": "Không thuộc thẩm quyền"}
    services.refuse_at_desk(world.free, world.applicant, **facts)
    services.ask_at_desk(world.free, world.applicant, **facts, items=["Tờ khai"])
    world.submit(channel="post", by=world.clerk)
    assert not PortalDossier.objects.exists()


def test_a_filing_keeps_the_code_by_which_the_portal_knows_it(world, portal):
    filed = world.submit()
    assert row(filed).code == f"H41.101-261109-9{filed.pk:07d}"
    received = services.receive_filing(filed, by=world.clerk)
    assert received.code != row(filed).code
    assert row(filed).code == f"H41.101-261109-9{filed.pk:07d}"


def _posted(world) -> Dossier:
    """A period that does not count (R23)."""
    world.free.versions.update(excluded_periods=[{"name_vi": "Niêm yết", "name_en": "Posting"}])
    days = {"first": date(2026, 11, 10), "last": date(2026, 11, 11)}
    return services.exclude_period(world.processing(), by=world.officer, name="Niêm yết", **days)


def _extended(world) -> Dossier:
    world.free.versions.update(
        extension_mode=ExtensionMode.ADD, extension_amount=3, extension_unit=LimitUnit.WORKING_DAY
    )
    return services.extend(world.processing(), by=world.officer, reason="Cần xác minh")


@pytest.mark.parametrize("moved", [_posted, _extended])
def test_a_new_due_date_is_the_dossier_message_again(world, portal, moved):
    dossier = moved(world)
    assert told(dossier) == [("dossier", 2), ("step", 2), ("dossier", 4), ("step", 4), ("dossier", 4)]
    before, after = dossier.portal_messages.all()[3:]
    assert before.due_at < after.due_at == fresh(dossier).due_at


def test_what_is_rolled_back_was_never_told(world, portal):
    with pytest.raises(RuntimeError), transaction.atomic():
        world.receive()
        raise RuntimeError
    assert not PortalMessage.objects.exists()


def test_a_dossier_from_before_the_connection_is_left_to_the_backlog(world, portal, settings):
    settings.PORTAL_URL, url = "", settings.PORTAL_URL
    dossier = world.digitized()
    settings.PORTAL_URL = url
    services.start(dossier, by=world.officer)
    assert told(dossier) == []


def test_what_was_undone_and_done_again_is_told_once(world, portal):
    dossier = world.processing()
    services.undo(dossier, by=world.officer, reason="Nhầm hồ sơ")
    services.start(dossier, by=world.officer)
    assert statuses(dossier) == [2, 4]


def test_what_may_not_follow_is_held_back_with_the_reason(world, portal, deliver):
    """The result was undone after the portal had heard of it; from 9 there is no way back to 5."""
    dossier = world.with_result()
    services.undo(dossier, by=world.officer, reason="Nhầm kết quả")
    services.request_supplement(dossier, by=world.officer, reason="Thiếu", items=["Tờ khai"])
    assert statuses(dossier) == [2, 4, 9, 5]
    deliver()
    found = row(dossier)
    assert (found.state, found.known_status) == (PortalState.REFUSED, 9)
    assert found.answer == "Not sent: the portal has the dossier at status 9, and 5 may not follow."


def test_a_message_is_three_statements(world, portal, django_assert_num_queries, monkeypatch):
    """A desk that is connected pays so much for each verb, and no more."""
    from cases import events as history
    from cases import portal_outbox

    told_of, counted = history.tell_portal, []

    def counting(events):
        with django_assert_num_queries(3):
            told_of(events)
        counted.append(len(events))

    monkeypatch.setattr(
        history,
        "tell_portal",
        lambda events: counting(events) if events[0].kind in portal_outbox.TOLD else None,
    )
    world.processing()
    assert counted == [1, 1]


def test_numbers_have_no_gap(world, portal):
    dossier = world.returned()
    numbers = list(dossier.portal_messages.values_list("number", flat=True))
    assert numbers == list(range(1, 9)) == list(range(1, row(dossier).last_number + 1))
    assert service.waiting().count == 1


@pytest.mark.parametrize("status", [400, 401, 404])
def test_who_is_not_signed_in_had_no_dossier_refused(world, portal, monkeypatch, status):
    monkeypatch.setattr(portal, "_sign_in", lambda wanted: Reply(status, {"message": "invalid"}))
    dossier = world.receive()
    assert service.deliver_due() == service.PortalCounts(failed=1)
    assert row(dossier).state == PortalState.WAITING
    assert f"HTTP {status}" in row(dossier).answer
