"""Which law a dossier lives under: regimes with the day they begin (R8, T6); pure data.

The only place that knows the number of a decree, circular, decision or law. The mechanism and the decree
on online services follow the day of reception, the set of forms the day a form is issued, and the rules
of counting the very day that they are about. Article numbers that are not known for certain are left out
and the text alone is cited (T19): Decrees 118/2025 and 309/2026 are known by quotation.

To add a regime, append a record here; parameters that changed with it are fields of the record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Protocol, TypeVar

from procedures.citations import Citation, decision, decree


@dataclass(frozen=True, slots=True)
class Mechanism:
    """The one-stop mechanism (cơ chế một cửa) of a time: the articles that are cited, and its parameters.

    `whole` cites the text with its amendments. The citations are the basis of: a filing that is not
    complete, or refused; a supplement after reception; a refusal on substance; apology and rescheduling;
    correcting a mistake; withdrawal; reuse of data instead of papers. None = the mechanism has no such rule.

    `reuse_grounds`: on which a paper may be demanded although its data are at hand (R13); empty while the
    law forbids it and names no exception. `boundary_free`: where any desk may receive for any agency, in
    the "province", in the "nation" or, empty, not at all (R15). `clock_starts_at_competent_agency`: the
    limit counts from the arrival there, not from the reception at another desk (R15).
    """

    name: str
    begins: date
    whole: Citation
    incomplete: Citation
    refusal: Citation
    supplement: Citation
    substance_refusal: Citation
    apology: Citation
    correction: Citation
    withdrawal: Citation | None = None
    reuse: Citation | None = None
    reuse_grounds: tuple[str, ...] = ()
    boundary_free: str = ""
    clock_starts_at_competent_agency: bool = False

    @property
    def citation_vi(self) -> str:
        """The decree with its amendments, for letters: they are Vietnamese whoever prints them."""
        return self.whole.text("vi")


@dataclass(frozen=True, slots=True)
class ScanRules:
    """Which papers need no scan (R14), by how they came; other papers are scanned like their originals."""

    name: str
    begins: date
    exemptions: frozenset[str]
    citation: Citation | None = None


class Counting(Enum):
    """What is counted, or not, and therefore needs a legal basis in the proof of a due date (R23–R25)."""

    DAYS = 1  # the day of the event is not counted
    HOURS = 2
    LAST_DAY_OFF = 3
    SAME_DAY = 4
    WEEKEND = 5
    SATURDAY_DESK = 6
    HOLIDAY = 7
    COMPENSATORY_DAY = 8


@dataclass(frozen=True, slots=True)
class TimeRule:
    """What a kind of counting rests on from a day on; as a string in the language of the reader."""

    begins: date
    citations: tuple[Citation, ...]

    def __str__(self) -> str:
        return "; ".join(map(str, self.citations))


@dataclass(frozen=True, slots=True)
class OfficialForm:
    """One form (mẫu) of a set: its number, its title in capitals as it is printed, and its paper.

    Without number the set has no such form, and the paper that is issued all the same has its title only.
    `asks_for_extension`: the apology also proposes the extension.
    """

    number: str
    title: str
    paper: str = "a5"
    asks_for_extension: bool = False


@dataclass(frozen=True, slots=True)
class FormSet:
    """The numbered forms (biểu mẫu) of a circular, each with number, title and paper."""

    name: str
    begins: date
    circular_vi: str
    circular_en: str
    receipt: OfficialForm
    supplement: OfficialForm
    refusal: OfficialForm
    apology: OfficialForm
    stop: OfficialForm
    control_slip: OfficialForm
    log_book: OfficialForm


@dataclass(frozen=True, slots=True)
class OnlineServices:
    """The decree on online public services (dịch vụ công trực tuyến)."""

    name: str
    begins: date
    decree_vi: str
    decree_en: str


@dataclass(frozen=True, slots=True)
class FeedbackRules:
    """How feedback (phản ánh, kiến nghị) is handled; the numbers are working days (R48).

    All but the last count from the day on which it was sent or last passed on, `publish` from the answer.
    `needs_name`: whoever sends it says who they are and how to be reached.
    """

    name: str
    begins: date
    citation: Citation
    refuse: int
    ask: int
    transfer: int
    answer: int
    publish: int
    needs_name: bool = True


@dataclass(frozen=True, slots=True)
class NoticeContents:
    """What every notice of a change of state must say (R41), by the placeholders of its text."""

    begins: date
    demanded: tuple[str, ...]
    source: Citation


def _decree_61_2018(**record) -> Mechanism:
    text = decree("61/2018")
    return Mechanism(
        incomplete=text.at(17, 1, "a"),
        refusal=text.at(17, 1, "b"),
        supplement=text.at(19, 4),
        substance_refusal=text.at(19, 8),
        apology=text.at(19, 9),
        correction=text.at(21),
        **record,
    )


def _decree_118_2025(*, notice: Citation, **record) -> Mechanism:
    """`notice` is the article of the one notice that a filing is not complete or not for this agency."""
    text = decree("118/2025")
    return Mechanism(
        incomplete=notice,
        refusal=notice,
        supplement=text,
        substance_refusal=text,
        apology=text,
        correction=text,
        withdrawal=text.at(21),
        clock_starts_at_competent_agency=True,
        **record,
    )


MECHANISMS = (
    _decree_61_2018(name="61/2018", begins=date(2018, 6, 21), whole=decree("61/2018")),
    _decree_61_2018(
        name="61/2018 + 107/2021",
        begins=date(2021, 12, 6),
        whole=decree("61/2018").amended_by(decree("107/2021")),
        boundary_free="province",
    ),
    _decree_118_2025(
        name="118/2025",
        begins=date(2025, 7, 1),
        whole=decree("118/2025"),
        notice=decree("118/2025").at(17),
        boundary_free="province",
    ),
    _decree_118_2025(
        name="118/2025 + 309/2026",
        begins=date(2026, 8, 5),
        whole=decree("118/2025").amended_by(decree("309/2026")),
        notice=decree("118/2025").at(17, 2, "a"),
        boundary_free="nation",
        reuse=decree("118/2025").at(4, 2, "a"),
        reuse_grounds=("system_failure", "disaster", "wrong_data"),
    ),
)

# Before the circular of 2025 only what was filed electronically was exempt.
SCAN_RULES = (
    ScanRules("61/2018", date(2018, 6, 21), frozenset({"electronic"})),
    ScanRules(
        "03/2025",
        date(2025, 9, 15),
        frozenset({"electronic", "shown", "verification", "state_secret"}),
        Citation("Thông tư số 03/2025/TT-VPCP", "Circular 03/2025/TT-VPCP", 5, 2),
    ),
)

_CIVIL_CODE = Citation("Bộ luật Dân sự năm 2015", "the Civil Code 2015")
_LABOUR_CODE_2012 = Citation("Bộ luật Lao động năm 2012", "the Labour Code 2012")
_LABOUR_CODE_2019 = Citation("Bộ luật Lao động năm 2019", "the Labour Code 2019")
_CIVIL_STATUS_2014 = Citation("Luật Hộ tịch số 60/2014/QH13", "the Civil Status Law 60/2014/QH13")
_CIVIL_STATUS_2026 = Citation("Luật Hộ tịch số 03/2026/QH16", "the Civil Status Law 03/2026/QH16")
_SAME_DAY_COPIES = decree("23/2015").at(7)
_CIVIL_CODE_BEGINS = date(2017, 1, 1)

TIME_RULES: Mapping[Counting, tuple[TimeRule, ...]] = {
    Counting.DAYS: (TimeRule(_CIVIL_CODE_BEGINS, (_CIVIL_CODE.at(147),)),),
    Counting.HOURS: (TimeRule(_CIVIL_CODE_BEGINS, (_CIVIL_CODE.at(147, 1),)),),
    Counting.LAST_DAY_OFF: (TimeRule(_CIVIL_CODE_BEGINS, (_CIVIL_CODE.at(148, 5),)),),
    Counting.SAME_DAY: (
        TimeRule(date(2016, 1, 1), (_CIVIL_STATUS_2014.at(5, 3), _SAME_DAY_COPIES)),
        TimeRule(date(2027, 3, 1), (_CIVIL_STATUS_2026, _SAME_DAY_COPIES)),
    ),
    Counting.WEEKEND: (TimeRule(date(1999, 10, 2), (decision("188/1999").at(1),)),),
    Counting.SATURDAY_DESK: (TimeRule(date(2010, 4, 1), (decision("14/2010"),)),),
    Counting.HOLIDAY: (
        TimeRule(date(2013, 5, 1), (_LABOUR_CODE_2012,)),
        TimeRule(date(2021, 1, 1), (_LABOUR_CODE_2019.at(112, 1),)),
    ),
    Counting.COMPENSATORY_DAY: (
        TimeRule(date(2013, 5, 1), (_LABOUR_CODE_2012,)),
        TimeRule(date(2021, 1, 1), (_LABOUR_CODE_2019.at(111, 3),)),
    ),
}

_RECEIPT = OfficialForm("01", "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ")
_SUPPLEMENT = OfficialForm("02", "PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ")
_STOP_TITLE = "THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ"
_CONTROL_SLIP_TITLE = "PHIẾU KIỂM SOÁT QUÁ TRÌNH GIẢI QUYẾT HỒ SƠ"
_LOG_BOOK_TITLE = "SỔ THEO DÕI HỒ SƠ"

# The circular of 2025 names no paper that we know of; desks go on with the half sheet. Its apology is no
# longer a slip (phiếu) but an official letter (văn bản), and those are on A4 (Decree 30/2020, Annex I).
FORM_SETS = (
    FormSet(
        name="01/2018: forms 01-06",
        begins=date(2019, 1, 6),
        circular_vi="Thông tư số 01/2018/TT-VPCP",
        circular_en="Circular 01/2018/TT-VPCP",
        receipt=_RECEIPT,
        supplement=_SUPPLEMENT,
        refusal=OfficialForm("03", "PHIẾU TỪ CHỐI TIẾP NHẬN HỒ SƠ"),
        apology=OfficialForm("04", "PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ"),
        stop=OfficialForm("", _STOP_TITLE),
        control_slip=OfficialForm("05", _CONTROL_SLIP_TITLE),
        log_book=OfficialForm("06", _LOG_BOOK_TITLE, paper="a4"),
    ),
    FormSet(
        name="03/2025: forms 01-07",
        begins=date(2025, 9, 15),
        circular_vi="Thông tư số 03/2025/TT-VPCP",
        circular_en="Circular 03/2025/TT-VPCP",
        receipt=_RECEIPT,
        supplement=_SUPPLEMENT,
        refusal=OfficialForm("03", "PHIẾU TỪ CHỐI TIẾP NHẬN, GIẢI QUYẾT HỒ SƠ"),
        apology=OfficialForm("04", "VĂN BẢN XIN LỖI VÀ ĐỀ NGHỊ GIA HẠN", paper="a4", asks_for_extension=True),
        stop=OfficialForm("05", _STOP_TITLE),
        control_slip=OfficialForm("06", _CONTROL_SLIP_TITLE),
        log_book=OfficialForm("07", _LOG_BOOK_TITLE, paper="a4"),
    ),
)

# What the words of certifications are taken from; they themselves are in `procedures.registers`.
CERTIFICATION = Citation("Thông tư số 01/2020/TT-BTP", "Circular 01/2020/TT-BTP")

# Before 15/8/2022 online services had levels 1 to 4 and no decree of this kind.
ONLINE_SERVICES = (
    OnlineServices("42/2022", date(2022, 8, 15), "Nghị định số 42/2022/NĐ-CP", "Decree 42/2022/NĐ-CP"),
    OnlineServices("224/2026", date(2026, 7, 1), "Nghị định số 224/2026/NĐ-CP", "Decree 224/2026/NĐ-CP"),
)

# Of the decree itself are the five days for passing on; the others are practice (R48). Begins on the day of
# its signature: the first day of its force is not known for certain, and nothing that old is counted.
FEEDBACK_RULES = (
    FeedbackRules(
        "20/2008", date(2008, 2, 14), decree("20/2008"), refuse=2, ask=5, transfer=5, answer=15, publish=2
    ),
)

# What the scorecard of agencies, and the nine indicators of agencies and officers, are measured by (R50, R51).
SCORECARD = decision("766")
NINE_INDICATORS = Citation("Thông tư số 01/2018/TT-VPCP", "Circular 01/2018/TT-VPCP")

_NOTICES_2026 = decree("224/2026").at(15, 1, "g")
NOTICE_CONTENTS = (
    NoticeContents(
        date(2026, 7, 1), ("agency", "handler", "received", "step_time", "due"), source=_NOTICES_2026
    ),
)


class _Regime(Protocol):
    @property
    def begins(self) -> date: ...


R = TypeVar("R", bound=_Regime)


def _on(day: date, regimes: Sequence[R]) -> R | None:
    """The last regime that had begun on the day; None before the first."""
    for regime in reversed(regimes):
        if regime.begins <= day:
            return regime
    return None


def mechanism_on(day: date) -> Mechanism | None:
    """The mechanism of a dossier received on that day; None before 21/6/2018."""
    return _on(day, MECHANISMS)


def forms_on(day: date) -> FormSet | None:
    """The forms to issue on that day; None before 06/01/2019."""
    return _on(day, FORM_SETS)


def online_services_on(day: date) -> OnlineServices | None:
    """The decree on online services for a dossier received on that day; None before 15/8/2022."""
    return _on(day, ONLINE_SERVICES)


def notice_contents_on(day: date) -> NoticeContents | None:
    """What a notice that is sent on that day must say; None while nothing was laid down."""
    return _on(day, NOTICE_CONTENTS)


def notices_demanded_on(day: date) -> Mapping[str, Citation]:
    """Which topics of notices the law demands on that day, so that nobody can do without them, and where.

    The topics are those of `cases.notice_topics.NoticeTopic`; those that are not named may be switched off.
    """
    mechanism = mechanism_on(day) or MECHANISMS[0]
    return {
        "receipt": _NOTICES_2026,
        "supplement": mechanism.supplement,
        "new_date": mechanism.apology,
        "result": decree("61/2018").at(20, 4),
        "ended": mechanism.refusal,
    }


def scan_rules_on(day: date) -> ScanRules:
    """Which papers of a dossier received on that day need no scan."""
    return _on(day, SCAN_RULES) or SCAN_RULES[0]


def feedback_rules_on(day: date) -> FeedbackRules:
    """How feedback that was sent on that day is handled."""
    return _on(day, FEEDBACK_RULES) or FEEDBACK_RULES[0]


def time_rule_on(kind: Counting, day: date) -> TimeRule | None:
    """What counting that day, or not counting it, rests on; None for days before the first rule known."""
    return _on(day, TIME_RULES[kind])
