"""Absences of the people of an agency: recorded, with the substitute who takes the open tasks (R44)."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import services
from cases.admin.verb_forms import DAY
from cases.errors import CaseError
from onestop import access
from onestop.admin_forms import OfficeForm
from procedures.enums import DESK_ROLES, Role
from procedures.models import Absence, Staff, works_in
from procedures.services.substitutes import without_substitute

AT_WORK = DESK_ROLES | {Role.OFFICER, Role.SUPERVISOR}


class AbsenceForm(OfficeForm):
    staff = forms.ModelChoiceField(label=gettext_lazy("Who is absent"), queryset=Staff.objects.none())
    first = forms.DateField(label=gettext_lazy("First day"), widget=DAY)
    last = forms.DateField(label=gettext_lazy("Last day"), widget=DAY)
    substitute = forms.ModelChoiceField(
        label=gettext_lazy("Substitute"),
        queryset=Staff.objects.none(),
        required=False,
        empty_label=gettext_lazy("The first of the person's own list who is there"),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=300)

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["staff"].queryset = self.fields["substitute"].queryset = people


def absences(request):
    """Record an absence; below, who is and will be away, and who has nobody to stand in."""
    if not access.keeps_people(request.user):
        raise PermissionDenied(_("Absences are kept by the supervisors and administrators of an agency."))
    agencies = access.agencies_of(request.user)
    people = Staff.objects.filter(works_in(agencies), is_active=True, role__in=AT_WORK)
    form = AbsenceForm(request.POST or None, people=people.order_by("full_name", "username"))
    if request.method == "POST" and form.is_valid():
        answers = dict(form.cleaned_data)
        try:
            absence = services.record_absence(answers.pop("staff"), by=request.user, **answers)
        except CaseError as error:
            form.show_refusal(error)
        else:
            messages.success(
                request,
                _("Recorded; %(substitute)s stands in for %(person)s.")
                % {"substitute": absence.substitute, "person": absence.staff},
            )
            return redirect("admin:absences")
    request.current_app = admin.site.name
    context = admin.site.page_context(
        request,
        title=_("Absences"),
        form=form,
        absences=Absence.objects.filter(
            staff__in=Staff.objects.filter(works_in(agencies)), last__gte=timezone.localdate()
        )
        .select_related("staff__agency", "substitute", "recorded_by")
        .order_by("first", "pk"),
        alone=without_substitute(people).select_related("agency").order_by("agency__identifier", "full_name"),
    )
    return TemplateResponse(request, "cases/admin/absences.html", context)
