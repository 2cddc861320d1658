"""`manage.py check_invariants`: whether everything that always holds does hold, on a system that runs."""

import json
from datetime import date

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from cases import invariants
from cases.archive.reading import all_years, first_whole_day
from cases.management.plain import PlainCommand


class Command(PlainCommand):
    help = (
        "Ask the database for everything that must always hold: numbers without gaps, a history that fits, one"
        " flag, draft and message for each cause, sums that add up, due dates that can be recomputed. Reads only,"
        " in one snapshot, while the system runs. Ends with 1 when something is broken, and names the first ones."
    )

    def add_arguments(self, parser):
        parser.add_argument("--since", help="only what began on this day or later, such as 2026-08-01")
        parser.add_argument(
            "--sample", type=int, help="of what is recomputed one by one only so many, chosen at random"
        )
        parser.add_argument(
            "--files", action="store_true", help="read all stored files and compare their hashes"
        )
        parser.add_argument("--rollups", action="store_true", help="count the figures of past days anew")
        parser.add_argument(
            "--only", action="append", default=[], metavar="NAME", help="this one; repeatable"
        )
        parser.add_argument("--json", action="store_true", help="the result as JSON")

    def handle(self, *, since, sample, only, json: bool, **options):
        scope = invariants.Scope(self._since(self._day(since)), self._sample(sample))
        self._known(only)
        wanted = {name for name in invariants.OPTIONS if options[name]}
        answers = []
        with all_years(), invariants.snapshot():
            for answer in invariants.ask(invariants.chosen(options=wanted, names=only), scope):
                answers.append(answer)
                if not json:
                    self._say(answer)
        broken = [answer for answer in answers if not answer.holds]
        if json:
            self.stdout.write(_as_json(answers))
        if broken:
            raise CommandError(
                _("%(broken)d of %(all)d do not hold.") % {"broken": len(broken), "all": len(answers)}
            )
        if not json:
            self.stdout.write(_("All %(all)d hold.") % {"all": len(answers)})

    def _say(self, answer: invariants.Answer) -> None:
        outcome = answer.outcome
        words = {
            "sentence": answer.invariant.sentence,
            "name": answer.invariant.name,
            "checked": outcome.checked,
            "broken": outcome.broken,
            "seconds": f"{answer.seconds:.1f}",
        }
        line = _("%(name)s: %(checked)d looked at, %(broken)d broken, %(seconds)s s. %(sentence)s") % words
        self.stdout.write(f"{'✓' if answer.holds else '✗'} {line}")
        for example in outcome.examples:
            self.stdout.write(f"    {example}")
        self.stdout.flush()

    def _since(self, day: date | None) -> date | None:
        """What began before a detached year was over is not all here, and cannot be asked."""
        first = first_whole_day()
        if first is None or (day and day >= first):
            return day
        self.stderr.write(
            _("Years are detached: what is looked at began on %(day)s or later.")
            % {"day": f"{first:%d/%m/%Y}"}
        )
        return first

    def _day(self, text: str | None) -> date | None:
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.refuse(
                _("“%(text)s” is no day; write it like 2026-08-01 (%(name)s).")
                % {"text": text, "name": "--since"}
            )

    def _sample(self, sample: int | None) -> int | None:
        if sample is not None and sample < 1:
            self.refuse(_("A sample has at least one (--sample)."))
        return sample

    def _known(self, names: list[str]) -> None:
        for name in names:
            if name not in invariants.NAMES:
                self.refuse(
                    _("There is no invariant “%(name)s”; there are: %(names)s.")
                    % {"name": name, "names": ", ".join(invariants.NAMES)}
                )


def _as_json(answers: list[invariants.Answer]) -> str:
    rows = [
        {
            "name": answer.invariant.name,
            "sentence": str(answer.invariant.sentence),
            "checked": answer.outcome.checked,
            "broken": answer.outcome.broken,
            "examples": list(answer.outcome.examples),
            "seconds": round(answer.seconds, 3),
        }
        for answer in answers
    ]
    return json.dumps(
        {"holds": all(answer.holds for answer in answers), "invariants": rows}, ensure_ascii=False, indent=1
    )
