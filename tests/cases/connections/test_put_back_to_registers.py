"""Results of civil status and business registration go to their register too, in order and once (R36)."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from cases import services
from cases.connections.stores.facts import HandIn
from cases.connections.systems import System
from cases.models import ResultHandIn
from cases.services import put_back, store_search
from onestop.simulators.base import Fault
from procedures.enums import RegisterKind, Role
from procedures.models import ProcedureVersion
from tests.cases.connections.test_store_search import asks_for
from tests.cases.helpers import make_person
from tests.cast import upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def rows(**facts) -> list[tuple[str, str]]:
    found = ResultHandIn.objects.filter(**facts).order_by("pk")
    return [(row.system, row.state) for row in found]


def after(minutes: int):
    return time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False)


def test_a_result_of_civil_status_goes_to_the_owner_and_to_the_register(
    world, civil_status, personal_store, business
):
    ProcedureVersion.objects.update(result_name_vi="Giấy chứng nhận kết hôn")
    world.returned()
    assert {one.system for one in ResultHandIn.objects.all()} == {"personal_store", "civil_status"}
    assert put_back.deliver_due() == {HandIn.DELIVERED: 2}
    ((code, there),) = civil_status.results.items()
    assert (there["MaGiayTo"], there["loaiSo"], there["SoDinhDanh"], there["DinhChinhCho"]) == (
        code,
        "KH",
        world.applicant.id_number,
        "",
    )
    assert ResultHandIn.objects.get(system=System.CIVIL_STATUS).receipt == "HT-000001"
    assert business.results == {}


def test_a_household_business_goes_to_business_registration(world, civil_status, business):
    ProcedureVersion.objects.update(field_vi="Thành lập và hoạt động của hộ kinh doanh")
    world.returned()
    put_back.deliver_due()
    (there,) = business.results.values()
    assert (there["msdn"], civil_status.results) == (world.applicant.id_number, {})


def test_a_copy_out_of_the_register_and_another_field_do_not(world, civil_status, business):
    ProcedureVersion.objects.update(register=RegisterKind.EXTRACTS)
    world.returned()
    ProcedureVersion.objects.update(register="", field_vi="Đất đai")
    world.returned()
    assert rows() == []


def corrected(world):
    """A result and its correction, both handed over."""
    first = world.returned()
    correction = services.receive_correction(first, by=world.clerk, reason="Sai ngày sinh")
    world.scan(correction)
    services.digitize(correction, by=world.clerk)
    services.start(correction, by=world.officer)
    services.record_result(correction, upload(), by=world.officer, number="2/KQ", signer="Trần Văn Lãnh Đạo")
    services.return_result(correction, by=world.clerk, collector=world.applicant.full_name, proof="identity")
    return first, correction


def test_a_correction_never_comes_before_what_it_corrects(world, civil_status):
    corrected(world)
    civil_status.set_fault(Fault.BUSY, 1)
    assert put_back.deliver_due() == {HandIn.WAITING: 1}
    assert put_back.deliver_due() == {}  # the first rests a minute, and the correction waits for it
    assert civil_status.arrived == []
    with after(2):
        assert put_back.deliver_due() == {HandIn.DELIVERED: 2}
    first, second = civil_status.results.values()
    assert (second["DinhChinhCho"], civil_status.arrived) == (
        first["MaGiayTo"],
        [first["MaGiayTo"], second["MaGiayTo"]],
    )


def test_a_register_that_is_away_keeps_no_other_store_waiting(world, civil_status, personal_store):
    world.returned()
    civil_status.set_fault(Fault.AWAY)
    assert put_back.deliver_due() == {HandIn.WAITING: 1, HandIn.DELIVERED: 1}
    assert (len(civil_status.results), len(personal_store.results)) == (0, 1)


@pytest.mark.parametrize("fault", [Fault.HALF, Fault.UNCLEAR, Fault.CHARSET, Fault.WRONG])
def test_what_may_have_arrived_is_sent_again_and_is_there_once(world, civil_status, fault):
    world.returned()
    civil_status.set_fault(fault, 1)
    put_back.deliver_due()
    with after(2):
        assert put_back.deliver_due() == {HandIn.DELIVERED: 1}
    assert (len(civil_status.arrived), len(civil_status.results)) == (2, 1)


def test_what_the_register_refused_has_a_page_of_its_own_and_is_sent_again(
    world, civil_status, personal_store, client
):
    world.returned()
    civil_status.set_fault(Fault.REFUSE, 1)
    put_back.deliver_due()
    keeper = make_person("he-thong", None, Role.SYSTEM_ADMIN, is_staff=True)
    client.force_login(keeper)
    row = ResultHandIn.objects.get(system=System.CIVIL_STATUS)
    assert "It refuses with the code 99." in client.get(reverse("admin:put_back_civil")).content.decode()
    assert "Nothing was refused." in client.get(reverse("admin:put_back")).content.decode()
    connections = client.get(reverse("admin:connections")).content.decode()
    assert reverse("admin:put_back_civil") in connections
    again = client.post(reverse("admin:put_back_again", args=[row.pk]))
    assert again.url == reverse("admin:put_back_civil")
    assert put_back.deliver_due() == {HandIn.DELIVERED: 1}


def test_what_was_put_back_is_found_by_the_next_search(world, civil_status):
    ProcedureVersion.objects.update(result_name_vi="Giấy khai sinh")
    world.returned()
    put_back.deliver_due()
    found = store_search.search(asks_for(world), by=world.clerk, has_consent=True)
    assert next(iter(civil_status.results))[:80] in [hit.record.code for hit in found.hits]
