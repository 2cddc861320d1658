"""The steps of the demo, from servers to summary."""

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cases.demo.offices import PUBLISHED_PASSWORD, Accounts
from cases.models import Dossier
from onestop.celery import app
from onestop.demo import around, identity, signing, summary, walk
from onestop.demo.console import Console, Indented
from onestop.demo.processes import ChildEnded, Children, free_port
from onestop.embedded import EmbeddedError, keeper, places, servers

READY_SECONDS = 90
MAIN_JOB_SECONDS = 180
THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
MAIN_JOB = (
    "cases.tasks.flag_overdue",
    "cases.tasks.warn_due_soon",
    "cases.tasks.draft_apologies",
    "notifications.tasks.deliver_messages",
    "cases.tasks.heartbeat",
)


class DemoFailed(Exception):
    """A step could not be done; the text says which and why."""


def is_open_to_others() -> bool:
    """A configured database, and an address that is not only this machine's: this is no laptop."""
    if settings.USES_EMBEDDED_POSTGRES:
        return False
    return settings.HTTPS or urlsplit(settings.PUBLIC_URL).hostname not in THIS_MACHINE


class Demo:
    """Everything on one machine; `run` returns the exit code and leaves no process behind."""

    def __init__(self, console: Console, *, port: int, dossiers: int, seed: int):
        self.console = console
        self.wanted_port = port
        self.dossiers = dossiers
        self.seed = seed
        self.url = ""
        self.children: Children | None = None

    def run(self, *, check: bool) -> int:
        for number in ENDS:  # SIGINT too: a shell starts background jobs with it switched off
            signal.signal(number, signal.default_int_handler)
        try:
            with self.only_one_at_a_time():
                self.prepare()
                self.start_children()
                self.run_main_job()
                return self.check() if check else self.show_and_wait()
        except KeyboardInterrupt:
            return 0
        except (ChildEnded, CommandError, DemoFailed, EmbeddedError) as error:
            self.console.fail(str(error))
            return 1
        finally:
            self.stop()

    # --- Before the processes ---------------------------------------------------------------------
    @contextlib.contextmanager
    def only_one_at_a_time(self) -> Iterator[None]:
        """A second demo on the same data would run a second beat; it is told where the first one is."""
        places.check_data_dir(settings.DATA_DIR)
        lock = keeper.open_lock(settings.DATA_DIR, "demo")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            process, _space, url = os.read(lock, 200).decode().partition(" ")
            raise DemoFailed(
                _("A demo already runs here: %(url)s (process %(process)s). Stop it first.")
                % {"url": url, "process": process}
            ) from None
        self.choose_address()
        os.ftruncate(lock, 0)
        os.write(lock, f"{os.getpid()} {self.url}".encode())
        yield

    def choose_address(self) -> None:
        port = free_port(self.wanted_port)
        if port != self.wanted_port:
            taken = {"wanted": self.wanted_port, "port": port}
            self.console.say(_("Port %(wanted)s is taken; port %(port)s is used instead.") % taken)
        self.url = f"http://127.0.0.1:{port}"
        # Receipts and messages made from here on carry the address that works, unless one was given.
        if "PUBLIC_URL" not in os.environ:
            os.environ["PUBLIC_URL"] = settings.PUBLIC_URL = self.url
        os.environ.setdefault("METRICS_NETWORKS", "127.0.0.0/8")  # also beside a configured database

    def prepare(self) -> None:
        with self.console.step(_("Database and queue")) as facts:
            if settings.EMBEDDED_SERVICES:
                servers.ensure(settings.DATA_DIR, services=settings.EMBEDDED_SERVICES, quiet=True)
                facts.append(_("private servers in %(folder)s") % {"folder": settings.DATA_DIR})
            if len(settings.EMBEDDED_SERVICES) < len(servers.BOTH):
                facts.append(_("servers of DATABASE_URL and REDIS_URL"))
            connection.ensure_connection()
        with self.console.step(_("Tables")) as facts:
            executor = MigrationExecutor(connection)
            waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
            call_command("migrate", interactive=False, verbosity=0)
            facts.append(_("%(count)s migrations applied") % {"count": waiting})
        with self.console.step(_("Translations")):
            call_command("compile_translations", stdout=Indented(self.console))
        with self.console.step(_("Agencies, calendar and procedures")):
            call_command("load_catalogue", stdout=Indented(self.console))
        with self.console.step(_("Demonstration dossiers")) as facts:
            self.seed_dossiers(facts)

    def seed_dossiers(self, facts: list[str]) -> None:
        there = Dossier.objects.count()
        if there:
            facts.append(_("%(count)s are there already") % {"count": there})
            return
        if is_open_to_others() and Accounts().password == PUBLISHED_PASSWORD:
            raise DemoFailed(
                _(
                    "The demonstration accounts would have a password that everybody can read, on an installation "
                    "that others can reach (DATABASE_URL is set, with HTTPS or a PUBLIC_URL of another machine). "
                    "Nothing was seeded. Set DEMO_PASSWORD to one of your own, or unset DATABASE_URL."
                )
            )
        # What the services write down is written in the language of the office, not of this terminal.
        with translation.override(settings.LANGUAGE_CODE):
            out = Indented(self.console)
            call_command("seed_demo", dossiers=self.dossiers, seed=self.seed, stdout=out)
        facts.append(_("%(count)s made") % {"count": Dossier.objects.count()})

    # --- Processes --------------------------------------------------------------------------------
    def start_children(self) -> None:
        port = self.url.rpartition(":")[2]
        data_dir = settings.DATA_DIR
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
        self.children = children = Children(data_dir, settings.BASE_DIR)
        with self.console.step(_("Web server, worker and beat")) as facts:
            providers = identity.start_providers(children, self.url)
            if "citizens" in providers:
                facts.append(
                    _("invented citizens sign in at %(provider)s") % {"provider": providers["citizens"]}
                )
            simulators = around.start_simulators(children, data_dir)
            facts.append(_("the systems around are simulated at %(address)s") % {"address": simulators})
            if signing.connect_signing(data_dir / "signing"):
                facts.append(_("letters are signed with an invented certificate"))
            web = ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", port]
            children.start("web", *web, "onestop.wsgi:application")
            celery = ["celery", "--app", "onestop", "--quiet"]
            children.start("worker", *celery, "worker", "--concurrency", "2", "--loglevel", "INFO")
            schedule = str(data_dir / "run" / "beat-schedule")
            beat = ["beat", "--schedule", schedule, "--pidfile", "", "--loglevel", "INFO"]
            children.start("beat", *celery, *beat)
            self.send("cases.tasks.heartbeat")
            self.wait_for(self.everything_is_ready, READY_SECONDS, _("readiness of all parts"))
            self.send("cases.tasks.fetch_publication_decisions")  # else the first ones come in the night
            self.send(
                "cases.tasks.try_all_connections"
            )  # the screen shows how each stands from the beginning
            facts.append(_("logs in %(folder)s") % {"folder": data_dir / "logs"})

    def send(self, task: str) -> None:
        app.send_task(task)

    def everything_is_ready(self) -> bool:
        try:
            answer = httpx.get(f"{self.url}/readyz", timeout=10)
        except httpx.TransportError:
            return False
        return answer.status_code == 200 and answer.json()["status"] == "ok"

    def wait_for(self, done: Callable[[], bool], seconds: int, what: str) -> None:
        deadline = time.monotonic() + seconds
        while not done():
            self.children.watch()
            if time.monotonic() > deadline:
                raise DemoFailed(
                    _("Waited %(seconds)s seconds for %(what)s. See the logs in %(folder)s.")
                    % {"seconds": seconds, "what": what, "folder": settings.DATA_DIR / "logs"}
                )
            time.sleep(0.2)

    # --- The main job -----------------------------------------------------------------------------
    def run_main_job(self) -> None:
        """Through Celery, as the beat does it; results are not kept, so the facts say when it is done."""
        with self.console.step(_("Main job: flag, warn, draft, deliver")) as facts:
            since = timezone.now()
            for task in MAIN_JOB:
                self.send(task)
            next_delivery = time.monotonic() + 5

            def done() -> bool:
                nonlocal next_delivery
                found = summary.facts()
                if found.messages_due and time.monotonic() > next_delivery:
                    self.send("notifications.tasks.deliver_messages")  # one run delivers a limited number
                    next_delivery = time.monotonic() + 5
                return summary.main_job_is_done(found, since=since)

            self.wait_for(done, MAIN_JOB_SECONDS, _("the main job"))
            facts.append(_("done by the worker"))

    def check(self) -> int:
        """Walk through the main job over HTTP, say what is missing; returns the exit code."""
        problems = []
        with self.console.step(_("The life of a dossier over HTTP")) as facts:
            try:
                facts.append(walk.walk(self.url, self.console))
            except walk.WalkFailed as error:
                problems.append(str(error))
        self.run_main_job()  # the walk has put messages into the outbox
        found = summary.facts()
        self.show(found)
        problems += summary.missing(found)
        for problem in problems:
            self.console.fail(_("Missing: %(problem)s") % {"problem": problem})
        if not problems:
            self.console.say(_("Everything is there."))
        return 1 if problems else 0

    def show_and_wait(self) -> int:
        self.show(summary.facts())
        connections.close_all()
        self.console.say(_("Ready: %(url)s. Ctrl-C stops everything.") % {"url": self.url + "/quan-tri/"})
        while True:
            self.children.watch()
            time.sleep(1)

    def show(self, found: summary.Facts) -> None:
        self.console.say()
        for line in summary.lines(found, self.url):
            self.console.say(line)
        for part in (summary.addresses(self.url), summary.accounts()):
            self.console.say()
            for line in part:
                self.console.say(line)
        self.console.say()

    # --- The end ----------------------------------------------------------------------------------
    def stop(self) -> None:
        """Children first, then the private servers that they use."""
        for number in ENDS:
            signal.signal(number, signal.SIG_IGN)
        connections.close_all()
        if self.children:
            self.console.say(_("Stopping …"))
            self.children.stop()
        servers.leave(settings.DATA_DIR, patience=5)
        if self.children:
            self.console.say(_("Stopped."))
