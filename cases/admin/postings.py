"""What is posted at the own desks, to be printed; and which publications came late (R4)."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.postings import all_desks
from onestop import access
from procedures.late import late_publications as late_ones
from procedures.models import Agency


def postings(request):
    """The desks of the own agencies, or all of them for who keeps the catalogue; the sheets are public."""
    if not access.posts_procedures(request.user):
        raise PermissionDenied
    desks = all_desks()
    if not access.keeps_catalogue(request.user):
        own = set(Agency.objects.below(request.user.workplace).values_list("pk", flat=True))
        desks = [desk for desk in desks if desk.agency.pk in own]
    return _page(request, "cases/admin/postings.html", title=_("Sheets to post"), rows=desks)


def late_publications(request):
    """Signed or loaded late, with the number of working days; the latest first."""
    if not access.keeps_catalogue(request.user):
        raise PermissionDenied
    rows = late_ones(timezone.localdate())
    return _page(request, "cases/admin/late_publications.html", title=_("Late publications"), rows=rows)


def _page(request, template: str, **facts):
    request.current_app = admin.site.name
    return TemplateResponse(request, template, admin.site.page_context(request, **facts))
