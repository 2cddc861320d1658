"""Business registration and the personal store behind the same interface as civil status; what is kept of a search."""

from dataclasses import replace

import pytest
from django.db import Error, transaction

from cases.connections.stores.facts import SearchOutcome
from cases.enums import DocumentSource, ReuseGround
from cases.models import StoreLookup
from cases.services import put_back
from onestop.simulators.base import Reply
from tests.cases.connections.test_store_search import asks_for, item, reused, row, search
from tests.notifications.builders import text_of

__all__ = ["item"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("2900000001", "Công ty TNHH Ví Dụ Một"),
        ("040000000001", "Hộ kinh doanh Nguyễn Ví Dụ Số 1"),
    ],
)
def test_an_enterprise_is_found_by_its_code_with_name_state_and_representative(world, business, number, name):
    kind = "business" if len(number) == 10 else "citizen"
    world.applicant = replace(world.applicant, id_number=number, kind=kind)
    item = asks_for(world, "Bản chính Giấy chứng nhận đăng ký hộ kinh doanh", source="")
    document = reused(item, world.clerk)
    said = " ".join(text_of(document.file.open().read()).split())
    for part in (name, number, "Đang hoạt động", "15/03/2024", "Người đại diện"):
        assert part in said
    assert business.asked[0]["msdn"] == number
    # The code of a household business is an ID number: in our tables it stands nowhere in clear (0027).
    told = " ".join(str(event.data) for event in item.dossier.events.all())
    assert (number in f"{row().record} {row().result_code} {document.name} {told}") == (len(number) == 10)


def test_what_the_personal_store_took_it_gives_back(world, personal_store):
    dossier = world.returned()
    put_back.deliver_due()
    item = asks_for(world, "Bản chính giấy tờ", source="Kho quản lý dữ liệu điện tử")
    reused(item, world.clerk)
    result = dossier.documents.get(source=DocumentSource.RESULT)
    assert (row().result_code, row().sha256) == (next(iter(personal_store.results)), result.sha256)


# Kept ----------------------------------------------------------------------------------------------


def test_a_search_is_not_changed_and_not_deleted(world, civil_status, item):
    reused(item, world.clerk)
    for change in (
        lambda: StoreLookup.objects.update(by=world.officer),
        lambda: StoreLookup.objects.update(outcome=SearchOutcome.NOTHING),
        lambda: StoreLookup.objects.update(sha256="0" * 64),
        lambda: StoreLookup.objects.all().delete(),
    ):
        with pytest.raises(Error), transaction.atomic():
            change()


def test_an_answer_that_is_none_is_never_a_crash(world, civil_status, item, monkeypatch):
    for body in ({}, [], {"MaKetQua": 0}, {"MaKetQua": "00"}, {"MaKetQua": "00", "DanhSach": [1]}):
        monkeypatch.setattr(civil_status, "answer", lambda _asked, body=body: Reply(200, body))
        assert search(item, world.clerk).ground == ReuseGround.SYSTEM_FAILURE
