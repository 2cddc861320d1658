"""What will be late at the present pace, with the reason in words."""

from django import forms
from django.contrib import admin, messages
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases.admin.overdue import readers_only
from cases.admin.scope import visible
from cases.admin.shown import badge, duration, moment
from cases.outlook import Foreseen, due_within, page_of_late
from cases.pace import Basis, StepPace
from onestop import access
from onestop.admin_forms import OfficeForm
from onestop.keyset import NotACursor
from procedures.calendars import calendar_for, remembered_calendars

USUAL_DAYS, MOST_DAYS = 3, 20


class DaysForm(OfficeForm):
    days = forms.IntegerField(
        label=gettext_lazy("Due within working days"), min_value=1, max_value=MOST_DAYS, initial=USUAL_DAYS
    )
    agency = forms.ChoiceField(label=gettext_lazy("Agency and those below it"), required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        agencies = access.agencies_of(user)
        self.fields["agency"].choices = [("", _("All")), *((a.identifier, str(a)) for a in agencies)]


@remembered_calendars()
def outlook(request):
    """Of what is due within some working days, what will not be finished in time; by due date."""
    readers_only(request)
    asked = request.GET if "days" in request.GET else None
    form = DaysForm(asked, user=request.user, initial={"days": USUAL_DAYS})
    days, agency = USUAL_DAYS, ""
    if form.is_bound and form.is_valid():
        days, agency = form.cleaned_data["days"], form.cleaned_data["agency"]
    now = timezone.now()
    found = due_within(visible(request.user), days, calendar_for(request.user.workplace), now)
    if agency:
        found = found.decided_at(access.agencies_of(request.user).get(identifier=agency))
    found = found.with_people_apart()
    try:
        late, page = page_of_late(found, request.GET.get("after", ""), now)
    except NotACursor:
        messages.warning(request, _("That is no page of this list; here is its beginning."))
        late, page = page_of_late(found, "", now)
    request.current_app = admin.site.name
    context = admin.site.page_context(
        request,
        title=_("What will be late"),
        form=form,
        rows=[_row(one) for one in late],
        looked_at=len(page.rows),
        until=moment(page.rows[-1].due_at) if page.rows else "",
        after=page.after,
        query=f"days={days}&agency={agency}",
    )
    return TemplateResponse(request, "cases/admin/outlook.html", context)


def _row(one: Foreseen) -> dict:
    found = one.outlook
    return {
        "dossier": one.dossier,
        "due": moment(found.due_at),
        "finish": moment(found.finish),
        "late": badge(_("%(time)s late") % {"time": duration(found.late_minutes)}, "warning"),
        "why": [step_words(step) for step in found.steps],
    }


def step_words(step: StepPace) -> str:
    """How long a step will still take, and what that is taken from."""
    words = {
        "step": step.name,
        "left": duration(step.left),
        "used": duration(step.used),
        "allowed": duration(step.allowed),
        "expected": duration(step.expected),
        "count": step.counted,
    }
    begun = _("“%(step)s” has used %(used)s of %(allowed)s.") % words + " " if step.used else ""
    match step.basis:
        case Basis.PAST:
            said = ngettext(
                "“%(step)s” may take %(allowed)s and usually takes %(expected)s (the last %(count)s run).",
                "“%(step)s” may take %(allowed)s and usually takes %(expected)s (the last %(count)s runs).",
                step.counted,
            )
        case Basis.LONGER:
            said = ngettext(
                "The %(count)s earlier run that took longer took %(expected)s, so about %(left)s are left.",
                "The %(count)s earlier runs that took longer usually took %(expected)s, so about %(left)s are left.",
                step.counted,
            )
        case Basis.NEVER_SO_LONG:
            said = _("It never took so long before; it is taken as ending now.")
        case Basis.ALLOWANCE if step.used:
            said = _("There are no earlier runs to compare with, so %(left)s are left.")
        case _basis:
            said = _("There are no earlier runs of “%(step)s”, so all of its %(allowed)s are counted.")
    return begun + said % words
