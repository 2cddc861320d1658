"""Results go back into their owner's store: written with the return, delivered once, refused ones kept (R36)."""

import base64
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from cases.connections.stores import client as protocol
from cases.connections.stores.facts import HandIn
from cases.connections.systems import System
from cases.errors import NotPermitted, NotPossibleNow
from cases.models import ConnectionState, Document, ResultHandIn
from cases.services import outages, put_back
from cases.tasks import put_results_back
from onestop.simulators.base import Fault, Reply
from procedures.enums import Role
from tests.cases.helpers import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def row(world, personal_store) -> ResultHandIn:
    world.returned()
    return ResultHandIn.objects.get()


def after(minutes: int):
    return time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False)


def now(row: ResultHandIn) -> tuple[str, int, str]:
    row.refresh_from_db()
    return row.state, row.attempts, row.reason


def test_a_result_that_is_handed_over_waits_and_arrives_whole(world, personal_store, row):
    assert (row.state, put_back.waiting().count) == (HandIn.WAITING, 1)
    put_results_back()
    assert now(row) == (HandIn.DELIVERED, 1, "")
    assert (row.receipt, put_back.waiting().count) == ("KHO-000001", 0)
    (there,) = personal_store.results.values()
    paper = row.paper
    assert (there["MaGiayTo"], there["SoDinhDanh"], there["SoKyHieu"], there["MaThuTuc"]) == (
        paper.result_code,
        world.applicant.id_number,
        paper.number,
        "1.000001",
    )
    assert base64.b64decode(there["NoiDung"]) == paper.document.file.open("rb").read()


def test_without_a_store_and_without_a_number_nothing_waits(world, personal_store, settings):
    world.applicant = replace(world.applicant, id_number="")
    world.returned()
    assert not ResultHandIn.objects.exists()
    settings.PERSONAL_STORE_URL = ""
    world.returned()
    assert not ResultHandIn.objects.exists()
    assert put_back.deliver_due() == {}


