"""The survey about a dossier that was handed over (khảo sát hài lòng): its questions by date (R49); pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LOWEST, HIGHEST = 1, 5
LOW = 2  # a score up to here is looked at by a supervisor


@dataclass(frozen=True, slots=True)
class Question:
    """Asked under this key, which is stored; the words may be polished, the meaning of a key stays."""

    key: str
    words: str | Promise


@dataclass(frozen=True, slots=True)
class Survey:
    """The questions from a day on (Decree 61/2018 Arts 27–31)."""

    begins: date
    questions: tuple[Question, ...]


SURVEYS = (
    Survey(
        date(2018, 6, 21),
        (
            Question("guidance", _("How clearly you were told what to bring and what to do")),
            Question("attitude", _("How the staff treated you")),
            Question("time", _("How long it took")),
            Question("components", _("Whether only the papers of the published list were asked for")),
            Question("fee", _("Whether you paid what is published, and nothing more")),
        ),
    ),
)
SCORES = {
    1: _("Very dissatisfied"),
    2: _("Dissatisfied"),
    3: _("Neither"),
    4: _("Satisfied"),
    5: _("Very satisfied"),
}


def survey_on(day: date) -> Survey:
    """The survey for a dossier that is rated on that day."""
    return next((survey for survey in reversed(SURVEYS) if survey.begins <= day), SURVEYS[0])


def all_questions() -> dict[str, str | Promise]:
    """Every question that was ever asked, with its latest words."""
    return {question.key: question.words for survey in SURVEYS for question in survey.questions}


def faults(scores: Mapping[str, object], survey: Survey) -> list[str]:
    """Keys of questions without a score from 1 to 5, and of scores without a question; empty when all is well."""
    asked = [question.key for question in survey.questions]
    wrong = [key for key in asked if type(scores.get(key)) is not int or not LOWEST <= scores[key] <= HIGHEST]
    return wrong + sorted(set(scores) - set(asked))
