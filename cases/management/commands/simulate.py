"""`manage.py simulate`: past dossiers with another limit, calendar or staffing, beside what really was."""

from datetime import date, time
from decimal import Decimal, InvalidOperation

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cases.limits import CannotCount
from cases.management.plain import PlainCommand
from cases.simulation.past import (
    MOST,
    Question,
    Simulation,
    last_twelve_months,
    names_of,
    simulate,
    whole_days,
)
from cases.simulation.replay import Figures, Row
from cases.simulation.scenarios import CalendarChange, LimitChange, Scenario, Staffing
from procedures.models import Agency
from procedures.working_time import Session


class Command(PlainCommand):
    help = (
        "Replays the past dossiers of an agency with everything below it in a scenario and compares the on-time "
        "rates. Without a scenario it prints what really was. Nothing is written."
    )

    def add_arguments(self, parser):
        parser.add_argument("--agency", required=True, help="identifier such as H41.12")
        parser.add_argument("--from", dest="first", help="first day of reception, yyyy-mm-dd")
        parser.add_argument("--to", dest="last", help="last day; without both the last twelve months")
        parser.add_argument("--procedure", default="", help="figures only of this code")
        parser.add_argument("--field", default="", help="figures only of this field")
        parser.add_argument("--limit-days", default="0", metavar="DAYS", help="such as -2")
        parser.add_argument("--limit-factor", default="1", metavar="FACTOR", help="such as 0.8")
        parser.add_argument("--limit", action="append", default=[], metavar="CODE=DAYS")
        parser.add_argument("--saturday-mornings", action="store_true", help="officers work on them")
        parser.add_argument("--saturdays-count", action="store_true", help="and limits count them")
        parser.add_argument("--day-off", action="append", default=[], metavar="yyyy-mm-dd")
        parser.add_argument("--day-on", action="append", default=[], metavar="yyyy-mm-dd")
        parser.add_argument("--hours", default="", help="of working days, such as 07:00-11:30,13:00-17:00")
        parser.add_argument("--officers", action="append", default=[], metavar="UNIT=NUMBER")
        parser.add_argument("--more-officers", default="0", metavar="NUMBER", help="in each unit, such as -1")
        parser.add_argument("--due-first", action="store_true", help="instead of first come, first served")
        parser.add_argument(
            "--language", choices=[code for code, _name in settings.LANGUAGES], default=settings.LANGUAGE_CODE
        )

    def handle(self, *, language: str, **options):
        with translation.override(language):
            try:
                question, scenario = self._question(options), self._scenario(options)
                found = simulate(question, scenario)
            except CannotCount as refused:
                self.refuse(str(refused))
            self.stdout.write(_as_text(question, scenario, found))

    # What was asked for ---------------------------------------------------------------------------

    def _question(self, options) -> Question:
        first, last = options["first"], options["last"]
        if (first is None) != (last is None):
            self.refuse(_("Give --from and --to together, or neither of them."))
        period = (
            last_twelve_months()
            if first is None
            else whole_days(self._day(first, "--from"), self._day(last, "--to"))
        )
        agency = self._agency(options["agency"], "--agency")
        return Question(agency, period, timezone.now(), options["procedure"], options["field"])

    def _scenario(self, options) -> Scenario:
        limit = LimitChange(
            self._number(options["limit_days"], "--limit-days"),
            self._factor(options["limit_factor"]),
            dict(self._pair(text, "--limit") for text in options["limit"]),
        )
        calendar = CalendarChange(
            days_off=tuple(self._day(text, "--day-off") for text in options["day_off"]),
            days_on=tuple(self._day(text, "--day-on") for text in options["day_on"]),
            saturday_mornings=options["saturday_mornings"],
            saturdays_count=options["saturdays_count"],
            weekday=self._hours(options["hours"]),
        )
        numbers = (self._pair(text, "--officers") for text in options["officers"])
        staffing = Staffing(
            {self._agency(unit, "--officers").pk: number for unit, number in numbers},
            self._number(options["more_officers"], "--more-officers"),
            options["due_first"],
        )
        return Scenario(limit, calendar, staffing)

    def _agency(self, identifier: str, option: str) -> Agency:
        agency = Agency.objects.filter(identifier=identifier).first()
        if agency is None:
            self.refuse(
                _("There is no agency with the identifier “%(text)s” (%(option)s).")
                % {"text": identifier, "option": option}
            )
        return agency

    def _day(self, text: str, option: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.refuse(
                _("“%(text)s” is no day; write it like 2026-11-24 (%(option)s).")
                % {"text": text, "option": option}
            )

    def _number(self, text: str, option: str) -> int:
        try:
            return int(text)
        except ValueError:
            self.refuse(_("“%(text)s” is no whole number (%(option)s).") % {"text": text, "option": option})

    def _factor(self, text: str) -> Decimal:
        try:
            return Decimal(text)
        except InvalidOperation:
            self.refuse(_("“%(text)s” is no number; write it like 0.8 (--limit-factor).") % {"text": text})

    def _pair(self, text: str, option: str) -> tuple[str, int]:
        name, _equals, number = text.partition("=")
        return name, self._number(number, option)

    def _hours(self, text: str) -> tuple[Session, ...]:
        try:
            return tuple(
                Session(*map(time.fromisoformat, part.split("-", 1))) for part in text.split(",") if part
            )
        except (TypeError, ValueError):
            self.refuse(
                _("“%(text)s” are no hours; write them like 07:00-11:30,13:00-17:00 (--hours).")
                % {"text": text}
            )


# As text ----------------------------------------------------------------------------------------------


def _as_text(question: Question, scenario: Scenario, found: Simulation) -> str:
    comparison, period = found.comparison, question.period
    whole, names = comparison.whole, names_of(row.name for row in comparison.procedures)
    lines = [
        f"{question.agency.identifier} {question.agency.name}, "
        f"{period.first:%d/%m/%Y} – {period.last:%d/%m/%Y}",
        *_notes(found),
        "",
        *_table(
            [
                ["", _("Dossiers"), _("Late"), _("On time"), _("Days, median"), _("Days, nine of ten")],
                _figures(_("Really"), whole.real),
                _figures(_("Simulated as it was"), whole.baseline),
                _figures(_("Scenario"), whole.scenario),
            ]
        ),
        _("Would be on time: %(number)s") % {"number": whole.to_on_time},
        _("Would be late: %(number)s") % {"number": whole.to_late},
        "",
        *_rows(_("Procedure"), comparison.procedures, names),
        "",
        *_rows(_("Field"), comparison.fields, {}),
    ]
    if comparison.officers:
        units = Agency.objects.in_bulk(comparison.officers)
        counts = [
            [units[unit].identifier, units[unit].name, str(really), str(then)]
            for unit, (really, then) in comparison.officers.items()
        ]
        heads = [_("Unit"), _("Name"), _("Officers really"), _("Officers in the scenario")]
        lines += ["", *_table([heads, *sorted(counts)])]
    return "\n".join(lines)


def _notes(found: Simulation) -> list[str]:
    notes = []
    if found.left_out:
        notes.append(
            _("More than %(most)s dossiers were received: the %(left_out)s oldest are left out.")
            % {"most": MOST, "left_out": found.left_out}
        )
    if found.comparison.kept:
        notes.append(
            _("Promises that the facts do not give today, kept as they are: %(count)s")
            % {"count": found.comparison.kept}
        )
    if found.comparison.floored:
        notes.append(
            _("Limits that would become shorter than one day: %(count)s")
            % {"count": found.comparison.floored}
        )
    return notes


def _figures(title: str, figures: Figures) -> list[str]:
    return [
        title,
        str(figures.dossiers),
        str(figures.late),
        _percent(figures),
        _number(figures.median),
        _number(figures.ninth_decile),
    ]


def _rows(title: str, rows: tuple[Row, ...], names: dict[str, str]) -> list[str]:
    heads = [
        title,
        _("Dossiers"),
        _("Really"),
        _("Simulated as it was"),
        _("Scenario"),
        _("Would be on time"),
        _("Would be late"),
        "",
    ]
    return _table(
        [
            heads,
            *(
                [
                    row.name,
                    str(row.real.dossiers),
                    *(_percent(one) for one in (row.real, row.baseline, row.scenario)),
                    str(row.to_on_time),
                    str(row.to_late),
                    names.get(row.name, ""),
                ]
                for row in rows
            ),
        ]
    )


def _percent(figures: Figures) -> str:
    return f"{figures.percent} %" if figures.percent is not None else "–"


def _number(value: Decimal | None) -> str:
    return "–" if value is None else str(value)


def _table(rows: list[list[str]]) -> list[str]:
    """Rows as lines with aligned columns, two blanks apart."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
