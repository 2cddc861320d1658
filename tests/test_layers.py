"""Imports only go down (DESIGN §3): this test walks them all and names every one that goes up."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from cases.enums import MOVES, Verb

ROOT = Path(__file__).parent.parent
PACKAGES = ("procedures", "notifications", "cases", "onestop")
MAX_LINES = 400

FACES = ("admin", "api", "public", "tasks", "management", "demo")
# No database: enums of Django (`TextChoices`) are allowed, nothing else of its ORM.
OF_THE_EXCHANGE = ("facts", "package", "signatures", "words")
PURE = {
    "procedures": (
        "enums",
        "codes",
        "text",
        "office_hours",
        "working_time",
        "eforms",
        "estimates",
        "citations",
        "regimes",
        "publication",
        "reforms",
        "fees",
        "registers",
        "steps",
        "words",
    ),
    "notifications": (
        "desk_sheets",
        "enums",
        "errors",
        "forms",
        "notices",
        "payloads",
        "postings",
        "quiet_hours",
        "reports",
        "segments",
        "texts",
        "vietnamese",
    ),
    "cases": (
        "audit_enums",
        "scan_enums",
        "enums",
        "errors",
        "codes",
        "limits",
        "deadlines",
        "proof",
        "proof_words",
        "ledger",
        "responsibility",
        "lookup",
        "budgets",
        "ladder",
        "pace",
        "balance",
        "rules",
        "citizen_card",
        "notice_topics",
        "feedback",
        "queueing",
        "survey",
        "vietqr",
        "scopes",
        "hooks",
        "portal.states",
        "payment_enums",
        "portal.statuses",
        "post_enums",
        "portal.wire",
        "connections.signing",
        "connections.systems",
        "connections.sources",
        "connections.population.facts",
        "connections.stores.facts",
        *(f"connections.exchange.{name}" for name in OF_THE_EXCHANGE),
        "scorecard.periods",
        "scorecard.editions",
        "scorecard.parameters",
        "scorecard.outside",
        "scorecard.scores",
        "scorecard.what_if",
        "scorecard.ranking",
        "scorecard.on_time",
        "scorecard.nine",
        "scorecard.targets",
        "report.tables",
        "report.paged",
        "report.stored",
        "simulation.clocks",
        "simulation.scenarios",
        "simulation.queues",
        "simulation.replay",
    ),
}
READS = {
    "cases": (
        "queries",
        "desk",
        "desk_figures",
        "ages",
        "morning",
        "trends",
        "lists",
        "audit_chain",
        "archive.reading",
        "archive.tables",
        "invariants",
        "papers",
        "pictures",
        "facts",
        "group_files",
        "letters",
        "printouts",
        "notice_facts",
        "desk_printouts",
        "postings",
        "collecting",
        "transfers",
        "waiting",
        "registers",
        "citizens",
        "satisfaction",
        "events",
        "outbox",
        "portal_outbox",
        "exchange_outbox",
        "exchange_partners",
        "portal.content",
        "portal.rates",
        "regime",
        "timeline",
        "late",
        "as_of",
        "desk_then",
        "as_it_was",
        "outlook",
        "workload",
        "spending",
        "apologies_due",
        "apology_reasons",
        "scorecard.installed",
        "scorecard.scope",
        "scorecard.dossiers",
        "scorecard.facts",
        "scorecard.evaluations",
        "scorecard.counting",
        "scorecard.rolled",
        "scorecard.frozen",
        "supervision",
        "reforms",
        "report.late",
        "report.delays",
        "report.frozen_delays",
        "report.rates",
        "report.ministry",
        "report.measures",
        "report.lists",
        "report.points",
        "report.together",
        "report.complaints",
        "report.contents",
        "report.behind",
        "report.visits",
        "simulation.past",
    ),
    "notifications": ("codes", "pades", "pdf", "signing", "word"),
}
# What talks to the world outside; everybody else puts a message into the outbox.
GATEWAY_CLIENTS = (
    "httpx",
    "requests",
    "urllib3",
    "smtplib",
    "http.client",
    "urllib.request",
    "django.core.mail",
)


@cache
def modules() -> list[str]:
    """Dotted names of all modules of the project, migrations apart."""
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return sorted(name_of(path) for path in files if "migrations" not in path.parts)


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def file_of(module: str) -> Path:
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def imports(tree: ast.AST, module: str = "", is_package: bool = False) -> Iterator[str]:
    """What a module imports, inside functions too: `from a.b import c` is `a.b.c`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = module.split(".")[: len(module.split(".")) - node.level + is_package]
            base = ".".join([*above, node.module or ""]).strip(".") if node.level else node.module
            yield from (f"{base}.{name.name}" for name in node.names)


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(file_of(module).read_text())


@cache
def imports_of(module: str) -> set[str]:
    return set(imports(tree_of(module), module, file_of(module).name == "__init__.py"))


def lies_in(name: str, places: tuple[str, ...]) -> bool:
    return any(name == place or name.startswith(f"{place}.") for place in places)


def going_up(where: tuple[str, ...], forbidden: tuple[str, ...], allowed: tuple[str, ...] = ()) -> list[str]:
    """`module -> import` for every import from `where` that leads to a forbidden place."""
    return [
        f"{module} -> {name}"
        for module in modules()
        if lies_in(module, where)
        for name in sorted(imports_of(module))
        if lies_in(name, forbidden) and not lies_in(name, allowed)
    ]


