"""`manage.py check_law PATH…`: run published cases against this installation."""

import json
from dataclasses import asdict
from pathlib import Path

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from cases.law.check import Difference, Verdict, check
from cases.law.files import BadCase, read_files
from cases.law.installation import NotLoaded
from cases.management.plain import PlainCommand


class Command(PlainCommand):
    help = (
        "Answers published cases with the functions of this installation and prints every difference. "
        "Exit code 0: all hold; 1: some differ; 2: a file, a case or a topic cannot be read."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "paths", nargs="+", type=Path, metavar="PATH", help="files of cases, or folders of them"
        )
        parser.add_argument("--json", action="store_true", help="print the verdict as JSON")
        parser.add_argument(
            "--language", choices=[code for code, _name in settings.LANGUAGES], default=settings.LANGUAGE_CODE
        )

    def handle(self, *, paths: list[Path], language: str, **options):
        with translation.override(language):
            try:
                verdicts = check(read_files(paths))
            except (BadCase, NotLoaded) as refused:
                self.refuse(str(refused))
            self.stdout.write(_as_json(verdicts) if options["json"] else _as_text(verdicts))
        if any(verdict.differing for verdict in verdicts.values()):
            # Differences are the result and stand in the output; only the exit code tells them apart.
            raise SystemExit(1)


def _as_text(verdicts: dict[str, Verdict]) -> str:
    lines = []
    for topic, verdict in verdicts.items():
        lines.append(
            _("%(topic)s: %(hold)d of %(cases)d hold")
            % {"topic": topic, "hold": verdict.hold, "cases": verdict.cases}
        )
        lines += [f"  {_sentence(difference)}" for difference in verdict.differences]
    lines.append(
        _("All together: %(hold)d of %(cases)d hold")
        % {
            "hold": sum(verdict.hold for verdict in verdicts.values()),
            "cases": sum(verdict.cases for verdict in verdicts.values()),
        }
    )
    return "\n".join(lines)


def _sentence(difference: Difference) -> str:
    said = {
        "case": difference.case,
        "key": difference.key,
        "expected": json.dumps(difference.expected, ensure_ascii=False),
        "answer": json.dumps(difference.answer, ensure_ascii=False),
        "refusal": difference.refusal,
    }
    if difference.refusal:
        sentence = (
            _("%(case)s: %(key)s should be %(expected)s, but no answer is possible: %(refusal)s") % said
        )
    else:
        sentence = _("%(case)s: %(key)s should be %(expected)s, here it is %(answer)s") % said
    return f"{sentence} ({difference.why})" if difference.why else sentence


def _as_json(verdicts: dict[str, Verdict]) -> str:
    topics = {
        topic: {
            "cases": verdict.cases,
            "hold": verdict.hold,
            "differences": [asdict(difference) for difference in verdict.differences],
        }
        for topic, verdict in verdicts.items()
    }
    total = {key: sum(topic[key] for topic in topics.values()) for key in ("cases", "hold")}
    return json.dumps(total | {"topics": topics}, ensure_ascii=False, indent=1)
