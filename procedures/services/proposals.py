"""What the national database proposes becomes part of the catalogue only when a person accepts it (R1, R2, R4).

Accepting goes through the doors that versions have always had: `write_version` for a draft, `publish`, `end`.
"""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from onestop import access
from procedures import record_words
from procedures.decisions import LONGEST_CODE, LONGEST_NAME, LONGEST_NUMBER, Told, judged
from procedures.enums import DecisionKind, ProposalState, VersionStatus
from procedures.models import (
    Component,
    DecisionCursor,
    ElectronicSource,
    Procedure,
    ProcedureForm,
    ProcedureVersion,
    Proposal,
    Staff,
)
from procedures.proposed import LIVE, NO_STEPS, base_of, obstacles, proposed, says_what_holds
from procedures.records import facts_of
from procedures.services import publishing
from procedures.services.catalogue import write_version

LONGEST_RAW = 20_000
LONGEST_PROBLEM, MOST_PROBLEMS = 600, 20


class CannotAccept(ValueError):
    """A proposal that cannot be accepted or rejected now; the text says why and what to do."""


class PreparedOnly(CannotAccept):
    """The version is there as a draft, and must be completed before it can be published; nothing else changed."""


# --- What comes in ------------------------------------------------------------------------------------


@transaction.atomic
def take(told: Iterable[Told], *, cursor: str | None = None, is_of_database: bool = True) -> Counter[str]:
    """Keep what was told, each text once, and move the cursor with it; nothing of it holds yet.

    Of several texts of the same procedure and decision the one that was told last waits. Returns how many are
    `waiting` (new ones, or at last legible), `broken` or `known`. A file (not `is_of_database`) may lack numbers and days of signature.
    """
    place, _is_new = DecisionCursor.objects.select_for_update().get_or_create(id=1)
    counts: Counter[str] = Counter()
    for one in told:
        row = _row_of(one, is_of_database=is_of_database)
        known = Proposal.objects.filter(payload_hash=row.payload_hash).first()
        if row.code and row.number:
            Proposal.objects.filter(
                code=row.code, number=row.number, signed_on=row.signed_on, state__in=LIVE
            ).exclude(payload_hash=row.payload_hash).update(state=ProposalState.OUTDATED)
        if known is None:
            row.save()
            counts[row.state] += 1
        else:
            counts[_told_again(known, row)] += 1
    if cursor is not None:
        place.value, place.moved_at = cursor, timezone.now()
        place.save()
    return counts


def _told_again(known: Proposal, row: Proposal) -> str:
    """What could not be read is judged anew, an outdated text that is told last waits again, and a day that is told
    later is added. Returns how it is counted.
    """
    if known.state in {ProposalState.BROKEN, ProposalState.OUTDATED}:
        row.pk, row.version_id, row.base_id = known.pk, known.version_id, known.base_id
        row.loaded_on = row.loaded_on or known.loaded_on
        row.save(force_update=True)
        was_broken = known.state == ProposalState.BROKEN
        return row.state if was_broken and row.state == ProposalState.WAITING else "known"
    if row.loaded_on and not row.problems and row.loaded_on != known.loaded_on:
        if known.version_id:
            ours = Q(loaded_on__isnull=True) | Q(loaded_on=known.loaded_on)
            ProcedureVersion.objects.filter(ours, pk=known.version_id).update(loaded_on=row.loaded_on)
        known.loaded_on = row.loaded_on
        known.save(update_fields=["loaded_on"])
    return "known"


