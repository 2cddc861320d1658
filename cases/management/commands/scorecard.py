"""`manage.py scorecard`: the scorecard of an agency and month, counted in the database (R51)."""

import json
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cases.limits import CannotCount
from cases.management.plain import PlainCommand
from cases.scorecard import periods
from cases.scorecard.evaluations import Report, of_agency
from cases.scorecard.facts import facts_of, scope_of, standings
from cases.scorecard.nine import NAMES
from cases.scorecard.ranking import Standing
from cases.scorecard.scope import Scope
from cases.scorecard.scores import Card, Facts, NoValue, PartScore, card, digest
from cases.scorecard.what_if import Change, WhatIf, what_if
from procedures.models import Agency
from procedures.regimes import NINE_INDICATORS, SCORECARD


@dataclass
class _Said:
    """What was asked for, to be printed."""

    scope: Scope
    facts: Facts
    supposed: WhatIf | None = None
    ranked: list[Standing] = field(default_factory=list)
    measured: Report | None = None

    @property
    def card(self) -> Card:
        return card(self.facts, self.scope.edition, in_a_year=self.scope.period.in_a_year)

    @property
    def digest(self) -> str:
        return digest(self.facts)


class Command(PlainCommand):
    help = (
        "Prints the scorecard of an agency with everything below it: every part with its numerator and "
        "denominator, and the reason where it has no value."
    )

    def add_arguments(self, parser):
        parser.add_argument("--agency", required=True, help="identifier such as H41.12")
        parser.add_argument(
            "--month", required=True, help="such as 2026-08; also a quarter like 2026-Q3 or a year"
        )
        parser.add_argument(
            "--what-if",
            action="append",
            default=[],
            metavar="PART=MORE",
            help="such as 4.2=40: the points if so many more were in the numerator; may be repeated",
        )
        parser.add_argument("--ranking", action="store_true", help="also rank the agencies next below")
        parser.add_argument("--nine", action="store_true", help="also print the nine indicators")
        parser.add_argument("--json", action="store_true", help="print everything as JSON")
        parser.add_argument(
            "--language", choices=[code for code, _name in settings.LANGUAGES], default=settings.LANGUAGE_CODE
        )

    def handle(self, *, language: str, agency: str, month: str, **options):
        with translation.override(language):
            try:
                scope = scope_of(self._agency(agency), periods.read(month), timezone.now())
                said = _Said(scope, facts_of(scope))
                if options["what_if"]:
                    changes = [self._change(text) for text in options["what_if"]]
                    said.supposed = what_if(
                        said.facts, changes, scope.edition, in_a_year=scope.period.in_a_year
                    )
                if options["ranking"]:
                    said.ranked = standings(scope.agency, scope.period, scope.now)
                if options["nine"]:
                    said.measured = of_agency(scope)
            except CannotCount as refused:
                self.refuse(str(refused))
            self.stdout.write(_as_json(said) if options["json"] else _as_text(said))

    def _agency(self, identifier: str) -> Agency:
        agency = Agency.objects.filter(identifier=identifier).first()
        if agency is None:
            self.refuse(
                _("There is no agency with the identifier “%(text)s” (--agency).") % {"text": identifier}
            )
        return agency

    def _change(self, text: str) -> Change:
        code, _equals, more = text.partition("=")
        try:
            return Change(code, int(more))
        except ValueError:
            self.refuse(_("“%(text)s” is no change; write it like 4.2=40 (--what-if).") % {"text": text})


# As text ----------------------------------------------------------------------------------------------


def _as_text(said: _Said) -> str:
    scope, found = said.scope, said.card
    lines = [
        f"{scope.agency.identifier} {scope.agency.name}, {scope.period} ({SCORECARD})",
        _("complete")
        if scope.is_over
        else _("not over yet, counted up to %(moment)s") % {"moment": f"{scope.last_minute:%d/%m/%Y %H:%M}"},
        "",
        *_table([_heads(), *_rows(found)]),
        "",
        _("Points that could be had in what was measured: %(points)s of %(maximum)s")
        % {"points": found.measured, "maximum": found.edition.maximum},
        _("Facts: %(digest)s") % {"digest": said.digest},
    ]
    if said.supposed:
        lines += ["", *_supposed(said.supposed)]
    if said.ranked:
        lines += [
            "",
            *_table([[_("Place"), _("Agency"), _("Points"), _("Gained")], *map(_standing, said.ranked)]),
        ]
    if said.measured:
        lines += ["", *_nine(said.measured)]
    return "\n".join(lines)


