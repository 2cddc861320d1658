"""The electronic civil status database (CSDL hộ tịch điện tử): extracts of births, marriages and deaths.

A search by the applicant's ID number finds the events in which they are named: their own birth, their marriage, the
birth of a child, a death that they reported. The names of fields are those of the entries of the civil status
register as public code shows them (`so`, `quyenSo`, `nksHoTen` …); the calls around them are ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from cases.connections.stores.client import HttpStore, day_of, in_words, needed, text_of
from cases.connections.stores.facts import Question, Record, RecordKind, Result
from onestop.outside import Garbled

# How the register calls its books (loại sổ). Any event: nothing is said.
BOOKS = {
    RecordKind.BIRTH: "KS",
    RecordKind.MARRIAGE: "KH",
    RecordKind.DEATH: "KT",
    RecordKind.MARITAL: "HN",
}
KINDS = {book: kind for kind, book in BOOKS.items()}
TITLES = {
    RecordKind.BIRTH: "Trích lục khai sinh",
    RecordKind.MARRIAGE: "Trích lục kết hôn",
    RecordKind.DEATH: "Trích lục khai tử",
    RecordKind.MARITAL: "Xác nhận tình trạng hôn nhân",
    RecordKind.CIVIL: "Trích lục hộ tịch",
}
PEOPLE = (
    ("Họ tên người được khai sinh", "nksHoTen"),
    ("Ngày sinh", "nksNgaySinh"),
    ("Nơi sinh", "nksNoiSinh"),
    ("Họ tên mẹ", "meHoTen"),
    ("Họ tên cha", "chaHoTen"),
    ("Họ tên chồng", "chongHoTen"),
    ("Họ tên vợ", "voHoTen"),
    ("Họ tên người chết", "nktHoTen"),
    ("Ngày chết", "nktNgayChet"),
    ("Họ tên người được xác nhận", "nxnHoTen"),
    ("Tình trạng hôn nhân", "nxnTinhTrangHonNhan"),
)
# Whom an event is about.
NAMED = ("nksHoTen", "chongHoTen", "voHoTen", "nktHoTen", "nxnHoTen")


@dataclass(frozen=True, slots=True)
class CivilStatus(HttpStore):
    PATHS: ClassVar[Mapping[str, str]] = {
        "search": "tra-cuu-ho-tich",
        "fetch": "lay-trich-luc",
        "put": "ket-qua",
        "life": "trang-thai",
    }

    def asked(self, question: Question) -> dict[str, Any]:
        return {"SoDinhDanh": question.number, "loaiSo": BOOKS.get(question.kind, "")}

    def answers(self, question: Question, record: Record) -> bool:
        return question.kind not in BOOKS or record.kind == question.kind

    def told(self, result: Result) -> dict[str, Any]:
        return {"loaiSo": BOOKS.get(RecordKind(result.kind), ""), "DinhChinhCho": result.corrects}

    def record(self, raw: Mapping[str, Any]) -> Record:
        book = text_of(raw, "loaiSo")
        if not book:
            raise Garbled(_("The answer lacks what was asked for."))
        kind = KINDS.get(book, RecordKind.CIVIL)
        return Record(
            reference=needed(raw, "maDinhDanhHoTich"),
            kind=kind,
            title=TITLES[kind],
            number="/".join(filter(None, (text_of(raw, "so"), text_of(raw, "quyenSo")))),
            issuer=text_of(raw, "noiDangKy"),
            issued_on=day_of(text_of(raw, "ngayDangKy")),
            code=text_of(raw, "MaGiayTo")[:80],
            about=", ".join(filter(None, (text_of(raw, name) for name in NAMED))),
        )

    def facts(self, raw: Mapping[str, Any]) -> list[tuple[str, str]]:
        return [
            *((label, text_of(raw, name)) for label, name in PEOPLE),
            ("Số, quyển số", "/".join(filter(None, (text_of(raw, "so"), text_of(raw, "quyenSo"))))),
            ("Ngày đăng ký", in_words(day_of(text_of(raw, "ngayDangKy")))),
            ("Nơi đăng ký", text_of(raw, "noiDangKy")),
            ("Người ký", text_of(raw, "nguoiKy")),
        ]
