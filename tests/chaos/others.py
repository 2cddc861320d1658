"""Gateways, full disks, clocks, two beats, and a dossier that raises each time."""

import contextlib
import logging
import subprocess
import time
from datetime import timedelta
from random import Random

import httpx
import time_machine
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from cases import services
from cases.errors import CaseError
from cases.models import Document, Dossier, StuckDossier
from cases.services import calendar_moves
from cases.services.one_by_one import WorkIncomplete
from notifications import channels
from notifications.enums import MessageState
from notifications.models import Message
from notifications.services.messages import deliver_due
from onestop.demo.processes import free_port
from tests.cast import pdf
from tests.chaos import desk, kills, stage
from tests.chaos.gateway import Gateway
from tests.chaos.ground import Failed, Ground, ended, forked, until


def bad_gateway(ground: Ground, *, times: int, rng: Random) -> str:
    """Until it is well again; then every message has gone out, each under one key, and none was given up."""
    for _round in range(times):
        ground.begin_from("morning")
        gateway = Gateway(rng)
        gateway.start()
        work = _delivering(gateway.url)
        try:
            for run in range(DELIVERIES):
                gateway.healthy = run >= DELIVERIES // 2
                if ended(forked(_later(work, timedelta(hours=2 * run)))):
                    raise Failed("delivering fails")
        finally:
            gateway.close()
        texts = Message.objects.filter(channel="sms")
        sent = {str(key) for key in texts.filter(state=MessageState.SENT).values_list("key", flat=True)}
        problems = stage.broken_invariants()
        if left := texts.exclude(state=MessageState.SENT).count():
            problems.append(f"{left} messages did not go out")
        if lost := sent - set(gateway.taken):
            problems.append(f"{len(lost)} count as sent and never arrived")
        if strange := set(gateway.taken) - sent:
            problems.append(f"{len(strange)} arrived and do not count as sent")
        if problems:
            raise Failed("; ".join(problems))
    again = sum(count > 1 for count in gateway.taken.values())
    return f"{times} times; it behaved {dict(gateway.behaved)}; {again} keys came more than once"


DELIVERIES = 6


def _delivering(url: str):
    def work() -> None:
        settings.SMS_GATEWAY_URL = url
        channels.HttpGateway.__init__.__kwdefaults__["timeout"] = 1
        while deliver_due(limit=1000).sent:
            pass

    return work


def _later(work, by: timedelta):
    def at_that_time() -> None:
        with time_machine.travel(timezone.now() + by):
            work()

    return at_that_time


def full_disk(ground: Ground, *, times: int, rng: Random) -> str:
    """Uploads are refused with a sentence, nothing is left behind, and receiving goes on; afterwards they work."""
    ground.begin_from("morning")
    token = (ground.folder / "token").read_text()
    dossiers = list(Dossier.objects.filter(state="received").order_by("-pk")[:3])
    connections.close_all()
    with _small_disk(ground) as documents:
        url = desk.start_web(ground, free_port(18400), DOCUMENT_ROOT=str(documents))
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as http:
            answers = [_upload(http, dossiers[0], number) for number in range(UPLOADS)]
            refused = [answer for answer in answers if answer.status_code != 201]
            if not refused or len(refused) == len(answers):
                raise Failed(
                    f"{len(refused)} of {len(answers)} were refused: the disk is not what it should be"
                )
            stored = Document.objects.count()
            files = [path for path in documents.rglob("*") if path.is_file()]
            problems = [f"{one.status_code} {one.text[:200]}" for one in refused if one.status_code != 503]
            if len(files) != stored:
                problems.append(f"{len(files)} files for {stored} documents")
            desk._read_components()
            received = http.post(
                "/api/v1/dossiers/", json=desk.body(777), headers={"Idempotency-Key": "full-disk"}
            )
            if received.status_code != 201:
                problems.append(f"receiving without papers: {received.status_code}")
    ground.kill("web")
    if problems:
        raise Failed("; ".join(dict.fromkeys(problems)))
    return f"{len(answers) - len(refused)} stored, {len(refused)} refused"


UPLOADS, DISK_BYTES, PAPER_BYTES = 8, 1_000_000, 300_000