def within(packages: tuple[str, ...], parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{package}.{part}" for package in packages for part in parts)


EVERY_FACE = within(PACKAGES, FACES)
EVERY_SERVICE = within(PACKAGES, ("services",))
EVERY_MODEL = within(PACKAGES, ("models",))
EVERY_PURE = tuple(f"{package}.{name}" for package, names in PURE.items() for name in names)
EVERY_READ = tuple(f"{package}.{name}" for package, names in READS.items() for name in names)


@pytest.mark.parametrize(
    ("where", "forbidden"),
    [
        (("procedures",), ("cases", "notifications")),
        (("notifications",), ("cases", "procedures")),
        (EVERY_MODEL, (*EVERY_SERVICE, *EVERY_READ, *EVERY_FACE)),
        (EVERY_READ, (*EVERY_SERVICE, *EVERY_FACE)),
        (EVERY_SERVICE, EVERY_FACE),
        (EVERY_PURE, (*EVERY_MODEL, *EVERY_SERVICE, *EVERY_READ, *EVERY_FACE)),
        (("procedures", "notifications", "cases"), ("tests", "benchmarks")),
    ],
    ids=[
        "procedures know neither cases nor notifications",
        "notifications know neither cases nor procedures",
        "models know neither services nor faces",
        "reads change nothing and know no face",
        "services know no face",
        "pure modules know no layer above",
        "the product does not need its tests",
    ],
)
def test_imports_only_go_down(where, forbidden):
    assert going_up(where, forbidden) == []


def test_pure_modules_know_no_database():
    enums = ("django.db.models.TextChoices", "django.db.models.IntegerChoices")
    assert going_up(EVERY_PURE, ("django.db", "django.contrib", "psycopg", "celery"), enums) == []


def test_every_pure_module_exists():
    assert set(EVERY_PURE) - set(modules()) == set()


def test_only_notifications_and_one_module_for_connections_talk_to_gateways():
    """`onestop.demo` asks the demonstration's own server, as a browser would; simulators are the other side."""
    everybody_else = tuple(package for package in PACKAGES if package != "notifications")
    found = going_up(everybody_else, (*GATEWAY_CLIENTS, "notifications.channels"))
    theirs = ("onestop.demo.", "onestop.outside ", "onestop.simulators.")
    assert [line for line in found if not line.startswith(theirs)] == []


def test_only_services_ask_other_systems():
    """Protocols stand in `cases.connections`, without database; when they are called, services say."""
    above = (*EVERY_MODEL, *EVERY_READ, *within(("cases", "procedures", "notifications"), FACES))
    words = tuple(f"cases.{name}" for name in PURE["cases"] if name.startswith("connections."))
    assert going_up(above, ("cases.connections",), words) == []
    assert going_up(("cases.connections",), (*EVERY_MODEL, *EVERY_SERVICE, *EVERY_READ, *EVERY_FACE)) == []


def test_only_services_of_cases_know_the_services_of_notifications():
    """Faces may show letters and messages; what changes a dossier's letter goes through `cases.services`."""
    assert going_up(("cases.models", *EVERY_READ, *EVERY_PURE), ("notifications.services",)) == []


# One door per verb ----------------------------------------------------------------------------------


def calls(module: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree_of(module)) if isinstance(node, ast.Call))


def outside_services() -> list[str]:
    return [module for module in modules() if not lies_in(module, EVERY_SERVICE)]


def test_nobody_but_services_updates_a_state():
    found = [
        f"{module}:{call.lineno}"
        for module in outside_services()
        for call in calls(module)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in {"update", "bulk_update"}
        and any(keyword.arg == "state" for keyword in call.keywords)
    ]
    assert found == []


def test_nobody_but_services_moves_a_dossier():
    moves = {f"to_{move.target}" for move in MOVES.values() if move.target} | {"to_state_before_supplement"}
    assert "to_received" in moves
    found = [
        f"{module}:{call.lineno} {call.func.attr}"
        for module in outside_services()
        for call in calls(module)
        if isinstance(call.func, ast.Attribute) and call.func.attr in moves
    ]
    assert found == []


def test_nobody_lists_the_verbs_a_second_time():
    """A module that names most verbs as texts would have to be changed with every new one."""
    verbs = set(Verb.values)
    found = {}
    for module in modules():
        texts = {
            node.value
            for node in ast.walk(tree_of(module))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        if module != "cases.enums" and len(texts & verbs) > len(verbs) / 2:
            found[module] = len(texts & verbs)
    assert found.keys() - {"cases.services"} == set()  # whose `__all__` is the list of the doors


# Size -----------------------------------------------------------------------------------------------


def test_no_module_is_longer_than_one_can_keep_in_mind():
    lengths = {module: len(file_of(module).read_text().splitlines()) for module in modules()}
    assert {module: lines for module, lines in lengths.items() if lines > MAX_LINES} == {}


# The walk itself ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import cases.models", {"cases.models"}),
        ("import cases.models as m, os", {"cases.models", "os"}),
        ("from cases import models", {"cases.models"}),
        ("from cases.models import Dossier", {"cases.models.Dossier"}),
        ("def late():\n    from cases import services", {"cases.services"}),
        ("from . import enums", {"cases.enums"}),
        ("from .services import base", {"cases.services.base"}),
        ("from ..procedures import models", {"procedures.models"}),
    ],
)
def test_the_walk_sees_every_kind_of_import(source, found):
    assert set(imports(ast.parse(source), "cases.rules")) == found


def test_the_walk_reaches_the_modules():
    assert {
        "cases.services.reception",
        "procedures.models",
        "notifications.channels",
        "onestop.settings",
    } <= set(modules())
    assert "cases.models.Dossier" in imports_of("cases.services.reception")
