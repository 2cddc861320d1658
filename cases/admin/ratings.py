"""What applicants say of the service, for those who supervise it; nothing can be changed here (R49)."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from cases import survey
from cases.admin.scope import visible
from cases.models import Rating
from cases.satisfaction import figures_of
from onestop import access
from onestop.admin_forms import OfficeForm
from onestop.reading import about
from procedures.models import Agency

PER_PAGE = 50


class AgencyForm(OfficeForm):
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
    """Figures per question, of one agency or of all below the own one; then the low ones with their comments."""
    if not access.sees_ratings(request.user):
        raise PermissionDenied
    agencies = access.agencies_of(request.user)
    form = AgencyForm(request.GET, agencies=agencies)
    chosen = form.cleaned_data["agency"] if form.is_valid() else None
    found = Rating.objects.of_agencies([chosen.pk] if chosen else list(agencies.values_list("pk", flat=True)))
    each, together = figures_of(found)
    low = found.low().select_related("dossier__version__procedure").prefetch_related("scores")
    page = Paginator(low.order_by("-at", "-pk"), PER_PAGE).get_page(request.GET.get("p"))
    mine = set(
        visible(request.user).filter(pk__in=[row.dossier_id for row in page]).values_list("pk", flat=True)
    )
    words = survey.all_questions()
    rows = [
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
    about(request, count=len(rows))
    request.current_app = admin.site.name
    context = admin.site.page_context(
        request,
        title=_("Ratings"),
        each=each,
        together=together,
        count=found.count(),
        form=form,
        query=f"agency={chosen.identifier}&" if chosen else "",
        page=page,
        rows=rows,
        scores=list(survey.SCORES.values()),
    )
    return TemplateResponse(request, "cases/admin/ratings.html", context)