def _heads() -> list[str]:
    return [_("Part"), _("What"), _("Figures"), _("Share"), _("Points"), _("Of"), _("Why not")]


def _rows(found: Card) -> list[list[str]]:
    rows = []
    for group in found.groups:
        rows.append(["", str(group.group.name), "", "", _points(group.points), str(group.group.maximum), ""])
        rows += [_row(part) for part in group.parts]
    return [*rows, ["", _("Total"), "", "", _points(found.total), str(found.edition.maximum), ""]]


def _row(score: PartScore) -> list[str]:
    return [
        score.part.code,
        f"  {score.part.name}",
        "–" if score.numerator is None else f"{score.numerator}/{_count(score.denominator)}",
        "–" if score.percent is None else f"{score.percent:.2f} %",
        _points(score.points),
        str(score.part.maximum),
        str(NoValue(score.reason).label) if score.reason else "",
    ]


def _points(points: Decimal | None) -> str:
    return "–" if points is None else f"{points:.2f}"


def _count(number: int | Fraction) -> str:
    """A whole number, or the share of last year with two decimals."""
    return str(number) if number == int(number) else f"{float(number):.2f}"


def _supposed(supposed: WhatIf) -> list[str]:
    lines = [
        _("%(part)s: %(points)s more") % {"part": code, "points": f"{gain:+.2f}"}
        for code, gain in supposed.gains.items()
    ]
    before, after = supposed.before.total, supposed.after.total
    return [
        *lines,
        _("Total then: %(after)s instead of %(before)s")
        % {"after": _points(after), "before": _points(before)},
    ]


def _nine(measured: Report) -> list[str]:
    evaluation = measured.evaluation
    rows = [
        [
            str(one.number),
            str(NAMES[one.number]),
            "–" if one.score is None else f"{one.score:.1f}",
            str(one.count),
            str(NoValue(one.reason).label) if one.reason else "",
        ]
        for one in measured.indicators
    ]
    total = "–" if evaluation.total is None else f"{evaluation.total:.1f}"
    band = evaluation.band.label if evaluation.band else "–"
    return [
        str(NINE_INDICATORS),
        *_table([[_("No."), _("What"), _("Points"), _("Count"), _("Why not")], *rows]),
        _("Total %(total)s of %(counted)d indicators: %(band)s")
        % {"total": total, "counted": len(evaluation.counted), "band": band},
    ]


def _standing(one: Standing) -> list[str]:
    rise = "–" if one.rise is None else f"{one.rise:+.2f}"
    return ["–" if one.place is None else str(one.place), one.key, _points(one.score), rise]


def _table(rows: list[list[str]]) -> list[str]:
    """Rows as lines with aligned columns, two blanks apart."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


# As JSON ----------------------------------------------------------------------------------------------


def _as_json(said: _Said) -> str:
    scope, found = said.scope, said.card
    answer = {
        "agency": scope.agency.identifier,
        "period": str(scope.period),
        "complete": scope.is_over,
        "counted_up_to": scope.last_minute.isoformat(),
        "facts": said.digest,
        "total": _number(found.total),
        "maximum": _number(found.edition.maximum),
        "measured": _number(found.measured),
        "groups": [
            {
                "key": group.group.key,
                "points": _number(group.points),
                "maximum": _number(group.group.maximum),
                "parts": [_part(part) for part in group.parts],
            }
            for group in found.groups
        ],
    }
    if said.supposed:
        answer["what_if"] = {
            "total": _number(said.supposed.after.total),
            "gain": _number(said.supposed.gain),
            "parts": {code: _number(gain) for code, gain in said.supposed.gains.items()},
        }
    if said.ranked:
        answer["ranking"] = [
            {"place": one.place, "agency": one.key, "total": _number(one.score), "rise": _number(one.rise)}
            for one in said.ranked
        ]
    if said.measured:
        evaluation = said.measured.evaluation
        answer["nine"] = {
            "total": _number(evaluation.total),
            "band": evaluation.band and evaluation.band.value,
            "indicators": {
                one.number: {
                    "score": _number(one.score),
                    "count": one.count,
                    "reason": str(one.reason) or None,
                }
                for one in said.measured.indicators
            },
        }
    return json.dumps(answer, ensure_ascii=False, indent=1)


def _part(score: PartScore) -> dict:
    return {
        "code": score.part.code,
        "numerator": score.numerator,
        "denominator": None if score.denominator is None else _number(score.denominator),
        "percent": _number(score.percent),
        "points": _number(score.points),
        "maximum": _number(score.part.maximum),
        "missing": score.missing,
        "reason": str(score.reason) or None,
    }


def _number(value: Decimal | Fraction | int | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)
