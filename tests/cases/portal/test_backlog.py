"""Dossiers from before the connection: put into the outbox from their history, in steps, and on after a kill."""

import os
import signal
import subprocess
import sys
from urllib.parse import quote

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from cases.errors import NotPossibleNow
from cases.models import Dossier, PortalDossier, PortalMessage
from cases.portal.states import PortalState
from cases.services import portal as service
from cases.services import portal_backlog
from tests.cases.portal.conftest import row, statuses
from tests.cases.portal.test_delivery import EVERYTHING, history

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english", "clock")]


@pytest.fixture
def before(world, settings, portal):
    """Brought somewhere before the portal was connected."""

    def before(bring, *given):
        settings.PORTAL_URL, url = "", settings.PORTAL_URL
        try:
            return bring(*given)
        finally:
            settings.PORTAL_URL = url

    return before


def test_the_history_is_told_as_it_happened(world, portal, deliver, before):
    dossier = before(world.returned)
    assert list(portal_backlog.fill_outbox()) == [1]
    deliver()
    assert history(portal, dossier) == EVERYTHING
    assert row(dossier).state == PortalState.ACCEPTED
    assert portal_backlog.count_missing() == 0


def test_every_state_is_reached(world, portal, deliver, before):
    from cases.enums import State

    for state in State:
        before(world.in_state, state)
    assert sum(portal_backlog.fill_outbox(step=2)) == len(State)
    deliver()
    assert not PortalDossier.objects.exclude(state=PortalState.ACCEPTED).exists()


def test_where_the_history_says_nothing_the_shortest_way_is_told(world, portal, before, monkeypatch):
    dossier = before(world.processing)
    monkeypatch.setattr(portal_backlog, "TOLD", frozenset())
    list(portal_backlog.fill_outbox())
    assert statuses(dossier) == [2, 4]


def test_a_second_run_finds_nothing(world, portal, before):
    for _number in range(3):
        before(world.receive)
    assert list(portal_backlog.fill_outbox(step=2)) == [2, 1]
    assert list(portal_backlog.fill_outbox(step=2)) == []
    assert PortalMessage.objects.count() == 6


def test_what_another_run_wrote_a_moment_ago_is_written_once(world, portal, before, monkeypatch):
    """Its lock was free and its rows were there, but not yet for the statement that looked for dossiers."""
    before(world.receive)
    missing = list(portal_backlog._missing(0).values_list("pk", flat=True))
    list(portal_backlog.fill_outbox())
    monkeypatch.setattr(portal_backlog, "_missing", lambda after: Dossier.objects.all())
    assert portal_backlog._write(missing) == 0
    assert PortalMessage.objects.count() == 2


def test_the_workers_do_it_where_the_office_wants_it(world, portal, before, settings):
    before(world.receive)
    assert portal_backlog.fill_by_itself() == 0
    settings.PORTAL_BACKLOG = True
    assert portal_backlog.fill_by_itself() == 1
    assert portal_backlog.fill_by_itself() == 0


def test_without_a_portal_it_says_so(world, settings):
    settings.PORTAL_URL = ""
    with pytest.raises(NotPossibleNow):
        list(portal_backlog.fill_outbox())


def test_the_command_prints_what_was_done(world, portal, before, capsys):
    before(world.returned)
    call_command("portal_sync", "--backlog")
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("1 dossiers put into the outbox, 8 messages sent, 0 refused, ")
    assert last.endswith(" messages a second, 0 dossiers waiting")


@pytest.mark.django_db(transaction=True)
def test_a_killed_run_leaves_whole_dossiers_and_the_next_goes_on(world, server, portal, before):
    """The command in a process of its own, killed while it sends."""
    dossiers = [before(world.processing) for _number in range(8)]
    answer = portal.answer

    def slow(asked):
        if portal.calls["DongBoHoSoMC"] == 5:
            os.kill(child.pid, signal.SIGKILL)
            child.wait()
        return answer(asked)

    portal.answer = slow
    child = subprocess.Popen(
        [sys.executable, "manage.py", "portal_sync", "--backlog"],
        cwd=django_settings.BASE_DIR,
        env={**os.environ, **_environment(server)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    said = child.stderr.read().decode()
    assert child.wait(timeout=60) == -signal.SIGKILL, said
    portal.answer = answer
    assert PortalDossier.objects.exclude(claimed_until=None).exists()  # it held them when it was killed
    # As when ten minutes are over, on the frozen clock of this process.
    now = timezone.now()
    PortalDossier.objects.exclude(claimed_until=None).update(claimed_until=now)
    PortalDossier.objects.update(next_attempt_at=now)
    call_command("portal_sync", "--backlog")
    assert all(history(portal, dossier) == EVERYTHING[:4] for dossier in dossiers)
    assert not PortalDossier.objects.exclude(state=PortalState.ACCEPTED).exists()
    assert service.deliver_due() == service.PortalCounts()


def _environment(server) -> dict[str, str]:
    database = connection.settings_dict
    host = quote(database["HOST"], safe="")  # the folder of its socket, when the server is private
    url = server.url("portal")
    return {
        "DATABASE_URL": f"postgres://{database['USER']}@{host}:{database['PORT']}/{database['NAME']}",
        "SECRET_KEY": django_settings.SECRET_KEY,
        "PORTAL_URL": url,
        "PORTAL_LOGIN_URL": f"{url}/login",
        "PORTAL_USERNAME": django_settings.PORTAL_USERNAME,
        "PORTAL_PASSWORD": django_settings.PORTAL_PASSWORD,
        "PORTAL_UNIT": django_settings.PORTAL_UNIT,
    }
