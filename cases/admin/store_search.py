"""Searching a store of papers for one paper of a dossier: the press, what is found, and what is put to the dossier."""

from django import forms
from django.contrib import admin, messages
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cases.admin.inspected import InspectedRecords
from cases.admin.scope import visible_dossier
from cases.admin.verbs import act_and_tell
from cases.connections.stores.facts import SearchOutcome
from cases.enums import ReuseGround
from cases.errors import CaseError
from cases.models import Dossier, DossierComponent, StoreLookup
from cases.services import store_search
from cases.services.stores import connected_store
from onestop.admin import DropdownFilter, display
from onestop.admin_forms import OfficeForm


class SearchForm(OfficeForm):
    consent = forms.BooleanField(
        label=gettext_lazy("The applicant agrees that this is looked up for this dossier"), required=False
    )


def search(request, pk: int, item_pk: int):
    """GET: what would be asked for whom. POST: what the store says; nothing of it is kept."""
    dossier, item = _found(request, pk, item_pk)
    where = connected_store(item.component)
    if where is None:
        messages.error(request, _("No connected store has this paper."))
        return redirect("admin:cases_dossier_change", pk)
    form, searched = SearchForm(request.POST if request.method == "POST" else None), None
    if request.method == "POST" and form.is_valid():
        try:
            searched = store_search.search(item, by=request.user, has_consent=form.cleaned_data["consent"])
        except CaseError as error:
            form.show_refusal(error)
    request.current_app = admin.site.name
    context = {
        "title": _("Search in: %(system)s") % {"system": where.system.label},
        "dossier": dossier,
        "item": item,
        "where": where,
        "form": form,
        "searched": searched,
        "ground": ReuseGround(searched.ground).label if searched and searched.ground else "",
        "may_search": store_search.may_search(dossier, request.user),
    }
    return TemplateResponse(
        request, "cases/admin/store_search.html", admin.site.page_context(request, **context)
    )


@require_POST
def reuse(request, pk: int, item_pk: int):
    """Put the record that was chosen to the dossier."""
    _dossier, item = _found(request, pk, item_pk)
    act_and_tell(
        request,
        lambda: store_search.reuse(item, request.POST.get("record", ""), by=request.user),
        _("“%(name)s” is reused and need not be brought.") % {"name": item.component.name},
    )
    return redirect("admin:cases_dossier_change", pk)


@require_POST
def take_paper(request, pk: int, item_pk: int):
    """The store was away or has nothing: the paper, on the ground that the search gave."""
    dossier, item = _found(request, pk, item_pk)
    lookup = dossier.store_lookups.filter(
        request_id=_whole(request.POST.get("search", "")), by=request.user
    ).first()
    if lookup is None:
        messages.error(request, _("This page is no longer valid. Search again."))
        return redirect("admin:store_search", pk, item_pk)
    name = {"name": item.component.name}
    try:
        is_recorded = store_search.take_paper(item, lookup, by=request.user)
    except CaseError as error:
        messages.error(request, error.sentence)
    else:
        words = (
            _("“%(name)s” is taken on paper; the ground is recorded.")
            if is_recorded
            else _("“%(name)s” is taken on paper; it needs no ground.")
        )
        messages.success(request, words % name)
    return redirect("admin:cases_dossier_change", pk)


def _found(request, pk: int, item_pk: int) -> tuple[Dossier, DossierComponent]:
    """The paper of a dossier that the person may see, or 404."""
    dossier = visible_dossier(request, pk)
    item = dossier.components.select_related("component").filter(pk=item_pk).first()
    if item is None:
        raise Http404(_("There is no such paper on the checklist of this dossier."))
    item.dossier = dossier
    return dossier, item


def _whole(text: str) -> str | None:
    try:
        return forms.UUIDField().clean(text)
    except forms.ValidationError:
        return None


class SearchOutcomeFilter(DropdownFilter):
    title = gettext_lazy("outcome")
    parameter_name = "outcome"

    def lookups(self, request, model_admin):
        return SearchOutcome.choices

    def queryset(self, request, queryset):
        return queryset.filter(outcome=self.value()) if self.value() in SearchOutcome.values else queryset


@admin.register(StoreLookup)
class StoreLookupAdmin(InspectedRecords):
    """Who searched which store for which dossier; to look at, never to change."""

    person = "by"
    shown_with = ("by", "agency", "dossier", "component")
    list_display = [
        "shown_at",
        "by",
        "agency",
        "system",
        "kind",
        "outcome",
        "reason",
        "shown_dossier",
        "component",
        "result_code",
        "shown_reused",
        "request_id",
    ]
    list_filter = [SearchOutcomeFilter]
    search_fields = ["request_id"]

    @display(description=gettext_lazy("dossier"))
    def shown_dossier(self, row):
        return str(row.dossier)

    @display(description=gettext_lazy("reused"), boolean=True)
    def shown_reused(self, row):
        return row.reused_at is not None
