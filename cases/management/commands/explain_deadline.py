"""`manage.py explain_deadline`: a due date and its proof, day by day."""

import json
from datetime import datetime, time
from decimal import Decimal, InvalidOperation

from django.conf import settings
from django.utils import translation
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.deadlines import Deadline, due_date
from cases.limits import CannotCount, Limit
from cases.management.plain import PlainCommand
from cases.proof import ProofDay
from procedures.calendars import calendar_for
from procedures.enums import Channel, LimitUnit
from procedures.models import Agency
from procedures.working_time import TZ, local


class Command(PlainCommand):
    help = "Prints when something received at a moment is due, and why: each day, counted or not, and its article."

    def add_arguments(self, parser):
        parser.add_argument(
            "--received", required=True, help="such as 2026-02-12T09:00, local time without an offset"
        )
        parser.add_argument("--amount", help="of the unit; may be left out for same_day and immediate")
        parser.add_argument("--unit", required=True, help=", ".join(LimitUnit.values))
        parser.add_argument(
            "--agency", default="", help="identifier such as H41.12; default: the country's calendar"
        )
        parser.add_argument("--channel", default=Channel.DESK.value, help=", ".join(Channel.values))
        parser.add_argument("--cutoff", help="of same_day and immediate, default 15:00")
        parser.add_argument("--json", action="store_true", help="print the proof as JSON")
        parser.add_argument(
            "--language", choices=[code for code, _name in settings.LANGUAGES], default=settings.LANGUAGE_CODE
        )

    def handle(self, *, language: str, **options):
        with translation.override(language):
            received = self._moment(options["received"])
            limit = Limit(self._amount(options["amount"]), options["unit"], self._clock(options["cutoff"]))
            agency = self._agency(options["agency"])
            last_minutes = self._last_minutes(options["channel"])
            try:
                deadline = due_date(received, limit, calendar_for(agency), last_minutes=last_minutes)
            except CannotCount as refused:
                self.refuse(str(refused))
            show = _as_json if options["json"] else _as_text
            self.stdout.write(show(received, limit, agency, deadline))

    def _moment(self, text: str) -> datetime:
        try:
            moment = datetime.fromisoformat(text)
            # A date alone would be midnight, and count as the opening of the office.
            if len(text) <= len("2026-02-12"):
                raise ValueError("no time of day")
            return local(moment.replace(tzinfo=TZ) if moment.tzinfo is None else moment)
        except (ValueError, OverflowError):
            self.refuse(
                _("“%(text)s” is not a date and time; write it like 2026-02-12T09:00 (--received).")
                % {"text": text}
            )

    def _amount(self, text: str | None) -> Decimal | None:
        try:
            return None if text is None else Decimal(text)
        except InvalidOperation:
            self.refuse(_("“%(text)s” is not a number (--amount).") % {"text": text})

    def _clock(self, text: str | None) -> time | None:
        try:
            return None if text is None else time.fromisoformat(text)
        except ValueError:
            self.refuse(
                _("“%(text)s” is not a time of day; write it like 15:00 (--cutoff).") % {"text": text}
            )

    def _agency(self, identifier: str) -> Agency | None:
        if not identifier:
            return None
        agency = Agency.objects.filter(identifier=identifier).first()
        if agency is None:
            self.refuse(
                _("There is no agency with the identifier “%(text)s” (--agency).") % {"text": identifier}
            )
        return agency

    def _last_minutes(self, channel: str) -> int:
        if channel not in Channel.values:
            self.refuse(
                _("“%(text)s” is not a channel; use one of: %(channels)s (--channel).")
                % {"text": channel, "channels": ", ".join(Channel.values)}
            )
        return settings.ONLINE_LAST_MINUTES if channel == Channel.ONLINE else 0


def _as_text(received: datetime, limit: Limit, agency: Agency | None, deadline: Deadline) -> str:
    head = [
        (_("Received"), _clock_text(received)),
        (_("Counts as received"), _clock_text(deadline.counts_as_received_at)),
        (_("Limit"), _limit_text(limit)),
        (_("Calendar"), agency.name if agency else _("of the country")),
        (_("Due"), _clock_text(deadline.due_at)),
    ]
    columns = [_("Day"), _("Date"), _("Counted"), _("No."), _("Why"), _("Legal ground")]
    lines = _table([[f"{label}:", value] for label, value in head])
    lines += ["", *_table([columns, *(_row(day) for day in deadline.proof)])]
    if deadline.provisional:
        lines += ["", _("Provisional: a year that was counted in has no official calendar yet.")]
    return "\n".join(lines)


def _row(day: ProofDay) -> list[str]:
    why = str(day.reason.label)
    if day.minutes:
        why += f" ({_hours_text(day.minutes)})"
    if day.special:
        why += f": {day.special.name}"
    notice = day.special.legal_reference if day.special else ""
    ground = [str(day.article), notice if notice != day.article else ""]
    return [
        str(WEEKDAYS_ABBR[day.date.weekday()]),
        f"{day.date:%d/%m/%Y}",
        _("yes") if day.counted else _("no"),
        str(day.ordinal or ""),
        why,
        "; ".join(part for part in ground if part),
    ]


def _table(rows: list[list[str]]) -> list[str]:
    """Rows as lines with aligned columns, two blanks apart."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def _limit_text(limit: Limit) -> str:
    unit = str(LimitUnit(limit.unit).label)
    return unit if limit.unit in {LimitUnit.SAME_DAY, LimitUnit.IMMEDIATE} else f"{limit.amount} {unit}"


def _hours_text(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    text = ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours} if hours else ""
    more = ngettext("%(n)d minute", "%(n)d minutes", rest) % {"n": rest} if rest else ""
    return " ".join(part for part in (text, more) if part)


def _clock_text(moment: datetime) -> str:
    return f"{moment:%d/%m/%Y %H:%M}"


def _as_json(received: datetime, limit: Limit, agency: Agency | None, deadline: Deadline) -> str:
    facts = {
        "received": received.isoformat(),
        "counts_as_received_at": deadline.counts_as_received_at.isoformat(),
        "due_at": deadline.due_at.isoformat(),
        "provisional": deadline.provisional,
        "limit": {
            "amount": None if limit.amount is None else float(limit.amount),
            "unit": str(limit.unit),
            "cutoff": limit.cutoff.isoformat("minutes") if limit.cutoff else None,
        },
        "agency": agency.identifier if agency else None,
        "proof": [_day_facts(day) for day in deadline.proof],
    }
    return json.dumps(facts, ensure_ascii=False, indent=1)


def _day_facts(day: ProofDay) -> dict:
    special = day.special and {
        "name": day.special.name,
        "kind": str(day.special.kind),
        "legal_reference": day.special.legal_reference,
        "provisional": day.special.provisional,
    }
    return {
        "date": day.date.isoformat(),
        "counted": day.counted,
        "ordinal": day.ordinal,
        "minutes": day.minutes,
        "reason": day.reason.value,
        "why": str(day.reason.label),
        "special": special,
        "article": str(day.article),
    }
