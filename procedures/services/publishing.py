"""From draft to published version, and from a published one to the next draft (R1, R2)."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from procedures.enums import VersionStatus
from procedures.models import (
    Component,
    FeeLine,
    Procedure,
    ProcedureForm,
    ProcedureStep,
    ProcedureVersion,
    TimeLimit,
)
from procedures.services.linting import Finding, lint

__all__ = ["CannotPublish", "Finding", "end", "lint", "new_draft", "publish"]

PARTS = (TimeLimit, Component, FeeLine, ProcedureStep)


class CannotPublish(ValueError):
    """A version that must not be published; the sentence says everything that is in the way."""

    @property
    def sentence(self) -> str:
        return str(self)


@transaction.atomic
def publish(version: ProcedureVersion) -> ProcedureVersion:
    """Publish a complete draft; the version before it ends the day before (Decree 63/2010 Arts 8.2, 15.1).

    Raises CannotPublish naming everything that is missing or wrong at once; then nothing was changed.
    """
    version = ProcedureVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if version.status != VersionStatus.DRAFT:
        raise CannotPublish(_("This version is already published."))
    wrong = [finding.sentence for finding in lint(version) if finding.blocking]
    if wrong:
        raise CannotPublish(" ".join(wrong))
    others = version.procedure.versions.filter(status=VersionStatus.PUBLISHED)
    latest = others.aggregate(start=Max("in_force_from"))["start"]
    if latest and version.in_force_from <= latest:
        raise CannotPublish(
            _("A version is in force from %(latest)s; this one must begin later.")
            % {"latest": f"{latest:%d/%m/%Y}"}
        )
    eve = version.in_force_from - timedelta(days=1)
    others.filter(Q(in_force_to__isnull=True) | Q(in_force_to__gt=eve)).update(in_force_to=eve)
    version.status = VersionStatus.PUBLISHED
    version.save()
    return version


@transaction.atomic
def end(procedure: Procedure, *, last_day: date, replaced_by: Procedure | None = None) -> None:
    """The procedure is abolished or replaced: nothing of it is in force after that day (R3).

    Raises CannotPublish when it has no version in force on that day that could end, or one that begins later; then
    nothing was changed.
    """
    versions = procedure.versions.select_for_update().filter(status=VersionStatus.PUBLISHED)
    facts = {"code": procedure.code, "day": f"{last_day:%d/%m/%Y}"}
    if versions.filter(in_force_from__gt=last_day).exists():
        raise CannotPublish(
            _("%(code)s cannot end on %(day)s: a version of it begins later. Settle that one first.") % facts
        )
    open_ones = versions.filter(Q(in_force_to__isnull=True) | Q(in_force_to__gte=last_day))
    if not open_ones.exists():
        raise CannotPublish(_("%(code)s has ended before %(day)s already.") % facts)
    open_ones.update(in_force_to=last_day)
    if replaced_by is not None:
        procedure.replaced_by = replaced_by
        procedure.save(update_fields=["replaced_by"])


@transaction.atomic
def new_draft(version: ProcedureVersion) -> ProcedureVersion:
    """A draft with everything that this version has: a published one is never edited (R2)."""
    highest = version.procedure.versions.aggregate(highest=Max("number"))["highest"]
    parts = [(model, list(model.objects.filter(version=version))) for model in PARTS]
    forms = list(version.forms.select_related("component"))
    draft = ProcedureVersion.objects.get(pk=version.pk)
    draft.pk = None
    draft._state.adding = True
    draft.number = highest + 1
    draft.status = VersionStatus.DRAFT
    draft.in_force_to = None
    draft.facts_hash = ""  # made by hand, so the seeds do not compare it
    draft.save()
    for model, rows in parts:
        for row in rows:
            row.pk = None
            row.version = draft
        model.objects.bulk_create(rows)
    papers = {paper.position: paper for paper in draft.components.all()}
    for form in forms:
        form.component = form.component and papers[form.component.position]
        form.pk, form.version = None, draft  # the file is one and the same until another one is chosen
    ProcedureForm.objects.bulk_create(forms)
    return draft
