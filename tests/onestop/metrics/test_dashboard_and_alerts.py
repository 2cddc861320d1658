"""docs/grafana-dashboard.json and docs/alerts.yml speak of metrics that there are, and lead to what to do."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from celery.signals import after_task_publish
from django.conf import settings

from cases.connections.systems import System
from cases.models import Heartbeat
from cases.services.connections import calling
from cases.tasks import heartbeat
from tests.cast import local
from tests.onestop.metrics.conftest import figures

DOCS = Path(settings.BASE_DIR) / "docs"
BOARD = json.loads((DOCS / "grafana-dashboard.json").read_text())
RULES = yaml.safe_load((DOCS / "alerts.yml").read_text())["groups"][0]["rules"]
NAME = re.compile(r"\bonestop_\w+")
LABEL = re.compile(r'(\w+)(?:=|!=|=~)"')


@pytest.fixture
def told(prometheus, world, clock, client, monkeypatch, settings) -> dict[str, set[str]]:
    """Every metric of an office that has worked for a while, with the names of its labels."""
    world.in_state("processing")
    monkeypatch.setattr("onestop.replica.is_configured", lambda: True)
    monkeypatch.setattr("onestop.replica.standby", SimpleNamespace(is_good=lambda: True, lag_seconds=1.0))
    Heartbeat.objects.create(name="backup", at=local("2026-11-09 08:00"))
    after_task_publish.send(sender=heartbeat.name)
    heartbeat.apply()
    settings.PORTAL_URL = "http://127.0.0.1:1"
    world.receive()  # waits for the portal
    with calling(System.PORTAL):
        pass
    client.get("/tra-cuu/")
    clock.move_to("2026-11-13 09:00")
    names: dict[str, set[str]] = {}
    for sample in figures(prometheus):
        names.setdefault(sample.split("{")[0], set()).update(re.findall(r'(\w+)="', sample))
    return names


def asked_on_the_board() -> list[str]:
    return [target["expr"] for panel in BOARD["panels"] for target in panel.get("targets", ())]


def unknown(expressions: list[str], told: dict[str, set[str]]) -> set[str]:
    return {name for expression in expressions for name in NAME.findall(expression)} - told.keys()


def test_the_board_shows_only_metrics_that_there_are(told):
    assert len(asked_on_the_board()) > 15
    assert unknown(asked_on_the_board(), told) == set()


def test_the_alerts_ask_only_metrics_that_there_are(told):
    assert unknown([rule["expr"] for rule in RULES], told) == set()


def test_the_labels_that_are_asked_for_are_there(told):
    asked = [*asked_on_the_board(), *(rule["expr"] for rule in RULES)]
    wrong = {
        f"{name}{{{labels}}}"
        for expression in asked
        for name, labels in re.findall(r"(onestop_\w+)\{([^}]*)\}", expression)
        if not set(LABEL.findall(labels)) <= told[name]
    }
    assert wrong == set()


def test_every_metric_is_on_the_board(told):
    """What nobody looks at need not be counted."""
    shown = {
        re.sub("_(bucket|sum|count)$", "", n) for text in asked_on_the_board() for n in NAME.findall(text)
    }
    assert {re.sub("_(bucket|sum|count)$", "", name) for name in told} == shown


def test_the_board_can_be_imported():
    assert {"title", "uid", "panels", "schemaVersion", "templating"} <= BOARD.keys()
    ids = [panel["id"] for panel in BOARD["panels"]]
    assert len(ids) == len(set(ids))
    sources = {
        target["datasource"]["uid"] for panel in BOARD["panels"] for target in panel.get("targets", ())
    }
    assert sources == {"${" + BOARD["templating"]["list"][0]["name"] + "}"}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_alert_says_what_is_wrong_and_leads_to_what_to_do(rule):
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert len(rule["annotations"]["summary"]) > 20
    page, _, section = rule["annotations"]["runbook_url"].partition("#")
    assert page == "docs/operations.md"
    assert section in sections_of_the_operations()


def test_alerts_have_names_of_their_own():
    assert len({rule["alert"] for rule in RULES}) == len(RULES)


def sections_of_the_operations() -> set[str]:
    """Headings as GitHub makes addresses of them."""
    headings = re.findall(r"^#+ (.+)$", (DOCS / "operations.md").read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
