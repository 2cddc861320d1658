"""Answers published cases and compares; what a case expects is looked at only after it was answered."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from cases.law.files import BadCase, Case, CaseFile, moment_in
from cases.law.installation import Installation
from cases.law.topics import TOPICS
from procedures.working_time import minute_of


@dataclass(frozen=True)
class Difference:
    """One key of one case on which the product says something else; `answer` as cases write it."""

    file: str
    case: str
    key: str
    expected: object
    answer: object
    why: str
    refusal: str = ""


@dataclass
class Verdict:
    """How the cases of one topic came out."""

    cases: int = 0
    differing: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def hold(self) -> int:
        return self.cases - self.differing


def check(files: list[CaseFile]) -> dict[str, Verdict]:
    """The verdict on each topic. Raises BadCase before anything is answered when a topic is not known."""
    for file in files:
        if file.topic not in TOPICS:
            raise BadCase(
                _("%(file)s: the topic “%(topic)s” is not known; known are %(known)s.")
                % {"file": file.path.name, "topic": file.topic, "known": ", ".join(TOPICS)}
            )
    installation = Installation()
    verdicts: dict[str, Verdict] = {}
    for file in files:
        verdict = verdicts.setdefault(file.topic, Verdict())
        for case in file.cases:
            differences = _differences(file, case, installation)
            verdict.cases += 1
            verdict.differing += bool(differences)
            verdict.differences += differences
    return verdicts


def _differences(file: CaseFile, case: Case, installation: Installation) -> list[Difference]:
    refusal = ""
    try:
        answer = TOPICS[file.topic](case.inputs, installation)
    except ValueError as refused:
        # The product's own functions refuse what cannot be counted or charged: that is an answer too.
        answer, refusal = {}, str(refused)
    return [
        Difference(file.path.name, case.id, key, expected, as_written(answer.get(key)), case.why, refusal)
        for key, expected in case.expected.items()
        if key not in answer or not says(answer[key], expected, file.timezone)
    ]


def says(answer, expected, timezone: ZoneInfo) -> bool:
    """Whether an answer is the expected one. Moments are compared as they are printed, in minutes (T7)."""
    if isinstance(answer, datetime):
        try:
            return isinstance(expected, str) and minute_of(answer) == minute_of(moment_in(expected, timezone))
        except ValueError:
            return False
    if isinstance(answer, bool) or isinstance(expected, bool):
        return answer is expected
    if isinstance(answer, (int, float, Decimal)) and isinstance(expected, (int, float)):
        return Decimal(str(answer)) == Decimal(str(expected))
    return as_written(answer) == expected


def as_written(answer):
    """An answer in the form in which cases are written."""
    match answer:
        case datetime():
            return f"{answer:%Y-%m-%dT%H:%M}"
        case date():
            return answer.isoformat()
        case Decimal():
            return int(answer) if answer == int(answer) else float(answer)
        case dict():
            return {key: as_written(value) for key, value in answer.items()}
    return answer
