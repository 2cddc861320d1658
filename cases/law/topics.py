"""The topics of published cases. To add one: a function here or in a module of its own, a line in TOPICS."""

from collections.abc import Callable
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import codes as dossier_codes
from cases import deadlines, responsibility
from cases.law import evaluation, portal
from cases.law.files import Inputs
from cases.law.installation import Installation
from procedures import codes as national_codes
from procedures import fees as fee_rules
from procedures import publication as publication_rules
from procedures import regimes as rule_sets
from procedures import steps as step_rules
from procedures.enums import Channel, Level

Answer = dict[str, object]


def due_dates(case: Inputs, installation: Installation) -> Answer:
    """R10, R11, R18, R23–R26."""
    deadline = deadlines.due_date(
        case.moment("received"),
        _limit(case),
        installation.calendar(case),
        last_minutes=case.whole("last_minutes", 0),
        excluded=[_excluded(case.within("excluded", row)) for row in case.items("excluded")],
        extension=_extension(case.mapping("extension")) if "extension" in case else None,
    )
    return {
        "counts_as_received_at": deadline.counts_as_received_at,
        "due_at": deadline.due_at,
        "provisional": deadline.provisional,
    }


def transfer(case: Inputs, installation: Installation) -> Answer:
    """R16."""
    by = deadlines.transfer_by(
        case.moment("received_at"),
        installation.calendar(case),
        online=_channel(case) == Channel.ONLINE,
        cutoff=case.clock(case.first_of("cutoff", "transfer_cutoff"), deadlines.TRANSFER_CUTOFF),
        first_hour_minutes=case.whole("first_hour_minutes", deadlines.FIRST_HOUR_MINUTES),
    )
    late = deadlines.is_late_transfer(case.moment("transferred_at"), by) if "transferred_at" in case else None
    return {"transfer_by": by, "late_transfer": late}


def boundary_free(case: Inputs, installation: Installation) -> Answer:
    """R15."""
    calendar = installation.calendar(case)
    expected = deadlines.expected_arrival(case.moment("received_at"), calendar)
    printed = deadlines.due_date(expected, _limit(case), calendar).due_at
    answer: Answer = {"expected_arrival_at": expected, "printed_due_at": printed}
    if "arrived_at" in case:
        corrected = deadlines.due_date(case.moment("arrived_at"), _limit(case), calendar).due_at
        answer |= {"corrected_due_at": corrected, "due_changed": corrected != printed}
    return answer


def apology(case: Inputs, installation: Installation) -> Answer:
    """R29."""
    calendar = installation.calendar(case)
    due_at = case.moment("due_at")
    by = deadlines.apology_by(
        due_at,
        case.moment("received_at"),
        calendar,
        days_before=case.whole("apology_days_before", deadlines.APOLOGY_DAYS_BEFORE),
    )
    days = case.wholes("warn_days") or list(deadlines.WARN_DAYS)
    warnings = deadlines.warning_days(due_at, calendar, days)
    return {"apology_by": by} | {f"warn_t{n}_on": day for n, day in zip(days, warnings, strict=True)}


def reschedule(case: Inputs, installation: Installation) -> Answer:
    """R30, R31."""
    error = deadlines.reschedule_refusal(
        current_due_at=case.moment("current_due_at"),
        new_due_at=case.moment("new_due_at"),
        reschedules_in_dossier=case.whole("reschedules_in_dossier", 0),
        reschedules_in_cycle=case.whole("reschedules_in_cycle", 0),
        scope=case.text(case.first_of("reschedule_scope", "scope"), settings.RESCHEDULE_SCOPE),
        reason=case.text("reason", ""),
        signed_by_head=case.text("signed_by_role", "") == "head",
        calendar=installation.calendar(case),
    )
    return {"accepted": error is None, "error": error}


