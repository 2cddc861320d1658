"""What a person keeps of the dossier list: saved filters and the columns to see."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cases import lists
from cases.admin.filters import in_words
from cases.errors import CaseError
from cases.models import SavedList
from cases.services import lists as service
from onestop import access
from onestop.admin_forms import OfficeForm


class NameForm(OfficeForm):
    name = forms.CharField(label=gettext_lazy("Name of the list"), max_length=100)


def my_lists(request):
    """The person's saved lists, each with its name to change."""
    _readers_only(request)
    rows = [
        {
            "saved": saved,
            "words": in_words(saved.query, request.user),
            "form": NameForm(initial={"name": saved.name}, auto_id=f"id_%s_{saved.pk}"),
        }
        for saved in request.user.saved_lists.all()
    ]
    return _page(request, "cases/admin/my_lists.html", title=_("My lists"), rows=rows)


@require_POST
def save(request):
    """Keep the filters of the list that is shown."""
    _readers_only(request)
    query = service.address_of(request.POST.get("list", ""))
    try:
        saved = service.save_list(request.user, name=request.POST.get("name", ""), query=query)
    except CaseError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(
            request, _("The list “%(name)s” is saved; you find it above the dossiers.") % {"name": saved.name}
        )
    response = redirect("admin:cases_dossier_changelist")
    response["Location"] += f"?{query}" if query else ""
    return response


@require_POST
def change(request, pk: int):
    """Another name, or no such list any more."""
    _readers_only(request)
    saved = SavedList.objects.filter(user=request.user, pk=pk).first()
    if saved is None:
        raise Http404(_("There is no such list, or it is not yours."))
    try:
        if "delete" in request.POST:
            service.delete_list(saved)
            messages.success(request, _("The list is deleted. Nothing happened to its dossiers."))
        else:
            service.rename_list(saved, name=request.POST.get("name", ""))
            messages.success(request, _("The list has its new name."))
    except CaseError as error:
        messages.error(request, error.sentence)
    return redirect("admin:my_lists")


def columns(request):
    """Which columns, in which order: ticks and two buttons each, so that it works with keys alone."""
    _readers_only(request)
    names = service.columns_of(request.user)
    moved = ""
    if request.method == "POST":
        order = [name for name in request.POST.getlist("order") if name in lists.COLUMNS]
        names = [name for name in order if name in request.POST.getlist("shown")]
        moved = request.POST.get("up") or request.POST.get("down") or ""
        if not moved:
            return _chosen(request, [] if "standard" in request.POST else names)
        order = _moved(order, moved, -1 if "up" in request.POST else 1)
    else:
        order = [*names, *(name for name in lists.COLUMNS if name not in names)]
    rows = [
        {"name": name, "title": lists.COLUMNS[name].title, "shown": name in names}
        for name in order
        if name != lists.FIRST_COLUMN
    ]
    return _page(
        request,
        "cases/admin/list_columns.html",
        title=_("Columns of the list"),
        rows=rows,
        moved=moved,
        main_button={"data-main": ""},
        direction="up" if "up" in request.POST else "down",
    )


def _moved(order: list[str], name: str, by: int) -> list[str]:
    """The same names with one of them a place further up or down."""
    if name not in order:
        return order
    place = order.index(name)
    target = min(max(place + by, 0), len(order) - 1)
    order = [other for other in order if other != name]
    return [*order[:target], name, *order[target:]]


def _chosen(request, names: list[str]):
    service.choose_columns(request.user, names)
    messages.success(request, _("The list has the columns that you chose."))
    return redirect("admin:cases_dossier_changelist")


def _page(request, template: str, **context):
    request.current_app = admin.site.name
    return TemplateResponse(request, template, admin.site.page_context(request, **context))


def _readers_only(request) -> None:
    if not access.sees_dossiers(request.user):
        raise PermissionDenied(_("Lists of dossiers are for those who work with dossiers."))
