"""The agency's own mistakes: correct a result free of charge, report lost papers (R39)."""

from django import forms
from django.contrib import admin, messages
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import services
from cases.admin.scope import visible_dossier
from cases.errors import CaseError
from onestop.admin_forms import LinesField, OfficeForm


class CorrectionForm(OfficeForm):
    reason = forms.CharField(
        label=gettext_lazy("What is wrong and what is right"), widget=forms.Textarea(attrs={"rows": 4})
    )


class LossForm(OfficeForm):
    papers = LinesField(label=gettext_lazy("Which papers"), help_text=gettext_lazy("One paper on each line."))


def correction(request, pk: int):
    """A new dossier that corrects the result of this one; the desk goes on with the new one."""
    dossier = visible_dossier(request, pk)
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.receive_correction(dossier, by=request.user, **form.cleaned_data)
        except CaseError as error:
            form.show_refusal(error)
        else:
            messages.success(
                request, _("The correction is received as %(code)s, free of charge.") % {"code": made.code}
            )
            return redirect("admin:cases_dossier_change", made.pk)
    return _page(
        request,
        dossier,
        form,
        title=_("Correct the result"),
        hint=_("For a mistake of the agency: nothing is paid and no paper is asked for again."),
        button=_("Receive the correction"),
    )


def papers_lost(request, pk: int):
    """Papers of the applicant were lost or damaged here; the applicant is told with an apology."""
    dossier = visible_dossier(request, pk)
    form = LossForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.report_loss(dossier, by=request.user, **form.cleaned_data)
        except CaseError as error:
            form.show_refusal(error)
        else:
            messages.success(request, _("The loss is recorded; the applicant gets an apology."))
            return redirect("admin:cases_dossier_change", pk)
    return _page(
        request,
        dossier,
        form,
        title=_("Papers lost or damaged"),
        hint=_("The applicant is told at once, with an apology."),
        button=_("Record the loss"),
    )


def _page(request, dossier, form, **context):
    request.current_app = admin.site.name
    return TemplateResponse(
        request,
        "cases/admin/correction.html",
        admin.site.page_context(request, dossier=dossier, object=dossier, form=form, **context),
    )