def closing(case: Inputs, installation: Installation) -> Answer:
    """R28."""
    after = deadlines.may_stop_after(
        case.moment("requested_at"),
        installation.calendar(case),
        working_days=case.whole(
            case.first_of("working_days", "close_after_working_days"), deadlines.CLOSE_AFTER_WORKING_DAYS
        ),
    )
    answer: Answer = {"may_close_after": after}
    if "now" in case:
        answer["may_close"] = deadlines.may_stop(case.moment("now"), after)
    return answer


def codes(case: Inputs, installation: Installation) -> Answer:
    """R6 and the codes of agencies and procedures."""
    kinds: dict[str, Callable[[str], bool]] = {
        "dossier": dossier_codes.is_dossier_code,
        "dossier_old": lambda value: dossier_codes.is_dossier_code(value, "old"),
        "dossier_new": lambda value: dossier_codes.is_dossier_code(value, "new"),
        "procedure": national_codes.is_procedure_code,
        "agency_new": national_codes.is_agency_code,
        "agency_old": lambda value: national_codes.is_agency_code(value, old=True),
    }
    kind = case.text("kind")
    if kind not in kinds:
        raise case.bad(
            "kind", _("“%(kind)s” is not one of: %(kinds)s") % {"kind": kind, "kinds": ", ".join(kinds)}
        )
    return {"valid": kinds[kind](case.text("value"))}


def code_sequence(case: Inputs, installation: Installation) -> Answer:
    """R6."""
    issued = case.texts("issued")
    return {"next": dossier_codes.next_code(case.text("agency"), case.day("date"), issued)}


def fees(case: Inputs, installation: Installation) -> Answer:
    """R38: all lines of the version that are charged by this channel, conditional ones only when named."""
    lines = installation.fee_lines(case.text("procedure"), _day_of_fees(case))
    condition = case.text(case.first_of("when", "condition"), "")
    amounts = [
        fee_rules.fee_amount(
            line,
            pages=case.whole("pages", 1),
            copies=case.whole("copies", 1),
            quantity=case.whole("quantity", 1),
        )
        for line in lines
        if fee_rules.applies(line, _channel(case)) and line.condition in {"", condition}
    ]
    per_copy = [amount.per_copy for amount in amounts if amount.per_copy is not None]
    return {
        "per_copy": sum(per_copy) if per_copy else None,
        "total": sum(amount.total for amount in amounts),
    }


def regimes(case: Inputs, installation: Installation) -> Answer:
    """R8."""
    received_on = case.day("received_on")
    in_force = {
        "mechanism": rule_sets.mechanism_on(received_on),
        "online_services": rule_sets.online_services_on(received_on),
    }
    if "form_issued_on" in case:
        in_force["forms"] = rule_sets.forms_on(case.day("form_issued_on"))
    return {key: regime.name if regime else None for key, regime in in_force.items()}


def publication(case: Inputs, installation: Installation) -> Answer:
    """R4."""
    level = case.text("level")
    if level not in Level.values:
        raise case.bad("level", _("“%(level)s” is not a level") % {"level": level})
    calendar = installation.calendar(case)
    answer: Answer = {}
    if "text_effective_on" in case:
        answer["sign_by"] = publication_rules.sign_by(level, case.day("text_effective_on"), calendar)
        if "signed_on" in case:
            answer["signed_on_time"] = case.day("signed_on") <= answer["sign_by"]
    if "signed_on" in case:
        answer["load_by"] = publication_rules.load_by(level, case.day("signed_on"), calendar)
        if "loaded_on" in case:
            answer["loaded_on_time"] = case.day("loaded_on") <= answer["load_by"]
    return answer


def steps(case: Inputs, installation: Installation) -> Answer:
    """R17, R18."""
    if case.text("kind") == "handover":
        return {"result": deadlines.punctuality(case.moment("due_at"), case.moment("handed_over_at")).value}
    hours = step_rules.step_hours(
        {"amount": hours, "unit": "working_hour"} for hours in case.numbers("step_hours")
    )
    limit = step_rules.limit_hours(case.number("limit_working_days"), "working_day")
    return {"total_hours": hours, "total_days": hours / step_rules.HOURS_PER_DAY, "fits": hours <= limit}


