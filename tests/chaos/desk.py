"""A desk that goes on receiving over HTTP while something is broken: nothing twice, no gap, nothing promised is lost."""

import signal
import threading
import time
from collections.abc import Callable
from random import Random
from uuid import uuid4

import httpx
from django.db import connections

from cases.models import Dossier
from cases.services import flag_overdue
from notifications.enums import LetterKind
from notifications.models import Letter
from onestop.demo.processes import free_port
from tests.chaos import kills, stage
from tests.chaos.ground import Failed, Ground, ended, forked, until

CLERKS, EACH = 3, 6
PATIENCE_SECONDS = 120
AGAIN_SECONDS = 0.3


def start_web(
    ground: Ground, port: int, *, application: str = "onestop.wsgi:application", **environment: str
) -> str:
    """The web server, when it answers; its address."""
    (ground.folder / "static").mkdir(exist_ok=True)
    address = ["--host", "127.0.0.1", "--port", str(port), "--blocking-threads", "4"]
    ground.start("web", "granian", "--interface", "wsgi", *address, application, **environment)
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            return httpx.get(f"{url}/healthz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    until(answers, "the web server", seconds=120)
    return url


class Clerk(threading.Thread):
    """Receives some people, one after the other; sends again with the same key until there is an answer."""

    def __init__(self, url: str, token: str, people: range):
        super().__init__(daemon=True)
        self.url, self.people = url, people
        self.headers = {"Authorization": f"Bearer {token}"}
        self.answered: list[str] = []  # codes that were given to people
        self.again = 0
        self.problem = ""

    def run(self) -> None:
        with httpx.Client(base_url=self.url, headers=self.headers, timeout=20) as http:
            for number in self.people:
                if not self._receive(http, number):
                    return

    def _receive(self, http: httpx.Client, number: int) -> bool:
        key, deadline = str(uuid4()), time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                answer = http.post("/api/v1/dossiers/", json=body(number), headers={"Idempotency-Key": key})
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code == 201:
                self.answered.append(answer.json()["code"])
                return True
            if answer is not None and answer.status_code < 500:
                self.problem = f"{answer.status_code}: {answer.text[:300]}"
                return False
            self.again += 1
            time.sleep(AGAIN_SECONDS)
        self.problem = f"no answer within {PATIENCE_SECONDS} seconds"
        return False


_components: list[dict] = []


def body(number: int) -> dict:
    return {
        "procedure": "1.000001",
        "desk": "H41.101",
        "applicant": {"full_name": f"Nguyễn Văn Thử {number}", "id_number": f"0409{number:08}"},
        "components": _components,
    }


def receptions_while(
    ground: Ground,
    harm: Callable[[Random], None],
    *,
    times: int,
    rng: Random,
    sweeping: bool = False,
    web: dict[str, str] | None = None,
) -> str:
    """Several clerks receive, and in the midst of it something is harmed, and mended."""
    token = (ground.folder / "token").read_text()
    port, again = free_port(18400), 0
    for round_ in range(1, times + 1):
        ground.begin_from("morning")
        _read_components()
        url = start_web(ground, port, **(web or {}))
        before = Dossier.objects.count()
        connections.close_all()
        people = [range(first * 1000, first * 1000 + EACH) for first in range(CLERKS)]
        clerks = [Clerk(url, token, some) for some in people]
        worker = forked(kills.sweep) if sweeping else 0
        for clerk in clerks:
            clerk.start()
        time.sleep(rng.uniform(0, 1.5))
        harm(rng)
        for clerk in clerks:
            clerk.join(PATIENCE_SECONDS + 30)
        if worker:
            ended(worker)  # well or not: its database went away
        again += sum(clerk.again for clerk in clerks)
        problems = _problems(clerks, before) + (_unfinished() if sweeping else [])
        ground.kill("web")
        if problems := problems + stage.broken_invariants():
            raise Failed(f"round {round_}: " + "; ".join(problems))
    return f"{times} times, {CLERKS * EACH} receptions each; sent again {again} times"


def _read_components() -> None:
    from procedures.models import Component

    rows = Component.objects.filter(version__procedure__code="1.000001", required_when="").order_by(
        "position"
    )
    _components[:] = [
        {"component": row.pk, "provision": "shown" if row.shown_only else "paper"} for row in rows
    ]


def _problems(clerks: list[Clerk], before: int) -> list[str]:
    problems = [clerk.problem for clerk in clerks if clerk.problem]
    answered = [code for clerk in clerks for code in clerk.answered]
    stored = set(Dossier.objects.filter(code__in=answered).values_list("code", flat=True))
    if len(set(answered)) != len(answered):
        problems.append("a code was given twice")
    if lost := set(answered) - stored:
        problems.append(f"answered with success and lost: {sorted(lost)[:3]}")
    if (now := Dossier.objects.count()) != before + len(answered):
        problems.append(f"{now - before} dossiers for {len(answered)} answers")
    return problems


def _unfinished() -> list[str]:
    """What the broken sweep left is made up by the next one, once."""
    if any(ended(forked(work)) for work in (kills.sweep, kills.sweep)):
        return ["the sweep fails after the fault"]
    if flag_overdue():
        return ["something overdue was not flagged"]
    late = Dossier.objects.overdue().count()
    drafts = Letter.objects.filter(kind=LetterKind.APOLOGY).count()
    return [f"{late} overdue, {drafts} drafts"] if drafts < late else []


# --- Harms ----------------------------------------------------------------------------------------


def kill_web(ground: Ground, *, times: int, rng: Random) -> str:
    def harm(rng: Random) -> None:
        for _twice in range(2):
            web = ground.processes["web"]
            ground.kill("web")
            start_web(ground, _port_of(web))
            time.sleep(rng.uniform(0, 0.5))

    return receptions_while(ground, harm, times=times, rng=rng)


def _port_of(web) -> int:
    return int(web.args[web.args.index("--port") + 1])


def restart_postgresql(ground: Ground, *, times: int, rng: Random, number: int = signal.SIGINT) -> str:
    def harm(rng: Random) -> None:
        connections.close_all()
        ground.stop_postgresql(number)
        time.sleep(rng.uniform(0, 2))
        ground.start_postgresql()

    return receptions_while(ground, harm, times=times, rng=rng, sweeping=True)


def lose_redis(ground: Ground, *, times: int, rng: Random, how: str) -> str:
    """Killed and started again, frozen, or emptied, while the worker lives; afterwards it works as before."""
    from onestop.celery import app

    def harm(rng: Random) -> None:
        match how:
            case "killed":
                ground.stop_redis()
                time.sleep(AWAY_SECONDS)
                ground.start_redis()
            case "frozen":
                ground.redis.send_signal(signal.SIGSTOP)
                time.sleep(AWAY_SECONDS)
                ground.redis.send_signal(signal.SIGCONT)
            case "emptied":
                _flush(ground)

    def with_worker(rng: Random) -> None:
        kills.start_worker(ground)
        _beats(app)
        harm(rng)
        _beats(app)

    return receptions_while(ground, with_worker, times=times, rng=rng)


AWAY_SECONDS = 12  # stands for ten minutes: every timeout of the product on this way is shorter (0.5 to 5 s)


def _flush(ground: Ground) -> None:
    import redis

    from onestop import embedded

    with redis.Redis(unix_socket_path=str(embedded.redis_socket(ground.folder))) as client:
        client.flushall()


def _beats(app) -> None:
    """A worker takes a new task and does it; asked anew, as the beat asks every minute."""
    from django.utils import timezone
    from kombu.exceptions import OperationalError

    from cases.models import Heartbeat

    asked = timezone.now()

    def shown() -> bool:
        try:
            app.send_task("cases.tasks.heartbeat", retry=False)
        except OperationalError:
            return False
        return Heartbeat.objects.filter(at__gte=asked).exists()

    until(shown, "a sign of life of the worker", seconds=120, pause=1)
    connections.close_all()
