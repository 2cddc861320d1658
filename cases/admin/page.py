"""What the dossier page shows, gathered in a fixed number of queries."""

from django.utils import timezone
from django.utils.translation import gettext as _

from cases import deadlines, rules
from cases.admin import shown
from cases.admin.verbs import buttons
from cases.enums import NEEDS_SCAN
from cases.models import Dossier
from cases.queries import fees_of, promise_of, working_days_left
from notifications.enums import LETTER_COLOURS, LetterState
from notifications.models import Letter
from onestop import access
from procedures.calendars import calendar_for


def dossier_context(dossier: Dossier, user) -> dict:
    """Facts, papers, money, steps, letters, history and the proof of the due date."""
    calendar = calendar_for(dossier.competent_agency)
    return {
        "dossier": dossier,
        "state_badge": shown.state_badge(dossier),
        "due": shown.due_with_words(dossier, working_days_left(dossier, calendar)),
        "buttons": buttons(user, dossier),
        "checklist": checklist_of(dossier),
        "other_documents": dossier.documents.filter(component=None).select_related("added_by"),
        "money": _money(dossier),
        "events": dossier.events.select_related("actor"),
        "steps": _steps(dossier),
        "supplements": dossier.supplements.select_related("asked_by", "approved_by"),
        "reschedules": dossier.reschedules.select_related("signed_by"),
        "letters": _letters(dossier, user),
        "promise": promise_of(dossier, calendar),
        "transfer": _transfer(dossier),
        "prints_receipt": bool(dossier.code) and rules.may_print_receipt(user, dossier),
        "new_tab": {"target": "_blank", "rel": "noopener"},
    }


def checklist_of(dossier: Dossier) -> list[dict]:
    """Each component with how it came and how many of its scans are there."""
    rows = []
    for item in dossier.components.select_related("component").prefetch_related("documents"):
        documents = list(item.documents.all())
        row = {"item": item, "documents": documents, "scans": ""}
        if item.provision in NEEDS_SCAN:
            complete = len(documents) >= item.originals
            text = _("%(scans)d of %(originals)d scans") % {
                "scans": len(documents),
                "originals": item.originals,
            }
            row["scans"] = shown.badge(text, "success" if complete else "warning")
        rows.append(row)
    return rows


def _money(dossier: Dossier) -> dict:
    fees = fees_of(dossier)
    return {
        "fees": [(line.name, shown.money(line.amount)) for line in fees.lines],
        "payments": [(payment, shown.money(payment.amount)) for payment in fees.payments],
        "owed": shown.money(fees.owed),
        "badge": shown.badge(_("to be paid"), "warning")
        if fees.owed
        else shown.badge(_("settled"), "success"),
    }


def _steps(dossier: Dossier) -> list[dict]:
    """The control slip: each step with its due moment and whether it was early, on time or late (R17)."""
    now = timezone.now()
    rows = []
    for run in dossier.step_runs.select_related("step", "unit", "officer"):
        how = ""
        if run.due_at and run.done_at:
            how = shown.punctuality_badge(run.due_at, run.done_at)
        elif run.due_at and deadlines.punctuality(run.due_at, now) == deadlines.Punctuality.LATE:
            how = shown.badge(_("late"), "danger")
        elif not run.done_at:
            how = shown.badge(_("running"), "info")
        rows.append({"run": run, "name": run.step.name if run.step else run.name, "how": how})
    return rows


def _letters(dossier: Dossier, user) -> list[dict]:
    if not dossier.code or not access.sees_dossiers(user):
        return []
    return [
        {
            "letter": letter,
            "badge": shown.badge(letter.get_state_display(), LETTER_COLOURS[LetterState(letter.state)]),
        }
        for letter in Letter.objects.filter(reference=dossier.code)
    ]


def _transfer(dossier: Dossier) -> str:
    """Whether the dossier left the desk in time (R16)."""
    if not dossier.transfer_due_at or not dossier.transferred_at:
        return ""
    late = deadlines.is_late_transfer(dossier.transferred_at, dossier.transfer_due_at)
    return shown.badge(_("late transfer"), "danger") if late else shown.badge(_("in time"), "success")