def supplements(case: Inputs, installation: Installation) -> Answer:
    """R19, R27, R52: restart and subtraction side by side (T1)."""
    calendar = installation.calendar(case)
    received_at, limit = case.moment("received_at"), _limit(case)
    waits = [_wait(case.within("supplements", row)) for row in case.items("supplements")]
    request_by = deadlines.request_supplement_by(
        received_at,
        calendar,
        working_days=case.whole("supplement_limit_working_days", deadlines.SUPPLEMENT_LIMIT_WORKING_DAYS),
    )
    first_due_at = deadlines.due_date(received_at, limit, calendar).due_at
    # Every completion starts the whole limit afresh, in the same way as the reception.
    restarts = [wait.ends for wait in waits if wait.ends is not None]
    legal_due_at = deadlines.due_date(max(restarts, default=received_at), limit, calendar).due_at
    answer: Answer = {
        "request_by": request_by,
        "first_due_at": first_due_at,
        "legal_due_at": legal_due_at,
        "first_request_late": bool(waits) and _is_late(request_by, min(wait.begins for wait in waits)),
        "waiting_hours": responsibility.waiting_hours(waits),
    }
    if "ended_at" in case:
        ended_at = case.moment("ended_at")
        answer |= {
            "adjusted_end": responsibility.adjusted_end(ended_at, waits),
            "on_time_legal": not _is_late(legal_due_at, ended_at),
            "on_time_766": responsibility.on_time_766(
                first_due_at,
                ended_at,
                waits,
                multiple_requests_overdue=case.text("multiple_requests_overdue", "always"),
            ),
            "agency_working_minutes": responsibility.agency_working_minutes(
                received_at, ended_at, waits, calendar
            ),
        }
    return answer


TOPICS: dict[str, Callable[[Inputs, Installation], Answer]] = {
    "apology": apology,
    "boundary_free": boundary_free,
    "closing": closing,
    "code_sequence": code_sequence,
    "codes": codes,
    "decision_766": evaluation.decision_766,
    "due_dates": due_dates,
    "feedback": evaluation.feedback_clocks,
    "fees": fees,
    "nine_indicators": evaluation.nine_indicators,
    "on_time_766": evaluation.on_time_766,
    "portal_dates": portal.portal_dates,
    "publication": publication,
    "regimes": regimes,
    "reschedule": reschedule,
    "statuses": portal.statuses,
    "steps": steps,
    "supplements": supplements,
    "transfer": transfer,
}


def _limit(case: Inputs) -> deadlines.Limit:
    return deadlines.Limit(
        amount=case.number("amount") if "amount" in case else None,
        unit=case.text("unit"),
        cutoff=case.clock(case.first_of("cutoff", "same_day_cutoff")),
    )


def _extension(extension: Inputs) -> deadlines.Extension:
    agreed = extension.first_of("agreed_on", "date")
    return deadlines.Extension(
        amount=extension.number("amount") if "amount" in extension else None,
        unit=extension.text("unit", "working_day"),
        mode=extension.text("mode"),
        agreed_on=extension.day(agreed) if agreed in extension else None,
    )


def _wait(supplement: Inputs) -> responsibility.Wait:
    completed = supplement.moment("completed_at") if "completed_at" in supplement else None
    return responsibility.Wait(supplement.moment("requested_at"), completed)


def _is_late(due_at: datetime, moment: datetime) -> bool:
    return deadlines.punctuality(due_at, moment) is deadlines.Punctuality.LATE


def _excluded(period: Inputs) -> deadlines.Excluded:
    return deadlines.Excluded(period.day("from"), period.day("to"))


def _channel(case: Inputs) -> str:
    channel = case.text("channel", Channel.DESK)
    if channel not in Channel.values:
        raise case.bad("channel", _("“%(channel)s” is not a channel") % {"channel": channel})
    return channel


def _day_of_fees(case: Inputs) -> date:
    """A dossier pays by the version of its reception day (R2); a case without one asks for today."""
    key = case.first_of("received_on", "on")
    return case.day(key) if key in case else timezone.localdate()
