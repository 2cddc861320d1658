"""Which law a dossier lives under: regimes with the day they begin (R8, T6); pure data.

The mechanism and the online-service decree follow the day of reception, the set of forms follows the day
a form is issued. Article numbers that are not known for certain are left empty and letters then cite the
decree alone (T19): Decrees 118/2025 and 309/2026 are known by quotation, and the article of the apology
rule is not among what was quoted.

Sources: Decree 61/2018 (in force 21/6/2018), Decree 107/2021 (06/12/2021), Decree 118/2025 (01/7/2025),
Decree 309/2026 (05/8/2026); Circular 01/2018/TT-VPCP (06/01/2019), Circular 03/2025/TT-VPCP (15/9/2025);
Decree 42/2022 (15/8/2022), Decree 224/2026 (01/7/2026). To add a regime, append an entry here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from django.utils.translation import get_language


@dataclass(frozen=True, slots=True)
class Citation:
    """An article of a decree as it is cited; without an article the decree alone is cited."""

    decree_vi: str
    decree_en: str
    article: int | None = None
    clause: int | None = None

    def __str__(self) -> str:
        return self.text(get_language() or "vi")

    def text(self, language: str) -> str:
        """`khoản 9 Điều 19 Nghị định số 61/2018/NĐ-CP` or `Article 19.9 of Decree 61/2018/NĐ-CP`."""
        if language.startswith("en"):
            if self.article is None:
                return self.decree_en
            clause = f".{self.clause}" if self.clause else ""
            return f"Article {self.article}{clause} of {self.decree_en}"
        if self.article is None:
            return self.decree_vi
        clause = f"khoản {self.clause} " if self.clause else ""
        return f"{clause}Điều {self.article} {self.decree_vi}"


@dataclass(frozen=True, slots=True)
class Mechanism:
    """The one-stop mechanism (cơ chế một cửa) of a time, with the articles that letters cite.

    `whole` cites the text with its amendments. The others are the basis of the receipt code and look-up,
    the transfer by 15:00, a supplement after reception, apology and rescheduling, and withdrawal; an
    older mechanism has no article on withdrawal.
    """

    name: str
    begins: date
    whole: Citation
    receipt: Citation
    transfer: Citation
    supplement: Citation
    apology: Citation
    withdrawal: Citation | None = None

    @property
    def citation_vi(self) -> str:
        """The decree with its amendments, for letters: they are Vietnamese whoever prints them."""
        return self.whole.text("vi")

    @property
    def citation_en(self) -> str:
        return self.whole.text("en")

    @property
    def reschedule_citation(self) -> str:
        """The basis of apology and rescheduling in the language of the reader."""
        return str(self.apology)


@dataclass(frozen=True, slots=True)
class FormSet:
    """The numbered forms (biểu mẫu) of a circular; None = the set has no such form."""

    name: str
    begins: date
    circular_vi: str
    circular_en: str
    receipt: str
    supplement: str
    refusal: str
    apology: str
    stop: str | None
    control_slip: str
    log_book: str


@dataclass(frozen=True, slots=True)
class OnlineServices:
    """The decree on online public services (dịch vụ công trực tuyến)."""

    name: str
    begins: date
    decree_vi: str
    decree_en: str


def _decree_61_2018(name: str, begins: date, amended_vi: str = "", amended_en: str = "") -> Mechanism:
    vi, en = "Nghị định số 61/2018/NĐ-CP", "Decree 61/2018/NĐ-CP"
    return Mechanism(
        name=name,
        begins=begins,
        whole=Citation(vi + amended_vi, en + amended_en),
        receipt=Citation(vi, en, 17, 3),
        transfer=Citation(vi, en, 18, 2),
        supplement=Citation(vi, en, 19, 4),
        apology=Citation(vi, en, 19, 9),
    )


def _decree_118_2025(name: str, begins: date, amended_vi: str = "", amended_en: str = "") -> Mechanism:
    vi, en = "Nghị định số 118/2025/NĐ-CP", "Decree 118/2025/NĐ-CP"
    return Mechanism(
        name=name,
        begins=begins,
        whole=Citation(vi + amended_vi, en + amended_en),
        receipt=Citation(vi, en, 17, 3),
        transfer=Citation(vi, en, 18, 2),
        supplement=Citation(vi, en),
        apology=Citation(vi, en),
        withdrawal=Citation(vi, en, 21),
    )


MECHANISMS = (
    _decree_61_2018("61/2018", date(2018, 6, 21)),
    _decree_61_2018(
        "61/2018 + 107/2021",
        date(2021, 12, 6),
        ", được sửa đổi, bổ sung bởi Nghị định số 107/2021/NĐ-CP",
        " as amended by Decree 107/2021/NĐ-CP",
    ),
    _decree_118_2025("118/2025", date(2025, 7, 1)),
    _decree_118_2025(
        "118/2025 + 309/2026",
        date(2026, 8, 5),
        ", được sửa đổi, bổ sung bởi Nghị định số 309/2026/NĐ-CP",
        " as amended by Decree 309/2026/NĐ-CP",
    ),
)

FORM_SETS = (
    FormSet(
        name="01/2018: forms 01-06",
        begins=date(2019, 1, 6),
        circular_vi="Thông tư số 01/2018/TT-VPCP",
        circular_en="Circular 01/2018/TT-VPCP",
        receipt="01",
        supplement="02",
        refusal="03",
        apology="04",
        stop=None,
        control_slip="05",
        log_book="06",
    ),
    FormSet(
        name="03/2025: forms 01-07",
        begins=date(2025, 9, 15),
        circular_vi="Thông tư số 03/2025/TT-VPCP",
        circular_en="Circular 03/2025/TT-VPCP",
        receipt="01",
        supplement="02",
        refusal="03",
        apology="04",
        stop="05",
        control_slip="06",
        log_book="07",
    ),
)

# Before 15/8/2022 online services had levels 1 to 4 and no decree of this kind.
ONLINE_SERVICES = (
    OnlineServices("42/2022", date(2022, 8, 15), "Nghị định số 42/2022/NĐ-CP", "Decree 42/2022/NĐ-CP"),
    OnlineServices("224/2026", date(2026, 7, 1), "Nghị định số 224/2026/NĐ-CP", "Decree 224/2026/NĐ-CP"),
)


class _Regime(Protocol):
    @property
    def begins(self) -> date: ...


R = TypeVar("R", bound=_Regime)


def _on(day: date, regimes: Sequence[R]) -> R | None:
    """The last regime that had begun on the day; None before the first."""
    return next((regime for regime in reversed(regimes) if regime.begins <= day), None)


def mechanism_on(day: date) -> Mechanism | None:
    """The mechanism of a dossier received on that day; None before 21/6/2018."""
    return _on(day, MECHANISMS)


def forms_on(day: date) -> FormSet | None:
    """The forms to issue on that day; None before 06/01/2019."""
    return _on(day, FORM_SETS)


def online_services_on(day: date) -> OnlineServices | None:
    """The decree on online services for a dossier received on that day; None before 15/8/2022."""
    return _on(day, ONLINE_SERVICES)
