"""The personal data store (kho dữ liệu điện tử của tổ chức, cá nhân): papers of their owner, each once by its code.

Made after the public description of the store in Decree 42/2022 and Circular 01/2023: what it holds is known, its
interface is not published.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from cases.connections.stores.client import HttpStore, day_of, in_words, needed, text_of
from cases.connections.stores.facts import Record, RecordKind


@dataclass(frozen=True, slots=True)
class PersonalStore(HttpStore):
    """Whoever has a number, has a store: citizens and enterprises alike."""

    PATHS: ClassVar[Mapping[str, str]] = {
        "search": "tim-giay-to",
        "fetch": "lay-giay-to",
        "put": "ket-qua",
        "life": "trang-thai",
    }

    def knows(self, number: str) -> bool:
        return bool(number)

    def record(self, raw: Mapping[str, Any]) -> Record:
        return Record(
            reference=needed(raw, "MaGiayTo"),
            kind=RecordKind.PAPER,
            title=text_of(raw, "TenGiayTo"),
            number=text_of(raw, "SoKyHieu"),
            issuer=text_of(raw, "CoQuanCap"),
            issued_on=day_of(text_of(raw, "NgayCap")),
            code=needed(raw, "MaGiayTo"),
        )

    def facts(self, raw: Mapping[str, Any]) -> list[tuple[str, str]]:
        return [
            ("Tên giấy tờ", text_of(raw, "TenGiayTo")),
            ("Số, ký hiệu", text_of(raw, "SoKyHieu")),
            ("Ngày cấp", in_words(day_of(text_of(raw, "NgayCap")))),
            ("Người ký", text_of(raw, "NguoiKy")),
            ("Hiệu lực đến", text_of(raw, "HieuLucDen")),
        ]