def _row_of(told: Told, *, is_of_database: bool) -> Proposal:
    payload_hash = told.hash
    told = judged(told, today=timezone.localdate(), is_of_database=is_of_database)
    problems = list(told.problems)
    if not problems and told.kind != DecisionKind.ABOLISHED:
        facts_of({**told.content, "code": told.code}, problems)
        problems = [record_words.in_words(problem) for problem in problems]
    row = Proposal(
        number=_storable(told.number, LONGEST_NUMBER),
        signed_on=told.signed_on,
        agency=_storable(told.agency, LONGEST_NAME),
        effective_on=told.effective_on,
        loaded_on=told.loaded_on,  # not the day on which we saw it: who is late would be measured by our nights (R4)
        kind=told.kind if told.kind in DecisionKind.values else "",
        code=_storable(told.code, LONGEST_CODE),
        payload_hash=payload_hash,
        problems=[problem[:LONGEST_PROBLEM] for problem in problems[:MOST_PROBLEMS]],
        fetched_at=timezone.now(),
    )
    if problems:
        row.state = ProposalState.BROKEN
        row.raw = (told.raw or json.dumps(told.content))[:LONGEST_RAW]
    else:
        row.content, row.replaces, row.replaced_by = told.content, list(told.replaces), told.replaced_by
    return row


def _storable(text: str, longest: int) -> str:
    """Of what cannot be read as much as the database takes."""
    clean = text.encode("utf-8", "replace").decode().replace("\x00", "?")
    return clean[:longest]


def cursor() -> str:
    return DecisionCursor.objects.filter(id=1).values_list("value", flat=True).first() or ""


# --- What a person decides ------------------------------------------------------------------------------


def accept(proposal: Proposal, *, by: Staff) -> Proposal:
    """Make it part of the catalogue: a version from the day of effect, and the end of what it abolishes or replaces.

    A version that lacks something (R1), or has no internal steps or too long ones (R18), stays a draft, is linked,
    and `PreparedOnly` says what it lacks: who keeps the catalogue completes it and accepts again. Where a version
    of this very decision is published already, with the same content, only the day of loading is added to it, and
    what it replaces ends unless it has.

    Raises PermissionDenied, CannotAccept.
    """
    with transaction.atomic():
        proposal = _locked(proposal, by)
        if wrong := obstacles(proposal):
            raise CannotAccept(" ".join(wrong))
        draft_lacks = _carried_out(proposal)
        if not draft_lacks:
            proposal.state = ProposalState.ACCEPTED
            proposal.decided_by, proposal.decided_at = by, timezone.now()
        proposal.save()
    if draft_lacks:
        raise PreparedOnly(draft_lacks)
    return proposal


def reject(proposal: Proposal, *, by: Staff, reason: str) -> Proposal:
    """Leave the catalogue as it is, with a reason; also of what cannot be read. A draft made of it stays.

    Raises PermissionDenied, CannotAccept.
    """
    reason = reason.strip()
    with transaction.atomic():
        proposal = _locked(proposal, by)
        if not reason:
            raise CannotAccept(_("Say why it is rejected."))
        proposal.state, proposal.reason = ProposalState.REJECTED, reason
        proposal.decided_by, proposal.decided_at = by, timezone.now()
        proposal.save()
        return proposal


def _locked(proposal: Proposal, by: Staff) -> Proposal:
    if not access.keeps_catalogue(by):
        raise PermissionDenied
    # Everybody who decides goes through here one after the other: two decisions may be about one procedure.
    DecisionCursor.objects.select_for_update().get_or_create(id=1)
    proposal = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    if proposal.state not in LIVE:
        raise CannotAccept(
            _("Somebody has decided about it already: %(state)s.") % {"state": proposal.get_state_display()}
        )
    return proposal


def _carried_out(proposal: Proposal) -> str:
    """Returns what the draft lacks; then nothing but the draft was made."""
    eve = proposal.effective_on - timedelta(days=1)
    if proposal.kind == DecisionKind.ABOLISHED:
        procedure = Procedure.objects.get(code=proposal.code)
        successor = Procedure.objects.filter(code=proposal.replaced_by).first()
        _ended(procedure, eve, successor)
        return ""
    base = base_of(proposal)
    if base is not None and _is_the_same(proposal, base):
        if base.loaded_on is None:
            ProcedureVersion.objects.filter(pk=base.pk).update(loaded_on=proposal.loaded_on)
        proposal.version = base
        still_open = [one for one in _replaced(proposal) if not _has_ended(one, eve)]
    else:
        if proposal.version is None:
            proposal.version, proposal.base = _draft(proposal, base), base
        version = proposal.version
        if version.status == VersionStatus.DRAFT and (lacks := _published(version)):
            return lacks
        still_open = _replaced(proposal)
    for procedure in still_open:
        _ended(procedure, eve, proposal.version.procedure)
    return ""


