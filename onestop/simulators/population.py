"""The National Population Database, in the small: a token, look-ups with purpose and consent, invented people.

Everybody whom the demonstration knows is in it: those who sign in at the simulated provider, and the crowd at the
desks, whose numbers begin with 0400000; of these it vouches for the name that it is told.
"""

import base64
import binascii
import secrets
import unicodedata
from urllib.parse import parse_qs

from onestop.simulators.base import Asked, Fault, Reply, Simulator

TOKEN_SECONDS = 300
CROWD = "0400000"
PURPOSES = {"GQTTHC", "XMDT"}
DECEASED = "040099000003"
PEOPLE = {
    "040199000001": ("Nguyễn Thị Ví Dụ", "01/01/1999", "Xóm Ví Dụ, tỉnh Nghệ An"),
    "040099000002": ("Trần Văn Thử", "02/02/1999", "Khối Thử Nghiệm, tỉnh Nghệ An"),
    DECEASED: ("Lê Văn Đã Mất", "03/03/1949", "Xóm Ví Dụ, tỉnh Nghệ An"),
}
SENTENCES = {
    "00": "Thành công (giả lập)",
    "01": "Không tìm thấy số định danh (giả lập)",
    "02": "Họ tên hoặc ngày sinh không khớp (giả lập)",
    "03": "Công dân đã được đăng ký khai tử (giả lập)",
    "05": "Mục đích tra cứu không được chấp nhận (giả lập)",
    "06": "Chưa có sự đồng ý của công dân (giả lập)",
    "99": "Từ chối (giả lập)",
}


class Population(Simulator):
    name = "population"

    def __init__(self, client_id: str = "onestop", secret: str = "secret-of-the-simulator"):
        super().__init__()
        self.client_id, self.secret = client_id, secret
        self.tokens: set[str] = set()
        self.asked: list[dict] = []  # every question that arrived, as it was asked

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/token":
            return self._token(asked)
        if asked.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return self.signed_out(asked)
        question = asked.json()
        self.asked.append(question)
        match asked.path:
            case "/tra-cuu-cong-dan":
                return self._retrieved(question)
            case "/xac-nhan-cong-dan":
                return self._confirmed(question)
        return Reply(404, {"ThongDiep": "Không có dịch vụ này (giả lập)"})

    def refusal(self, asked: Asked) -> Reply:
        return Reply(200, {"MaKetQua": "99", "ThongDiep": SENTENCES["99"]})

    def signed_out(self, asked: Asked) -> Reply:
        self.tokens.clear()
        return super().signed_out(asked)

    def _token(self, asked: Asked) -> Reply:
        try:
            given = base64.b64decode(asked.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        except (binascii.Error, UnicodeDecodeError):
            given = ""
        form = parse_qs(asked.body.decode())
        if given != f"{self.client_id}:{self.secret}" or form.get("grant_type") != ["client_credentials"]:
            return Reply(401, {"error": "invalid_client"})
        token = secrets.token_urlsafe(24)
        self.tokens.add(token)
        return Reply(body={"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS})

    def _retrieved(self, question: dict) -> Reply:
        if not question["DongY"]:
            return self._said(question, "06")
        code, person = self._person(question)
        if code != "00":
            return self._said(question, code)
        name, _born, address = person
        number = question["SoDinhDanh"]
        if self.taken_fault(Fault.WRONG):
            number = "040099000009"
        everything = {"SoDinhDanh": number, "HoVaTen": name, "NoiThuongTru": address}
        wanted = {field: everything[field] for field in question["TruongThongTin"]}
        return self._said(question, "00", CongDan=wanted)

    def _confirmed(self, question: dict) -> Reply:
        code, _person = self._person(question)
        if code not in {"00", "02"}:
            return self._said(question, code)
        matches = {"HoVaTen": code == "00"}
        return self._said(question, "00", TrungKhop=matches)

    def _person(self, question: dict) -> tuple[str, tuple[str, str, str]]:
        number, told = question["SoDinhDanh"], question.get("HoVaTen", "")
        nobody = ("", "", "")
        if question["MucDich"] not in PURPOSES:
            return "05", nobody
        person = PEOPLE.get(number)
        if person is None and number.startswith(CROWD):
            name = told or f"Nguyễn Ví Dụ Số {int(number[7:])}"
            person = (name, "", f"Số {int(number[7:]) % 200 + 1} đường Ví Dụ, tỉnh Nghệ An")
        if person is None:
            return "01", nobody
        if number == DECEASED:
            return "03", person
        born = question.get("NgaySinh")
        if (told and _plain(told) != _plain(person[0])) or (born and person[1] and born != person[1]):
            return "02", person
        return "00", person

    def _said(self, question: dict, code: str, **more) -> Reply:
        return Reply(
            body={
                "MaYeuCau": question["MaYeuCau"],
                "MaKetQua": code,
                "ThongDiep": SENTENCES[code],
                **more,
            }
        )


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
