"""What the dossier page shows, gathered in a fixed number of queries."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from cases import deadlines, rules
from cases.admin import budget_bars, consultations, shown
from cases.admin.money import money_of
from cases.admin.post import post_of
from cases.admin.verbs import buttons
from cases.connections.population.facts import Outcome
from cases.desk_figures import is_boundary_free
from cases.letters import letters_of
from cases.models import Dossier, OnlineFiling, StepRun
from cases.papers import paper_steps_of
from cases.queries import promise_of, working_days_left
from cases.regime import needs_scan
from cases.scan_enums import TextState
from cases.services import portal_files, store_search
from cases.services.meanwhile import last_seen
from cases.services.population_check import offers_check
from cases.services.results import may_sign_result
from cases.services.stores import connected_store
from cases.timeline import responsibility_of
from notifications.enums import LETTER_COLOURS, LetterState
from onestop import access
from procedures.calendars import calendar_for
from procedures.enums import Channel
from procedures.working_time import WorkCalendar


def dossier_context(dossier: Dossier, user) -> dict:
    """Facts, papers, money, steps, letters, history and the proof of the due date."""
    calendar = calendar_for(dossier.competent_agency)
    letters = _letters(dossier, user)
    return {
        "dossier": dossier,
        "state_badge": shown.state_badge(dossier),
        "due": shown.due_with_words(dossier, working_days_left(dossier, calendar)),
        "buttons": buttons(user, dossier),
        "seen": last_seen(dossier),
        "online": _online(dossier),
        "checklist": _with_stores(dossier, checklist_of(dossier), user),
        "other_documents": dossier.documents.filter(component=None)
        .select_related("added_by", "signature_check")
        .prefetch_related("signatures"),
        "checks_applicant": offers_check(user, dossier),
        "missing_files": portal_files.missing(dossier),
        "signs_result": may_sign_result(dossier, user),
        "has_text": dossier.documents.filter(text_state=TextState.DONE).exists(),
        "paper_steps": paper_steps_of(dossier),
        "arrival": _arrival(dossier),
        "money": money_of(dossier, user),
        "post": post_of(dossier, user),
        "events": dossier.events.select_related("actor"),
        "steps": step_rows(dossier.step_runs.select_related("step", "unit", "officer")),
        "consultations": consultations.rows_of(dossier, user),
        "supplements": dossier.supplements.select_related("asked_by", "approved_by"),
        "reschedules": dossier.reschedules.select_related("signed_by"),
        "letters": letters,
        "issued_letters": [row["letter"] for row in letters if row["letter"].number],
        "promise": promise_of(dossier, calendar),
        "responsibility": responsibility_rows(dossier, calendar),
        "budgets": budget_bars.rows_of(dossier, calendar),
        "transfer": _transfer(dossier),
        "lookups": dossier.lookups.filter(outcome=Outcome.FOUND),
        "demands": dossier.demands.select_related("by"),
        "corrections": dossier.corrections.order_by("pk"),
        "corrects": bool(dossier.finished_at) and rules.is_clerk_of(user, dossier.receiving_desk),
        "reports_loss": bool(dossier.code) and rules.may_report_loss(user, dossier),
        "answer_due": shown.answer_due(dossier),
        "prints_receipt": bool(dossier.code) and rules.may_print_receipt(user, dossier),
        "new_tab": {"target": "_blank", "rel": "noopener"},
    }


def _online(dossier: Dossier) -> OnlineFiling | None:
    """What was answered in the e-form; a filing that a connected system brought in has none."""
    if dossier.channel != Channel.ONLINE:
        return None
    return OnlineFiling.objects.filter(dossier=dossier).first()


def checklist_of(dossier: Dossier) -> list[dict]:
    """Each component with how it came and how many of its scans are there."""
    rows = []
    for item in dossier.components.select_related("component").prefetch_related(
        "documents__signature_check", "documents__signatures"
    ):
        documents = list(item.documents.all())
        row = {"item": item, "documents": documents, "scans": "", "needed": 0}
        if needs_scan(dossier, item.provision):
            row["needed"] = item.originals
            complete = len(documents) >= item.originals
            text = _("%(scans)d of %(originals)d scans") % {
                "scans": len(documents),
                "originals": item.originals,
            }
            row["scans"] = shown.badge(text, "success" if complete else "warning")
        rows.append(row)
    return rows


def _with_stores(dossier: Dossier, rows: list[dict], user) -> list[dict]:
    """To each component where it could be searched for, and by its hash where a file was reused from."""
    reused = {one.sha256: one for one in dossier.store_lookups.exclude(reused_at=None).select_related("by")}
    may_search = store_search.may_search(dossier, user)
    for row in rows:
        row["sources"] = [reused[one.sha256] for one in row["documents"] if one.sha256 in reused]
        row["store"] = connected_store(row["item"].component) if may_search and not row["sources"] else None
    return rows


def step_rows(runs: Iterable[StepRun], now: datetime | None = None) -> list[dict]:
    """The control slip: each step with its due moment and whether it was early, on time or late (R17)."""
    rows = []
    for run in runs:
        punctuality = deadlines.punctuality_of(run.due_at, run.done_at, now)
        if punctuality:
            how = shown.how_badge(punctuality)
        else:
            how = "" if run.done_at else shown.badge(_("running"), "info")
        rows.append({"run": run, "name": run.step.name if run.step else run.name, "how": how})
    return rows


def responsibility_rows(dossier: Dossier, calendar: WorkCalendar, **more) -> dict | None:
    """Who used which time; the shares add up to the whole (R27). `more` goes to `responsibility_of`."""
    whole = responsibility_of(dossier, calendar, **more)
    return whole and {
        "shares": [
            {
                "who": shown.used_by(share.holder),
                "unit": share.holder.unit,
                "officer": share.holder.officer,
                "working": shown.duration(share.working_minutes),
                "clock": shown.duration(share.clock_minutes),
            }
            for share in whole.shares
        ],
        "working": shown.duration(whole.working_minutes),
        "clock": shown.duration(whole.clock_minutes),
    }


def _letters(dossier: Dossier, user) -> list[dict]:
    if not access.sees_dossiers(user):
        return []
    return [
        {
            "letter": letter,
            "badge": shown.badge(letter.get_state_display(), LETTER_COLOURS[LetterState(letter.state)]),
        }
        for letter in letters_of(dossier)
    ]


def _arrival(dossier: Dossier) -> dict | None:
    """Of a dossier that was received for another unit: when it arrived there, or until when it should (R15, R16)."""
    if not is_boundary_free(dossier):
        return None
    arrived, by = dossier.transferred_at, dossier.transfer_due_at
    ended = arrived or dossier.ended_at or timezone.now()
    # What was filed online passes at once.
    late = by is not None and dossier.channel != Channel.ONLINE and deadlines.is_late_transfer(ended, by)
    if arrived:
        words = _("arrived %(at)s") % {"at": shown.moment(arrived)}
    elif by:
        words = _("to be handed over by %(at)s") % {"at": shown.moment(by)}
    else:
        words = _("not received yet")
    return {
        "badge": shown.badge(_("received for another unit"), "info"),
        "words": words,
        "late": shown.badge(_("too late"), "danger") if late else "",
    }


def _transfer(dossier: Dossier) -> str:
    """Whether the dossier left the desk in time (R16)."""
    if not dossier.transfer_due_at or not dossier.transferred_at:
        return ""
    late = deadlines.is_late_transfer(dossier.transferred_at, dossier.transfer_due_at)
    return shown.badge(_("late transfer"), "danger") if late else shown.badge(_("in time"), "success")
