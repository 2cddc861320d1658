"""Filters of the dossier list as they are offered; what each asks is in `cases.lists`."""

from urllib.parse import parse_qsl

from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from cases import lists
from cases.enums import State
from onestop import access
from onestop.admin import DropdownFilter
from procedures.models import ProcedureVersion, Staff, works_in


class ListFilter(DropdownFilter):
    """One filter of `cases.lists.FILTERS`, by its name in the address."""

    offered: list[tuple[str, str]] = []

    @classmethod
    def word_for(cls, value: str, user) -> str:
        """The answer as the filter offers it; what it does not offer any more, as it was."""
        return str(dict(cls.offered).get(value, value))

    def lookups(self, request, model_admin):
        return self.offered

    def queryset(self, request, queryset):
        return lists.narrowed(queryset, self.parameter_name, self.value(), request.user)


class StateFilter(ListFilter):
    title = _("state")
    parameter_name = "state"
    offered = State.choices


class AgencyFilter(ListFilter):
    """Receiving or competent agency; only those that the person may see."""

    title = _("agency")
    parameter_name = "agency"

    def lookups(self, request, model_admin):
        return [(agency.identifier, str(agency)) for agency in access.agencies_of(request.user)]

    @classmethod
    def word_for(cls, value, user):
        return str(access.agencies_of(user).filter(identifier=value).first() or value)


class FieldFilter(ListFilter):
    title = _("field")
    parameter_name = "field"

    def lookups(self, request, model_admin):
        fields = ProcedureVersion.objects.order_by("field_vi").values_list("field_vi", flat=True).distinct()
        return [(name, name) for name in fields]


class ProcedureFilter(ListFilter):
    """Procedures are many, so only the one that is shown is offered."""

    title = _("procedure")
    parameter_name = "procedure"

    def lookups(self, request, model_admin):
        code = request.GET.get(self.parameter_name, "")
        return [(code, code)] if code else []


class DueFilter(ListFilter):
    title = _("due date")
    parameter_name = "due"
    offered = [
        ("overdue", _("Overdue")),
        ("today", _("Due today")),
        ("tomorrow", _("Due on the next working day")),
        ("in_two_days", _("Due in two working days")),
    ]


class AnswerFilter(ListFilter):
    title = _("answer")
    parameter_name = "answer"
    offered = [("waiting", _("To be answered")), ("late", _("Answer is late"))]


class AskedTwiceFilter(ListFilter):
    title = _("supplements")
    parameter_name = "asked"
    offered = [("twice", _("Asked twice")), ("clarify", _("Asked to clarify"))]


class PlaceFilter(ListFilter):
    title = _("place")
    parameter_name = "place"
    offered = [
        ("desk", _("Received at my desk")),
        ("agency", _("Decided by my agency")),
        ("boundary", _("Received for another unit")),
    ]


class HolderFilter(ListFilter):
    title = _("holder")
    parameter_name = "holder"
    offered = [
        ("me", _("Me")),
        ("nobody", _("Nobody yet")),
        ("elsewhere", _("Somebody who works elsewhere")),
    ]


class ReceivedFilter(ListFilter):
    title = _("day of reception")
    parameter_name = "received"
    offered = [("today", _("Received today"))]


class TransferFilter(ListFilter):
    title = _("transfer")
    parameter_name = "transfer"
    offered = [("late", _("Late transfer")), ("lying", _("Lies at the desk too long"))]


class GroupFilter(ListFilter):
    """Dossiers that were received together; groups are many, so only the one that is shown is offered."""

    title = _("received together")
    parameter_name = "group"

    def lookups(self, request, model_admin):
        number = request.GET.get(self.parameter_name, "")
        return [(number, lists.group_name(request.user, number))] if number else []

    @classmethod
    def word_for(cls, value, user):
        return lists.group_name(user, value)


class AgeFilter(ListFilter):
    title = _("age")
    parameter_name = "age"
    offered = [
        ("to_5", _("In work for up to 5 days")),
        ("to_15", _("In work for 6 to 15 days")),
        ("to_30", _("In work for 16 to 30 days")),
        ("longer", _("In work for more than 30 days")),
    ]


class OfficerFilter(ListFilter):
    """Who holds it; people are many, so only the one that is shown is offered."""

    title = _("officer")
    parameter_name = "officer"

    def lookups(self, request, model_admin):
        number = request.GET.get(self.parameter_name, "")
        return [(number, self.word_for(number, request.user))] if number else []

    @classmethod
    def word_for(cls, value, user):
        mine = Staff.objects.filter(works_in(access.agencies_of(user)))
        known = lists.FILTERS["officer"].knows(value)
        return str((known and mine.filter(pk=int(value)).first()) or value)


OF_THE_LIST = (
    StateFilter,
    DueFilter,
    AnswerFilter,
    HolderFilter,
    PlaceFilter,
    AgencyFilter,
    FieldFilter,
    ProcedureFilter,
    ReceivedFilter,
    AskedTwiceFilter,
    TransferFilter,
    GroupFilter,
    AgeFilter,
    OfficerFilter,
)
_ORDERS = {"filed": _("filed at"), "due": _("due date"), "answer": _("answer")}


def in_words(query: str, user) -> str:
    """The filters and the order in such an address as a clerk calls them: “State: Received; by due date”."""
    asked = lists.known(dict(parse_qsl(query)))
    words = [
        f"{capfirst(str(one.title))}: {one.word_for(asked[one.parameter_name], user)}"
        for one in OF_THE_LIST
        if asked.get(one.parameter_name)
    ]
    if order := asked.get("o"):
        by = {"column": _ORDERS[order.removeprefix("-")]}
        words.append(_t("by %(column)s, last first") % by if order[0] == "-" else _t("by %(column)s") % by)
    return "; ".join(words) or _t("all dossiers")
