"""What applicants say of the service, for those who supervise it; nothing can be changed here (R49)."""

from datetime import date, timedelta

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from cases import survey
from cases.admin.days_form import DaysForm, asked_days, span_of
from cases.admin.scope import visible
from cases.models import Rating
from cases.satisfaction import figures_of
from onestop import access
from onestop.reading import about
from procedures.models import Agency

PER_PAGE = 50
A_YEAR = timedelta(days=364)  # before today, so that today belongs to it


class RatingsForm(DaysForm):
    field_order = ["agency", "first", "last"]
    agency = forms.ModelChoiceField(
        label=gettext_lazy("Agency"),
        queryset=Agency.objects.none(),
        required=False,
        to_field_name="identifier",
        empty_label=gettext_lazy("All"),
    )

    def __init__(self, *args, agencies, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = agencies.order_by("name_vi")


@require_safe
def ratings(request):
    """Figures per question, of one agency or of all below the own one; then the low ones with their comments.

    Of what was rated on the days that are asked for, else in the last twelve months.
    """
    if not access.sees_ratings(request.user):
        raise PermissionDenied
    agencies = access.agencies_of(request.user)
    asked = asked_days(request.GET.dict(), timezone.localdate() - A_YEAR)
    form = RatingsForm(asked, agencies=agencies)
    context = {"title": _("Ratings"), "form": form}
    if form.is_valid():
        context |= _found(request, agencies, **form.cleaned_data)
    request.current_app = admin.site.name
    return TemplateResponse(request, "cases/admin/ratings.html", admin.site.page_context(request, **context))


def _found(request, agencies, *, agency: Agency | None, first: date, last: date) -> dict:
    chosen = [agency.pk] if agency else list(agencies.values_list("pk", flat=True))
    start, end = span_of(first, last)
    found = Rating.objects.of_agencies(chosen).filter(at__gte=start, at__lt=end)
    each, together = figures_of(found)
    low = found.low().select_related("dossier__version__procedure").prefetch_related("scores")
    page = Paginator(low.order_by("-at", "-pk"), PER_PAGE).get_page(request.GET.get("p"))
    rows = _rows(request.user, page)
    about(request, count=len(rows))
    days = {"first": f"{first:%d/%m/%Y}", "last": f"{last:%d/%m/%Y}"}
    return {
        "days": days,
        "each": each,
        "together": together,
        "count": found.count(),
        "query": urlencode({**({"agency": agency.identifier} if agency else {}), **days}) + "&",
        "page": page,
        "rows": rows,
        "scores": list(survey.SCORES.values()),
    }


def _rows(user, page) -> list[dict]:
    mine = set(visible(user).filter(pk__in=[row.dossier_id for row in page]).values_list("pk", flat=True))
    words = survey.all_questions()
    return [
        {
            "rating": rating,
            "link": reverse("admin:cases_dossier_change", args=[rating.dossier_id])
            if rating.dossier_id in mine
            else "",
            "low": [
                f"{words.get(score.question, score.question)}: {score.score}"
                for score in rating.scores.all()
                if score.score <= survey.LOW
            ],
        }
        for rating in page
    ]
