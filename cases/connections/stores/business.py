"""The national business registration database (CSDL quốc gia về đăng ký doanh nghiệp): by tax or enterprise code.

Also household businesses, whose code since 1 July 2025 is the ID number of their owner. The names of fields are
those that public code reads from the shared service (`MainInformation`, `HOAdress`, `Representatives`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from cases.connections.stores.client import HttpStore, day_of, in_words, needed, text_of
from cases.connections.stores.facts import Question, Record, RecordKind, Result
from onestop.outside import Garbled

# Enterprise, dependent unit, household business by its owner's ID number.
CODE = re.compile(r"\d{10}|\d{10}-?\d{3}|\d{12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class BusinessRegistration(HttpStore):
    PATHS: ClassVar[Mapping[str, str]] = {
        "search": "tim-doanh-nghiep",
        "fetch": "chi-tiet-doanh-nghiep",
        "put": "ket-qua",
        "life": "trang-thai",
    }

    def knows(self, number: str) -> bool:
        return bool(CODE.fullmatch(number))

    def asked(self, question: Question) -> dict[str, Any]:
        return {"msdn": question.number}

    def answers(self, question: Question, record: Record) -> bool:
        return record.number.replace("-", "") == question.number.replace("-", "")

    def told(self, result: Result) -> dict[str, Any]:
        return {"msdn": result.owner, "DinhChinhCho": result.corrects}

    def record(self, raw: Mapping[str, Any]) -> Record:
        main = _part(raw, "MainInformation")
        return Record(
            reference=needed(main, "ENTERPRISE_GDT_CODE"),
            kind=RecordKind.ENTERPRISE,
            title=text_of(main, "NAME"),
            number=needed(main, "ENTERPRISE_GDT_CODE"),
            issuer=text_of(main, "SITE_NAME"),
            issued_on=day_of(text_of(main, "FOUNDING_DATE")),
            code=text_of(main, "MaGiayTo")[:80],
        )

    def facts(self, raw: Mapping[str, Any]) -> list[tuple[str, str]]:
        main, seat = _part(raw, "MainInformation"), raw.get("HOAdress") or {}
        people = raw.get("Representatives") or []
        # One representative comes without its list.
        people = [people] if isinstance(people, dict) else people
        if not isinstance(seat, dict) or not isinstance(people, list):
            raise Garbled(_("The answer lacks what was asked for."))
        names = [text_of(one, "FULL_NAME") for one in people if isinstance(one, dict)]
        return [
            ("Tên", text_of(main, "NAME")),
            ("Mã số", text_of(main, "ENTERPRISE_GDT_CODE")),
            ("Loại hình", text_of(main, "ENTERPRISE_TYPE_NAME")),
            ("Tình trạng", text_of(main, "ENTERPRISE_STATUS_NAME")),
            ("Ngày đăng ký", in_words(day_of(text_of(main, "FOUNDING_DATE")))),
            ("Cơ quan đăng ký", text_of(main, "SITE_NAME")),
            ("Địa chỉ trụ sở", text_of(seat, "AddressFullText")),
            ("Người đại diện", "; ".join(filter(None, names))),
        ]


def _part(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = raw.get(name)
    if not isinstance(part, dict):
        raise Garbled(_("The answer lacks what was asked for."))
    return part
