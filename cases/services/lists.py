"""What a person keeps of the dossier list: filters under a name, and the columns to see."""

from urllib.parse import parse_qsl, urlencode

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases import lists
from cases.errors import Invalid
from cases.models import ListColumns, SavedList

MOST_LISTS = 30
LONGEST_QUERY = SavedList._meta.get_field("query").max_length


def address_of(query: str) -> str:
    """The filters and the order in that address, tidied; a typed search and a page are left out."""
    known = lists.FILTERS.keys() | {"o"}
    pairs = [(name, value) for name, value in parse_qsl(query) if name in known]
    return urlencode(pairs)


def save_list(user, *, name: str, query: str) -> SavedList:
    """Keep these filters under that name; the same name again replaces its filters. Raises `Invalid`."""
    name, query = _tidy_name(name), address_of(query)
    if len(query) > LONGEST_QUERY:
        raise Invalid(_("These filters are too long to be saved. Choose fewer."), field="query")
    known = SavedList.objects.filter(user=user)
    if not known.filter(name=name).exists() and known.count() >= MOST_LISTS:
        raise Invalid(
            _("You have %(most)s saved lists already. Delete one that you do not need any more.")
            % {"most": MOST_LISTS},
            field="name",
        )
    return SavedList.objects.update_or_create(user=user, name=name, defaults={"query": query})[0]


def rename_list(saved: SavedList, *, name: str) -> SavedList:
    """Raises `Invalid` for a name that another list of the person has."""
    saved.name = _tidy_name(name)
    try:
        with transaction.atomic():
            saved.save(update_fields=["name"])
    except IntegrityError as error:
        raise Invalid(
            _("You have another list named “%(name)s”. Choose a different name.") % {"name": saved.name},
            field="name",
        ) from error
    return saved


def delete_list(saved: SavedList) -> None:
    saved.delete()


def choose_columns(user, columns: list[str]) -> list[str]:
    """See these columns in this order; none = those that are usual for the role. Raises `Invalid`."""
    strangers = [name for name in columns if name not in lists.COLUMNS]
    if strangers:
        raise Invalid(
            _("Unknown columns: %(names)s.") % {"names": ", ".join(strangers)[:100]}, field="columns"
        )
    chosen = [name for name in dict.fromkeys(columns) if name != lists.FIRST_COLUMN]
    ListColumns.objects.update_or_create(user=user, defaults={"columns": chosen})
    return columns_of(user)


def columns_of(user) -> list[str]:
    """The columns that this person sees, the dossier first."""
    kept = ListColumns.objects.filter(user=user).values_list("columns", flat=True).first()
    return lists.columns_for(user.role, kept)


def _tidy_name(name: str) -> str:
    name = " ".join((name or "").split())
    if not name or not name.isprintable():
        raise Invalid(_("Give the list a name."), code="required", field="name")
    if len(name) > 100:
        raise Invalid(_("The name of a list has at most 100 characters."), code="too_long", field="name")
    return name
