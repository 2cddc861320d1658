"""The agencies in the seeds; names of provinces and communes come from the official list."""

from dataclasses import dataclass
from datetime import time
from itertools import pairwise
from pathlib import Path

from django.utils.translation import gettext as _
from vietnam_provinces import Province, ProvinceCode, VietNamDivisionType, Ward, WardCode

from procedures.enums import AgencyKind
from procedures.models import Agency, OfficeSession
from procedures.seeds.files import (
    Key,
    Place,
    check_model,
    clock,
    flag,
    one_of,
    read_row,
    read_rows,
    read_yaml,
    text,
    texts,
    whole,
)

Hours = tuple[time, time]


def _hours(value) -> list[Hours]:
    sessions = []
    for session in texts(value):
        opens, _dash, closes = session.partition("-")
        sessions.append((clock(opens), clock(closes)))
        if sessions[-1][0] >= sessions[-1][1]:
            raise ValueError(_("the session %(session)s ends before it begins.") % {"session": session})
    if any(following[0] < one[1] for one, following in pairwise(sorted(sessions))):
        raise ValueError(_("two of the sessions overlap."))
    return sessions


AGENCY = {
    "identifier": Key("identifier", text, required=True),
    "parent": Key("parent", text),
    "kind": Key("kind", one_of(AgencyKind), required=True),
    "is_reception_desk": Key("is_reception_desk", flag),
    "province_code": Key("province_code", whole),
    "ward_code": Key("ward_code", whole),
    "name_prefix_vi": Key("name_prefix_vi", text),
    "name_vi": Key("name_vi", text),
    "name_en": Key("name_en", text),
    "decides_fields": Key("decides_fields", texts),
    "letterhead_upper": Key("letterhead_upper", text),
    "letterhead_name": Key("letterhead_name", text),
    "place": Key("place", text),
    "head_title": Key("head_title", text),
    "head_name": Key("head_name", text),
    "address": Key("address", text),
    "phone": Key("phone", text),
    "email": Key("email", text),
    "saturday_counts": Key("saturday_counts", flag),
    "weekday_hours": Key("weekday_hours", _hours),
    "saturday_hours": Key("saturday_hours", _hours),
}


@dataclass(frozen=True)
class AgencyFacts:
    """One agency, the identifier of the one above it, and its opening sessions."""

    parent: str
    columns: dict
    sessions: list[tuple[str, Hours]]
    place: Place


def read_agencies(path: Path, problems: list[str]) -> list[AgencyFacts]:
    """All agencies in the order of the file; whether a parent exists is asked when they are loaded."""
    place = Place(problems, "agencies.yaml")
    content = read_row(read_yaml(path / "agencies.yaml", place), {"agencies": Key("agencies")}, place)
    facts, seen = [], set()
    for row in read_rows(content.get("agencies"), AGENCY, place, "agencies"):
        here = place.within(record=row.get("identifier", "?"))
        if row.get("identifier") in seen:
            here.refuse(_("the identifier is there twice."))
        seen.add(row.get("identifier"))
        facts.append(_read_agency(row, here))
    return facts


def _read_agency(row: dict, place: Place) -> AgencyFacts:
    name = _official_name(row, place)
    row.setdefault("name_vi", f"{row.pop('name_prefix_vi', '')} {name or ''}".strip())
    if not row["name_vi"] and name is not None:
        place.refuse(_("“%(name)s” is missing.") % {"name": "name_vi"})
    sessions = [
        (days, hours)
        for days, key in (
            (OfficeSession.Days.WEEKDAY, "weekday_hours"),
            (OfficeSession.Days.SATURDAY, "saturday_hours"),
        )
        for hours in row.pop(key, [])
    ]
    parent = row.pop("parent", "")
    check_model(Agency, row, place)
    return AgencyFacts(parent, row, sessions, place)


def _official_name(row: dict, place: Place) -> str | None:
    """Such as "tỉnh Nghệ An" or "phường Thành Vinh"; empty for an agency without a code, None for a wrong one."""
    province_code, ward_code = row.pop("province_code", None), row.pop("ward_code", None)
    try:
        if province_code is not None:
            province = Province.from_code(ProvinceCode(province_code))
            is_city = province.division_type == VietNamDivisionType.THANH_PHO_TRUNG_UONG
            return f"{'thành phố' if is_city else 'tỉnh'} {province.name}"
        if ward_code is not None:
            name = Ward.from_code(WardCode(ward_code)).name
            return name[0].lower() + name[1:]
    except ValueError:
        place.refuse(
            _("%(code)s is not in the official list of provinces and communes.")
            % {"code": province_code if ward_code is None else ward_code}
        )
        return None
    return ""
