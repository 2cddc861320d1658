"""The portal is asked how dossiers stand there; what differs is listed and repaired by new messages (§7)."""

from datetime import date
from threading import Event

import pytest

from cases import events as history_of
from cases import services
from cases.errors import NotPossibleNow
from cases.models import ConnectionState, Dossier, PortalDifference, PortalDossier
from cases.portal.rates import rates, together
from cases.portal.states import MessageState, PortalState
from cases.services import portal as service
from cases.services import portal_compare
from cases.services.portal_compare import CompareCounts, bring_up_to_date, compare_lately_told, compare_month
from onestop.outside import Garbled, NoAnswer, Refused
from onestop.simulators.base import Fault
from procedures.enums import Role
from procedures.models import Agency
from tests.cases.helpers import in_parallel, make_person
from tests.cases.portal.conftest import row
from tests.cases.portal.test_delivery import history
from tests.cast import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english", "clock")]
NOVEMBER = date(2026, 11, 1)


def there(portal, dossier) -> dict:
    return portal.dossiers[row(dossier).code]


def test_where_nothing_differs_nothing_is_said(world, portal, deliver):
    world.returned(), world.submit()
    deliver()
    assert compare_lately_told() == CompareCounts(asked=2)
    assert not PortalDifference.objects.exists()
    assert deliver().sent == 0


def test_another_due_date_is_told_again(world, portal, deliver):
    dossier = world.processing()
    deliver()
    right = there(portal, dossier)["NgayHenTra"]
    portal.dossiers[dossier.code] = {**there(portal, dossier), "NgayHenTra": "20261130170000"}
    assert compare_lately_told() == CompareCounts(asked=1, differing=1, repaired=1)
    found = PortalDifference.objects.get()
    assert (found.kind, found.ours, found.theirs) == ("due", right, "20261130170000")
    deliver()
    assert there(portal, dossier)["NgayHenTra"] == right
    assert compare_lately_told() == CompareCounts(asked=1)


def test_another_status_is_told_step_by_step_from_there(world, portal, deliver):
    dossier = world.returned()
    deliver()
    portal.dossiers[dossier.code] = {**there(portal, dossier), "TrangThaiHoSo": "2"}
    del portal.history[dossier.code]
    assert compare_lately_told().repaired == 1
    deliver()
    assert [status for kind, status in history(portal, dossier) if kind == "dossier"] == [4, 9, 10]


def test_what_the_portal_does_not_know_is_told_from_the_beginning(world, portal, deliver):
    dossier = world.returned()
    deliver()
    del portal.dossiers[dossier.code], portal.history[dossier.code]
    portal.last.clear(), portal.received.clear()
    assert compare_lately_told() == CompareCounts(asked=1, differing=1, repaired=1)
    assert PortalDifference.objects.get().kind == "unknown"
    deliver()
    assert [status for kind, status in history(portal, dossier) if kind == "dossier"] == [2, 4, 9, 10]


def test_where_no_listed_step_leads_it_is_listed_and_left(world, portal, deliver):
    dossier = world.processing()
    deliver()
    portal.dossiers[dossier.code] = {**there(portal, dossier), "TrangThaiHoSo": "10"}
    assert compare_lately_told() == CompareCounts(asked=1, differing=1, repaired=0)
    assert not PortalDifference.objects.get().is_repaired


def test_an_answer_about_another_dossier_is_none(world, portal, deliver):
    world.processing()
    deliver()
    portal.set_fault(Fault.WRONG)
    assert compare_lately_told() == CompareCounts(failed=1)
    assert not PortalDifference.objects.exists()
    assert ConnectionState.objects.get(system="portal").failing_since is not None


@pytest.mark.parametrize("error", [Refused("Code 99: Sai", "99"), Garbled("The answer is no list.")])
def test_a_bad_answer_about_one_holds_up_no_other_nor_the_next_night(
    world, portal, deliver, monkeypatch, error
):
    first, second = world.receive(), world.receive()
    deliver()
    asked = portal_compare.Portal.look_up

    def look_up(self, code):
        if code == first.code:
            raise error
        return asked(self, code)

    monkeypatch.setattr(portal_compare.Portal, "look_up", look_up)
    assert compare_lately_told() == CompareCounts(asked=1, failed=1)
    assert None not in (row(first).asked_at, row(second).asked_at)


def test_a_portal_that_answers_nothing_of_use_is_left_alone(world, portal, deliver, monkeypatch):
    for _number in range(3):
        world.receive()
    deliver()
    monkeypatch.setattr(portal_compare, "RESTS_AFTER", 2)
    portal.set_fault(Fault.WRONG)
    assert compare_lately_told() == CompareCounts(failed=2, why="The portal answered about another dossier.")


@pytest.mark.parametrize("left_out", ["NgayHenTra", "TrangThaiHoSo"])
def test_what_the_portal_does_not_say_does_not_differ(world, portal, deliver, left_out):
    dossier = world.processing()
    deliver()
    portal.dossiers[dossier.code] = {**there(portal, dossier), left_out: ""}
    assert compare_lately_told() == CompareCounts(asked=1)
    assert not PortalDifference.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_by_hand", [False, True])
