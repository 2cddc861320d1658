"""`make demo`: it leaves nothing behind, its summary tells the truth, its walk notices what is wrong."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone, translation

from cases import services
from cases.demo.offices import Accounts, open_offices, set_tariffs
from cases.enums import GroupKind
from cases.models import Dossier
from cases.services.applicants import ApplicantFacts
from cases.services.checklist import ComponentFacts
from cases.services.groups import GroupRow
from cases.tasks import heartbeat
from notifications.services.messages import deliver_due
from onestop.demo import summary
from onestop.demo.console import Console, terminal_language
from onestop.demo.processes import free_port
from onestop.demo.steps import Demo, DemoFailed
from onestop.demo.walk import CLERK, DESK, PROCEDURE, Walk, WalkFailed, must_be
from onestop.embedded import servers
from procedures.models import Agency, Procedure, Staff
from tests.onestop.test_embedded import open_folder, processes_of

PROJECT_DIR = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "environment, language",
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "vi_VN.UTF-8"}, "vi"),
        ({"LC_ALL": "en_US.UTF-8", "LANG": "vi_VN"}, "en"),
    ],
)
def test_demo_speaks_the_language_of_the_terminal(monkeypatch, environment, language):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert terminal_language() == language


def test_a_demonstration_at_night_does_not_wait_for_what_is_held_until_the_morning(world, clock, settings):
    settings.QUIET_HOURS_FROM, settings.QUIET_HOURS_TO = "21:00", "07:00"
    clock.move_to("2026-11-09 22:00")
    world.receive()
    assert summary.facts().messages_due == 1  # the e-mail; the SMS is held
    deliver_due()
    assert summary.facts().messages_due == 0


# --- Summary --------------------------------------------------------------------------------------
def test_main_job_is_done_only_when_the_facts_say_so(world, clock):
    world.receive()
    world.processing()
    clock.move_to("2026-11-16 09:00")
    since = timezone.now()

    def done() -> bool:
        return summary.main_job_is_done(summary.facts(), since=since)

    assert not done()
    services.flag_overdue()
    services.draft_apologies()
    assert not done(), "messages wait"
    deliver_due()
    assert not done(), "no worker has shown itself"
    heartbeat()
    assert done()


def test_facts_count_the_main_job(world, clock):
    world.receive()
    world.returned()
    clock.move_to("2026-11-16 09:00")
    services.flag_overdue()
    services.draft_apologies()
    found = summary.facts()
    assert found.by_state == {"received": 1, "returned": 1}
    assert (found.overdue, found.overdue_flagged, found.overdue_without_letter) == (1, 1, 0)
    assert found.letters == {"draft": 1}


def test_missing_names_what_a_demonstration_lacks(world, clock):
    world.receive()
    clock.move_to("2026-11-16 09:00")
    with translation.override("en"):
        sentences = summary.missing(summary.facts())
    assert "No dossier is in the state “Returned”." in sentences
    assert "No dossier is in the state “Received”." not in sentences
    assert sentences[-5:] == [
        "No dossier is flagged as overdue.",
        "1 overdue dossiers are not flagged.",
        "1 overdue dossiers have no apology letter.",
        "No apology letter is drafted.",
        "No message was sent.",
    ]


def test_summary_shows_counts_with_their_addresses(world, clock):
    world.receive()
    with translation.override("en"):
        lines = list(summary.lines(summary.facts(), "http://127.0.0.1:8001"))
    received = next(line for line in lines if line.strip().startswith("Received"))
    assert received.split()[1:] == ["1", "http://127.0.0.1:8001/quan-tri/cases/dossier/?state=received"]
    assert any(line.endswith("http://127.0.0.1:8001/quan-tri/qua-han/") for line in lines)


def test_summary_leads_to_the_groups(world, clock):
    rows = [
        GroupRow(name, world.free, ApplicantFacts(full_name=name), world.components(world.free))
        for name in ("Trần Văn Thử", "Lê Thị Mẫu")
    ]
    group, _dossiers = services.receive_group(
        rows, kind=GroupKind.PEOPLE, name="Lớp 5A", desk=world.ward, by=world.clerk
    )
    with translation.override("en"):
        lines = list(summary.lines(summary.facts(), "http://127.0.0.1:8001"))
    (line,) = [line for line in lines if line.strip().startswith("Group")]
    assert line.split()[-2:] == ["2", f"http://127.0.0.1:8001/quan-tri/tiep-nhan-nhom/{group.pk}/"]


# --- Walk -----------------------------------------------------------------------------------------
@pytest.fixture
def office(transactional_db, settings):
    """The real catalogue with the demonstration's people, without dossiers; the machine itself may read figures."""
    settings.METRICS_NETWORKS = [ip_network("127.0.0.0/8")]
    call_command("load_catalogue", verbosity=0)
    open_offices(Accounts())
    set_tariffs()
    heartbeat()


def leave_one_overdue() -> None:
    """What the seeds and the workers would have left: an overdue dossier with its apology drafted."""
    procedure = Procedure.objects.get(code=PROCEDURE)
    needed = [item for item in procedure.versions.get().components.all() if item.is_mandatory]
    with time_machine.travel(timezone.now() - timedelta(days=30)):
        services.receive(
            procedure,
            ApplicantFacts(full_name="Nguyễn Thị Ví Dụ"),
            desk=Agency.objects.get(identifier=DESK),
            by=Staff.objects.get(username=CLERK),
            components=[ComponentFacts(item.pk) for item in needed],
        )
    services.sweep()


