"""Dossiers of October and November 2026, looked at in December."""

from cases import services
from cases.models import Dossier


def finished(world, clock, received: str, ended: str, procedure=None) -> Dossier:
    """Received, taken over at once by the officer, and with a result then."""
    clock.move_to(received)
    dossier = world.processing(procedure)
    clock.move_to(ended)
    return world.record_result(dossier)


def lives_of_autumn(world, clock) -> list[Dossier]:
    """Three working days each: two on time, one late, one open and late; one stopped and one that waits."""
    dossiers = [
        finished(world, clock, "2026-10-05 08:00", "2026-10-08 16:00"),
        finished(world, clock, "2026-10-12 08:00", "2026-10-14 09:00", world.paid),
        finished(world, clock, "2026-10-19 08:00", "2026-10-23 09:00"),
    ]
    clock.move_to("2026-11-09 08:00")
    dossiers.append(world.processing())
    dossiers.append(services.withdraw(world.receive(), by=world.clerk, reason="Người nộp đổi ý"))
    dossiers.append(world.supplement())
    clock.move_to("2026-12-01 09:00")
    return dossiers
