"""What the National Database on Administrative Procedures proposes: the list, and each one beside what holds now."""

import json
from contextlib import suppress

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from cases.connections.systems import System
from cases.errors import CaseError
from cases.services import procedure_database
from onestop import access
from onestop.admin import badge
from onestop.admin_forms import OfficeForm
from onestop.outside import OutsideError
from procedures import proposed, record_words
from procedures.differences import Difference, Mark
from procedures.enums import DecisionKind, ProposalState, VersionStatus
from procedures.models import ProcedureVersion, Proposal
from procedures.seeds.keys import RECORD
from procedures.services import proposals

LONGEST_SHOWN = 2000
MOST = 100
MOST_DECIDED = 20
KIND_COLOURS = {
    DecisionKind.NEW: "success",
    DecisionKind.AMENDED: "info",
    DecisionKind.REPLACED: "warning",
    DecisionKind.ABOLISHED: "danger",
}
STATE_COLOURS = {
    ProposalState.WAITING: "info",
    ProposalState.ACCEPTED: "success",
    ProposalState.REJECTED: "default",
    ProposalState.BROKEN: "danger",
    ProposalState.OUTDATED: "default",
}
MARKS = {
    Mark.SAME: ("", ""),
    Mark.ADDED: (gettext_lazy("Added"), "success"),
    Mark.REMOVED: (gettext_lazy("Removed"), "danger"),
    Mark.CHANGED: (gettext_lazy("Changed"), "warning"),
}
IN_ORDER = tuple(RECORD)
# What applicants feel first.
PARTS_FIRST = ("time_limits", "fees", "components", "forms", "internal_steps")


class ReasonForm(OfficeForm):
    reason = forms.CharField(
        label=gettext_lazy("Reason for rejecting"), max_length=1000, widget=forms.Textarea({"rows": 3})
    )


def _looks(request) -> None:
    if not (access.keeps_catalogue(request.user) or access.sees_connections(request.user)):
        raise PermissionDenied


@require_safe
def page(request):
    """What waits, in the order in which it comes into force; what cannot be read; what was decided last."""
    _looks(request)
    waiting = proposed.waiting().filter(state=ProposalState.WAITING)
    broken = proposed.waiting().filter(state=ProposalState.BROKEN)
    decided = Proposal.objects.filter(decided_at__isnull=False).select_related("decided_by")
    context = {
        "title": System.PROCEDURES.label,
        "connected": procedure_database.is_connected(),
        "rows": _rows(list(waiting.select_related("version")[:MOST])),
        "waiting_count": waiting.count(),
        "most": MOST,
        "broken": broken.order_by("-pk")[:MOST],
        "decided": _decided(list(decided.order_by("-decided_at")[:MOST_DECIDED])),
        "may_act": access.keeps_catalogue(request.user),
    }
    return _shown(request, "cases/admin/procedure_database.html", context)


def _rows(waiting: list[Proposal]) -> list[dict]:
    obstacles = proposed.obstacles_of(waiting)
    names = proposed.names_of(one.code for one in waiting if not one.content)
    return [
        {
            "proposal": one,
            "name": one.content.get("name_vi") or names.get(one.code, ""),
            "kind": badge(one.get_kind_display(), KIND_COLOURS[DecisionKind(one.kind)]),
            "obstacles": obstacles[one.pk],
            "is_draft": one.version is not None and one.version.status == VersionStatus.DRAFT,
        }
        for one in waiting
    ]


def _decided(rows: list[Proposal]) -> list[dict]:
    names = proposed.names_of(one.code for one in rows if not one.content)
    return [
        {
            "proposal": one,
            "name": one.content.get("name_vi") or names.get(one.code, ""),
            "state": badge(one.get_state_display(), STATE_COLOURS[ProposalState(one.state)]),
        }
        for one in rows
    ]


@require_safe
def one(request, pk: int):
    """One procedure of a decision: what holds now beside what is proposed, and what should be known before."""
    _looks(request)
    proposal = get_object_or_404(Proposal.objects.select_related("decided_by", "version__procedure"), pk=pk)
    return _shown(request, "cases/admin/procedure_proposal.html", _facts(request, proposal, ReasonForm()))


