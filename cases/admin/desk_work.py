"""What each clerk of a desk did on some days, and how boundary-free dossiers arrived, for who supervises."""

from datetime import timedelta

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.admin.scope import visible
from cases.admin.shown import duration
from cases.admin.verb_forms import DAY
from cases.desk_figures import arrivals, work_of_clerks
from onestop import access
from onestop.admin_forms import OfficeForm
from procedures.models import Agency

LONGEST = timedelta(days=366)


class PeriodForm(OfficeForm):
    desk = forms.ModelChoiceField(
        label=gettext_lazy("Desk"),
        queryset=Agency.objects.none(),
        required=False,
        empty_label=gettext_lazy("All of my desks"),
    )
    first = forms.DateField(label=gettext_lazy("First day"), widget=DAY)
    last = forms.DateField(label=gettext_lazy("Last day"), widget=DAY)

    def __init__(self, *args, desks, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["desk"].queryset = desks

    def clean(self):
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and not first <= last <= first + LONGEST:
            raise forms.ValidationError(
                _("Choose a first and a last day in this order, at most a year apart.")
            )
        return self.cleaned_data


def desk_work(request):
    """Figures from the first of the month to today, or of the days that were asked for."""
    if not access.inspects_desks(request.user):
        raise PermissionDenied(_("The figures of a desk are for those who supervise or inspect it."))
    desks = access.agencies_of(request.user).reception_desks()
    today = timezone.localdate()
    asked = (
        request.GET
        if {"first", "last"} & set(request.GET)
        else {"first": today.replace(day=1), "last": today}
    )
    form = PeriodForm(asked, desks=desks)
    context = {"form": form, "today": today}
    if form.is_valid():
        desk, first, last = (form.cleaned_data[name] for name in ("desk", "first", "last"))
        chosen = [desk] if desk else list(desks)
        found = arrivals(visible(request.user).filter(receiving_desk__in=chosen), first, last)
        context |= {
            "work": work_of_clerks(chosen, first, last),
            "arrivals": found,
            "average": duration(round(found.average.total_seconds() / 60)) if found.average else "–",
        }
    request.current_app = admin.site.name
    return TemplateResponse(
        request,
        "cases/admin/desk_work.html",
        admin.site.page_context(request, title=_("Work at the desk"), **context),
    )