def test_a_return_that_is_refused_leaves_nothing_to_deliver(world, personal_store, monkeypatch):
    monkeypatch.setattr("cases.services.returning.notify_applicant", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        world.returned()
    assert not ResultHandIn.objects.exists()


SURE = (Fault.AWAY, Fault.ERROR, Fault.BUSY, Fault.HTML, Fault.NOT_THERE, Fault.STRANGER, Fault.SIGNED_OUT)
UNCLEAR = (Fault.HALF, Fault.UNCLEAR, Fault.CHARSET, Fault.WRONG)


@pytest.mark.parametrize("fault", [*SURE, *UNCLEAR])
def test_whatever_goes_wrong_it_is_there_once_in_the_end(personal_store, row, fault):
    personal_store.set_fault(fault, 1)
    put_back.deliver_due()
    state, attempts, reason = now(row)
    assert (state, attempts, bool(reason)) == (HandIn.WAITING, 1, True)
    assert put_back.deliver_due() == {}  # rests a minute
    with after(2):
        put_back.deliver_due()
    assert now(row) == (HandIn.DELIVERED, 2, "")
    assert (len(personal_store.results), row.receipt) == (1, "KHO-000001")


@pytest.mark.parametrize("fault", [Fault.NEVER, Fault.LATE])
def test_an_answer_that_does_not_come_is_waited_for_no_longer_than_so(
    personal_store, row, fault, monkeypatch
):
    monkeypatch.setattr(protocol, "PUT_SECONDS", 0.5)
    personal_store.set_fault(fault, 1)
    put_back.deliver_due()
    assert now(row) == (HandIn.WAITING, 1, "There was no answer in time.")
    with after(2):
        monkeypatch.setattr(protocol, "PUT_SECONDS", 30)
        put_back.deliver_due()
    assert (now(row)[0], len(personal_store.results), len(personal_store.arrived)) == (HandIn.DELIVERED, 1, 2)


def test_a_delivery_that_arrives_ends_the_outage(personal_store, row):
    outages.begin(System.PERSONAL_STORE, timezone.now())
    put_back.deliver_due()
    assert outages.running(System.PERSONAL_STORE) is None


def test_one_that_is_answered_with_nonsense_for_a_day_waits_for_a_person(personal_store, row):
    personal_store.set_fault(Fault.WRONG)
    ResultHandIn.objects.update(attempts=put_back.MOST_GARBLED - 2)
    put_back.deliver_due()
    assert now(row)[0] == HandIn.WAITING
    with after(60 * 7):
        put_back.deliver_due()
    assert now(row)[0] == HandIn.REFUSED


def test_one_that_is_refused_waits_for_a_person_and_keeps_nobody_waiting(world, personal_store, row):
    world.returned()
    personal_store.set_fault(Fault.REFUSE, 1)
    assert put_back.deliver_due() == {HandIn.REFUSED: 1, HandIn.DELIVERED: 1}
    assert now(row) == (HandIn.REFUSED, 1, "It refuses with the code 99.")
    assert put_back.waiting().refused == 1
    keeper = make_person("he-thong", None, Role.SYSTEM_ADMIN, is_staff=True)
    with pytest.raises(NotPermitted):
        put_back.send_again(row, by=world.clerk)
    put_back.send_again(row, by=keeper)
    with pytest.raises(NotPossibleNow):
        put_back.send_again(row, by=keeper)
    put_back.deliver_due()
    assert now(row)[0] == HandIn.DELIVERED


def test_a_file_that_is_gone_keeps_nobody_waiting(world, personal_store, row):
    Document.objects.filter(pk=row.paper.document_id).update(file="weg.pdf")
    world.returned()
    assert put_back.deliver_due() == {HandIn.REFUSED: 1, HandIn.DELIVERED: 1}
    assert now(row)[2] == "The file or the owner of this result cannot be read here."


def test_a_worker_that_was_killed_loses_its_claim_after_a_while(personal_store, row, monkeypatch):
    monkeypatch.setattr(put_back, "_delivered", lambda _row: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        put_back.deliver_due()
    monkeypatch.undo()
    assert put_back.deliver_due() == {}
    with after(3):
        assert put_back.deliver_due() == {HandIn.DELIVERED: 1}


def test_the_store_answers_a_sign_of_life(personal_store):
    put_back.probe(System.PERSONAL_STORE)
    assert personal_store.arrived == []


def test_pauses_grow_to_six_hours():
    minutes = [put_back.pause_after(n).total_seconds() / 60 for n in (1, 2, 3, 9, 10, 50)]
    assert minutes == [1, 2, 4, 256, 360, 360]


@pytest.mark.parametrize("status", [400, 404, 405, 413])
def test_a_status_on_the_way_is_nobodys_no(personal_store, row, status, monkeypatch):
    monkeypatch.setattr(personal_store, "answer", lambda _asked: Reply(status, ""))
    put_back.deliver_due()
    assert now(row) == (
        HandIn.WAITING,
        1,
        f"What answers at its address does not know the request (HTTP {status}).",
    )
    assert ConnectionState.objects.get().failing_since


@pytest.mark.parametrize("code", ["Nguyễn Thị Ví Dụ", "x040199000001", ""])
def test_no_word_of_the_other_side_is_kept_that_may_name_somebody(personal_store, row, code, monkeypatch):
    said = {"MaKetQua": code, "ThongDiep": "Nguyễn Thị Ví Dụ đã mất"}
    monkeypatch.setattr(personal_store, "answer", lambda _asked: Reply(200, said))
    put_back.deliver_due()
    assert now(row) == (HandIn.REFUSED, 1, "It refuses, with a code that is none.")


# The page of what was refused ----------------------------------------------------------------------

PAGE = reverse_lazy("admin:put_back")


@pytest.fixture
def refused(row, personal_store) -> ResultHandIn:
    personal_store.set_fault(Fault.REFUSE, 1)
    put_back.deliver_due()
    return row


def shown_to(person, client) -> str:
    client.force_login(person)
    return client.get(PAGE).content.decode()


def test_what_was_refused_stands_on_a_page_and_is_sent_again(personal_store, refused, client):
    page = shown_to(make_person("he-thong", None, Role.SYSTEM_ADMIN, is_staff=True), client)
    assert refused.result_code in page
    assert "It refuses with the code 99." in page
    assert f'href="{PAGE}"' in client.get(reverse("admin:connections")).content.decode()
    said = client.post(reverse("admin:put_back_again", args=[refused.pk]), follow=True).content.decode()
    assert "It is sent within a minute." in said
    assert "Nothing was refused." in said
    put_back.deliver_due()
    assert now(refused)[0] == HandIn.DELIVERED


def test_everyone_sees_the_own_agencies_only(world, refused, client):
    mine = shown_to(world.supervisor, client)
    assert refused.result_code in mine
    assert "Send again" not in mine  # the administrators of the system do
    other = make_person("lanh-dao-khac", world.other_ward, Role.SUPERVISOR, is_staff=True)
    assert refused.result_code not in shown_to(other, client)
