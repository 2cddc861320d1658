"""The National Database on Administrative Procedures, in the small: publication decisions, page by page.

Numbers of decisions and the codes that begin with 9.9999 are invented; the other codes are those of the demonstration,
so that something is there to be amended, replaced and abolished.
"""

import copy
from datetime import date, timedelta
from typing import Any

from onestop.simulators.base import Asked, Fault, Reply, Simulator

KEY = "key-of-the-simulator"
PROVINCE = "Ủy ban nhân dân tỉnh Ví Dụ (giả lập)"
IDENTITY = {
    "Ten": "Giấy tờ tùy thân (thẻ căn cước, căn cước điện tử hoặc hộ chiếu)",
    "SoBanChinh": 1,
    "SoBanSao": 0,
    "ChiXuatTrinh": True,
    "NguonDienTu": "CSDL quốc gia về dân cư (National Population Database)",
}
NEW = {
    "Ten": "Xác nhận thông tin ví dụ (giả lập)",
    "LinhVuc": "Hộ tịch",
    "CapThucHien": "XA",
    "MucDoTrucTuyen": "TOAN_TRINH",
    "CoQuanThamQuyen": "Ủy ban nhân dân cấp xã",
    "DoiTuongThucHien": ["CONG_DAN"],
    "CachThucThucHien": ["TRUC_TIEP", "BUU_CHINH", "TRUC_TUYEN"],
    "SoBoHoSo": 1,
    "TrinhTuThucHien": "Nộp hồ sơ; cơ quan kiểm tra; trả kết quả.",
    "ThoiHanGiaiQuyet": [{"DienGiai": "2 ngày làm việc", "So": 2, "DonVi": "NGAY_LAM_VIEC"}],
    "PhiLePhi": [],
    "ThanhPhanHoSo": [{"Ten": "Đơn đề nghị (ví dụ)", "SoBanChinh": 1, "SoBanSao": 0}, IDENTITY],
    "KetQua": "Giấy xác nhận (ví dụ)",
    "CanCuPhapLy": ["Nghị định Ví Dụ thứ nhất (giả lập)"],
}
AMENDED = {
    "Ten": "Cấp Giấy xác nhận tình trạng hôn nhân",
    "LinhVuc": "Hộ tịch",
    "CapThucHien": "XA",
    "MucDoTrucTuyen": "TOAN_TRINH",
    "CoQuanThamQuyen": "Ủy ban nhân dân cấp xã",
    "DoiTuongThucHien": ["CONG_DAN"],
    "CachThucThucHien": ["TRUC_TIEP", "BUU_CHINH", "TRUC_TUYEN"],
    "SoBoHoSo": 1,
    "ThoiHanGiaiQuyet": [{"DienGiai": "2 ngày làm việc", "So": 2, "DonVi": "NGAY_LAM_VIEC"}],
    "PhiLePhi": [
        {
            "TenKhoanThu": "Lệ phí cấp Giấy xác nhận tình trạng hôn nhân",
            "Loai": "LE_PHI",
            "HinhThuc": "BAT_KY",
            "CachThu": "TINH_QUY_DINH",
        }
    ],
    "ThanhPhanHoSo": [
        {"Ten": "Tờ khai cấp Giấy xác nhận tình trạng hôn nhân", "SoBanChinh": 1, "SoBanSao": 0},
        IDENTITY,
        {
            "Ten": "Văn bản ủy quyền",
            "SoBanChinh": 1,
            "SoBanSao": 0,
            "BatBuocKhi": "người khác nộp thay",
        },
    ],
    "KetQua": "Giấy xác nhận tình trạng hôn nhân",
    "CanCuPhapLy": ["Nghị định Ví Dụ thứ hai (giả lập)"],
}
REPLACING = {
    "Ten": "Cấp bản sao có chứng thực từ bản chính giao dịch đã được chứng thực (mã mới, giả lập)",
    "CanCuPhapLy": ["Nghị định Ví Dụ thứ ba (giả lập)"],
    "LinhVuc": "Chứng thực",
    "CapThucHien": "XA",
}


