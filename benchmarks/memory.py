"""Line 9: the memory of a worker that sweeps very many overdue dossiers, over that of one that sweeps few."""

from collections.abc import Iterator
from pathlib import Path

from django.utils import timezone

from benchmarks.databases import rolled_back
from benchmarks.measure import Goal, Result
from benchmarks.sweeps import add_newly_overdue
from cases.services.overdue import draft_apologies, flag_overdue

FEW = 2_000  # whatever a batch needs is there then
BOUND = Goal(30.0)  # MB on top, however many
_CLEAR_REFS = Path("/proc/self/clear_refs")


def memory(many: int) -> Iterator[Result]:
    """Nothing where the system cannot tell its peak."""
    if not _CLEAR_REFS.exists():
        return
    few, all_of_them = _peak_of(FEW), _peak_of(many)
    yield Result(
        f"memory of a sweep of {many:,}, on top of one of {FEW:,} ({few:.0f} MB)",
        max(all_of_them - few, 0.0),
        None,
        "MB",
        BOUND,
    )


def _peak_of(count: int) -> float:
    now = timezone.now()
    with rolled_back():
        add_newly_overdue(count, now=now)
        forget_peak()
        flagged, drafted = flag_overdue(now), draft_apologies(now)
        assert min(flagged, drafted) >= count, (flagged, drafted)
        return megabytes("VmHWM")


def forget_peak() -> float | None:
    """Memory of this process now, from which its peak is counted anew; None where the system cannot tell."""
    if not _CLEAR_REFS.exists():
        return None
    _CLEAR_REFS.write_text("5")
    return megabytes("VmRSS")


def megabytes(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024
