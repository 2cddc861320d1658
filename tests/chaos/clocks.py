"""The clock of the machine jumps an hour: that of the workers, and that of the web server while people work."""

import contextlib
import time
from datetime import timedelta
from pathlib import Path
from random import Random

import time_machine
from django.utils import timezone

from cases import services
from cases.errors import CaseError
from cases.models import Dossier
from tests.chaos import desk, kills, stage
from tests.chaos.ground import Failed, Ground, ended, forked
from tests.chaos.senders import later

HOUR = 3600
WEB_JUMPS = (HOUR, 0, -HOUR, 0, HOUR, -HOUR, 0)  # seconds by which the clock is wrong, one after the other
BETWEEN_SECONDS = 0.4


def jumping_clock(ground: Ground, *, times: int, rng: Random) -> str:
    """An hour forward, back, and back again before it was: work and a whole life of a dossier go on."""
    hours = [timedelta(0), timedelta(hours=1), timedelta(0), timedelta(hours=-1), timedelta(0)]
    for _round in range(times):
        ground.begin_from("morning")
        works = (kills.sweep, kills.deliver, kills.chain)
        for jump in hours:
            for work in works:
                if ended(forked(later(work, jump))):
                    raise Failed(f"{work.__name__} fails at {jump}")
        if ended(forked(_life)):
            raise Failed(f"a life across a clock put back fails: {_last_line(ground)}")
        again = stage.picture()
        if ended(forked(kills.sweep)):
            raise Failed("the sweep fails afterwards")
        problems = [line for line in stage.differences(again, stage.picture()) if "too many" in line]
        if problems := problems + stage.broken_invariants():
            raise Failed("; ".join(problems))
    return f"{times} times, {len(hours)} jumps each"


def _last_line(ground: Ground) -> str:
    return (ground.log_of("forked").strip().splitlines() or [""])[-1]


def _life() -> None:
    """Received, and every step after it an hour earlier by a clock that was put right."""
    from procedures.models import Staff

    clerk, officer = Staff.objects.get(username="mot-cua"), Staff.objects.get(username="thu-ly")
    dossier = Dossier.objects.filter(state="received", version__procedure__code="1.000001").last()
    now = timezone.now()
    with time_machine.travel(now + timedelta(hours=1)):
        stage.scan(dossier, by=clerk)
        services.digitize(dossier, by=clerk)
    with time_machine.travel(now):
        services.start(dossier, by=officer)
        services.request_supplement(dossier, by=officer, reason="Thiếu chữ ký", items=["Tờ khai"])
    # An answer before its question is refused with a sentence.
    with time_machine.travel(now - timedelta(hours=1)), contextlib.suppress(CaseError):
        services.resume(dossier, by=clerk)
    with time_machine.travel(now + timedelta(minutes=1)):
        fresh = Dossier.objects.get(pk=dossier.pk)
        if fresh.state == "supplement":
            services.resume(fresh, by=clerk)
    with time_machine.travel(now):
        stage.record_result(Dossier.objects.get(pk=dossier.pk), by=officer)
        services.return_result(
            Dossier.objects.get(pk=dossier.pk), by=clerk, collector="Nguyễn Thị Ví Dụ", proof="receipt"
        )


def jumping_web_clock(ground: Ground, *, times: int, rng: Random) -> str:
    """Clerks go on receiving while the clock of the web server jumps; each answer is one dossier with a code."""
    file = ground.folder / "clock"

    def harm(rng: Random) -> None:
        for seconds in WEB_JUMPS:
            _set(file, seconds)
            time.sleep(rng.uniform(BETWEEN_SECONDS, 2 * BETWEEN_SECONDS))

    _set(file, 0)
    web = {"application": "tests.chaos.clocked:application", "CHAOS_CLOCK": str(file)}
    said = desk.receptions_while(ground, harm, times=times, rng=rng, web=web)
    at = sorted(
        Dossier.objects.order_by("-pk").values_list("received_at", flat=True)[: desk.CLERKS * desk.EACH]
    )
    if at[-1] - at[0] < timedelta(minutes=50):
        raise Failed("the clock of the web server did not jump")
    return f"{said}; {len(WEB_JUMPS)} jumps each"


def _set(file: Path, seconds: int) -> None:
    """Whole or not at all: the web server reads it with every request."""
    draft = file.with_suffix(".new")
    draft.write_text(str(seconds))
    draft.rename(file)
