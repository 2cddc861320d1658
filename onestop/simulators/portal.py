"""The National Public Service Portal, simulated: sessions, dossiers, steps, look-ups, filings for us.

Strict where the real one is thought to be: required fields, 14 digits for every moment, a due date from reception
on, only listed transitions, and a step only of a dossier that it has at that status. What it was told it keeps.
"""

import itertools
import re
import secrets
import zlib
from collections import Counter
from datetime import UTC, datetime

from onestop.simulators.base import Asked, Fault, Reply, Simulator

REQUIRED = (
    "MaHoSo",
    "MaTTHC",
    "TenTTHC",
    "MaLinhVuc",
    "TenLinhVuc",
    "LoaiDoiTuong",
    "TrichYeuHoSo",
    "TrangThaiHoSo",
    "HinhThuc",
    "DonViXuLy",
)
MAY_BE_EMPTY = ("Email", "SoDienThoai", "NgayTiepNhan", "NgayHenTra")
SHOWN = ("MaHoSo", "TrangThaiHoSo", "NgayHenTra")  # by a look-up
STEP_REQUIRED = ("MaHoSo", "NguoiXuLy", "ThoiDiemXuLy", "NoiDungXuLy", "TrangThai")
CODE = re.compile(r"(\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}|[A-Z]\d{2}(\.[0-9A-Z]{1,3})*)-\d{6,8}-\d{4,}", re.ASCII)
MOMENT = re.compile(r"\d{14}", re.ASCII)
NEXT = {
    0: {1, 2},
    1: {2, 3, 5, 7},
    2: {4, 7},
    4: {5, 6, 7, 8, 9},
    5: {4, 7, 8},
    6: {4, 7, 8},
    7: {8},
    9: {10},
}
NOT_YET_RECEIVED = {5: {2, 3, 7}}
RECEIVED, FINISHED = 2, 9


class NotTaken(Exception):
    """Why a message is refused."""


