"""What each clerk of a desk did on some days, and how boundary-free dossiers arrived, for who supervises."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.admin.days_form import DaysForm, asked_days
from cases.admin.scope import visible
from cases.admin.shown import duration
from cases.desk_figures import arrivals, work_of_clerks
from onestop import access
from procedures.models import Agency


class PeriodForm(DaysForm):
    field_order = ["desk", "first", "last"]
    desk = forms.ModelChoiceField(
        label=gettext_lazy("Desk"),
        queryset=Agency.objects.none(),
        required=False,
        empty_label=gettext_lazy("All of my desks"),
    )

    def __init__(self, *args, desks, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["desk"].queryset = desks


def desk_work(request):
    """Figures from the first of the month to today, or of the days that were asked for."""
    if not access.inspects_desks(request.user):
        raise PermissionDenied(_("The figures of a desk are for those who supervise or inspect it."))
    desks = access.agencies_of(request.user).reception_desks()
    today = timezone.localdate()
    form = PeriodForm(asked_days(request.GET.dict(), today.replace(day=1)), desks=desks)
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
