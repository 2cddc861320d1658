"""The button that signs a recorded result with the agency's key."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from cases.admin.scope import visible_dossier
from cases.errors import CaseError
from cases.services.results import sign_result as sign


def sign_result(request, pk: int):
    """Sign it, and say on the dossier's page what came of it."""
    dossier = visible_dossier(request, pk)
    try:
        copy = sign(dossier, by=request.user)
    except CaseError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, _("Signed: “%(name)s”.") % {"name": copy.name})
    return redirect("admin:cases_dossier_change", pk)
