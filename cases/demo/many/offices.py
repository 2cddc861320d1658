"""More wards for very many dossiers: twins of those of the demonstration, with the same hours and twin colleagues."""

from copy import copy
from dataclasses import dataclass

from cases.demo.offices import WARDS
from procedures.models import Agency, OfficeSession, Staff, Substitute

FIRST_NUMBER = 201  # the catalogue numbers real wards from 101


@dataclass(frozen=True)
class Place:
    """One set of wards. `agencies` and `staff`: the key here by the key in the demonstration; others stay.

    `mark` follows the names of its wards: " 7", nothing for the demonstration's own.
    """

    mark: str
    agencies: dict[int, int]
    staff: dict[int, int]


def open_places(wards: int) -> list[Place]:
    """The wards of the demonstration first, then sets of twins until there are so many wards."""
    demo = list(Agency.objects.filter(identifier__in=WARDS).order_by("identifier"))
    people = list(Staff.objects.filter(agency__in=demo).order_by("pk"))
    places = [Place("", {}, {})]
    while len(places) * len(demo) < wards:
        places.append(_twins(demo, people, len(places)))
    return places


def _twins(demo: list[Agency], people: list[Staff], number: int) -> Place:
    mark, first = f" {number}", FIRST_NUMBER + (number - 1) * len(demo)
    agencies = {ward.pk: _twin_ward(ward, first + n, mark).pk for n, ward in enumerate(demo)}
    staff = {}
    for person in people:
        username = f"{person.username}.{number}"
        twin = _new(person, agency_id=agencies[person.agency_id], username=username)
        twin.email = f"{username}@nghean.example"
        twin.save()
        staff[person.pk] = twin.pk
    for one in Substitute.objects.filter(staff__in=staff, substitute__in=staff).order_by("pk"):
        _new(one, staff_id=staff[one.staff_id], substitute_id=staff[one.substitute_id]).save()
    return Place(mark, agencies, staff)


def _twin_ward(ward: Agency, number: int, mark: str) -> Agency:
    """In the same province, with the hours of the one that it is a twin of."""
    twin = _new(ward, identifier=f"{ward.identifier.partition('.')[0]}.{number}")
    twin.name_vi += mark
    twin.name_en += mark if twin.name_en else ""
    twin.letterhead_name += mark if twin.letterhead_name else ""
    twin.save()
    for session in OfficeSession.objects.filter(agency=ward):
        _new(session, agency_id=twin.pk).save()
    return twin


def _new(row, **changes):
    """An unsaved copy with these changes."""
    twin = copy(row)
    twin.pk, twin._state.adding = None, True
    twin._state.fields_cache = {}
    for name, value in changes.items():
        setattr(twin, name, value)
    return twin