def _facts(request, proposal: Proposal, form: ReasonForm) -> dict:
    is_open = proposal.state in proposed.LIVE
    context = {
        "title": f"{proposal.code or '–'} · {proposal.number or _('no number')}",
        "proposal": proposal,
        "state": badge(proposal.get_state_display(), STATE_COLOURS[ProposalState(proposal.state)]),
        "form": form,
        "may_act": is_open and access.keeps_catalogue(request.user),
    }
    if proposal.problems:
        return context | {"problems": proposal.problems, "raw": _legible(proposal.raw)}
    base = proposed.base_of(proposal)
    level = proposal.content.get("level") or (base.level if base else "")
    context |= {
        "kind": badge(proposal.get_kind_display(), KIND_COLOURS[DecisionKind(proposal.kind)]),
        "name": proposal.content.get("name_vi") or (base.name_vi if base else ""),
        "days_late": proposed.days_late(proposal, level) if level else 0,
    }
    if is_open:
        context |= {"base": base, "running": procedure_database.running_on(base) if base else 0}
        difference = proposed.difference_of(proposal, base)
        context |= {
            "obstacles": proposed.obstacles(proposal),
            "doubts": proposed.doubts(proposal, base),
            "lacks": _lacks(proposal.version),
            **_difference(difference),
            "is_abolished": proposal.kind == DecisionKind.ABOLISHED,
        }
    return context


def _legible(raw: str) -> str:
    """What came, with its letters instead of their numbers where it is whole."""
    with suppress(ValueError):
        raw = json.dumps(json.loads(raw), ensure_ascii=False).encode("utf-8", "replace").decode()
    return raw[:LONGEST_SHOWN]


def _lacks(draft: ProcedureVersion | None) -> list[str]:
    """What the draft that was prepared still lacks."""
    if draft is None or draft.status != VersionStatus.DRAFT:
        return []
    return proposals.lacking(draft)


def _difference(difference: Difference) -> dict:
    parts = sorted(difference.parts, key=lambda part: PARTS_FIRST.index(part.name))
    return {
        "differs": bool(difference),
        "parts": [
            {
                "name": record_words.name(part.name),
                "is_reordered": part.is_reordered,
                "rows": [_compared(part.name, row) for row in part.rows],
            }
            for part in parts
        ],
        "fields": [
            {
                "name": record_words.name(field.name),
                "before": record_words.value(field.name, field.before),
                "after": record_words.value(field.name, field.after),
            }
            for field in sorted(difference.fields, key=lambda field: IN_ORDER.index(field.name))
            if field.name != "code"  # stands above
        ],
    }


def _compared(part: str, row) -> dict:
    text, colour = MARKS[row.mark]
    return {
        "mark": badge(text, colour) if text else "",
        "before": "" if row.before is None else record_words.row(part, row.before),
        "after": "" if row.after is None else record_words.row(part, row.after),
    }


@require_POST
def accept(request, pk: int):
    """Into the catalogue, through the doors of versions."""
    proposal = get_object_or_404(Proposal, pk=pk)
    try:
        proposal = proposals.accept(proposal, by=request.user)
    except proposals.PreparedOnly as error:
        messages.warning(
            request,
            _("A draft is prepared. Complete it, then accept again: %(lacks)s") % {"lacks": error},
        )
    except proposals.CannotAccept as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The catalogue has it now, from the day on which it takes effect."))
    return redirect("admin:procedure_proposal", pk)


@require_POST
def reject(request, pk: int):
    """The catalogue stays as it is; the reason is kept."""
    proposal = get_object_or_404(Proposal, pk=pk)
    form = ReasonForm(request.POST)
    if not form.is_valid() and access.keeps_catalogue(request.user):
        return _shown(request, "cases/admin/procedure_proposal.html", _facts(request, proposal, form))
    try:
        proposals.reject(proposal, by=request.user, reason=form.cleaned_data.get("reason", ""))
    except proposals.CannotAccept as error:
        messages.error(request, str(error))
        return redirect("admin:procedure_proposal", pk)
    messages.success(request, _("It is rejected; the catalogue stays as it is."))
    return redirect("admin:procedure_database")


@require_POST
def fetch(request):
    """Ask the database now for what is new, or for everything again."""
    try:
        counts = procedure_database.fetch_by_hand(by=request.user, from_start="from_start" in request.POST)
    except CaseError as error:
        messages.error(request, error.sentence)
    except OutsideError as error:
        messages.error(
            request, _("%(system)s: %(reason)s") % {"system": System.PROCEDURES.label, "reason": error}
        )
    else:
        new, broken = counts["waiting"], counts["broken"]
        sentence = ngettext("%(count)d new proposal.", "%(count)d new proposals.", new) % {"count": new}
        if broken:
            sentence += " " + ngettext("%(count)d cannot be read.", "%(count)d cannot be read.", broken) % {
                "count": broken
            }
        messages.success(request, sentence)
    return redirect("admin:procedure_database")


@require_safe
def export(request):
    """Our procedures as a file, in the form in which the database tells its own."""
    if not access.keeps_catalogue(request.user):
        raise PermissionDenied
    response = HttpResponse(
        procedure_database.export_catalogue(), content_type="application/json; charset=utf-8"
    )
    name = f"procedures-{timezone.localdate():%Y-%m-%d}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _shown(request, template: str, context: dict):
    request.current_app = admin.site.name
    return TemplateResponse(request, template, admin.site.page_context(request, **context))