def test_a_desk_and_a_comparison_do_not_wait_for_each_other(world, portal, monkeypatch, is_by_hand):
    """The verb holds the dossier and wants the row at the portal; who compares wants both, in the same order."""
    keeper = make_person("he-thong", None, Role.SYSTEM_ADMIN, is_staff=True)
    dossier = world.digitized()
    service.deliver_due()
    portal.dossiers[dossier.code] = {**there(portal, dossier), "NgayHenTra": "20261130170000"}
    if is_by_hand:
        PortalDossier.objects.update(state=PortalState.REFUSED, answer="99")
    holding, compared = Event(), Event()
    told_of, kept = history_of.tell_portal, portal_compare._keep

    def tell(events):
        holding.set()
        compared.wait(1)  # until the other has what it wants, unless it waits for this
        told_of(events)

    def keep(*found):
        compared.set()
        return kept(*found)

    monkeypatch.setattr(history_of, "tell_portal", tell)
    monkeypatch.setattr(portal_compare, "_keep", keep)

    def compare():
        holding.wait(10)
        try:
            return bring_up_to_date(dossier.code, by=keeper) if is_by_hand else compare_lately_told()
        except NotPossibleNow:
            return None

    in_parallel([lambda: services.start(dossier, by=world.officer), compare], connections=2)
    assert Dossier.objects.get().state == "processing"


def test_a_month_is_compared_at_the_agency_and_below(world, portal, deliver, clock):
    clock.move_to("2026-10-30 09:00")
    world.receive()
    clock.move_to("2026-11-09 09:00")
    world.receive()
    world.receive(desk=world.other_ward, by=world.outsider_clerk)
    deliver()
    assert compare_month(NOVEMBER, world.ward).asked == 1
    assert compare_month(NOVEMBER, world.province).asked == 2


def test_what_is_told_meanwhile_is_not_compared_with_an_answer_of_before(world, portal, deliver, monkeypatch):
    dossier = world.digitized()
    deliver()
    asked = portal_compare.Portal.look_up

    def look_up(self, code):
        found = asked(self, code)
        services.start(dossier, by=world.officer)
        return found

    monkeypatch.setattr(portal_compare.Portal, "look_up", look_up)
    assert compare_lately_told() == CompareCounts()
    assert not PortalDifference.objects.exists()


def test_a_person_brings_up_to_date_what_stands_still(world, portal, deliver):
    """The result was undone after 9; the steps that may not follow are thrown away."""
    keeper = make_person("he-thong", None, Role.SYSTEM_ADMIN, is_staff=True)
    dossier = world.with_result()
    services.undo(dossier, by=world.officer, reason="Nhầm kết quả")
    services.request_supplement(dossier, by=world.officer, reason="Thiếu", items=["Tờ khai"])
    deliver()
    assert row(dossier).state == PortalState.REFUSED
    assert bring_up_to_date(row(dossier).code, by=keeper) is False
    assert row(dossier).state == PortalState.ACCEPTED
    assert set(dossier.portal_messages.filter(status=5).values_list("state", flat=True)) == {
        MessageState.DROPPED
    }
    assert deliver().sent == 0


@pytest.fixture
def stuck(world, portal, deliver):
    """Refused, with something behind it that waits."""
    dossier = world.receive()
    PortalDossier.objects.update(state=PortalState.REFUSED, answer="99")
    return dossier


def test_when_the_portal_does_not_answer_what_stands_still_stays_as_it_is(stuck, portal):
    keeper = make_person("he-thong", None, Role.SYSTEM_ADMIN, is_staff=True)
    portal.set_fault(Fault.HTML)
    with pytest.raises(Garbled):
        bring_up_to_date(stuck.code, by=keeper)
    assert row(stuck).state == PortalState.REFUSED


@pytest.mark.parametrize(
    "change",
    [{"last_number": 9}, {"known_status": 2}, {"claimed_until": local("2026-11-09 09:09")}],
)
def test_what_changed_while_the_portal_was_asked_is_left_alone(stuck, monkeypatch, change):
    keeper = make_person("he-thong", None, Role.SYSTEM_ADMIN, is_staff=True)
    asked = portal_compare.Portal.look_up

    def look_up(self, code):
        PortalDossier.objects.update(**change)
        return asked(self, code)

    monkeypatch.setattr(portal_compare.Portal, "look_up", look_up)
    with pytest.raises(NotPossibleNow):
        bring_up_to_date(stuck.code, by=keeper)
    assert not stuck.portal_messages.exclude(state=MessageState.WAITING).exists()


def test_a_person_does_not_wait_for_ever(stuck, portal, settings, monkeypatch):
    keeper = make_person("he-thong", None, Role.SYSTEM_ADMIN, is_staff=True)
    settings.PORTAL_READ_SECONDS = 60
    monkeypatch.setattr(portal_compare, "WEB_SECONDS", 0.2)
    portal.set_fault(Fault.NEVER)
    with pytest.raises(NoAnswer):
        bring_up_to_date(stuck.code, by=keeper)


# Rates (R46) ----------------------------------------------------------------------------------------


def test_the_rate_is_of_the_dossiers_received_in_the_month(world, portal, deliver, clock):
    clock.move_to("2026-10-30 09:00")
    world.receive()
    clock.move_to("2026-11-09 09:00")
    first = world.receive()
    deliver()
    for _number in range(2):
        world.receive()
    world.receive(desk=world.other_ward, by=world.outsider_clerk)
    PortalDossier.objects.filter(dossier=first).update(state=PortalState.REFUSED, answer="99")
    deliver()
    lines = rates(NOVEMBER, Agency.objects.all())
    assert [(str(line.agency.identifier), line.dossiers, line.accepted, line.refused) for line in lines] == [
        ("H41.101", 3, 2, 1),
        ("H41.102", 1, 1, 0),
    ]
    assert [str(line.percent) for line in (*lines, together(lines))] == ["66.7", "100.0", "75.0"]
    assert [line.is_reached for line in lines] == [False, True]


def test_what_was_never_told_waits(world, portal, settings):
    settings.PORTAL_URL = ""
    world.receive()
    (line,) = rates(NOVEMBER, [world.ward])
    assert (line.waiting, str(line.percent)) == (1, "0.0")
