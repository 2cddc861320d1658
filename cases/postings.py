"""What is posted at a desk (niêm yết): the list of what it receives, and one procedure with all its parts.

The sheets are Vietnamese, whoever prints them, and show the catalogue of today.
"""

from dataclasses import dataclass
from datetime import datetime, time
from itertools import groupby

from django.conf import settings
from django.utils import timezone, translation

from cases.letters import head_of
from notifications.postings import (
    POSTING_LIST,
    PROCEDURE_SHEET,
    DeskFacts,
    PostedField,
    PostedProcedure,
    PostingListPayload,
    ProcedureSheetPayload,
)
from procedures import words
from procedures.desks import Desk, Desks
from procedures.enums import FeeChannel
from procedures.guide import Fee, Guide
from procedures.models import ProcedureVersion
from procedures.office_hours import TZ


@dataclass(frozen=True, slots=True)
class Posting:
    """One desk with the guides to what it receives today, by field and code."""

    desk: Desk
    guides: list[Guide]

    @property
    def fields(self) -> list[tuple[str, list[Guide]]]:
        return [(name, list(guides)) for name, guides in groupby(self.guides, _field)]


def all_desks() -> list[Desk]:
    return Desks().all


def posting_of(identifier: str) -> Posting | None:
    """What the desk with this identifier receives as its own today; None when there is no such desk."""
    desks, today = Desks(), timezone.localdate()
    desk = next((desk for desk in desks.all if desk.agency.identifier == identifier), None)
    if desk is None:
        return None
    versions = (
        ProcedureVersion.objects.in_force_on(today)
        .select_related("procedure")
        .prefetch_related("limits", "fees", "procedure__tariffs__agency")
        .order_by("field_vi", "procedure__code")
    )
    guides = [Guide(version, today, desks) for version in versions if desks.receives(desk.agency, version)]
    return Posting(desk, guides)


def posting_list_payload(posting: Posting) -> PostingListPayload:
    with translation.override("vi"):
        return PostingListPayload(
            **head_of(posting.desk.agency),
            form=POSTING_LIST,
            desk=_desk_facts(posting.desk),
            fields=tuple(
                PostedField(name=name, procedures=tuple(_posted(guide) for guide in guides))
                for name, guides in posting.fields
            ),
            as_of=_this_morning(),
            look_up_address=f"{settings.PUBLIC_URL}/thu-tuc/",
        )


def procedure_sheet_payload(desk: Desk, guide: Guide) -> ProcedureSheetPayload:
    with translation.override("vi"):
        return ProcedureSheetPayload(
            **head_of(desk.agency),
            form=PROCEDURE_SHEET,
            desk=_desk_facts(desk),
            code=guide.version.procedure.code,
            name=guide.version.name_vi,
            parts=_parts(guide),
            as_of=_this_morning(),
            look_up_address=f"{settings.PUBLIC_URL}/thu-tuc/{guide.version.procedure.code}/",
        )


def _field(guide: Guide) -> str:
    return guide.version.field_vi


def _this_morning() -> datetime:
    """The same all day, so that what is printed again is the same file."""
    return datetime.combine(timezone.localdate(), time(), TZ)


def _desk_facts(desk: Desk) -> DeskFacts:
    agency = desk.agency
    return DeskFacts(
        name=agency.name_vi, address=agency.address, phone=agency.phone, opening=tuple(desk.opening)
    )


def _posted(guide: Guide) -> PostedProcedure:
    version = guide.version
    return PostedProcedure(
        code=version.procedure.code,
        name=version.name_vi,
        limit="; ".join(guide.limits),
        fee="; ".join(_fee_lines(guide)),
        service_level=version.get_service_level_display() if version.service_level else "",
        decision=version.publication_decision,
    )


def _fee_lines(guide: Guide) -> tuple[str, ...]:
    if _says_none(guide):
        return ("Không có",)
    return tuple(_fee_line(fee) for fee in guide.fees)


def _says_none(guide: Guide) -> bool:
    """Whether the publication says that nothing is paid, in so many words."""
    return guide.version.has_fee is False and not guide.fees


def _fee_line(fee: Fee) -> str:
    where = "" if fee.line.channel == FeeChannel.ANY else f" ({fee.channel})"
    case = f", {fee.line.condition}" if fee.line.condition else ""
    amounts = "; ".join(f"{tariff.price} ({tariff.legal_reference})" for tariff in fee.tariffs)
    return f"{fee.line.name}{case}: {amounts or fee.amount}{where}"


def _parts(guide: Guide) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """In the order in which a publication decision has them (R1)."""
    version = guide.version
    steps = version.order_of_steps_vi.splitlines() or [step.name_vi for step in version.steps.all()]
    return (
        ("Trình tự thực hiện", tuple(line for line in steps if line.strip())),
        ("Cách thức thực hiện", tuple(words.ways_each(version.channels))),
        ("Thành phần hồ sơ", tuple(_paper(component) for component in version.components.all())),
        ("Số lượng hồ sơ", (f"{version.sets:02d} bộ",)),
        ("Thời hạn giải quyết", (*guide.limits, *_extension(guide))),
        ("Đối tượng thực hiện", _one(words.who_applies(version))),
        ("Cơ quan giải quyết", _one(version.deciding_agency_vi)),
        ("Kết quả thực hiện", _one(version.result_name_vi)),
        ("Phí, lệ phí", _fee_lines(guide)),
        ("Tên mẫu đơn, mẫu tờ khai", _stated(version.has_form, [f.name_vi for f in version.forms.all()])),
        ("Yêu cầu, điều kiện", _stated(version.has_conditions, version.conditions_vi.splitlines())),
        ("Căn cứ pháp lý", tuple(version.legal_basis)),
        (
            "Mức độ dịch vụ công trực tuyến",
            (
                *_one(version.service_level and version.get_service_level_display()),
                *version.partial_reason_vi.splitlines(),
            ),
        ),
        ("Quyết định công bố", _one(version.publication_decision)),
    )


def _one(text: str) -> tuple[str, ...]:
    return (str(text),) if text else ()


def _stated(exists: bool | None, texts: list[str]) -> tuple[str, ...]:
    return tuple(text for text in texts if text.strip()) or (("Không có",) if exists is False else ())


def _extension(guide: Guide) -> tuple[str, ...]:
    return (f"Gia hạn: {guide.extension}",) if guide.extension else ()


def _paper(component) -> str:
    count = words.how_many(component)
    when = f", khi {component.required_when}" if component.required_when else ""
    source = (
        f"; khai thác từ {words.source_text(component.electronic_source)} thì không phải nộp"
        if component.electronic_source
        else ""
    )
    return f"{component.name_vi}{f' ({count})' if count else ''}{when}{source}"
