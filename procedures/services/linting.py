"""What a version lacks before it may be published, and what is doubtful about it (R1, R4, R18)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from procedures import publication
from procedures.calendars import calendar_for
from procedures.days import is_possible
from procedures.enums import ExtensionMode, FeeRule, LimitUnit
from procedures.models import Agency, ProcedureVersion
from procedures.services.competence import decides, is_of_level
from procedures.steps import STEP_HOURS, limit_hours, step_hours
from procedures.working_time import WorkCalendar


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a version, with the rule it offends; a blocking one forbids publishing."""

    rule: str
    sentence: str
    blocking: bool


@dataclass(frozen=True, slots=True)
class MandatoryPart:
    """A part that no version may lack since that day."""

    begins: date
    name: str
    is_there: Callable[[ProcedureVersion], object]


_SINCE = date(2010, 10, 14)
MANDATORY_PARTS = tuple(
    MandatoryPart(_SINCE, name, is_there)
    for name, is_there in (
        (gettext_lazy("name"), lambda version: version.name_vi),
        (gettext_lazy("deciding agency"), lambda version: version.deciding_agency_vi),
        (gettext_lazy("who applies"), lambda version: version.subjects),
        (gettext_lazy("channels"), lambda version: version.channels),
        (gettext_lazy("result"), lambda version: version.result_name_vi),
        (gettext_lazy("legal basis"), lambda version: version.legal_basis),
        (gettext_lazy("time limit"), lambda version: version.limits.all()),
        (gettext_lazy("components"), lambda version: version.components.all()),
        (gettext_lazy("number of sets"), lambda version: version.sets),
        (gettext_lazy("order of steps"), lambda version: version.order_of_steps_vi or version.steps.all()),
    )
)

# Required when the version says that they exist.
STATED_PARTS = tuple(
    MandatoryPart(_SINCE, name, is_there)
    for name, is_there in (
        (gettext_lazy("conditions"), lambda version: not version.has_conditions or version.conditions_vi),
        (gettext_lazy("form to fill in"), lambda version: not version.has_form or version.forms.all()),
        (gettext_lazy("fee"), lambda version: not version.has_fee or version.fees.all()),
    )
)

# Checks of higher layers, such as the one for templates of printed forms; they register when they start.
Check = Callable[[ProcedureVersion], Iterable[Finding]]
_more_checks: list[Check] = []


def register(check: Check) -> Check:
    """Let every version be judged by this check too; usable as a decorator."""
    if check not in _more_checks:
        _more_checks.append(check)
    return check


def lint(version: ProcedureVersion) -> list[Finding]:
    """Everything that is wrong with this version at once, what forbids publishing first."""
    return Linter().findings(version)


class Linter:
    """Judges versions one after the other; agencies and calendar are read once."""

    def findings(self, version: ProcedureVersion) -> list[Finding]:
        checks = (
            _parts,
            _components,
            _fees,
            _quantities,
            _extension,
            _steps,
            self._agencies,
            self._publication,
        )
        found = [finding for check in (*checks, *_more_checks) for finding in check(version)]
        return sorted(found, key=lambda finding: not finding.blocking)

    @cached_property
    def agencies(self) -> list[Agency]:
        return list(Agency.objects.filter(is_active=True))

    @cached_property
    def calendar(self) -> WorkCalendar:
        return calendar_for(None)

    def _agencies(self, version: ProcedureVersion) -> Iterator[Finding]:
        """Somebody has to decide; only while no agency of the level is entered yet this is a warning."""
        if any(decides(agency, version) for agency in self.agencies):
            return
        there = any(is_of_level(agency, version.level) for agency in self.agencies)
        names = {"field": version.field_vi, "level": version.get_level_display()}
        if there:
            sentence = _("No active agency of the level “%(level)s” decides the field “%(field)s”.") % names
        else:
            sentence = _("There is no active agency of the level “%(level)s” yet.") % names
        yield Finding("R1", sentence, blocking=there)

    def _publication(self, version: ProcedureVersion) -> Iterator[Finding]:
        """Late ones with the number of working days; what is late cannot be mended, so it forbids nothing."""
        # Days that cannot be right, of before they were refused, are counted from as little as missing ones.
        stated = (version.decision_signed_on, version.text_effective_on, version.loaded_on)
        signed_on, effective_on, loaded_on = (day if day and is_possible(day) else None for day in stated)
        level = version.level
        if signed_on and effective_on:
            by = publication.sign_by(level, effective_on, self.calendar)
            if days := publication.days_late(by, signed_on, self.calendar):
                sentence = ngettext(
                    "The decision was signed on %(day)s, %(days)d working day after %(by)s.",
                    "The decision was signed on %(day)s, %(days)d working days after %(by)s.",
                    days,
                )
                yield _late(sentence, signed_on, days, by)
        if signed_on and loaded_on:
            by = publication.load_by(level, signed_on, self.calendar)
            if days := publication.days_late(by, loaded_on, self.calendar):
                sentence = ngettext(
                    "The decision was loaded on %(day)s, %(days)d working day after %(by)s.",
                    "The decision was loaded on %(day)s, %(days)d working days after %(by)s.",
                    days,
                )
                yield _late(sentence, loaded_on, days, by)


