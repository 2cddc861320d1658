"""What the simulated stores of papers share: the key, records that are searched and fetched, results taken once."""

import base64
import hashlib
from abc import abstractmethod
from functools import cache
from urllib.parse import unquote

import typst

from onestop.simulators.base import Asked, Fault, Reply, Simulator

KEY = "key-of-the-simulator"
PURPOSES = {"GQTTHC"}
SENTENCES = {
    "00": "Thành công (giả lập)",
    "01": "Không có dữ liệu (giả lập)",
    "05": "Mục đích khai thác không được chấp nhận (giả lập)",
    "06": "Chưa có sự đồng ý của chủ thể dữ liệu (giả lập)",
    "07": "Tệp không toàn vẹn (giả lập)",
    "99": "Từ chối (giả lập)",
}


class ResultTaker(Simulator):
    """One store. What it takes can be found there afterwards; a result comes once by its code."""

    SEARCH = ""
    FETCH = ""
    RECEIPT = ""

    def __init__(self, key: str = KEY):
        super().__init__()
        self.key = key
        self.results: dict[str, dict] = {}  # by result code, in the order in which they came
        self.arrived: list[str] = []  # the code of each result that was sent
        self.asked: list[dict] = []  # every question that arrived, as it was asked

    def answer(self, asked: Asked) -> Reply:
        if {name.lower(): value for name, value in asked.headers.items()}.get("x-api-key") != self.key:
            return self.signed_out(asked)
        match asked.path:
            case "/trang-thai":
                return Reply(body={"TrangThai": "OK"})
            case self.SEARCH:
                return self._asked(asked.json(), self._searched)
            case self.FETCH:
                return self._asked(asked.json(), self._fetched)
        if asked.method == "PUT" and asked.path.startswith("/ket-qua/"):
            return self._taken(unquote(asked.path.removeprefix("/ket-qua/")), asked.json())
        return Reply(404, {"ThongDiep": "Không có dịch vụ này (giả lập)"})

    def refusal(self, asked: Asked) -> Reply:
        return Reply(200, {"MaKetQua": "99", "ThongDiep": SENTENCES["99"]})

    @abstractmethod
    def records_of(self, question: dict) -> dict[str, dict]:
        """The records that name whom the question is about, by what identifies them here."""

    def in_the_list(self, record: dict) -> dict:
        """As much of a record as a search tells."""
        return record

    def file_of(self, _record: dict) -> dict | None:
        return None

    def _asked(self, question: dict, answer) -> Reply:
        self.asked.append(question)
        if not question["DongY"]:
            return _said(question, "06")
        if question["MucDich"] not in PURPOSES:
            return _said(question, "05")
        return answer(question, self.records_of(question))

    def _searched(self, question: dict, records: dict[str, dict]) -> Reply:
        if not records:
            return _said(question, "01")
        told = [self.in_the_list(record) for record in records.values()]
        if self.taken_fault(Fault.TWICE):
            told += told
        if self.taken_fault(Fault.SHUFFLED):
            told.reverse()
        if self.taken_fault(Fault.WRONG):
            question = {"MaYeuCau": "khac"}
        return _said(question, "00", DanhSach=told)

    def _fetched(self, question: dict, records: dict[str, dict]) -> Reply:
        record = records.get(question["MaBanGhi"])
        if record is None:
            return _said(question, "01")
        if self.taken_fault(Fault.WRONG):
            question = {"MaYeuCau": "khac"}
        return _said(question, "00", BanGhi=record, TepTin=self.file_of(record))

    def _taken(self, code: str, result: dict) -> Reply:
        self.arrived.append(code)
        if hashlib.sha256(base64.b64decode(result["NoiDung"])).hexdigest() != result["SHA256"]:
            return Reply(body={"MaKetQua": "07", "ThongDiep": SENTENCES["07"]})
        known = code in self.results
        self.results.setdefault(code, result)
        receipt = f"{self.RECEIPT}-{list(self.results).index(code) + 1:06d}"
        told = "KHAC" if self.taken_fault(Fault.WRONG) else code
        return Reply(body={"MaKetQua": "01" if known else "00", "MaGiayTo": told, "MaTiepNhan": receipt})


def file_told(content: bytes, name: str) -> dict[str, str]:
    """A file as the protocol has it."""
    return {
        "TenTep": name,
        "NoiDung": base64.b64encode(content).decode(),
        "SHA256": hashlib.sha256(content).hexdigest(),
    }


@cache
def extract_pdf(title: str, lines: tuple[str, ...]) -> bytes:
    """A page that looks like an extract, and says that it is none."""
    text = "\n\n".join(f"#text({_quoted(line)})" for line in lines)
    source = f"""
        #set page(paper: "a5", flipped: true, margin: 1.5cm)
        #set text(font: "Libertinus Serif", size: 11pt)
        #align(center, text(size: 14pt, weight: "bold", {_quoted(title.upper())}))
        #align(center, [(giả lập, không có giá trị)])
        #v(1em)
        {text}
    """
    return typst.compile(source.encode(), ignore_system_fonts=True)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _said(question: dict, code: str, **more) -> Reply:
    return Reply(
        body={
            "MaYeuCau": question["MaYeuCau"],
            "MaKetQua": code,
            "ThongDiep": SENTENCES[code],
            **more,
        }
    )
