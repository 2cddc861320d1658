"""The pages on which the applicant of a dossier, or those of a group, are checked against the population database."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from cases.admin.counter import page
from cases.admin.scope import visible, visible_dossier
from cases.connections.population.facts import Purpose
from cases.errors import CaseError
from cases.models import ReceptionGroup
from cases.services.population_check import check_applicant, may_check, offers_check
from cases.services.population_group import check_group, last_lookups
from onestop.admin_forms import OfficeForm


class PurposeForm(OfficeForm):
    purpose = forms.ChoiceField(
        label=gettext_lazy("Looked up for"), choices=Purpose.choices, initial=Purpose.SETTLE
    )


class CheckForm(PurposeForm):
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


@never_cache
def group_check(request, pk: int):
    """All applicants of a group: who agrees is ticked, asked about one after another, and the outcome of each shown."""
    group = ReceptionGroup.objects.filter(pk=pk).select_related("desk").first()
    dossiers = list(visible(request.user).filter(group=pk).with_people().order_by("pk"))
    if group is None or not dossiers:
        raise Http404(_("There is no such group, or it belongs to other agencies."))
    if not any(may_check(request.user, dossier) for dossier in dossiers):
        raise PermissionDenied
    form, found = PurposeForm(request.POST or None), {}
    if request.method == "POST" and form.is_valid():
        agreed = {int(key) for key in request.POST.getlist("dossier") if key.isdecimal() and len(key) < 19}
        asked = check_group(dossiers, agreed=agreed, by=request.user, **form.cleaned_data)
        found = {one.dossier.pk: one for one in asked}
    lookups = last_lookups(dossiers)
    return page(
        request,
        "cases/admin/group_check.html",
        title=_("Check the applicants of the group"),
        group=group,
        form=form,
        rows=[
            {
                "dossier": dossier,
                "can_ask": offers_check(request.user, dossier),
                "now": (now := found.get(dossier.pk)),
                "is_ticked": now is not None and now.is_left,
                "before": lookups.get(dossier.pk),
            }
            for dossier in dossiers
        ],
        was_asked=bool(found),
        left=sum(one.is_left for one in found.values()),
        agreeing=sum(one.agrees for one in found.values()),
        differing=[one for one in found.values() if one.checked and not one.agrees],
    )
