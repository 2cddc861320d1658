"""The message of publication decisions, both ways: its names and words, and ours.

Made after the parts that every publication has (R1); the names of the real interface are not published, so each name
and word is configurable. See docs/integrations.md.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from onestop.outside import Garbled
from procedures.decisions import DEEPEST, Told
from procedures.enums import DecisionKind

NAMES = {
    # the answer
    "result": "MaKetQua",
    "message": "ThongDiep",
    "decisions": "QuyetDinh",
    "cursor": "ConTro",
    "more": "ConNua",
    # a decision
    "number": "SoQuyetDinh",
    "signed_on": "NgayKy",
    "agency": "CoQuanBanHanh",
    "effective_on": "NgayHieuLuc",
    "loaded_on": "NgayCongKhai",
    "procedures": "ThuTuc",
    # one procedure of it
    "change": "LoaiCongBo",
    "code": "MaTTHC",
    "replaces": "ThayTheCho",
    "replaced_by": "DuocThayTheBoi",
    "content": "NoiDung",
    # its content
    "name_vi": "Ten",
    "name_en": "TenTiengAnh",
    "field_vi": "LinhVuc",
    "level": "CapThucHien",
    "service_level": "MucDoTrucTuyen",
    "partial_reason": "LyDoMotPhan",
    "deciding_agency_vi": "CoQuanThamQuyen",
    "subjects": "DoiTuongThucHien",
    "channels": "CachThucThucHien",
    "sets": "SoBoHoSo",
    "order_of_steps": "TrinhTuThucHien",
    "has_conditions": "CoYeuCauDieuKien",
    "conditions": "YeuCauDieuKien",
    "has_form": "CoMauDon",
    "has_fee": "CoPhiLePhi",
    "result_name_vi": "KetQua",
    "legal_basis": "CanCuPhapLy",
    "text_effective_on": "NgayHieuLucVanBan",
    "received_outside_desk": "TiepNhanNgoaiMotCua",
    "interlinked": "LienThong",
    "decided_at_once": "GiaiQuyetNgay",
    "register": "SoTheoDoi",
    "paper_free_from": "KhongNhanBanGiayTu",
    "supplement_limit_days": "HanYeuCauBoSung",
    "confidence": "DoTinCay",
    "note": "GhiChu",
    "time_limits": "ThoiHanGiaiQuyet",
    "label": "DienGiai",
    "amount": "So",
    "unit": "DonVi",
    "cutoff": "GioChot",
    "when": "TruongHop",
    "extension": "GiaHan",
    "mode": "CachTinh",
    "limit_by_quantity": "ThoiHanTheoSoLuong",
    "quantity": "SoLuong",
    "table": "Bang",
    "from": "Tu",
    "to": "Den",
    "excluded_periods": "ThoiGianKhongTinh",
    "reception_limits": "HanTraLoi",
    "channel": "HinhThuc",
    "fees": "PhiLePhi",
    "name": "TenKhoanThu",
    "kind": "Loai",
    "rule": "CachThu",
    "tiers": "BacThu",
    "from_page": "TuTrang",
    "to_page": "DenTrang",
    "amount_per_page": "MoiTrang",
    "cap": "MucToiDa",
    "per": "Moi",
    "components": "ThanhPhanHoSo",
    "originals": "SoBanChinh",
    "copies": "SoBanSao",
    "shown_only": "ChiXuatTrinh",
    "electronic_source": "NguonDienTu",
    "result_of": "KetQuaCuaTTHC",
    "required_when": "BatBuocKhi",
    "forms": "MauDonToKhai",
    "source_url": "DiaChi",
    "component": "ThanhPhan",
    "internal_steps": "QuyTrinhNoiBo",
    "role": "VaiTro",
    "eform": "BieuMauDienTu",
}
# Of the content; the others are of the message or of one of its lists.
CONTENT = (
    *("name_vi", "name_en", "field_vi", "level", "service_level", "partial_reason", "deciding_agency_vi"),
    *(
        "subjects",
        "channels",
        "sets",
        "order_of_steps",
        "has_conditions",
        "conditions",
        "has_form",
        "has_fee",
    ),
    *("result_name_vi", "legal_basis", "text_effective_on", "received_outside_desk", "interlinked"),
    *("decided_at_once", "register", "paper_free_from", "supplement_limit_days", "confidence", "note"),
    *("time_limits", "extension", "limit_by_quantity", "excluded_periods", "reception_limits", "fees"),
    *("components", "forms", "internal_steps", "eform"),
)
_CHANNELS = {"any": "BAT_KY", "desk": "TRUC_TIEP", "post": "BUU_CHINH", "online": "TRUC_TUYEN"}
WORDS: dict[str, dict[str, str]] = {
    "change": {"new": "MOI", "amended": "SUA_DOI", "replaced": "THAY_THE", "abolished": "BAI_BO"},
    "level": {"commune": "XA", "province": "TINH", "ministry": "BO"},
    "service_level": {"full": "TOAN_TRINH", "partial": "MOT_PHAN", "information": "THONG_TIN"},
    "subjects": {"citizen": "CONG_DAN", "organisation": "TO_CHUC", "business": "DOANH_NGHIEP"},
    "channels": _CHANNELS,
    "channel": _CHANNELS,
    "unit": {
        "working_day": "NGAY_LAM_VIEC",
        "calendar_day": "NGAY",
        "working_hour": "GIO_LAM_VIEC",
        "same_day": "TRONG_NGAY",
        "immediate": "NGAY_LAP_TUC",
    },
    "mode": {"add": "CONG_THEM", "replace": "THAY_THOI_HAN", "agreed": "THOA_THUAN"},
    "kind": {"fee": "PHI", "charge": "LE_PHI"},
    "rule": {
        "fixed": "CO_DINH",
        "per_case": "MOI_VIEC",
        "per_copy": "MOI_BAN",
        "per_page": "MOI_TRANG",
        "set_by_province": "TINH_QUY_DINH",
    },
}
DAYS = ("text_effective_on", "paper_free_from")
LONGEST_CURSOR = 500
AS_IT_IS = "eform"  # a JSON Schema: its names are nobody's to rename


@dataclass(frozen=True)
class Language:
    """How the other side names things; what is not given is as it is here."""

    names: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def name(self, ours: str) -> str:
        return self.names.get(ours) or NAMES[ours]

    def word(self, key: str, ours: str) -> str:
        return self._words(key).get(ours, ours)

    def our_word(self, key: str, theirs: str) -> str:
        """A word that is not known stays, and is refused where it is read, with the words that are known."""
        return next((mine for mine, word in self._words(key).items() if word == theirs), theirs)

    def our_name(self, theirs: str, among: Iterable[str]) -> str | None:
        return next((name for name in among if self.name(name) == theirs), None)

    def _words(self, key: str) -> dict[str, str]:
        return {**WORDS.get(key, {}), **self.words.get(key, {})}


# --- What comes in ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """Procedures of some decisions; `cursor` is where the next page begins."""

    told: list[Told]
    cursor: str = ""
    has_more: bool = False


def read_page(answer: Mapping[str, Any], language: Language) -> Page:
    """Raises `Garbled` when it is no list of decisions; a broken decision is told as broken, the others go on."""
    decisions = answer.get(language.name("decisions"))
    if not isinstance(decisions, list):
        raise Garbled(_("The answer lacks the list of decisions."))
    told = [one for decision in decisions for one in _decision(decision, language)]
    return Page(told, _cursor(answer.get(language.name("cursor"))), answer.get(language.name("more")) is True)


def _cursor(mark: Any) -> str:
    """Empty when there is none, as after the last page."""
    if mark is None:
        return ""
    if isinstance(mark, bool) or not isinstance(mark, str | int):
        raise Garbled(_("The answer lacks what was asked for."))
    if len(text := str(mark)) > LONGEST_CURSOR or not text.isprintable():
        raise Garbled(_("The answer lacks what was asked for."))
    return text


def _decision(data: Any, language: Language) -> list[Told]:
    if not isinstance(data, dict):
        return [_broken(data, _("A decision has no names with values."))]
    common = {
        "number": _text(data.get(language.name("number"))),
        "agency": _text(data.get(language.name("agency"))),
        **{name: _day(data.get(language.name(name))) for name in ("signed_on", "effective_on", "loaded_on")},
    }
    procedures = data.get(language.name("procedures"))
    if not isinstance(procedures, list) or not procedures:
        return [_broken(data, _("The decision names no procedure."), **common)]
    return [_procedure(one, language, common) for one in procedures]


def _procedure(data: Any, language: Language, common: dict[str, Any]) -> Told:
    if not isinstance(data, dict):
        return _broken(data, _("A procedure has no names with values."), **common)
    replaces = data.get(language.name("replaces")) or []
    try:
        return Told(
            **common,
            kind=language.our_word("change", _text(data.get(language.name("change")))),
            code=_text(data.get(language.name("code"))),
            replaces=tuple(_text(code) for code in (replaces if isinstance(replaces, list) else [replaces])),
            replaced_by=_text(data.get(language.name("replaced_by"))),
            content=_content(data.get(language.name("content")), language),
            raw=_raw(data),
        )
    except ValueError as error:
        return _broken(data, str(error), code=_text(data.get(language.name("code"))), **common)


def _content(data: Any, language: Language) -> dict[str, Any]:
    """What the content says in our words; what we have no word for is left out, and null is said to be none."""
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise ValueError(_("The content of the procedure is no list of names with values."))
    return _ours(data, language, CONTENT, 0)


def _ours(data: Mapping, language: Language, among: Iterable[str], depth: int) -> dict[str, Any]:
    found = {}
    for theirs, value in data.items():
        name = language.our_name(theirs, among)
        if name is not None:
            found[name] = _our_value(name, value, language, depth + 1)
    return found


def _our_value(name: str, value: Any, language: Language, depth: int) -> Any:
    if depth > DEEPEST:
        raise ValueError(_("The content of the procedure is nested too deeply."))
    if name == AS_IT_IS:
        _refuse_depth(value, depth)
        return value
    if isinstance(value, dict):
        return _ours(value, language, NAMES, depth)
    if isinstance(value, list):
        return [_our_value(name, one, language, depth + 1) for one in value]
    if isinstance(value, str):
        if name in DAYS:
            day = _day(value)
            return day.isoformat() if day else value
        return language.our_word(name, value.strip())
    return value


def _refuse_depth(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise ValueError(_("The content of the procedure is nested too deeply."))
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _refuse_depth(one, depth + 1)


def _broken(data: Any, problem: str, **known: Any) -> Told:
    return Told(**known, raw=_raw(data), problems=(problem,))


def _raw(data: Any) -> str:
    """As it came, in ASCII: what cannot be read may hold what no database takes."""
    try:
        return json.dumps(data)
    except RecursionError:
        return ""


def _text(value: Any) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _day(value: Any) -> date | None:
    """dd/mm/yyyy, or the ISO form."""
    if not isinstance(value, str):
        return None
    readers: tuple[Callable[[str], date], ...] = (
        lambda text: datetime.strptime(text, "%d/%m/%Y").date(),  # noqa: DTZ007 - a day has no zone
        date.fromisoformat,
    )
    for read in readers:
        try:
            return read(value.strip())
        except ValueError:
            continue
    return None


# --- What goes out ------------------------------------------------------------------------------------


def message(told: Iterable[Told], language: Language) -> dict[str, Any]:
    """The decisions in their form, in the order in which they were given; one that says the same is one."""
    decisions: dict[tuple, dict[str, Any]] = {}
    for one in told:
        key = (one.number, one.signed_on, one.agency, one.effective_on, one.loaded_on)
        decision = decisions.setdefault(
            key,
            {
                language.name("number"): one.number,
                language.name("agency"): one.agency,
                **{
                    language.name(name): f"{day:%d/%m/%Y}"
                    for name in ("signed_on", "effective_on", "loaded_on")
                    if (day := getattr(one, name))
                },
                language.name("procedures"): [],
            },
        )
        decision[language.name("procedures")].append(_theirs(one, language))
    return {
        language.name("result"): "00",
        language.name("decisions"): list(decisions.values()),
        language.name("cursor"): "",
        language.name("more"): False,
    }


def _theirs(told: Told, language: Language) -> dict[str, Any]:
    procedure: dict[str, Any] = {
        language.name("change"): language.word("change", told.kind),
        language.name("code"): told.code,
    }
    if told.replaces:
        procedure[language.name("replaces")] = list(told.replaces)
    if told.replaced_by:
        procedure[language.name("replaced_by")] = told.replaced_by
    if told.kind != DecisionKind.ABOLISHED:
        procedure[language.name("content")] = {
            language.name(name): _their_value(name, value, language)
            for name, value in told.content.items()
            if name in CONTENT
        }
    return procedure


def _their_value(name: str, value: Any, language: Language) -> Any:
    if name == AS_IT_IS:
        return value
    if isinstance(value, dict):
        return {language.name(key): _their_value(key, one, language) for key, one in value.items()}
    if isinstance(value, list):
        return [_their_value(name, one, language) for one in value]
    if isinstance(value, str):
        return f"{date.fromisoformat(value):%d/%m/%Y}" if name in DAYS else language.word(name, value)
    return value
