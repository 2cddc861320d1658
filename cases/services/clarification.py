"""Asking the applicant to clarify (làm rõ) during the appraisal: no paper, no stop of the clock (R9)."""

from django.db import transaction
from django.utils.translation import gettext as _

from cases.enums import EventKind, Verb
from cases.events import record
from cases.models import Dossier, DossierEvent
from cases.services.base import ask, locked, required_text
from cases.services.notices import notify_applicant


@transaction.atomic
def clarify(dossier: Dossier, *, by, question: str, ground: str) -> DossierEvent:
    """Ask a question whose answer needs no paper; what needs one is a supplement (R9).

    Kept with the stage in which it was asked, the legal ground and who asked. The clock runs on, and the
    one supplement request is not used up. The applicant is told.
    """
    dossier = locked(dossier)
    ask(dossier, Verb.CLARIFY, by)
    question = required_text(question, field="question", sentence=_("Write what has to be made clear."))
    ground = required_text(
        ground, field="ground", sentence=_("Give the legal ground of the question: text and article.")
    )
    event = record(
        dossier, EventKind.CLARIFICATION, by=by, question=question, ground=ground, stage=dossier.state
    )
    notify_applicant(dossier, event)
    return event
