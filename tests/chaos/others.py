"""Gateways, full disks, clocks, two beats, and a dossier that raises each time."""

import logging
import subprocess
from random import Random

import httpx
from django.db import connection, connections

from cases import services
from cases.models import Document, Dossier, StuckDossier
from cases.services import calendar_moves
from cases.services.one_by_one import WorkIncomplete
from onestop.demo.processes import free_port
from tests.cast import pdf
from tests.chaos import desk, stage
from tests.chaos.ground import Failed, Ground


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
