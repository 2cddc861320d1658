"""The page on which the applicant of a dossier is checked against the population database."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from cases.admin.counter import page
from cases.admin.scope import visible_dossier
from cases.connections.population.facts import Purpose
from cases.errors import CaseError
from cases.services.population_check import check_applicant, may_check
from onestop.admin_forms import OfficeForm


class CheckForm(OfficeForm):
    purpose = forms.ChoiceField(
        label=gettext_lazy("Looked up for"), choices=Purpose.choices, initial=Purpose.SETTLE
    )
    has_consent = forms.BooleanField(
        label=gettext_lazy("The applicant agrees to be looked up in the population database"), required=False
    )


@never_cache
def population_check(request, pk: int):
    """Ask, and show beside each other what stands here and there; nothing of the answer is kept."""
    dossier = visible_dossier(request, pk)
    if not may_check(request.user, dossier):
        raise PermissionDenied
    form, checked, refusal = CheckForm(request.POST or None), None, ""
    if request.method == "POST" and form.is_valid():
        try:
            checked = check_applicant(dossier, by=request.user, **form.cleaned_data)
        except CaseError as error:
            refusal = error.sentence
    return page(
        request,
        "cases/admin/population_check.html",
        title=_("Check the applicant"),
        dossier=dossier,
        object=dossier,
        form=form,
        checked=checked,
        refusal=refusal,
    )
