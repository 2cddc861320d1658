"""The stores of papers that this installation is connected to, and which of them is to have a result."""

from django.conf import settings

from cases.connections.stores.business import BusinessRegistration
from cases.connections.stores.civil_status import CivilStatus
from cases.connections.stores.client import HttpStore
from cases.connections.stores.facts import RecordKind, Store
from cases.connections.stores.kinds import Wanted, civil_kind, wanted_for
from cases.connections.stores.personal import PersonalStore
from cases.connections.systems import System
from procedures.models import Component, ProcedureVersion
from procedures.text import fold

ADAPTERS: dict[System, type[HttpStore]] = {
    System.PERSONAL_STORE: PersonalStore,
    System.CIVIL_STATUS: CivilStatus,
    System.BUSINESS: BusinessRegistration,
}


def is_connected(system: System) -> bool:
    return bool(address_of(system))


def address_of(system: System) -> str:
    return getattr(settings, f"{system.name}_URL")


def store_of(system: System) -> Store:
    """The adapter of this system. Raises `NotConnected` when it is asked without an address."""
    return ADAPTERS[system](
        address_of(system),
        getattr(settings, f"{system.name}_KEY"),
        getattr(settings, f"{system.name}_PATHS"),
        settings.STORES_SECONDS,
    )


def connected_store(component: Component) -> Wanted | None:
    """The connected store that has this paper, and as what; None where none is connected."""
    found = wanted_for(component.name_vi, component.electronic_source)
    return found if found and is_connected(found.system) else None


def stores_for(version: ProcedureVersion) -> list[tuple[System, RecordKind]]:
    """Where results of this procedure go, and as what: their owner's store, and the register of their field.

    A copy out of that register is no new entry of it.
    """
    found = [(System.PERSONAL_STORE, RecordKind.PAPER)]
    field = "" if version.register else fold(version.field_vi)
    if field in map(fold, settings.CIVIL_STATUS_FIELDS):
        found.append((System.CIVIL_STATUS, civil_kind(version.result_name_vi or version.name_vi)))
    if field in map(fold, settings.BUSINESS_FIELDS):
        found.append((System.BUSINESS, RecordKind.ENTERPRISE))
    return [(system, kind) for system, kind in found if is_connected(system)]