def _late(sentence: str, done_on: date, days: int, by: date) -> Finding:
    facts = {"day": f"{done_on:%d/%m/%Y}", "days": days, "by": f"{by:%d/%m/%Y}"}
    return Finding("R4", sentence % facts, blocking=False)


def _parts(version: ProcedureVersion) -> Iterator[Finding]:
    """Everything that is missing in one sentence; a part that is there although denied is refused too."""
    missing = [
        str(part.name)
        for part in (*MANDATORY_PARTS, *STATED_PARTS)
        if part.begins <= version.in_force_from and not part.is_there(version)
    ]
    if missing:
        sentence = _("The version cannot be published without: %(missing)s.")
        yield Finding("R1", sentence % {"missing": ", ".join(missing)}, blocking=True)
    denied = [
        str(name)
        for name, says, is_there in (
            (_("conditions"), version.has_conditions, bool(version.conditions_vi)),
            (_("form to fill in"), version.has_form, bool(version.forms.all())),
        )
        if says is False and is_there
    ]
    if denied:
        sentence = _("The version says that it has none of these, and has them: %(denied)s.")
        yield Finding("R1", sentence % {"denied": ", ".join(denied)}, blocking=True)


def _components(version: ProcedureVersion) -> Iterator[Finding]:
    """Every component says how many originals and copies; what is only shown or reused needs none."""
    uncounted = [
        component.name
        for component in version.components.all()
        if not (component.originals or component.copies or component.shown_only)
        and not component.electronic_source
    ]
    if uncounted:
        sentence = _("Say how many originals or copies are needed of: %(names)s.")
        yield Finding("R1", sentence % {"names": "; ".join(uncounted)}, blocking=True)


def _fees(version: ProcedureVersion) -> Iterator[Finding]:
    """A fee that the version names has an amount, unless the province sets it."""
    without = [
        fee.name
        for fee in version.fees.all()
        if fee.rule != FeeRule.SET_BY_PROVINCE and fee.amount is None and not fee.tiers
    ]
    if without:
        sentence = _("Say how much has to be paid as: %(names)s.")
        yield Finding("R1", sentence % {"names": "; ".join(without)}, blocking=True)


def _quantities(version: ProcedureVersion) -> Iterator[Finding]:
    """Limits that depend on a quantity have one for every quantity: no hole, and an open end."""
    if not version.limit_quantity:
        return
    uncovered, following = [], 1
    for limit in sorted(version.limits.all(), key=lambda limit: limit.quantity_from or 1):
        begins = limit.quantity_from or 1
        if following < begins:
            uncovered.append(f"{following}–{begins - 1}")
        if limit.quantity_to is None:
            break
        following = max(following, limit.quantity_to + 1)
    else:
        uncovered.append(f"≥ {following}")
    if uncovered:
        sentence = _("No time limit is given for these quantities (%(name)s): %(uncovered)s.")
        facts = {"name": version.limit_quantity, "uncovered": ", ".join(uncovered)}
        yield Finding("R1", sentence % facts, blocking=True)


def _extension(version: ProcedureVersion) -> Iterator[Finding]:
    within_the_day = version.extension_unit in {LimitUnit.SAME_DAY, LimitUnit.IMMEDIATE}
    if version.extension_mode == ExtensionMode.ADD and within_the_day:
        sentence = _("A limit is extended by days or hours; “within the day” adds nothing.")
        yield Finding("R26", sentence, blocking=True)
        return
    needs_measure = version.extension_mode in {ExtensionMode.ADD, ExtensionMode.REPLACE}
    if needs_measure and not (version.extension_amount and version.extension_unit):
        yield Finding("R26", _("The extension has no amount or no unit."), blocking=True)


def _steps(version: ProcedureVersion) -> Iterator[Finding]:
    """The internal steps fit into the shortest limit."""
    steps, limits = list(version.steps.all()), list(version.limits.all())
    if any(step.unit not in STEP_HOURS for step in steps):
        sentence = _("Internal steps are given in working days or working hours.")
        yield Finding("R18", sentence, blocking=True)
        return
    if not steps or not limits:
        return
    shortest = min(limits, key=lambda limit: limit_hours(limit.amount, limit.unit))
    offered = limit_hours(shortest.amount, shortest.unit)
    needed = step_hours({"amount": step.amount, "unit": step.unit} for step in steps)
    if needed > offered:
        sentence = _(
            "The internal steps need %(needed)s working hours, but the limit “%(limit)s” offers %(offered)s."
        )
        facts = {"needed": _plain(needed), "limit": shortest, "offered": _plain(offered)}
        yield Finding("R18", sentence % facts, blocking=True)


def _plain(hours: Decimal) -> str:
    return f"{hours.normalize():f}"
