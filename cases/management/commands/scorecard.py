"""`manage.py scorecard`: the scorecard of an agency and month, counted in the database (R51)."""

import json
from decimal import Decimal
from fractions import Fraction

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cases.limits import CannotCount
from cases.management.plain import PlainCommand
from cases.scorecard import periods
from cases.scorecard.facts import facts_of, scope_of, standings
from cases.scorecard.ranking import Standing
from cases.scorecard.scope import Scope
from cases.scorecard.scores import Card, NoValue, PartScore, card, digest
from cases.scorecard.what_if import Change, WhatIf, what_if
from procedures.models import Agency
from procedures.regimes import SCORECARD


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
        parser.add_argument("--json", action="store_true", help="print everything as JSON")
        parser.add_argument(
            "--language", choices=[code for code, _name in settings.LANGUAGES], default=settings.LANGUAGE_CODE
        )

    def handle(self, *, language: str, agency: str, month: str, **options):
        with translation.override(language):
            try:
                scope = scope_of(self._agency(agency), periods.read(month), timezone.now())
                facts = facts_of(scope)
                found = card(facts, scope.edition, in_a_year=scope.period.in_a_year)
                changes = [self._change(text) for text in options["what_if"]]
                supposed = (
                    what_if(facts, changes, scope.edition, in_a_year=scope.period.in_a_year)
                    if changes
                    else None
                )
                ranked = standings(scope.agency, scope.period, scope.now) if options["ranking"] else []
            except CannotCount as refused:
                self.refuse(str(refused))
            show = _as_json if options["json"] else _as_text
            self.stdout.write(show(scope, found, digest(facts), supposed, ranked))

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


def _as_text(scope: Scope, found: Card, facts: str, supposed: WhatIf | None, ranked: list[Standing]) -> str:
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
        _("Facts: %(digest)s") % {"digest": facts},
    ]
    if supposed:
        lines += ["", *_supposed(supposed)]
    if ranked:
        lines += ["", *_table([[_("Place"), _("Agency"), _("Points"), _("Change")], *map(_standing, ranked)])]
    return "\n".join(lines)


def _heads() -> list[str]:
    return [_("Part"), _("What"), _("Counted"), _("Share"), _("Points"), _("Of"), _("Why not")]


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


def _as_json(scope: Scope, found: Card, facts: str, supposed: WhatIf | None, ranked: list[Standing]) -> str:
    answer = {
        "agency": scope.agency.identifier,
        "period": str(scope.period),
        "complete": scope.is_over,
        "counted_up_to": scope.last_minute.isoformat(),
        "facts": facts,
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
    if supposed:
        answer["what_if"] = {
            "total": _number(supposed.after.total),
            "gain": _number(supposed.gain),
            "parts": {code: _number(gain) for code, gain in supposed.gains.items()},
        }
    if ranked:
        answer["ranking"] = [
            {"place": one.place, "agency": one.key, "total": _number(one.score), "rise": _number(one.rise)}
            for one in ranked
        ]
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
