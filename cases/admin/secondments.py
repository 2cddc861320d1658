"""Secondments: who works at another desk for a time; recorded above both, ended by either (biệt phái)."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cases import rules, services
from cases.admin.verb_forms import DAY
from cases.errors import CaseError
from cases.services.secondments import LONGEST_DECISION, SECONDED
from onestop import access
from onestop.admin import badge
from onestop.admin_forms import OfficeForm
from procedures.models import Agency, Secondment, Staff


class SecondmentForm(OfficeForm):
    staff = forms.ModelChoiceField(label=gettext_lazy("Who is seconded"), queryset=Staff.objects.none())
    agency = forms.ModelChoiceField(label=gettext_lazy("Works at"), queryset=Agency.objects.none())
    first = forms.DateField(label=gettext_lazy("First day"), widget=DAY)
    last = forms.DateField(label=gettext_lazy("Last day"), widget=DAY)
    decision = forms.CharField(
        label=gettext_lazy("Decision"),
        max_length=LONGEST_DECISION,
        help_text=gettext_lazy("Number and date of the decision on the secondment"),
    )
    substitute = forms.ModelChoiceField(
        label=gettext_lazy("Takes the tasks at home"),
        queryset=Staff.objects.none(),
        required=False,
        empty_label=gettext_lazy("The first of the person's own list who is there"),
    )

    def __init__(self, *args, agencies, **kwargs):
        super().__init__(*args, **kwargs)
        people = Staff.objects.filter(agency__in=agencies, is_active=True, role__in=SECONDED)
        people = people.select_related("agency").order_by("agency__identifier", "full_name", "username")
        for name in ("staff", "substitute"):
            self.fields[name].queryset = people
            self.fields[name].label_from_instance = _with_agency
        self.fields["agency"].queryset = agencies.filter(is_active=True)


class EndForm(OfficeForm):
    last = forms.DateField(label=gettext_lazy("New last day"), widget=DAY)


def secondments(request):
    """Record a secondment, for who answers for more than one agency; below, those that run or will."""
    _keepers_only(request)
    agencies = access.agencies_of(request.user)
    form = None
    # Of one agency alone nobody can be sent to another one.
    if rules.keeps_machine(request.user) or len(agencies[:2]) > 1:
        form = SecondmentForm(request.POST or None, agencies=agencies)
    if request.method == "POST" and form and form.is_valid() and _record(request, form):
        return redirect("admin:secondments")
    return _page(request, form)


@require_POST
def end(request, pk: int):
    """End a secondment earlier, or call off one that has not begun."""
    _keepers_only(request)
    secondment = _of(request.user).filter(pk=pk).first()
    if secondment is None:
        raise Http404(_("There is no such secondment, or it is between other agencies."))
    form = EndForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(form.errors["last"]))
        return redirect("admin:secondments")
    last = form.cleaned_data["last"]
    try:
        ended = services.end_secondment(secondment, last=last, by=request.user)
    except CaseError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, _ended(secondment, ended))
    return redirect("admin:secondments")


def _record(request, form: SecondmentForm) -> bool:
    answers = dict(form.cleaned_data)
    try:
        secondment = services.record_secondment(
            answers.pop("staff"), answers.pop("agency"), by=request.user, **answers
        )
    except CaseError as error:
        form.show_refusal(error)
        return False
    words = {"person": secondment.staff, "agency": secondment.agency, "first": f"{secondment.first:%d/%m/%Y}"}
    messages.success(request, _("Recorded; %(person)s works at %(agency)s from %(first)s on.") % words)
    if not secondment.is_of_usual_length:
        messages.warning(
            request,
            _(
                "Secondments last from 6 to 24 months as a rule. Check the dates of this one against the decision."
            ),
        )
    return True


def _ended(secondment: Secondment, ended: Secondment | None) -> str:
    words = {"person": secondment.staff, "agency": secondment.staff.agency}
    if ended is None:
        return _("Called off; %(person)s stays at %(agency)s.") % words
    return _(
        "%(person)s works at %(agency)s again after %(last)s. Assign what they still hold elsewhere."
    ) % {
        **words,
        "last": f"{ended.last:%d/%m/%Y}",
    }


def _page(request, form: SecondmentForm | None):
    today = timezone.localdate()
    rows = [
        {
            "secondment": row,
            "badge": badge(_("lasts"), "success") if row.first <= today else badge(_("to come"), "info"),
            "end": EndForm(auto_id=f"end-{row.pk}-%s", initial={"last": today})
            if today < row.last  # whoever finds one here answers for one of its agencies
            else None,
        }
        for row in _of(request.user).filter(last__gte=today).order_by("first", "pk")
    ]
    request.current_app = admin.site.name
    context = admin.site.page_context(request, title=_("Secondments"), form=form, rows=rows)
    return TemplateResponse(request, "cases/admin/secondments.html", context)


def _of(user):
    """Those from or to one of the person's agencies."""
    agencies = list(access.agencies_of(user).values_list("pk", flat=True))
    return Secondment.objects.filter(Q(agency__in=agencies) | Q(staff__agency__in=agencies)).select_related(
        "staff__agency", "agency", "substitute", "recorded_by"
    )


def _with_agency(person: Staff) -> str:
    return f"{person} – {person.get_role_display()}, {person.agency}"


def _keepers_only(request) -> None:
    if not access.keeps_secondments(request.user):
        raise PermissionDenied(
            _("Secondments are kept by the supervisors and administrators of the agencies.")
        )
