"""Business registration and the personal store behind the same interface as civil status."""

from dataclasses import replace

import pytest

from cases.enums import DocumentSource
from cases.services import put_back
from tests.cases.connections.test_store_search import asks_for, reused, row
from tests.notifications.builders import text_of

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
