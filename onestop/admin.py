"""The admin site and the base of its pages; Unfold is the skin and nothing else names it.

Permissions are named predicates of `onestop.access`, asked of the person's role and agency. Django's
permission rows are not used, so they cannot open what a role does not have.
"""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.admin import ShowFacets
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import BadRequest, ValidationError
from django.template.loader import render_to_string
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, AuthenticationForm, UserChangeForm, UserCreationForm
from unfold.sites import UnfoldAdminSite
from unfold.views import ChangeList

from onestop import access
from onestop.admin_forms import list_formfield
from onestop.language import vietnamese_first
from onestop.signin import FailedSignIns, closed_sentence, is_staff_connected, seconds_to_wait, wanted_page
from onestop.watch import silent_since

__all__ = [
    "AdminPasswordChangeForm",
    "DropdownFilter",
    "OnestopChangeList",
    "OnestopAdminSite",
    "OnestopInline",
    "OnestopModelAdmin",
    "UserChangeForm",
    "UserCreationForm",
    "badge",
    "display",
]


class SignInForm(AuthenticationForm):
    """Many wrong passwords in a row close the account for that address for a while, as over the API."""

    def clean(self):
        if "username" not in self.cleaned_data:
            return super().clean()
        if seconds := seconds_to_wait(self.request, self.cleaned_data["username"]):
            raise ValidationError(closed_sentence(seconds), code="too_many")
        try:
            return super().clean()
        except ValidationError:
            FailedSignIns(self.request).count()
            raise


def readable(view):
    """The view for what can be kept as text: nobody types a null character, and PostgreSQL takes none."""

    @wraps(view)
    def reading(request, *args, **kwargs):
        sent = [
            text
            for form in (request.GET, request.POST)
            for name, texts in form.lists()
            for text in (name, *texts)
        ]
        if any("\x00" in text for text in (request.path, *sent)):
            raise BadRequest("a null character was sent")
        return view(request, *args, **kwargs)

    return reading


class OnestopAdminSite(UnfoldAdminSite):
    """Back office (`/quan-tri/`) of clerks, officers, supervisors and administrators.

    Only active members of staff come in; that is Django's own rule (`is_active` and `is_staff`).
    """

    index_title = _("Today")
    login_form = SignInForm

    def __init__(self, name: str = "admin"):
        super().__init__(name)
        self._pages: list[tuple[str, Callable, str]] = []

    def admin_view(self, view, cacheable=False):
        return vietnamese_first(readable(super().admin_view(view, cacheable)))

    @method_decorator(vietnamese_first)
    def login(self, request, extra_context=None):
        provider = settings.OIDC_STAFF_NAME if is_staff_connected() else ""
        wanted = wanted_page(request)
        return super().login(request, {"provider": provider, "wanted": wanted, **(extra_context or {})})

    def add_page(self, route: str, view: Callable, name: str) -> None:
        """A page of its own beside those of the models; only members of staff get to it."""
        self._pages.append((route, view, name))

    def extra_urls(self) -> list:
        return [path(route, self.admin_view(view), name=name) for route, view, name in self._pages]

    def each_context(self, request):
        return {**super().each_context(request), "silent_since": silent_since(request.user)}

    def page_context(self, request, **context) -> dict:
        """What every page of the site needs to be drawn, and its own."""
        return {**self.each_context(request), **context}


class OnestopChangeList(ChangeList):
    """A list that does not offer to show all where all is shown."""

    def get_results(self, request):
        super().get_results(request)
        if not self.get_filters_params() and not self.query:
            self.full_result_count = self.result_count


class OnestopModelAdmin(ModelAdmin):
    """Base of every admin page: who may do what is said by predicates, nobody may by default.

    `viewers`, `editors` and `removers` are asked of the person; `may_edit` also of the row, and
    `rows_for` says which rows there are at all for somebody.
    """

    viewers: Callable = staticmethod(access.nobody)
    editors: Callable = staticmethod(access.nobody)
    removers: Callable = staticmethod(access.nobody)
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_filter_submit = True
    warn_unsaved_form = True
    list_per_page = 50

    def rows_for(self, user, queryset):
        return queryset

    def may_edit(self, user, row) -> bool:
        return True

    def get_changelist(self, request, **kwargs):
        return OnestopChangeList

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if isinstance(db_field, ArrayField):
            return list_formfield(db_field)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_queryset(self, request):
        return self.rows_for(request.user, super().get_queryset(request))

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return _at_work(request.user) and (
            self.viewers(request.user) or self.has_change_permission(request, obj)
        )

    def has_add_permission(self, request):
        return _at_work(request.user) and self.editors(request.user)

    def has_change_permission(self, request, obj=None):
        # Unfold asks with the key of a row where Django asks with the row.
        row = obj if isinstance(obj, self.model) else None
        return self.has_add_permission(request) and (row is None or self.may_edit(request.user, row))

    def has_delete_permission(self, request, obj=None):
        return _at_work(request.user) and self.removers(request.user)


class OnestopInline(TabularInline):
    """Rows below a row: whoever may change the one above may change them."""

    extra = 0

    def _parent(self):
        return self.admin_site.get_model_admin(self.parent_model)

    def has_view_permission(self, request, obj=None):
        return self._parent().has_view_permission(request, obj)

    def has_add_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        return self._parent().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)


def badge(text, colour: str) -> SafeString:
    """A coloured label; the text always says what the colour means."""
    return render_to_string(
        "unfold/helpers/label.html", {"text": text, "variant": colour, "class": "os-badge"}
    )


def _at_work(user) -> bool:
    return user.is_active and user.is_staff
