"""Which system a source of the catalogue is: the catalogue names databases as the decisions do, in words; pure."""

from cases.connections.systems import System

# A part of the name, without regard to capitals; the first that fits.
NAMES = (
    ("dân cư", System.POPULATION),
    ("population database", System.POPULATION),
    ("hộ tịch", System.CIVIL_STATUS),
    ("civil status", System.CIVIL_STATUS),
    ("đăng ký doanh nghiệp", System.BUSINESS),
    ("business registration", System.BUSINESS),
    ("kho quản lý dữ liệu", System.PERSONAL_STORE),
    ("kho dữ liệu điện tử", System.PERSONAL_STORE),
    ("data store", System.PERSONAL_STORE),
)


def system_of(source: str) -> System | None:
    """The system behind the electronic source of a component; None for one that no connection knows."""
    name = source.casefold()
    return next((system for part, system in NAMES if part in name), None)


def parts_naming(system: System) -> tuple[str, ...]:
    """What the names of this system contain: for questions to the database."""
    return tuple(part for part, one in NAMES if one == system)
