"""What the owner of a dossier may contest of its clock, and what was contested."""

from django import template

from cases.feedback import CONTESTABLE
from cases.models import Dossier, Feedback
from cases.services.rating import rating_proof

register = template.Library()


@register.inclusion_tag("public/contest_links.html")
def contest_links(dossier: Dossier, history, *, own: bool = False) -> dict:
    """A button for each entry of the clock; `own`: on the pages of who signed in, where no proof is needed."""
    entries = [event for event in history if event.kind in CONTESTABLE]
    if not entries:
        return {}
    known = {one.contested_id: one for one in Feedback.objects.filter(contested__in=entries)}
    return {
        "rows": [{"event": event, "contest": known.get(event.pk)} for event in entries],
        "dossier": dossier,
        "proof": "" if own else rating_proof(dossier),
    }
