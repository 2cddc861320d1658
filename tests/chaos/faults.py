"""All faults by name."""

import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.chaos import clocks, desk, kills, many, others, senders, stage
from tests.chaos.ground import Ground


@dataclass(frozen=True)
class Fault:
    """`act(ground, times=, rng=)` returns what it did, or raises `Failed` with what was harmed."""

    sentence: str
    act: Callable
    times: int = 5


def set_the_stage(ground: Ground) -> None:
    """The mornings that rounds begin from; what the clerk signs in with is kept beside them."""
    from django.core.management import call_command

    with ground.maintenance() as run:  # only while the stage is set; copies of the database do not have it
        run("ALTER DATABASE onestop SET synchronous_commit = off")
    call_command("migrate", interactive=False, verbosity=0)
    ground.world, token = stage.build()
    (ground.folder / "token").write_text(token)
    ground.keep_as("morning")
    stage.approve_a_day_off()
    ground.keep_as("revised")


ALL: dict[str, Fault] = {
    **{
        f"kill-{name}": Fault(
            f"A worker is killed while it is at “{name}”.", partial(kills.kill_worker, name=name)
        )
        for name in kills.WORKS
    },
    "kill-web": Fault("The web server is killed twice while clerks receive.", desk.kill_web),
    "postgresql-restarted": Fault(
        "PostgreSQL is restarted while clerks receive and a worker sweeps.", desk.restart_postgresql
    ),
    "postgresql-killed": Fault(
        "PostgreSQL is killed while clerks receive and a worker sweeps.",
        partial(desk.restart_postgresql, number=signal.SIGKILL),
    ),
    **{
        f"redis-{how}": Fault(
            f"Redis is {how} while clerks receive and a worker lives.",
            partial(desk.lose_redis, how=how),
            times=2,
        )
        for how in ("killed", "frozen", "emptied")
    },
    "bad-gateway": Fault(
        "A gateway is slow, fails, answers by halves and twice.", senders.bad_gateway, times=2
    ),
    "bad-mail": Fault(
        "A mail server is slow, busy, full, refuses, breaks off, says everything twice.",
        senders.bad_mail,
        times=2,
    ),
    "full-disk": Fault("The disk of the documents is full.", others.full_disk, times=1),
    "jumping-clock": Fault("The clock jumps an hour forward and back.", clocks.jumping_clock, times=1),
    "jumping-web-clock": Fault(
        "The clock of the web server jumps an hour while clerks receive.", clocks.jumping_web_clock, times=2
    ),
    "two-beats": Fault("Two beats and two workers ask and work at once.", many.two_beats, times=1),
    "many-workers": Fault(
        "Two beats and three workers at hundreds of newly overdue dossiers.", many.many_workers, times=1
    ),
    "poison": Fault("One dossier raises each time.", others.poison, times=1),
    "kill-celery": Fault("The Celery worker with its children is killed.", kills.kill_celery, times=2),
}
SHORT = ["kill-sweep", "kill-revise", "poison", "many-workers"]