def _replaced(proposal: Proposal) -> list[Procedure]:
    return list(Procedure.objects.filter(code__in=proposal.replaces))


def _has_ended(procedure: Procedure, last_day: date) -> bool:
    """Whether the office ended it before that day by itself."""
    published = procedure.versions.filter(status=VersionStatus.PUBLISHED)
    return not published.filter(Q(in_force_to__isnull=True) | Q(in_force_to__gte=last_day)).exists()


def _is_the_same(proposal: Proposal, base: ProcedureVersion) -> bool:
    """Whether our version was published by this very decision and says the same: the office was first."""
    same = (base.procedure.code, base.publication_decision, base.decision_signed_on)
    return (
        same == (proposal.code, proposal.number, proposal.signed_on)
        and bool(proposal.number)
        and says_what_holds(proposal, base)
    )


def lacking(draft: ProcedureVersion) -> list[str]:
    """Why a draft made of a proposal cannot be published yet: internal steps (R18), and what forbids publishing."""
    missing = [] if draft.steps.exists() else [NO_STEPS]
    return [str(one) for one in missing] + [one.sentence for one in publishing.lint(draft) if one.blocking]


def _published(version: ProcedureVersion) -> str:
    """Publish it; or what is in the way, with everything named at once."""
    if lacks := lacking(version):
        return " ".join(lacks)
    try:
        with transaction.atomic():
            publishing.publish(version)
    except publishing.CannotPublish as error:
        return error.sentence
    version.refresh_from_db()
    return ""


def _ended(procedure: Procedure, last_day: date, successor: Procedure | None) -> None:
    try:
        publishing.end(procedure, last_day=last_day, replaced_by=successor)
    except publishing.CannotPublish as error:
        raise CannotAccept(error.sentence) from error


def _draft(proposal: Proposal, base: ProcedureVersion | None) -> ProcedureVersion:
    """The next version of the procedure as a draft, with what is kept here of the forms."""
    problems: list[str] = []
    record = proposed(proposal, base)
    facts = facts_of(record, problems)
    if problems or facts is None:
        raise CannotAccept(" ".join(problems))
    procedure, _is_new = Procedure.objects.get_or_create(code=proposal.code)
    highest = procedure.versions.aggregate(highest=Max("number"))["highest"] or 0
    version = write_version(procedure, ProcedureVersion(number=highest + 1), facts, proposal.effective_on)
    for position, code in facts.results_of.items():
        source, _is_new = Procedure.objects.get_or_create(code=code)  # its versions may come later
        Component.objects.filter(version=version, position=position).update(result_of=source)
    sources = {row["electronic_source"] for row in facts.components if row.get("electronic_source")}
    ElectronicSource.objects.bulk_create(
        [ElectronicSource(name=name) for name in sorted(sources)], ignore_conflicts=True
    )
    if base is not None:
        _keep_files(base, version, {form["name_vi"] for form in record.get("forms", [])})
    return version


def _keep_files(base: ProcedureVersion, version: ProcedureVersion, names: set[str]) -> None:
    """A form whose file is kept here goes on with the new version, when that still has a form of its name."""
    made = {form.name_vi: form for form in version.forms.all()}
    papers = {paper.name_vi: paper for paper in version.components.all()}
    for old in base.forms.exclude(file="").filter(name_vi__in=names).select_related("component"):
        form = made.get(old.name_vi) or ProcedureForm(
            version=version,
            position=old.position,
            name_vi=old.name_vi,
            name_en=old.name_en,
            component=old.component and papers.get(old.component.name_vi),
        )
        for column in ("file", "file_name", "mime_type", "size", "sha256"):
            setattr(form, column, getattr(old, column))
        form.save()
