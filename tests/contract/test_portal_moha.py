"""What we rely on in the portal's variant of the Ministry of Home Affairs (docs/integrations.md)."""

from dataclasses import replace
from datetime import datetime

import pytest

from cases.connections.portal.moha import MohaAccess, MohaPortal
from onestop.outside import NotLetIn, Refused
from onestop.simulators.portal_moha import MohaPortal as Simulated
from procedures.working_time import TZ
from tests.contract.sides import REAL, given, side, sides

SYSTEM = "MOHA"


@pytest.fixture(params=sides(SYSTEM, "CLIENT_ID", "CLIENT_SECRET", "AGENCY", "PROCEDURE"))
def access(request):
    with side(request.param, SYSTEM, Simulated()) as url:
        is_real = request.param == REAL
        yield MohaAccess(
            url=url,
            token_url=given(SYSTEM, "TOKEN_URL", url) if is_real else f"{url}/token",
            client_id=given(SYSTEM, "CLIENT_ID") if is_real else Simulated.CLIENT_ID,
            client_secret=given(SYSTEM, "CLIENT_SECRET") if is_real else Simulated.CLIENT_SECRET,
            exists_codes=("409",),
        )


def agency() -> str:
    return given(SYSTEM, "AGENCY", "H41.101")


def dossier(code: str) -> dict:
    now = f"{datetime.now(TZ):%Y%m%d%H%M%S}"
    procedure = given(SYSTEM, "PROCEDURE", "1.001193")
    return {
        "MaHoSo": code,
        "MaTTHC": procedure,
        "MaDichVuCong": procedure,
        "ChuHoSo": "Nguyễn Văn Thử Hợp Đồng",
        "LoaiDoiTuong": "0",
        "MaDonViTiepNhan": agency(),
        "NgayNop": now,
        "NgayTiepNhan": now,
        "ThanhPhanHoSo": [],
        "ThongTinNguoiNop": {"LoaiDoiTuong": "0", "ThongTinChiTiet": {"TenNguoiNop": "Nguyễn Văn Thử"}},
    }


def test_the_right_account_has_a_token_and_a_wrong_one_none(access):
    with MohaPortal(access) as portal:
        portal.sign_in()
    with MohaPortal(replace(access, client_secret="khong-phai")) as portal, pytest.raises(NotLetIn):
        portal.sign_in()


def test_no_code_is_given_out_twice(access):
    with MohaPortal(access) as portal:
        assert portal.next_code(agency()) != portal.next_code(agency())


def test_a_file_has_a_number_and_a_hash(access):
    with MohaPortal(access) as portal:
        there = portal.upload("thu.txt", "text/plain", b"thu")
    assert there.number and there.digest


def test_the_same_code_again_is_the_same_dossier(access):
    with MohaPortal(access) as portal:
        told = dossier(portal.next_code(agency()))
        assert portal.create(told) == portal.create(told)


def test_status_and_step_follow_the_creation(access):
    with MohaPortal(access) as portal:
        told = dossier(portal.next_code(agency()))
        number = portal.create(told)
        stands = {"MaHoSo": told["MaHoSo"], "TrangThai": "2", "NoiDungXuLy": "Tiếp nhận thử"}
        portal.status({**stands, "IdHoSo": number, "NoiDungYKien": "", "PhongBanXuLy": "Thử"})
        moment = datetime.now(TZ).isoformat(timespec="milliseconds")
        portal.progress({**stands, "IDHoSo": number, "NguoiXuLy": "Thử", "ThoiDiemXuLy": moment})


def test_an_unknown_dossier_is_refused(access):
    with MohaPortal(access) as portal, pytest.raises(Refused) as refused:
        portal.status({"IdHoSo": "khong-co", "MaHoSo": "khong-co", "TrangThai": "2", "NoiDungXuLy": "Thử"})
    assert not isinstance(refused.value, NotLetIn)
