"""The link from the owner's page of a look-up to the survey."""

from django import template

from cases.enums import State
from cases.models import Dossier, Rating
from cases.services.rating import rating_proof

register = template.Library()


@register.inclusion_tag("public/rate_link.html")
def rate_link(dossier: Dossier) -> dict:
    """A button with the proof in the body of its form; nothing before the return and after the rating."""
    offered = dossier.state == State.RETURNED and not Rating.objects.filter(dossier=dossier).exists()
    return {"proof": rating_proof(dossier) if offered else ""}