class _small_disk:
    """A tmpfs of one megabyte; it needs root, and without it this fault is not tried."""

    def __init__(self, ground: Ground):
        self.path = ground.folder / "small"

    def __enter__(self):
        self.path.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(self.path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Failed(f"a small disk needs root: {done.stderr.strip()}")
        return self.path

    def __exit__(self, *error):
        subprocess.run(["umount", "--lazy", str(self.path)], check=False)


def _upload(http: httpx.Client, dossier: Dossier, number: int) -> httpx.Response:
    content = pdf() + b"%%" + str(number).encode() * PAPER_BYTES
    file = {"file": (f"giay-{number}.pdf", content, "application/pdf")}
    return http.post(f"/api/v1/dossiers/{dossier.uuid}/documents/", files=file)


def jumping_clock(ground: Ground, *, times: int, rng: Random) -> str:
    """An hour forward, back, and back again before it was: work and a whole life of a dossier go on."""
    hours = [timedelta(0), timedelta(hours=1), timedelta(0), timedelta(hours=-1), timedelta(0)]
    for _round in range(times):
        ground.begin_from("morning")
        works = (kills.sweep, kills.deliver, kills.chain)
        for jump in hours:
            for work in works:
                if ended(forked(_later(work, jump))):
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


def two_beats(ground: Ground, *, times: int, rng: Random) -> str:
    """Two beats and two workers for more than a minute, and each work asked for twice at the same moment."""
    from onestop.celery import app

    tasks = (
        "flag_overdue",
        "warn_due_soon",
        "climb_ladders",
        "draft_apologies",
        "chain_audit",
        "morning_digest",
    )
    ground.begin_from("morning")
    for work in (
        services.flag_overdue,
        services.warn_due_soon,
        services.climb_ladders,
        services.draft_apologies,
        services.morning_digest,
        kills.deliver,
    ):
        work()
    wanted = stage.picture()
    ground.begin_from("morning")
    for number in (1, 2):
        kills.start_worker(ground, f"worker-{number}")
        kills.start_beat(ground, f"beat-{number}")
    for _again in range(2):
        for task in tasks:
            for _twice in range(2):
                app.send_task(f"cases.tasks.{task}")
    time.sleep(BEATS_SECONDS)
    app.send_task("notifications.tasks.deliver_messages")
    app.send_task("notifications.tasks.deliver_messages")
    until(lambda: not stage.differences(wanted, stage.picture()), "everything once", seconds=120, pause=1)
    for name in list(ground.processes):
        ground.kill(name)
    if problems := stage.differences(wanted, stage.picture()) + stage.broken_invariants():
        raise Failed("; ".join(problems))
    return f"{BEATS_SECONDS} seconds"


BEATS_SECONDS = 65  # over one full minute, at which both beats send what is due each minute


def poison(ground: Ground, *, times: int, rng: Random) -> str:
    """What is known of one applicant can no longer be read: all others are worked on, and people are told."""
    ground.begin_from("revised")
    victim = Dossier.objects.filter(state="received").order_by("due_at", "pk").first()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_applicant SET id_number = left(id_number, 12) || 'AAAA' WHERE id = %s",
            [victim.applicant_id],
        )
    logging.disable(logging.CRITICAL)  # it is logged, as it shall be; here the lines of the run are read
    calendar_moves.apply_approved()
    failed = 0
    for work in (
        services.flag_overdue,
        services.warn_due_soon,
        services.climb_ladders,
        services.draft_apologies,
    ):
        try:
            work()
        except WorkIncomplete as error:
            failed += error.failed
    logging.disable(logging.NOTSET)
    late = Dossier.objects.overdue()
    problems = []
    if not failed:
        problems.append("nothing failed at the poisoned dossier")
    if unflagged := late.filter(overdue_flagged_at=None).count():
        problems.append(f"{unflagged} were not flagged")
    drafted = stage.drafted_codes()
    if missing := set(late.values_list("code", flat=True)) - drafted - {victim.code}:
        problems.append(f"{len(missing)} healthy ones have no draft")
    if set(StuckDossier.objects.values_list("dossier__code", flat=True)) != {victim.code}:
        problems.append("it is not named to people")
    with_web = desk.start_web(ground, free_port(18400))
    parts = httpx.get(f"{with_web}/readyz", timeout=20).json()["parts"]
    if parts["dossiers"].get("stuck") != 1:
        problems.append(f"/readyz says {parts['dossiers']}")
    if problems := problems + stage.broken_invariants():
        raise Failed("; ".join(problems))
    return f"{failed} works failed at it, the rest was done"
