"""What the pages of the reception have in common."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.admin.reception_forms import ReceptionForm
from cases.desk import procedure_of
from cases.services.clock import counts_as_received_at
from cases.services.versions import takes_no_paper, version_in_force
from onestop import access
from procedures.enums import Channel
from procedures.models import Agency


def clerks_only(request) -> None:
    if not access.receives(request.user):
        raise PermissionDenied(_("Dossiers are received by the clerks of a reception desk."))


def reception_form(code: str, desk: Agency, *sent, **options) -> ReceptionForm:
    """The form of the procedure's version of today; `NotInForce` says why there is none."""
    procedure = procedure_of(code)
    counts_on = timezone.localdate(counts_as_received_at(timezone.now(), desk=desk, channel=Channel.DESK))
    version = version_in_force(procedure, counts_on)
    takes_paper = not takes_no_paper(version, counts_on)
    return ReceptionForm(*sent, version=version, desk=desk, takes_paper=takes_paper, **options)


def page(request, template: str, **context):
    request.current_app = admin.site.name
    return TemplateResponse(request, template, admin.site.page_context(request, **context))
