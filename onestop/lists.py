"""Long lists of the back office: pages by position, counted no further than anybody reads."""

from django.contrib import messages
from django.contrib.admin.views.main import ORDER_VAR
from django.utils.translation import gettext as _

from onestop.admin import OnestopChangeList, OnestopModelAdmin
from onestop.keyset import COUNTED, KeysetPage, NotACursor, SortKey, count_up_to, keyset_page

AFTER, BEFORE = "after", "before"


class KeysetPaginator:
    """What Unfold asks a paginator for: the template of the line below the list."""

    template_name = "onestop/keyset_pages.html"


class Counted(int):
    """How many rows there are, as far as anybody counted; Unfold writes it and says no wrong number so."""

    def __str__(self) -> str:
        return count_words(int(self))


class KeysetChangeList(OnestopChangeList):
    """A list in pages by position, ordered by one of the admin's `sort_keys`."""

    def __init__(self, request, *args, **kwargs):
        self.after, self.before = request.GET.get(AFTER, ""), request.GET.get(BEFORE, "")
        # Another filter or order begins at the first page: no link that is made of this address may keep it.
        request.GET = request.GET.copy()
        for name in (AFTER, BEFORE):
            request.GET.pop(name, None)
        super().__init__(request, *args, **kwargs)

    @property
    def sort_name(self) -> str:
        """Name of the key in the address, with - in front when it goes down."""
        wanted = self.params.get(ORDER_VAR, "")
        if wanted.removeprefix("-") in self.model_admin.keys_for(self.params):
            return wanted
        return self.model_admin.default_sort(self.request, self.params)

    @property
    def sort_key(self) -> SortKey:
        key = self.model_admin.keys_for(self.params)[self.sort_name.removeprefix("-")]
        return key.reversed if self.sort_name.startswith("-") != key.descending else key

    def get_queryset(self, request, exclude_parameters=None):
        self.request = request
        return super().get_queryset(request, exclude_parameters)

    def get_ordering(self, request, queryset):
        return []  # `keyset_page` orders

    def get_results(self, request):
        page = _page(request, self.queryset, self.sort_key, self.list_per_page, self.after, self.before)
        self.result_list = page.rows
        self.result_count = Counted(count_up_to(self.queryset))
        self.full_result_count = self.result_count  # or Unfold would write the number into the title
        self.show_full_result_count = self.can_show_all = self.multi_page = False
        self.show_admin_actions = True
        self.paginator = KeysetPaginator()
        self.first_page = self.get_query_string() if page.before else ""
        self.previous_page = self.get_query_string({BEFORE: page.before}) if page.before else ""
        self.next_page = self.get_query_string({AFTER: page.after}) if page.after else ""

    @property
    def counted(self) -> str:
        return count_words(self.result_count)

    # The admin counts columns where people, and addresses that they keep, name them: columns change.

    def get_ordering_field_columns(self):
        name = self.sort_name
        return {
            place: "desc" if name.startswith("-") else "asc"
            for place, column in enumerate(self.list_display)
            if self.get_ordering_field(column) == name.removeprefix("-")
        }

    def get_query_string(self, new_params=None, remove=None):
        place = (new_params or {}).get(ORDER_VAR, "").partition(".")[0]
        if place.removeprefix("-").isdecimal():
            column = self.get_ordering_field(self.list_display[int(place.removeprefix("-"))])
            new_params = {**new_params, ORDER_VAR: f"{'-' if place.startswith('-') else ''}{column}"}
        return super().get_query_string(new_params, remove)


class KeysetModelAdmin(OnestopModelAdmin):
    """Base of the lists that may become very long. A column whose `ordering` names a key can be sorted by."""

    class Media:
        css = {"all": ["onestop/lists.css"]}

    sort_keys: dict[str, SortKey] = {}
    standard_sort = ""

    def keys_for(self, params) -> dict[str, SortKey]:
        """What the list with these filters can be ordered by."""
        return self.sort_keys

    def default_sort(self, request, params) -> str:
        return self.standard_sort

    def get_changelist(self, request, **kwargs):
        return KeysetChangeList


def page_of(request, queryset, key: SortKey, size: int) -> KeysetPage:
    """The page that the address of a plain page asks for."""
    return _page(request, queryset, key, size, request.GET.get(AFTER, ""), request.GET.get(BEFORE, ""))


def _page(request, queryset, key: SortKey, size: int, after: str, before: str) -> KeysetPage:
    try:
        return keyset_page(queryset, key, size, after=after, before=before)
    except NotACursor:
        messages.warning(request, _("That is no page of this list; here is its beginning."))
        return keyset_page(queryset, key, size)


def count_words(count: int) -> str:
    """A number up to the limit of `count_up_to`, else that there are more."""
    return (
        _("more than %(most)s") % {"most": f"{COUNTED:,}".replace(",", ".")}
        if count > COUNTED
        else str(count)
    )
