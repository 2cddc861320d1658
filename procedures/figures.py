"""Figures of the catalogue: what an agency decides, how far it is online, and how it is published (R1, R4).

Procedures are counted once, whatever versions they have; days are of the country, both ends included.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Q, QuerySet

from procedures import publication
from procedures.calendars import calendar_for
from procedures.days import EARLIEST, POSSIBLE
from procedures.enums import FeeRule, Level, ServiceLevel, Subject, VersionStatus
from procedures.models import Agency, FeeLine, ProcedureVersion
from procedures.services.competence import decides
from procedures.services.linting import Linter

# What the provinces answer for; the procedures of ministries are published and offered by those.
OF_PROVINCES = (Level.PROVINCE, Level.COMMUNE)
ONLINE_LEVELS = (ServiceLevel.PARTIAL, ServiceLevel.FULL)


@dataclass(frozen=True, slots=True)
class Procedures:
    """Two sets of procedures by their primary keys, the first inside the second."""

    good: frozenset[int]
    all: frozenset[int]

    @classmethod
    def without(cls, bad: Iterable[int], every: Iterable[int]) -> "Procedures":
        every = frozenset(every)
        return cls(every - frozenset(bad), every)


class Catalogue:
    """The versions of the provinces' procedures in force on a day; asked once for however many agencies."""

    def __init__(self, day: date):
        self._day = day

    @cached_property
    def versions(self) -> list[ProcedureVersion]:
        return list(ProcedureVersion.objects.in_force_on(self._day).filter(level__in=OF_PROVINCES))

    @cached_property
    def paid(self) -> frozenset[int]:
        """Those with something to pay, in some case at least."""
        return frozenset(_fee_lines().values_list("version", flat=True))


class Authority:
    """The procedures that some of these agencies decide, by the versions in force on a day."""

    def __init__(self, agencies: Iterable[Agency], catalogue: Catalogue):
        # Agencies alike decide alike: a province has many communes that decide everything.
        kinds = {(agency.kind, frozenset(agency.decides_fields)): agency for agency in agencies}
        self._catalogue = catalogue
        self._versions = [
            version
            for version in catalogue.versions
            if any(decides(agency, version) for agency in kinds.values())
        ]

    @property
    def all(self) -> frozenset[int]:
        return frozenset(version.procedure_id for version in self._versions)

    @property
    def online(self) -> frozenset[int]:
        """Offered partly or fully online; who offers it in both ways offers it once."""
        return self._those(lambda version: version.service_level in ONLINE_LEVELS)

    @property
    def for_citizens(self) -> frozenset[int]:
        return self._those(lambda version: Subject.CITIZEN in version.subjects)

    @cached_property
    def with_fee(self) -> frozenset[int]:
        """With something to pay, in some case at least."""
        return self._those(lambda version: version.pk in self._catalogue.paid)

    def _those(self, condition) -> frozenset[int]:
        return frozenset(version.procedure_id for version in self._versions if condition(version))


def _fee_lines() -> QuerySet[FeeLine]:
    return FeeLine.objects.filter(
        Q(amount__gt=0) | Q(tiers__isnull=False) | Q(rule=FeeRule.SET_BY_PROVINCE)
    ).order_by()


def _published() -> QuerySet[ProcedureVersion]:
    return ProcedureVersion.objects.filter(status=VersionStatus.PUBLISHED, level__in=OF_PROVINCES)


def signed_in_time(first: date, last: date) -> Procedures:
    """Of the procedures whose publication was decided in the period those decided in time, every time (R4).

    What has no day on which its text takes effect cannot be judged and is in neither.
    """
    calendar = calendar_for(None)
    decided = list(
        _published().filter(decision_signed_on__range=(first, last), text_effective_on__range=POSSIBLE)
    )
    late = [
        version.procedure_id
        for version in decided
        if version.decision_signed_on
        > publication.sign_by(version.level, version.text_effective_on, calendar)
    ]
    return Procedures.without(late, (version.procedure_id for version in decided))


def loaded_in_time(first: date, last: date) -> Procedures:
    """Of those made public in the period, or still waiting for it at its end, those made public in time (R4).

    What has no date of signature cannot be judged and is in neither.
    """
    calendar = calendar_for(None)
    waiting = Q(loaded_on__isnull=True) | Q(loaded_on__gt=last)
    due = list(
        _published().filter(
            Q(loaded_on__range=(first, last)) | waiting, decision_signed_on__range=(EARLIEST, last)
        )
    )
    late = [
        version.procedure_id
        for version in due
        if version.loaded_on is None
        or version.loaded_on > last
        or version.loaded_on > publication.load_by(version.level, version.decision_signed_on, calendar)
    ]
    return Procedures.without(late, (version.procedure_id for version in due))


def published_in_full(day: date) -> Procedures:
    """Of the procedures in force on the day those whose publication lacks no part (R1)."""
    versions = (
        ProcedureVersion.objects.in_force_on(day)
        .filter(level__in=OF_PROVINCES)
        .select_related("procedure")
        .prefetch_related("limits", "components", "fees", "steps", "forms")
    )
    linter, incomplete, every = Linter(), [], []
    for version in versions:
        every.append(version.procedure_id)
        if any(finding.blocking and finding.rule == "R1" for finding in linter.findings(version)):
            incomplete.append(version.procedure_id)
    return Procedures.without(incomplete, every)