class ProcedureDatabase(Simulator):
    """`today`: the decisions are of the month before, and their numbers say which, so that they stay the same."""

    name = "procedures"

    def __init__(self, key: str = KEY, today: date | None = None):
        super().__init__()
        self.key = key
        self.decisions: list[dict[str, Any]] = seeded(today or date.today())  # noqa: DTZ011 - of this machine
        self.asked: list[dict[str, str]] = []

    def answer(self, asked: Asked) -> Reply:
        if {name.lower(): value for name, value in asked.headers.items()}.get("x-api-key") != self.key:
            return self.signed_out(asked)
        if asked.path == "/trang-thai":
            return Reply(body={"MaKetQua": "00", "ThongDiep": "Hoạt động (giả lập)"})
        if asked.path != "/quyet-dinh-cong-bo":
            return Reply(404, {"ThongDiep": "Không có dịch vụ này (giả lập)"})
        self.asked.append(asked.query)
        start = int(asked.query.get("ConTro") or 0)
        end = min(start + int(asked.query["SoLuong"]), len(self.decisions))
        return Reply(
            body={
                "MaKetQua": "00",
                "QuyetDinh": self._spoiled(self.decisions[start:end]),
                "ConTro": str(end),
                "ConNua": end < len(self.decisions),
            }
        )

    def refusal(self, asked: Asked) -> Reply:
        return Reply(200, {"MaKetQua": "99", "ThongDiep": "Từ chối (giả lập)"})

    def _spoiled(self, page: list[dict[str, Any]]) -> list[dict[str, Any]]:
        match self.taken_fault(Fault.TWICE, Fault.SHUFFLED, Fault.WRONG):
            case Fault.TWICE:
                return page + page
            case Fault.SHUFFLED:
                return page[::-1]
            case Fault.WRONG:
                return [broken(page[0]), *page[1:]] if page else page
        return page


def broken(decision: dict[str, Any]) -> dict[str, Any]:
    """Well formed, and no code of its procedure is there any more."""
    wrong = copy.deepcopy(decision)
    wrong["ThuTuc"][0]["MaTTHC"] = ""
    return wrong


def decision(
    number: str, signed: date, effective: date, *procedures: dict[str, Any], loaded: date
) -> dict[str, Any]:
    return {
        "SoQuyetDinh": number,
        "NgayKy": f"{signed:%d/%m/%Y}",
        "CoQuanBanHanh": PROVINCE,
        "NgayHieuLuc": f"{effective:%d/%m/%Y}",
        "NgayCongKhai": f"{loaded:%d/%m/%Y}",
        "ThuTuc": list(procedures),
    }


def procedure(change: str, code: str, content: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"LoaiCongBo": change, "MaTTHC": code, **more, **({"NoiDung": content} if content else {})}


def seeded(today: date) -> list[dict[str, Any]]:
    """One of each kind; the amendment and the replacement were made public late."""
    month = today.replace(day=1)
    follows = (month + timedelta(days=32)).replace(day=1)
    signed, number = month - timedelta(days=20), f"{month:%Y%m}/QĐ-VIDU"
    text = {"NgayHieuLucVanBan": f"{follows:%d/%m/%Y}"}
    return [
        decision(
            f"01-{number}",
            signed,
            follows,
            procedure("MOI", "9.999901", NEW | text),
            procedure("BAI_BO", "2.000927"),
            loaded=signed + timedelta(days=3),
        ),
        decision(
            f"02-{number}",
            signed,
            follows,
            procedure("SUA_DOI", "1.004873", AMENDED | text),
            loaded=signed + timedelta(days=15),
        ),
        decision(
            f"03-{number}",
            signed,
            follows + timedelta(days=14),
            procedure("THAY_THE", "9.999902", REPLACING, ThayTheCho=["2.000942"]),
            loaded=signed + timedelta(days=12),
        ),
    ]
