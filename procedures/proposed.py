"""What the national database proposes: what it would change, what stands in its way, and how late it is; changes nothing."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procedures import publication
from procedures.calendars import calendar_for
from procedures.differences import Difference, differences, merged
from procedures.enums import DecisionKind, ProposalState, VersionStatus
from procedures.models import ProcedureVersion, Proposal
from procedures.records import Record, content_of, record_of
from procedures.steps import limit_hours, step_hours

NO_STEPS = gettext_lazy("It has no internal steps yet: without them nobody works on its dossiers (R18).")
LIVE = (ProposalState.WAITING, ProposalState.BROKEN)


def waiting() -> QuerySet[Proposal]:
    """What waits for a person, in the order in which it comes into force; broken ones first."""
    return Proposal.objects.filter(state__in=LIVE)


def base_of(proposal: Proposal) -> ProcedureVersion | None:
    """The published version that the proposal changes or takes the place of: the latest one; None: there is none."""
    codes = [proposal.code, *proposal.replaces] if proposal.kind == DecisionKind.REPLACED else [proposal.code]
    found = {
        version.procedure.code: version
        for version in ProcedureVersion.objects.filter(
            procedure__code__in=codes, status=VersionStatus.PUBLISHED
        )
        .select_related("procedure")
        .order_by("in_force_from")
    }
    return next((found[code] for code in codes if code in found), None)


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """What our latest published versions of these procedures are called."""
    versions = ProcedureVersion.objects.filter(procedure__code__in=codes, status=VersionStatus.PUBLISHED)
    return dict(versions.order_by("in_force_from").values_list("procedure__code", "name_vi"))


def proposed(proposal: Proposal, base: ProcedureVersion | None) -> Record:
    """The record that the version would be made of; the office's own parts stay as they are."""
    ours = content_of(record_of(base)) if base else {}
    record = merged(ours, {**proposal.content, "code": proposal.code})
    record["in_force_from"] = proposal.effective_on.isoformat()
    record["publication_decision"] = proposal.number
    days = {"decision_signed_on": proposal.signed_on, "loaded_on": proposal.loaded_on}
    return record | {name: day.isoformat() for name, day in days.items() if day}


def outcome(proposal: Proposal, base: ProcedureVersion | None) -> Record:
    """The record that accepting publishes: the draft that was prepared, as it was completed since, or what is told."""
    return record_of(proposal.version) if _has_draft(proposal) else proposed(proposal, base)


def difference_of(proposal: Proposal, base: ProcedureVersion | None) -> Difference:
    """Between the version in force and what accepting publishes; of one that is abolished nothing is compared."""
    if proposal.kind == DecisionKind.ABOLISHED:
        return Difference()
    return _difference(base, outcome(proposal, base))


def says_what_holds(proposal: Proposal, base: ProcedureVersion) -> bool:
    """Whether the decision tells nothing else than our version, whatever draft there is."""
    return not _difference(base, proposed(proposal, base))


def _difference(base: ProcedureVersion | None, record: Record) -> Difference:
    return differences(content_of(record_of(base)) if base else {}, content_of(record))


def _has_draft(proposal: Proposal) -> bool:
    return proposal.version is not None and proposal.version.status == VersionStatus.DRAFT


def same_decision(proposal: Proposal) -> QuerySet[Proposal]:
    """The other texts of this procedure and decision, newest first."""
    return Proposal.objects.filter(
        code=proposal.code, number=proposal.number, signed_on=proposal.signed_on
    ).exclude(Q(pk=proposal.pk) | Q(number=""))


def obstacles(proposal: Proposal) -> list[str]:
    """Why it cannot be accepted now, as sentences: what it builds on is not there yet, or has changed meanwhile."""
    found = obstacles_of([proposal])[proposal.pk]
    if _has_draft(proposal) and base_of(proposal) != proposal.base:
        found.append(
            _(
                "Since the draft was prepared another version was published, which the draft would take back. Delete"
                " the draft and accept again: it is then prepared anew."
            )
        )
    return found