class Portal(Simulator):
    """`/login` is the authentication address, everything else the integration address."""

    name = "portal"
    USERNAME, PASSWORD, UNIT = "mot-cua-thu-nghiem", "chi-de-thu", "H41"
    FILINGS, FILINGS_TAKEN = "LayHoSoNop", "XacNhanHoSoNop"
    FILES = "/tep/"

    def __init__(self):
        super().__init__()
        self.sessions: set[str] = set()
        self.dossiers: dict[str, dict] = {}  # by code: the last message
        self.received: set[str] = set()
        self.history: dict[str, list[tuple[str, int]]] = {}  # by code: (kind, status) in order
        self.last: dict[tuple[str, str], dict] = {}
        self.waiting: dict[str, dict] = {}  # filings not confirmed yet
        self.files: dict[str, bytes] = {}  # by the end of their address, see `keep_file`
        self.calls: Counter[str] = Counter()
        self.keeps_everything = True  # else of each dossier what a look-up says: enough for very many

    # The protocol ------------------------------------------------------------------------------------

    def answer(self, asked: Asked) -> Reply:
        if asked.path.startswith(self.FILES):
            return self._file(asked)
        wanted = asked.json()
        if asked.path.startswith("/login"):
            return self._sign_in(wanted)
        if wanted.get("session") not in self.sessions:
            return self.signed_out(asked)
        service = wanted.get("service")
        self.calls[service] += 1
        try:
            if wanted.get("madonvi") != self.UNIT:
                raise NotTaken("madonvi không đúng")
            match service:
                case "DongBoHoSoMC":
                    return self._each(wanted, self._take_dossier)
                case "CapNhatTienDoHoSoMC":
                    return self._each(wanted, self._take_step)
                case "TraCuuHoSo":
                    return self._look_up(wanted["mahoso"])
                case "LayThuTuc":
                    return _procedure(wanted["maTTHC"])
                case self.FILINGS:
                    return self._hand_out()
                case self.FILINGS_TAKEN:
                    return self._each(wanted, lambda one, _wanted: self.waiting.pop(one["MaHoSo"], None))
                case _:
                    raise NotTaken(f"Không có dịch vụ {service}")
        except NotTaken as error:
            return Reply(body={"error_code": "01", "message": str(error)})

    def refusal(self, asked: Asked) -> Reply:
        return Reply(body={"error_code": "99", "message": "Dữ liệu không hợp lệ (giả lập)"})

    def signed_out(self, asked: Asked) -> Reply:
        """With HTTP 200, as systems of this kind do; all sessions are gone."""
        self.sessions.clear()
        return Reply(body={"error_code": "97", "message": "Phiên làm việc không hợp lệ hoặc đã hết hạn"})

    def _sign_in(self, wanted: dict) -> Reply:
        if (wanted.get("username"), wanted.get("password")) != (self.USERNAME, self.PASSWORD):
            return Reply(body={"session": "", "error_code": 1, "message": "Sai tài khoản hoặc mật khẩu"})
        session = secrets.token_hex(16)
        self.sessions.add(session)
        return Reply(body={"session": session, "error_code": 0})

    def _each(self, wanted: dict, take) -> Reply:
        for one in wanted["data"]:
            take(one, wanted)
        return Reply(body={"error_code": "00", "message": "Thành công"})

    def _look_up(self, code: str) -> Reply:
        found = self.dossiers.get(code)
        if found is None:
            return Reply(body={"result": [], "error_code": "00"})
        shown = {name: found[name] for name in SHOWN}
        if self.taken_fault(Fault.WRONG):
            shown["MaHoSo"] = f"{code}9"
        return Reply(body={"result": [shown], "error_code": "00"})

    # Dossiers and steps ------------------------------------------------------------------------------

    def _take_dossier(self, dossier: dict, wanted: dict) -> None:
        code, status = _checked(dossier, REQUIRED, MAY_BE_EMPTY, "TrangThaiHoSo")
        before = self.dossiers.get(code)
        if (wanted.get("isUpdating") == "True") != (before is not None):
            raise NotTaken("isUpdating không đúng: hồ sơ đã có hoặc chưa có")
        self._check_order(code, before, status)
        if status == RECEIVED:
            self.received.add(code)
        if code in self.received and not dossier["NgayHenTra"]:
            raise NotTaken("Thiếu NgayHenTra")
        self.dossiers[code] = dossier if self.keeps_everything else {name: dossier[name] for name in SHOWN}
        self._keep(code, "dossier", status, dossier)

    def _check_order(self, code: str, before: dict | None, status: int) -> None:
        last = int(before["TrangThaiHoSo"]) if before else 0
        allowed = NEXT.get(last, set())
        if code not in self.received:
            allowed = NOT_YET_RECEIVED.get(last, allowed)
        if status != last and status not in allowed:
            raise NotTaken(f"Không chuyển được từ trạng thái {last} sang {status}")

    def _take_step(self, step: dict, _wanted: dict) -> None:
        code, status = _checked(step, STEP_REQUIRED, (), "TrangThai")
        if code not in self.dossiers:
            raise NotTaken("Chưa có hồ sơ này")
        if int(self.dossiers[code]["TrangThaiHoSo"]) != status:
            raise NotTaken("Tiến độ không khớp trạng thái hồ sơ")
        self._keep(code, "step", status, step)

    def _keep(self, code: str, kind: str, status: int, content: dict) -> None:
        """In order; the same content again does no harm and is no second message."""
        if not self.keeps_everything or self.last.get((code, kind)) == content:
            return
        self.last[code, kind] = content
        self.history.setdefault(code, []).append((kind, status))

    # Filings -----------------------------------------------------------------------------------------

    def file(self, **filing: object) -> None:
        """Somebody files at the portal."""
        self.waiting[str(filing.get("MaHoSo"))] = filing

    def keep_file(self, name: str, content: bytes) -> str:
        """A file that somebody filed; returns where it lies below the portal's address."""
        self.files[name] = content
        return f"{self.FILES}{name}"

    def _file(self, asked: Asked) -> Reply:
        if asked.headers.get("Authorization", "").removeprefix("Bearer ") not in self.sessions:
            return Reply(401, {"error_code": "97", "message": "Phiên làm việc không hợp lệ hoặc đã hết hạn"})
        content = self.files.get(asked.path.removeprefix(self.FILES))
        if content is None:
            return Reply(404, {"message": "Không có tệp tin này"})
        if self.taken_fault(Fault.WRONG):
            content += b"sai"
        return Reply(body=content, content_type="application/octet-stream")

    def _hand_out(self) -> Reply:
        filings = list(self.waiting.values())
        if self.taken_fault(Fault.TWICE):
            filings = list(itertools.chain(filings, filings))
        if self.taken_fault(Fault.SHUFFLED):
            filings.reverse()
        return Reply(body={"result": filings, "error_code": "00"})


def _checked(
    told: dict, required: tuple[str, ...], may_be_empty: tuple[str, ...], status: str
) -> tuple[str, int]:
    """The code and the status of a message that has all that it needs."""
    missing = [name for name in (*required, *may_be_empty) if name not in told]
    missing += [name for name in required if not told.get(name)]
    if missing:
        raise NotTaken(f"Thiếu {', '.join(missing)}")
    if not CODE.fullmatch(told["MaHoSo"]):
        raise NotTaken("MaHoSo không đúng mẫu")
    _check_moments(told)
    if told[status] not in {str(number) for number in range(1, 11)}:
        raise NotTaken("Trạng thái không có")
    return told["MaHoSo"], int(told[status])


def _check_moments(told: dict) -> None:
    for name, value in told.items():
        if isinstance(value, list):
            for one in value:
                _check_moments(one)
        elif name.startswith(("Ngay", "ThoiDiem")) and value:
            if not isinstance(value, str) or not MOMENT.fullmatch(value):
                raise NotTaken(f"{name} không phải 14 chữ số")
            try:
                datetime.strptime(value, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
            except ValueError as error:
                raise NotTaken(f"{name} không phải ngày") from error


def _procedure(code: str) -> Reply:
    if not re.fullmatch(r"\d\.\d{6}(\.000\.00\.00)?(\.[A-Z]\d{2})?", code, re.ASCII):
        return Reply(body={"result": [], "error_code": "00"})
    number = zlib.crc32(code.encode()) % 90 + 10
    there = {
        "TENTTHC": f"Thủ tục {code}",
        "LINHVUCTHUCHIEN": [{"MALINHVUC": f"G{number}-LV01", "TENLINHVUC": f"Lĩnh vực {number}"}],
    }
    return Reply(body={"result": [there], "error_code": "00"})
