"""Actions of the dossier list: what each chosen dossier would do, then a result for each."""

import secrets

from django import forms
from django.contrib import admin, messages
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from unfold.forms import ActionForm

from cases import lists
from cases.enums import Verb
from cases.errors import CaseError
from cases.models import Dossier
from cases.services.bulk import BULK, MOST, act_on_all, foresee
from onestop import access
from onestop.admin_forms import OfficeForm
from onestop.numbers import whole_number
from onestop.reading import about
from procedures.enums import DESK_ROLES, Role
from procedures.models import Staff, works_in

# Which of them a role finds in its list; the services ask again for each dossier.
OFFERED = {
    Verb.START: {Role.OFFICER},
    Verb.HAND_OVER: {Role.OFFICER, Role.SUPERVISOR},
    Verb.ASSIGN: {Role.SUPERVISOR},
    Verb.DIGITIZE: DESK_ROLES,
    Verb.SETTLE: DESK_ROLES,
}


class NothingAsked(OfficeForm):
    """A verb that needs no answer."""

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)

    def answers(self) -> dict:
        return dict(self.cleaned_data)


class ToSomebody(NothingAsked):
    to = forms.ModelChoiceField(
        label=_("To"), queryset=Staff.objects.none(), empty_label=_("Choose who gets it")
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=300)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        self.fields["to"].queryset = Staff.objects.filter(
            works_in(access.agencies_of(user)), role__in=[Role.OFFICER, Role.SUPERVISOR], is_active=True
        ).order_by("full_name")


class ToSomebodyOrMyself(ToSomebody):
    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        to = self.fields["to"]
        to.required, to.empty_label = False, _("I go on with it myself")
        to.queryset = to.queryset.exclude(pk=user.pk)


FORMS = {Verb.ASSIGN: ToSomebody, Verb.HAND_OVER: ToSomebodyOrMyself}


class ListActionForm(ActionForm):
    """The choice of an action, with a key of its own."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["action"].widget.attrs |= {"data-key": "a", "data-key-name": _("Do with the chosen ones")}


class BulkActions:
    """Part of the admin of dossiers: its actions, and the page that shows and does them."""

    class Media:
        css = {"all": ["onestop/officer.css"]}

    action_form = ListActionForm
    list_disable_select_all = True  # what is chosen is what was seen, and at most `MOST`

    def get_actions(self, request):
        return {
            verb.value: (_ask_first, verb.value, str(verb.label))
            for verb, roles in OFFERED.items()
            if request.user.role in roles
        }

    def get_urls(self):
        page = self.admin_site.admin_view(self.bulk_page)
        return [path("bulk/<str:verb>/", page, name="dossier_bulk"), *super().get_urls()]

    def bulk_page(self, request, verb: str):
        """Shows what would happen; acts when the button of that page was pressed."""
        listed = reverse("admin:cases_dossier_changelist")
        if request.method != "POST" or verb not in BULK:
            return redirect(listed)
        verb = Verb(verb)
        back = _list_before(request)
        return answer(
            request,
            verb,
            verbs=BULK,
            form_class=FORMS.get(verb, NothingAsked),
            mine=self.rows_for(request.user, Dossier.objects.all()),
            here=reverse("admin:dossier_bulk", args=[verb.value]),
            listed=f"{listed}?{back}" if back else listed,
            more={"back": back},
        )


def answer(request, verb, *, verbs, form_class, mine, here: str, listed: str, more: dict):
    """The page of one verb for many dossiers: what each would do, or what became of each.

    `mine` are the dossiers that the person may choose from; `here` is the address of this page, `listed` that
    of the list from which somebody came.
    """
    chosen = request.POST.getlist("dossier") or request.POST.getlist("_selected_action")
    pks = {whole_number(pk) for pk in chosen[: MOST + 1]} - {None}
    dossiers = mine.filter(pk__in=pks).order_by("due_at", "pk")
    acts = "act" in request.POST
    form = form_class(request.POST if acts or "look" in request.POST else None, user=request.user)
    answers = form.answers() if form.is_bound and form.is_valid() else {}
    done = acts and form.is_valid()
    nonce = request.POST.get("nonce") or secrets.token_urlsafe(16)
    try:
        if done:
            rows = act_on_all(verb, dossiers, by=request.user, nonce=nonce[:60], verbs=verbs, **answers)
        else:
            rows = foresee(verb, dossiers, by=request.user, to=answers.get("to"), verbs=verbs)
    except CaseError as error:
        messages.error(request, error.sentence)
        return redirect(listed)
    about(request, count=len(rows))
    request.current_app = admin.site.name
    context = admin.site.page_context(
        request,
        title=verb.label,
        verb=verb,
        form=form,
        rows=rows,
        good=[row for row in rows if row.is_possible],
        bad=[row for row in rows if not row.is_possible],
        done=done,
        nonce=nonce,
        here=here,
        listed=listed,
        main_button={"data-main": True},
        **more,
    )
    return TemplateResponse(request, "cases/admin/bulk.html", context)


def _ask_first(admin, request, queryset):
    """The action of the list: nothing is done before the page that shows what would be."""
    return admin.bulk_page(request, request.POST["action"])


def _list_before(request) -> str:
    """Filters and order of the list from which somebody came, so that they get back to it."""
    sent = request.POST.get("list")
    if sent is not None:
        return sent[:1000]
    return urlencode(lists.known(request.GET.dict()))
