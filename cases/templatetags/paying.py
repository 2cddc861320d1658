"""What the owner of a dossier may do about its fee online, and where what the post carries is."""

from django import template

from cases import consignments as consigned
from cases.models import Dossier
from cases.services.online_payments import can_be_paid_online

register = template.Library()


@register.inclusion_tag("public/pay_online.html", takes_context=True)
def pay_online(context, dossier: Dossier, proof: str = "") -> dict:
    """The button to pay online; with a `proof` (the pass of the page), else of the citizen who is signed in."""
    return {
        "offered": can_be_paid_online(dossier),
        "dossier": dossier,
        "proof": proof,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("public/consignments.html")
def consignments(dossier: Dossier) -> dict:
    """What the post carries of this dossier, with each step."""
    return {"orders": consigned.shown_of(dossier)}
