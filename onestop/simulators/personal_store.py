"""The personal data store, in the small: takes each result once by its code, and says so when it comes again."""

import base64
import hashlib
from urllib.parse import unquote

from onestop.simulators.base import Asked, Fault, Reply, Simulator


class PersonalStore(Simulator):
    name = "personal_store"

    def __init__(self, key: str = "key-of-the-simulator"):
        super().__init__()
        self.key = key
        self.results: dict[str, dict] = {}  # by result code, in the order in which they came
        self.arrived: list[str] = []  # the code of each request

    def answer(self, asked: Asked) -> Reply:
        if {name.lower(): value for name, value in asked.headers.items()}.get("x-api-key") != self.key:
            return self.signed_out(asked)
        if asked.path == "/trang-thai":
            return Reply(body={"TrangThai": "OK"})
        code, result = unquote(asked.path.removeprefix("/ket-qua/")), asked.json()
        self.arrived.append(code)
        if hashlib.sha256(base64.b64decode(result["NoiDung"])).hexdigest() != result["SHA256"]:
            return Reply(body={"MaKetQua": "07", "ThongDiep": "Tệp không toàn vẹn (giả lập)"})
        known = code in self.results
        self.results.setdefault(code, result)
        receipt = f"KHO-{list(self.results).index(code) + 1:06d}"
        told = "KHAC" if self.taken_fault(Fault.WRONG) else code
        return Reply(body={"MaKetQua": "01" if known else "00", "MaGiayTo": told, "MaTiepNhan": receipt})

    def refusal(self, asked: Asked) -> Reply:
        return Reply(200, {"MaKetQua": "99", "ThongDiep": "Từ chối (giả lập)"})
