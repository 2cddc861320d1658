"""What is overdue: since how long, who used the time, why, and where the apology stands; and what to do about it."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cases.admin import bulk
from cases.admin.letters import apology_words, letter_badge
from cases.admin.scope import visible
from cases.admin.shown import badge, days_left_text, duration, moment, used_by
from cases.ladder import LateAct
from cases.late import FILTERS, NOBODY, LateRow, late_dossiers, rows_of
from cases.models import Dossier
from cases.services.late_acts import LATE_ACTS, LONGEST_NOTE
from onestop import access
from onestop.admin_forms import OfficeForm
from onestop.keyset import SortKey, count_up_to
from onestop.lists import count_words, page_of
from procedures.calendars import remembered_calendars
from procedures.enums import Role
from procedures.models import ProcedureVersion, Staff, works_in

PER_PAGE = 50
SHARES_SHOWN = 3
LATE = SortKey("due_at")
AGE_CHOICES = [
    ("", gettext_lazy("Any")),
    ("1", gettext_lazy("1 working day")),
    ("2-5", gettext_lazy("2 to 5 working days")),
    ("6-10", gettext_lazy("6 to 10 working days")),
    ("11-30", gettext_lazy("11 to 30 working days")),
    ("31", gettext_lazy("31 working days and more")),
]
ICONS = {LateAct.ASSIGN: "assignment_ind", LateAct.REMIND: "notifications", LateAct.ESCALATE: "stairs"}


class LateFilterForm(OfficeForm):
    """What the list can be narrowed by; a value that is not offered narrows to nothing, and is shown."""

    agency = forms.ChoiceField(label=gettext_lazy("Agency and those below it"), required=False)
    field = forms.ChoiceField(label=gettext_lazy("Field"), required=False)
    procedure = forms.CharField(label=gettext_lazy("Procedure code"), required=False, max_length=30)
    officer = forms.ChoiceField(label=gettext_lazy("Held by"), required=False)
    age = forms.ChoiceField(label=gettext_lazy("Late for"), required=False, choices=AGE_CHOICES)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        agencies = access.agencies_of(user)
        people = Staff.objects.filter(
            works_in(agencies), is_active=True, role__in=[Role.OFFICER, Role.SUPERVISOR, Role.CLERK]
        )
        fields = ProcedureVersion.objects.order_by("field_vi").values_list("field_vi", flat=True).distinct()
        everything = ("", _("All"))
        self.fields["agency"].choices = [everything, *((one.identifier, str(one)) for one in agencies)]
        self.fields["field"].choices = [everything, *((name, name) for name in fields)]
        self.fields["officer"].choices = [
            everything,
            (NOBODY, _("nobody yet")),
            *((str(person.pk), str(person)) for person in people.order_by("full_name", "pk")),
        ]


class NoteForm(bulk.NothingAsked):
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


FORMS = {LateAct.ASSIGN: bulk.ToSomebody}


@remembered_calendars()
def overdue(request):
    """Overdue dossiers of the person's agencies, the longest first."""
    readers_only(request)
    query = known_part(request.GET)
    found = late_dossiers(visible(request.user), request.GET.dict(), request.user)
    page = page_of(request, found.with_people_apart(), LATE, PER_PAGE)
    total = count_up_to(found)
    request.current_app = admin.site.name
    context = admin.site.page_context(
        request,
        title=_("Overdue"),
        page=page,
        total=total,
        counted=count_words(total),
        form=LateFilterForm(request.GET, user=request.user),
        query=query,
        rows=_rows(request.user, page.rows),
        acts=_acts(request.user),
    )
    return TemplateResponse(request, "cases/admin/overdue.html", context)


@require_POST
def late_act(request, act: str):
    """One of the acts for the chosen dossiers: first what each would do, then what became of each."""
    readers_only(request)
    query = known_part(QueryDict(request.POST.get("list", "")[:1000]))
    if act not in LateAct.values or not access.supervises(request.user):
        raise PermissionDenied(_("Supervisors assign, remind and report; the list is for everybody to read."))
    act = LateAct(act)
    return bulk.answer(
        request,
        act,
        verbs=LATE_ACTS,
        form_class=FORMS.get(act, NoteForm),
        mine=visible(request.user).with_people(),
        here=reverse("admin:late_act", args=[act.value]),
        listed=address(query),
        more={"back": query},
    )


def known_part(params) -> str:
    """The filters of this list among what an address asks for, as an address again."""
    return urlencode({name: params[name] for name in FILTERS if params.get(name)})


def address(query: str) -> str:
    return reverse("admin:overdue") + (f"?{query}" if query else "")


def readers_only(request) -> None:
    if not access.sees_dossiers(request.user):
        raise PermissionDenied


def _acts(user) -> list[dict]:
    """The buttons below the list; they send the chosen rows to the page of their act."""
    if not access.supervises(user):
        return []
    return [
        {
            "label": act.label,
            "icon": ICONS[act],
            "attrs": {"form": "late-act", "formaction": reverse("admin:late_act", args=[act.value])},
        }
        for act in LateAct
    ]


def _rows(user, dossiers: list[Dossier]) -> list[dict]:
    mine = set(access.agencies_of(user).values_list("pk", flat=True)) if access.supervises(user) else set()
    return [shown_row(row, mine) for row in rows_of(dossiers)]


def shown_row(row: LateRow, supervised: set[int]) -> dict:
    """The cells of a row; a letter is drafted from it for the agencies that are supervised."""
    dossier, letter = row.dossier, row.letter
    return {
        "dossier": dossier,
        "due": moment(dossier.due_at),
        "late": badge(days_left_text(-row.days), "danger"),
        "hours": duration(row.minutes),
        "again": badge(_("second time"), "danger") if row.again else "",
        "step": row.step,
        "shares": [
            {"who": share_words(share.holder), "time": duration(share.working_minutes)}
            for share in row.shares[:SHARES_SHOWN]
        ],
        "more_shares": max(len(row.shares) - SHARES_SHOWN, 0),
        "reason": row.reason,
        "letter": letter,
        "letter_badge": letter_badge(letter) if letter else "",
        "letter_at": apology_words(letter),
        "may_draft": letter is None and dossier.competent_agency_id in supervised,
    }


def share_words(holder) -> str:
    """Who used the time: the officer or the unit of an agency; of the applicant what for."""
    if holder.officer:
        return f"{holder.officer} ({holder.unit})"
    return str(holder.unit) if holder.unit else used_by(holder)