def test_walk_lives_the_main_job_over_http(office, live_server, capsys):
    leave_one_overdue()
    steps = Walk(live_server.url, Console()).go()
    assert steps == len(capsys.readouterr().out.splitlines()) > 8
    assert sorted(Dossier.objects.values_list("state", flat=True)) == ["received", "returned", "stopped"]
    assert set(Dossier.objects.values_list("receiving_desk__identifier", flat=True)) == {DESK}


def test_walk_fails_at_the_first_answer_that_is_not_right(office, live_server):
    walk = Walk(live_server.url, Console())
    walk.officer.sign_in = lambda *account: None
    with (
        translation.override("en"),
        pytest.raises(WalkFailed, match=r"Expected 409, found 401 – POST .*/start/"),
    ):
        walk.go()


def test_walk_names_a_server_that_is_not_there():
    with pytest.raises(WalkFailed, match="GET /healthz"):
        Walk("http://127.0.0.1:1", Console()).open_pages()


def test_difference_is_told_with_both_sides():
    with translation.override("en"), pytest.raises(WalkFailed, match=r"Expected 1, found 2 – of them"):
        must_be(2, 1, "of them")


# --- The whole ------------------------------------------------------------------------------------
def start_demo(data_dir: Path, *arguments: str) -> subprocess.Popen:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.endswith("_URL") and name != "SECRET_KEY"
    }
    environment = {**kept, "ONESTOP_DATA_DIR": str(data_dir), "LC_ALL": "C.UTF-8"}
    return subprocess.Popen(
        [
            sys.executable,
            "manage.py",
            "demo",
            "--dossiers",
            "40",
            "--port",
            str(free_port(18000)),
            *arguments,
        ],
        cwd=PROJECT_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def read_until(stream, text: str) -> str:
    for line in stream:
        if text in line:
            return line
    pytest.fail(f"ended without saying {text!r}")


@pytest.mark.timeout(600)
def test_demo_does_the_main_job_and_leaves_nothing_behind():
    """On a fresh data folder with the check; then again until it is told to end, a second one refused."""
    with open_folder() as folder:
        first = start_demo(folder, "--check")
        out, err = first.communicate(timeout=280)
        assert (first.returncode, err) == (0, ""), out
        assert "Everything is there." in out
        assert processes_of(folder) == []

        second = start_demo(folder)
        assert "42 are there already" in read_until(second.stdout, "are there already")
        read_until(second.stdout, "Ctrl-C stops everything")
        refused = start_demo(folder)
        assert "A demo already runs here: http://127.0.0.1:" in refused.communicate(timeout=60)[1]
        assert refused.returncode == 1
        second.send_signal(signal.SIGINT)
        out, err = second.communicate(timeout=60)
        assert (second.returncode, err, out.splitlines()[-1]) == (0, "", "Stopped.")
        assert processes_of(folder) == []
        assert not servers.is_running(folder)


# --- The published password -----------------------------------------------------------------------
OPEN_TO_OTHERS = [
    (True, "http://127.0.0.1:8000"),
    (False, "https://motcua.example"),
    (True, "https://motcua.example"),
]


@pytest.fixture
def seeded(monkeypatch):
    """The commands that seeding calls; none of them runs."""
    called = []
    monkeypatch.setattr("onestop.demo.steps.call_command", lambda name, **options: called.append(name))
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    return called


def seed(settings, *, embedded: bool, https: bool, public_url: str) -> None:
    settings.USES_EMBEDDED_POSTGRES, settings.HTTPS, settings.PUBLIC_URL = embedded, https, public_url
    with translation.override("en"):
        Demo(Console(), port=8000, dossiers=1, seed=1).seed_dossiers([])


@pytest.mark.django_db
@pytest.mark.parametrize(("https", "public_url"), OPEN_TO_OTHERS)
def test_published_password_is_not_seeded_where_others_can_sign_in(settings, seeded, https, public_url):
    with pytest.raises(DemoFailed, match="a password that everybody can read.*Set DEMO_PASSWORD"):
        seed(settings, embedded=False, https=https, public_url=public_url)
    assert seeded == []


@pytest.mark.django_db
@pytest.mark.parametrize(("https", "public_url"), OPEN_TO_OTHERS)
def test_password_of_ones_own_is_seeded_anywhere(settings, seeded, monkeypatch, https, public_url):
    monkeypatch.setenv("DEMO_PASSWORD", "mot-mat-khau-rieng-2026")
    seed(settings, embedded=False, https=https, public_url=public_url)
    assert seeded == ["seed_demo"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("embedded", "public_url"),
    [
        (True, "https://motcua.example"),
        (False, "http://127.0.0.1:8000"),
        (False, "http://localhost:8000"),
        (False, "http://[::1]:8000"),
    ],
)
def test_published_password_is_seeded_on_a_laptop(settings, seeded, embedded, public_url):
    seed(settings, embedded=embedded, https=False, public_url=public_url)
    assert seeded == ["seed_demo"]
