"""The portal's variant of the Ministry of Home Affairs, simulated: token, next code, upload, create, progress, status.

It creates a dossier only under a code that it has given out, once; files only those that were uploaded to it. What
happens to a dossier has the steps and the order of the portal itself.
"""

import hashlib
import itertools
import secrets
from datetime import datetime
from urllib.parse import parse_qs

from onestop.simulators.base import Asked, Fault, Reply, Simulator
from onestop.simulators.portal import MOMENT, NEXT, NOT_YET_RECEIVED, RECEIVED, NotTaken

REQUIRED = ("MaHoSo", "MaTTHC", "MaDichVuCong", "ChuHoSo", "LoaiDoiTuong", "MaDonViTiepNhan", "NgayNop")
STEP_REQUIRED = ("IDHoSo", "MaHoSo", "NguoiXuLy", "ThoiDiemXuLy", "NoiDungXuLy", "TrangThai")
STATUS_REQUIRED = ("IdHoSo", "MaHoSo", "TrangThai", "NoiDungXuLy")
WITH_FEES_AND_RESULTS = {5, 6, 9}
EXISTS = 409


class MohaPortal(Simulator):
    """`/token` is where tokens come from, everything else the six calls."""

    name = "portal_moha"
    CLIENT_ID, CLIENT_SECRET = "mot-cua-thu-nghiem", "chi-de-thu"
    TOKEN_SECONDS = 3600

    def __init__(self) -> None:
        super().__init__()
        self.tokens: set[str] = set()
        self.codes: set[str] = set()  # given out
        self.files: dict[str, str] = {}  # by number: hash
        self.numbers: dict[str, str] = {}  # by code: number of the dossier
        self.dossiers: dict[str, dict] = {}  # by number: as it was created
        self.statuses: dict[str, int] = {}
        self.received: set[str] = set()
        self.history: dict[str, list[tuple[str, int]]] = {}  # by code: (kind, status) in order
        self.told: list[tuple[str, dict]] = []  # each call that was carried out
        self._counter = itertools.count(1)

    def answer(self, asked: Asked) -> Reply:
        if asked.path.startswith("/token"):
            return self._token(asked)
        if asked.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return self.signed_out(asked)
        try:
            match asked.path.strip("/"):
                case "CapMaHoSo":
                    return self._next_code(asked.json())
                case "TaiTepTin":
                    return self._upload(asked)
                case "TaoHoSo":
                    return self._create(asked.json())
                case "CapNhatTienTrinh":
                    return self._progress(asked.json())
                case "CapNhatTrangThai":
                    return self._status(asked.json())
        except NotTaken as error:
            return _said(400, str(error))
        return _said(404, "Không có dịch vụ này")

    def refusal(self, asked: Asked) -> Reply:
        return _said(99, "Dữ liệu không hợp lệ (giả lập)")

    def signed_out(self, asked: Asked) -> Reply:
        """With HTTP 200; all tokens are worth nothing."""
        self.tokens.clear()
        return _said(401, "Token không hợp lệ hoặc đã hết hạn")

    def _token(self, asked: Asked) -> Reply:
        told = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        if (told.get("client_id"), told.get("client_secret")) != (self.CLIENT_ID, self.CLIENT_SECRET):
            return _said(401, "Sai client_id hoặc client_secret")
        token = secrets.token_hex(16)
        self.tokens.add(token)
        return Reply(body={"access_token": token, "expires_in": self.TOKEN_SECONDS})

    def _next_code(self, told: dict) -> Reply:
        if not told.get("MaDinhDanh"):
            raise NotTaken("Thiếu MaDinhDanh")
        code = f"{told['MaDinhDanh']}-20261109-{next(self._counter):07d}"
        self.codes.add(code)
        return _good({"value": code})

    def _upload(self, asked: Asked) -> Reply:
        content = _file_in(asked)
        number = f"T{next(self._counter)}"
        self.files[number] = hashlib.sha256(content).hexdigest()
        return _good([{"IdTepTin": number, "HashTepTin": self.files[number]}])

    def _create(self, told: dict) -> Reply:
        _complete(told, REQUIRED)
        code = told["MaHoSo"]
        if code not in self.codes:
            raise NotTaken("Mã hồ sơ chưa được cấp")
        if code in self.numbers:
            return _said(EXISTS, "Hồ sơ đã tồn tại", {"idHoSo": self.numbers[code], "maHoSo": code})
        for name in ("NgayNop", "NgayTiepNhan"):
            if told.get(name) and not MOMENT.fullmatch(told[name]):
                raise NotTaken(f"{name} không phải 14 chữ số")
        self._know_files(one for part in told["ThanhPhanHoSo"] for one in part["GiayToDinhKem"])
        number = f"HS{next(self._counter)}"
        self.numbers[code], self.dossiers[number] = number, told
        self.told.append(("create", told))
        shown = f"{code}9" if self.taken_fault(Fault.WRONG) else code
        return _good({"idHoSo": number, "maHoSo": shown})

    def _know_files(self, papers) -> None:
        for paper in papers:
            if self.files.get(paper.get("IdGiayTo")) != paper.get("HashTepTin"):
                raise NotTaken("Tệp tin chưa được tải lên")

    def _progress(self, told: dict) -> Reply:
        _complete(told, STEP_REQUIRED)
        self._check_number(told["IDHoSo"], told)
        for name in ("ThoiDiemXuLy", "NgayBatDau", "NgayKetThucTheoQuyDinh"):
            if told.get(name):
                _check_iso(name, told[name])
        if self.statuses.get(told["IDHoSo"]) != int(told["TrangThai"]):
            raise NotTaken("Tiến trình không khớp trạng thái hồ sơ")
        self._keep("step", told)
        return _good({})

    def _status(self, told: dict) -> Reply:
        _complete(told, STATUS_REQUIRED)
        number, status = told["IdHoSo"], int(told["TrangThai"])
        self._check_number(number, told)
        last = self.statuses.get(number, 0)
        allowed = NEXT.get(last, set())
        if number not in self.received:
            allowed = NOT_YET_RECEIVED.get(last, allowed)
        if status not in {last, *allowed}:
            raise NotTaken(f"Không chuyển được từ trạng thái {last} sang {status}")
        if ("DanhSachLePhi" in told or "DanhSachGiayToKetQua" in told) != (status in WITH_FEES_AND_RESULTS):
            raise NotTaken("Lệ phí và kết quả chỉ đi cùng trạng thái 5, 6, 9")
        self.statuses[number] = status
        if status == RECEIVED:
            self.received.add(number)
        self._keep("dossier", told)
        return _good({})

    def _check_number(self, number: str, told: dict) -> None:
        if number not in self.dossiers or self.numbers.get(told["MaHoSo"]) != number:
            raise NotTaken("Chưa có hồ sơ này")

    def _keep(self, kind: str, told: dict) -> None:
        """The same content again does no harm and is no second message."""
        if any(known == (kind, told) for known in self.told):
            return
        self.told.append((kind, told))
        self.history.setdefault(told["MaHoSo"], []).append((kind, int(told["TrangThai"])))


def _good(data: object) -> Reply:
    return _said(200, "Thành công", data)


def _said(code: int, words: str, data: object = None) -> Reply:
    return Reply(body={"code": code, "message": words, "data": data})


def _complete(told: dict, required: tuple[str, ...]) -> None:
    if missing := [name for name in required if not told.get(name)]:
        raise NotTaken(f"Thiếu {', '.join(missing)}")


def _check_iso(name: str, text: str) -> None:
    """With milliseconds and offset, as this variant writes moments of steps."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise NotTaken(f"{name} không phải ngày") from error
    if moment.tzinfo is None or "." not in text:
        raise NotTaken(f"{name} thiếu mili giây hoặc múi giờ")


def _file_in(asked: Asked) -> bytes:
    """The one file of a form (multipart)."""
    boundary = asked.headers["Content-Type"].partition("boundary=")[2].encode()
    for part in asked.body.split(b"--" + boundary):
        head, separator, content = part.partition(b"\r\n\r\n")
        if separator and b'name="files"' in head:
            return content.removesuffix(b"\r\n")
    raise NotTaken("Không có tệp tin")
