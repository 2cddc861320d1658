"""The protocol that the stores share: JSON by POST and PUT, the key in `X-API-Key`, and result codes in the body.

What a record looks like is each store's own. Made after public descriptions; see docs/integrations.md.
"""

import base64
import binascii
import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar
from urllib.parse import quote

from django.utils.translation import gettext as _

from cases.connections.stores.facts import Fetched, Question, Record, Result
from onestop.outside import Door, Garbled, Refused, shortened
from procedures.text import one_line

PUT_SECONDS = 30  # for one result; nobody waits at a desk
SEARCH_SECONDS = 4.0
DONE, NOTHING, THERE_ALREADY = "00", "01", "01"
MOST_RECORDS = 50
CITIZEN = re.compile(r"\d{12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class HttpStore(ABC):
    """Where a store answers, and the key that it knows us by; `paths` where its addresses differ."""

    url: str
    key: str
    paths: Mapping[str, str] = field(default_factory=dict)
    seconds: float = SEARCH_SECONDS
    PATHS: ClassVar[Mapping[str, str]] = {}

    def knows(self, number: str) -> bool:
        """Citizens by their ID number, unless the store says otherwise."""
        return bool(CITIZEN.fullmatch(number))

    def search(self, question: Question) -> list[Record]:
        with self._door(self.seconds) as door:
            answer = self._answered(door, "search", question, {})
        listed = answer.get("DanhSach", []) if answer.get("MaKetQua") == DONE else []
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise Garbled(_("The answer lacks what was asked for."))
        # Told twice, it is one record all the same.
        records = {record.reference: record for record in map(self.record, listed)}
        if not all(self.answers(question, record) for record in records.values()):
            raise Garbled(_("The answer belongs to another question."))
        newest = sorted(records.values(), key=lambda one: (one.issued_on or date.min, one.reference))
        return newest[::-1][:MOST_RECORDS]

    def fetch(self, question: Question, reference: str) -> Fetched:
        with self._door(self.seconds) as door:
            answer = self._answered(door, "fetch", question, {"MaBanGhi": reference})
        whole = answer.get("BanGhi")
        if answer.get("MaKetQua") != DONE or not isinstance(whole, dict):
            raise Garbled(_("The answer lacks what was asked for."))
        record = self.record(whole)
        if record.reference != reference or not self.answers(question, record):
            raise Garbled(_("The answer belongs to another question."))
        facts = tuple((label, value) for label, value in self.facts(whole) if value)
        name, content = _file(answer.get("TepTin"))
        return Fetched(record, facts, content, name)

    def put(self, result: Result) -> str:
        path = f"{self._path('put')}/{quote(result.code, safe='')}"
        with self._door(PUT_SECONDS) as door:
            answer = door.ask("PUT", path, body=_body(result) | self.told(result)).object()
        code, receipt = _code(answer), answer.get("MaTiepNhan")
        if code not in {DONE, THERE_ALREADY}:
            raise _refused(answer, code)
        if answer.get("MaGiayTo") != result.code or not isinstance(receipt, str) or not receipt:
            raise Garbled(_("The answer belongs to another question."))
        return receipt[:60]

    def sign_of_life(self) -> None:
        with self._door(self.seconds) as door:
            door.ask("GET", self._path("life")).object()

    def answers(self, _question: Question, _record: Record) -> bool:
        """Whether a record is of the kind and whom that was asked for, as far as it says."""
        return True

    @abstractmethod
    def record(self, raw: Mapping[str, Any]) -> Record:
        """One record as the store writes it. Raises `Garbled`."""

    @abstractmethod
    def facts(self, raw: Mapping[str, Any]) -> list[tuple[str, str]]:
        """What it says, with Vietnamese labels; empty values are left out. Raises `Garbled`."""

    def asked(self, question: Question) -> dict[str, Any]:
        """How this store calls whom and what is asked for."""
        return {"SoDinhDanh": question.number}

    def told(self, _result: Result) -> dict[str, Any]:
        """What this store wants to know of a result beyond the others."""
        return {}

    def _answered(self, door: Door, path: str, question: Question, more: dict[str, str]) -> dict[str, Any]:
        body = {
            "MaYeuCau": question.request_id,
            "MaDonVi": question.unit,
            "MaCanBo": question.staff,
            "MaThuTuc": question.procedure,
            "MaHoSo": question.dossier,
            "MucDich": question.purpose,
            "DongY": question.has_consent,
            **self.asked(question),
            **more,
        }
        answer = door.ask("POST", self._path(path), body=body).object()
        code = _code(answer)
        if code not in {DONE, NOTHING}:
            raise _refused(answer, code)
        if answer.get("MaYeuCau") != question.request_id:
            raise Garbled(_("The answer belongs to another question."))
        return answer

    def _path(self, name: str) -> str:
        return self.paths.get(name) or self.PATHS[name]

    def _door(self, seconds: float) -> Door:
        return Door(self.url, {"X-API-Key": self.key}, whole_seconds=seconds, refuses_by_status=False)


def text_of(raw: Mapping[str, Any], name: str) -> str:
    """A field as text on one line; empty when it is not there. Raises `Garbled` for anything else."""
    value = raw.get(name)
    if value is None:
        return ""
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise Garbled(_("A field of the answer is no text: %(name)s.") % {"name": name})
    return shortened(one_line(str(value)))


def needed(raw: Mapping[str, Any], name: str) -> str:
    """A field by which records are told apart: whole, or `Garbled`."""
    value = text_of(raw, name)
    if not 0 < len(value) <= 80:
        raise Garbled(_("The answer lacks what was asked for."))
    return value


def day_of(text: str) -> date | None:
    """A day as dd/mm/yyyy or as ISO 8601; None for none."""
    for pattern, length in (("%d/%m/%Y", 10), ("%Y-%m-%d", 10)):
        try:
            return datetime.strptime(text[:length], pattern).date()  # noqa: DTZ007 - a day, no moment
        except ValueError:
            continue
    return None


def in_words(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def _code(answer: Mapping[str, Any]) -> str:
    code = answer.get("MaKetQua")
    if not isinstance(code, str):
        raise Garbled(_("The answer has no code."))
    return code


def _refused(answer: Mapping[str, Any], code: str) -> Refused:
    said = shortened(answer.get("ThongDiep") or code)
    return Refused(_("It refuses: %(why)s") % {"why": said}, code)


def _file(raw: object) -> tuple[str, bytes]:
    """Name and content of the file, which must be the one whose hash is told."""
    if raw is None:
        return "", b""
    if not isinstance(raw, dict) or not all(isinstance(raw.get(n), str) for n in ("NoiDung", "SHA256")):
        raise Garbled(_("The answer lacks what was asked for."))
    try:
        content = base64.b64decode(raw["NoiDung"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise Garbled(_("The file in the answer is damaged.")) from error
    if not content or hashlib.sha256(content).hexdigest() != raw["SHA256"].lower():
        raise Garbled(_("The file in the answer is damaged."))
    return text_of(raw, "TenTep"), content


def _body(result: Result) -> dict[str, str]:
    return {
        "MaGiayTo": result.code,
        "SoDinhDanh": result.owner,
        "TenGiayTo": result.name,
        "MaThuTuc": result.procedure,
        "SoKyHieu": result.number,
        "NgayCap": in_words(result.issued_on),
        "NguoiKy": result.signer,
        "HieuLucDen": in_words(result.valid_until),
        "TenTep": result.file_name,
        "LoaiTep": result.mime_type,
        "SHA256": result.sha256,
        "NoiDung": base64.b64encode(result.content).decode(),
    }
