"""A procedure as everybody may read it: all mandatory parts (R1), whether it is in force, and its changes."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.utils.translation import gettext as _

from procedures import words
from procedures.desks import Desk, Desks, received_anywhere
from procedures.enums import Channel, FeeRule, ServiceLevel, VersionStatus
from procedures.models import FeeLine, FeeTariff, Procedure, ProcedureVersion

# What a guide reads of a version; to be fetched with it.
PARTS = (
    "limits",
    "components__result_of",
    "fees",
    "steps",
    "forms__component",
    "procedure__versions",
    "procedure__tariffs__agency",
)


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a procedure: new, amended, or no longer in force from that day on."""

    day: date
    kind: str
    title: str
    version: ProcedureVersion


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a province set for a fee."""

    agency: str
    amount: int
    legal_reference: str
    in_force_from: date

    @property
    def price(self) -> str:
        """`8.000 đ`."""
        return words.dong(self.amount)


@dataclass(frozen=True, slots=True)
class Fee:
    """One line of the fees with what it costs in words and the tariffs of provinces that stand for it."""

    line: FeeLine
    amount: str
    channel: str
    tariffs: list[Tariff]


class Guide:
    """One version on one day; its rows are read when they are asked for."""

    def __init__(self, version: ProcedureVersion, day: date, desks: Desks | None = None):
        self.version = version
        self.day = day
        self._desks = desks or Desks()

    @property
    def is_in_force(self) -> bool:
        version = self.version
        ends = version.in_force_to
        return version.in_force_from <= self.day and (ends is None or ends >= self.day)

    @property
    def why_not_in_force(self) -> str:
        """Why it cannot be filed and since when, with what replaces it; empty while it is in force (R3)."""
        if self.is_in_force:
            return ""
        if self.version.in_force_from > self.day:
            return _("Not in force yet: it comes into force on %(day)s.") % {
                "day": f"{self.version.in_force_from:%d/%m/%Y}"
            }
        return _("Abolished: not in force since %(day)s.") % {
            "day": f"{self.version.in_force_to + timedelta(days=1):%d/%m/%Y}"
        }

    @property
    def is_filed_online(self) -> bool:
        """Whether it can be filed online today."""
        version = self.version
        return (
            self.is_in_force
            and Channel.ONLINE in version.channels
            and version.service_level != ServiceLevel.INFORMATION
        )

    @property
    def takes_no_paper(self) -> bool:
        begins = self.version.paper_free_from
        return begins is not None and begins <= self.day

    @cached_property
    def limits(self) -> list[str]:
        return [words.limit_text(limit) for limit in self.version.limits.all()]

    @property
    def extension(self) -> str:
        return words.extension_text(self.version)

    @cached_property
    def fees(self) -> list[Fee]:
        lines = list(self.version.fees.all())
        tariffs = self._tariffs() if any(line.rule == FeeRule.SET_BY_PROVINCE for line in lines) else {}
        return [
            Fee(
                line,
                words.fee_amount(line),
                words.fee_channel(line),
                tariffs.get(line.name, []) if line.rule == FeeRule.SET_BY_PROVINCE else [],
            )
            for line in lines
        ]

    def _tariffs(self) -> dict[str, list[Tariff]]:
        """By name of the fee: the newest in force of each agency."""
        newest: dict[tuple[str, int], FeeTariff] = {}
        for row in sorted(self.version.procedure.tariffs.all(), key=lambda row: row.in_force_from):
            if row.in_force_from <= self.day:
                newest[row.fee_name, row.agency_id] = row
        found: dict[str, list[Tariff]] = {}
        for row in sorted(newest.values(), key=lambda row: row.agency.identifier):
            tariff = Tariff(row.agency.name, row.amount, row.legal_reference, row.in_force_from)
            found.setdefault(row.fee_name, []).append(tariff)
        return found

    @cached_property
    def desks(self) -> list[Desk]:
        return self._desks.of(self.version)

    @property
    def received_anywhere(self) -> str:
        return received_anywhere(self.version, self.day)

    @cached_property
    def changes(self) -> list[Change]:
        """The newest first; what is announced for a coming day is among them."""
        return changes_of(self.version.procedure)


def changes_of(procedure: Procedure) -> list[Change]:
    """New, amended, abolished: one row for each with its day, the newest first."""
    published = [v for v in procedure.versions.all() if v.status == VersionStatus.PUBLISHED]
    versions = sorted(published, key=lambda version: version.in_force_from)
    changes = [
        Change(
            version.in_force_from,
            "amended" if position else "new",
            _("Amended or replaced") if position else _("Newly issued"),
            version,
        )
        for position, version in enumerate(versions)
    ]
    if versions and versions[-1].in_force_to:
        ended = versions[-1].in_force_to + timedelta(days=1)
        changes.append(Change(ended, "abolished", _("Abolished"), versions[-1]))
    return changes[::-1]


def guide_to(code: str, day: date) -> Guide | None:
    """The guide to the procedure with this code as it is shown on the day; None when none is published."""
    shown = ProcedureVersion.objects.shown_on(day).filter(procedure__code=code)
    version = shown.select_related("procedure__replaced_by").prefetch_related(*PARTS).first()
    return Guide(version, day) if version else None
