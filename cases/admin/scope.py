"""Which dossiers a person finds on these pages."""

from django.http import Http404
from django.utils.translation import gettext as _

from cases.models import Dossier
from onestop import access


def visible(user):
    """Dossiers of the person's agencies, for those who work with dossiers at all."""
    if not access.sees_dossiers(user):
        return Dossier.objects.none()
    return Dossier.objects.visible_to(user)


def visible_dossier(request, pk: int) -> Dossier:
    """The dossier, or 404 for one that this person may not even know of."""
    dossier = visible(request.user).with_people().select_related("limit").filter(pk=pk).first()
    if dossier is None:
        raise Http404(_("There is no such dossier, or it belongs to other agencies."))
    return dossier