def obstacles_of(rows: Sequence[Proposal]) -> dict[int, list[str]]:
    """The same of many, by primary key; asks the database twice however many they are."""
    waiting = list(
        Proposal.objects.filter(state=ProposalState.WAITING).only(
            "code", "replaces", "number", "signed_on", "effective_on"
        )
    )
    needed = {code for row in rows for code in _needed(row)}
    published = ProcedureVersion.objects.filter(procedure__code__in=needed, status=VersionStatus.PUBLISHED)
    known = set(published.values_list("procedure__code", flat=True))
    return {row.pk: _in_the_way(row, waiting, known) for row in rows}


def _turn(proposal: Proposal) -> tuple:
    """The order of the list: a decision whose day of signature is not known comes after those of its day."""
    return proposal.effective_on, proposal.signed_on or date.max, proposal.pk


def _needed(proposal: Proposal) -> list[str]:
    """Codes of which the catalogue must have something already."""
    if proposal.kind in {DecisionKind.AMENDED, DecisionKind.ABOLISHED}:
        return [proposal.code]
    return proposal.replaces if proposal.kind == DecisionKind.REPLACED else []


def _in_the_way(proposal: Proposal, waiting: Iterable[Proposal], known: set[str]) -> list[str]:
    if proposal.state == ProposalState.BROKEN:
        return list(proposal.problems)
    found = []
    touched = {proposal.code, *proposal.replaces}
    earlier = (
        other
        for other in waiting
        if touched & {other.code, *other.replaces} and _turn(other) < _turn(proposal)
    )
    if first := next(earlier, None):
        found.append(
            _("An earlier decision about %(code)s waits too, %(number)s: accept or reject that one first.")
            % {"code": first.code, "number": first.number or "–"}
        )
    if missing := [code for code in _needed(proposal) if code not in known]:
        found.append(
            _("The catalogue has no published version of %(codes)s yet; this waits until it has.")
            % {"codes": ", ".join(missing)}
        )
    return found


def doubts(proposal: Proposal, base: ProcedureVersion | None) -> list[str]:
    """What the keeper should know before accepting: nothing of it forbids it."""
    found = []
    if same_decision(proposal).filter(state=ProposalState.ACCEPTED).exists():
        found.append(_("This decision was accepted before, with another text of this procedure."))
    if proposal.kind == DecisionKind.NEW and base is not None:
        found.append(_("The catalogue has this procedure already: this becomes its next version."))
    if proposal.effective_on < timezone.localdate():
        found.append(
            _("It is in force already; dossiers received since then keep the version of their day (R2).")
        )
    if proposal.kind != DecisionKind.ABOLISHED and (steps := _steps_in_doubt(outcome(proposal, base))):
        found.append(steps)
    return found


def _steps_in_doubt(record: Record) -> str:
    """Internal steps that are missing, or longer than the shortest limit (R18)."""
    steps, limits = record.get("internal_steps", []), record.get("time_limits", [])
    if not steps:
        return str(NO_STEPS)
    offered = min((limit_hours(Decimal(str(one["amount"])), one["unit"]) for one in limits), default=None)
    needed = step_hours({"amount": Decimal(str(step["amount"])), "unit": step["unit"]} for step in steps)
    if offered is not None and needed > offered:
        return _(
            "Our internal steps need %(needed)s working hours, the new limit offers %(offered)s: accepting prepares"
            " a draft, in which they are shortened (R18)."
        ) % {"needed": f"{needed.normalize():f}", "offered": f"{offered.normalize():f}"}
    return ""


def days_late(proposal: Proposal, level: str) -> int:
    """Working days by which it was loaded into the national database too late; 0 = in time or not known (R4)."""
    if not (proposal.signed_on and proposal.loaded_on):
        return 0
    calendar = calendar_for(None)
    by = publication.load_by(level, proposal.signed_on, calendar)
    return publication.days_late(by, proposal.loaded_on, calendar)
