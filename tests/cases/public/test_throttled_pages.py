"""Pages for everybody bear a whole ward behind one address, and end a loop in words."""

import pytest

from procedures.models import ProcedureForm
from tests.cases.admin.conftest import text_of
from tests.cast import upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def form(world) -> ProcedureForm:
    form = ProcedureForm(version=world.free.versions.get(), name_vi="Tờ khai")
    form.file.save("to-khai.pdf", upload("to-khai.pdf"), save=False)
    form.file_name, form.mime_type, form.size, form.sha256 = "to-khai.pdf", "application/pdf", 1, "0" * 64
    form.save()
    return form


def pages(world, form) -> list[str]:
    return [
        "/thu-tuc/",
        "/thu-tuc/?q=khai+sinh",
        f"/thu-tuc/{world.free.code}/",
        f"/thu-tuc/{world.free.code}/mau/{form.pk}/",
        "/niem-yet/",
        f"/niem-yet/{world.ward.identifier}/",
        "/tinh-ngay-tra/",
        f"/tinh-ngay-tra/?procedure={world.free.code}",
        "/phan-anh-kien-nghi/da-tra-loi/",
    ]


def test_a_ward_behind_one_address_reads_on(world, form, client):
    """As many as ten people at once who open a page every second."""
    assert {client.get("/tinh-ngay-tra/").status_code for _person in range(600)} == {200}


def test_pages_are_counted_together_and_the_answer_is_a_sentence(world, form, client, monkeypatch):
    addresses = pages(world, form)
    monkeypatch.setattr("cases.api.throttles.PublicPages.rate", f"{len(addresses)}/min", raising=False)
    assert [client.get(address).status_code for address in addresses] == [200] * len(addresses)
    for address in addresses:
        refused = client.get(address)
        assert (refused.status_code, refused["Retry-After"], refused["Cache-Control"]) == (
            429,
            "60",
            "no-store",
        )
        assert "Wait 60 seconds and try again." in text_of(refused)


def test_another_address_is_not_held_up(world, client, monkeypatch):
    monkeypatch.setattr("cases.api.throttles.PublicPages.rate", "1/min", raising=False)
    assert [client.get("/thu-tuc/").status_code for _time in range(2)] == [200, 429]
    assert client.get("/thu-tuc/", REMOTE_ADDR="192.0.2.7").status_code == 200


def test_look_ups_are_counted_apart(world, client, monkeypatch):
    monkeypatch.setattr("cases.api.throttles.PublicPages.rate", "1/min", raising=False)
    assert [client.get("/thu-tuc/").status_code for _time in range(2)] == [200, 429]
    assert client.get(f"/tra-cuu/?ma={world.receive().code}").status_code == 200
