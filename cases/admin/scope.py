"""Which dossiers a person finds on these pages."""

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from cases.models import Dossier
from notifications.models import Message
from onestop import access


def visible(user):
    """Dossiers of the person's agencies, for those who work with dossiers at all."""
    if not access.sees_dossiers(user):
        return Dossier.objects.none()
    return Dossier.objects.of_agencies_of(user)


def messages_of(user) -> QuerySet[Message]:
    """Messages about dossiers that the person may see; the keeper of the gateways sees all, masked."""
    if access.keeps_system(user):
        return Message.objects.all()
    codes = visible(user).filter(code__isnull=False).order_by().values("code")
    return Message.objects.filter(reference__in=codes)


def visible_dossier(request, pk: int) -> Dossier:
    """The dossier, or 404 for one that this person may not even know of."""
    mine = (
        Dossier.objects.visible_to(request.user)
        if access.sees_dossiers(request.user)
        else Dossier.objects.none()
    )
    dossier = mine.with_people().select_related("limit").filter(pk=pk).first()
    if dossier is None:
        raise Http404(_("There is no such dossier, or it belongs to other agencies."))
    return dossier
