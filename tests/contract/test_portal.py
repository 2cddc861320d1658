"""What we rely on at the National Public Service Portal (docs/integrations.md)."""

from dataclasses import replace
from datetime import datetime

import pytest

from cases.connections.portal import Access, Known, Portal
from onestop.outside import NotLetIn, Refused
from onestop.simulators.portal import Portal as Simulated
from procedures.working_time import TZ
from tests.contract.sides import REAL, given, new_number, side, sides

SYSTEM = "PORTAL"


@pytest.fixture(params=sides(SYSTEM, "USERNAME", "PASSWORD", "UNIT", "PROCEDURE"))
def access(request):
    with side(request.param, SYSTEM, Simulated()) as url:
        is_real = request.param == REAL
        yield Access(
            url=url,
            login_url=given(SYSTEM, "LOGIN_URL", url) if is_real else f"{url}/login",
            username=given(SYSTEM, "USERNAME") if is_real else Simulated.USERNAME,
            password=given(SYSTEM, "PASSWORD") if is_real else Simulated.PASSWORD,
            unit=given(SYSTEM, "UNIT") if is_real else Simulated.UNIT,
        )


def dossier() -> dict:
    now = datetime.now(TZ)
    return {
        "MaHoSo": f"{given(SYSTEM, 'AGENCY', 'H41.101')}-{now:%y%m%d}-{int(new_number(), 16) % 10**7:07d}",
        "MaTTHC": given(SYSTEM, "PROCEDURE", "1.001193"),
        "TenTTHC": "Thủ tục thử",
        "MaLinhVuc": "G15-LV01",
        "TenLinhVuc": "Lĩnh vực thử",
        "KenhThucHien": "1",
        "ChuHoSo": "Nguyễn Văn Thử Hợp Đồng",
        "LoaiDoiTuong": "1",
        "Email": "",
        "SoDienThoai": "",
        "TrichYeuHoSo": "Hồ sơ thử kết nối",
        "NgayTiepNhan": f"{now:%Y%m%d%H%M%S}",
        "NgayHenTra": f"{now:%Y%m%d}235900",
        "TrangThaiHoSo": "2",
        "HinhThuc": "0",
        "DonViXuLy": "Đơn vị thử",
    }


def test_the_right_account_is_let_in(access):
    with Portal(access) as portal:
        portal.sign_in()
        assert portal.session


def test_a_wrong_password_is_not(access):
    with Portal(replace(access, password="khong-phai")) as portal, pytest.raises(NotLetIn):
        portal.sign_in()


def test_a_dossier_that_was_told_is_known_with_status_and_due_date(access):
    told = dossier()
    with Portal(access) as portal:
        portal.send_dossiers([told], is_updating=False)
        assert portal.look_up(told["MaHoSo"]) == Known(2, told["NgayHenTra"])


def test_the_same_again_as_an_update_does_no_harm(access):
    told = dossier()
    with Portal(access) as portal:
        portal.send_dossiers([told], is_updating=False)
        portal.send_dossiers([told], is_updating=True)
        assert portal.look_up(told["MaHoSo"]).status == 2


def test_a_step_follows_its_dossier(access):
    told = dossier()
    step = {
        "MaHoSo": told["MaHoSo"],
        "NguoiXuLy": "Cán bộ thử",
        "ThoiDiemXuLy": told["NgayTiepNhan"],
        "NoiDungXuLy": "Tiếp nhận thử",
        "TrangThai": "2",
    }
    with Portal(access) as portal:
        portal.send_dossiers([told], is_updating=False)
        portal.send_steps([step])


def test_what_nobody_told_is_not_known(access):
    with Portal(access) as portal:
        assert portal.look_up(dossier()["MaHoSo"]) is None


def test_a_dossier_without_what_is_required_is_refused(access):
    with Portal(access) as portal, pytest.raises(Refused) as refused:
        portal.send_dossiers([{**dossier(), "MaTTHC": ""}], is_updating=False)
    assert not isinstance(refused.value, NotLetIn)


def test_a_procedure_has_a_field_and_an_unknown_one_is_none(access):
    with Portal(access) as portal:
        assert portal.procedure(given(SYSTEM, "PROCEDURE", "1.001193")).field_code
        assert portal.procedure("khong-co") is None
