"""docs/configuration.md lists every variable that the code reads, and no other."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings

PROJECT_DIR = Path(settings.BASE_DIR)
TEXT = (PROJECT_DIR / "docs" / "configuration.md").read_text()
READ = re.compile(r"""(?:env\.\w+|os\.environ\.get|os\.environ)\s*[(\[]\s*["']([A-Z][A-Z_]+)["']""")
TERMINAL = {"LC_ALL", "LC_MESSAGES", "LANG", "DJANGO_SETTINGS_MODULE"}  # the shell's, not ours


def variables_read() -> set[str]:
    found = set()
    for app in ("onestop", "procedures", "cases", "notifications"):
        for path in (PROJECT_DIR / app).rglob("*.py"):
            found |= set(READ.findall(path.read_text()))
    return found - TERMINAL


def variables_listed() -> set[str]:
    first_cells = re.findall(r"^\| (`[^|]+) \|", TEXT, re.MULTILINE)
    return {name for cell in first_cells for name in re.findall(r"`([A-Z_]+)`", cell)}


def test_every_variable_is_listed():
    assert variables_read() - variables_listed() == set()


def test_no_variable_is_listed_that_nobody_reads():
    assert variables_listed() - variables_read() == set()


def test_settings_alone_read_the_environment_through_typed_helpers():
    """A second place to read a setting would be a second default."""
    source = (PROJECT_DIR / "onestop" / "settings.py").read_text()
    assert "os.environ" not in source
    assert len(re.findall(r"env\.\w+\(", source)) >= 40


@pytest.mark.parametrize(
    "name, value, sentence",
    [
        ("EMAIL_PORT", "abc", 'Environment variable "EMAIL_PORT" invalid: Not a valid integer.'),
        ("DEBUG", "perhaps", 'Environment variable "DEBUG" invalid: Not a valid boolean.'),
        ("RESCHEDULE_SCOPE", "year", "RESCHEDULE_SCOPE must be 'cycle' or 'dossier'."),
        ("RESULT_CODE_PATTERN", "{agency}", "may only name {issuer}, {procedure} and {dossier}."),
        ("RESULT_CODE_PATTERN", "{issuer}", "RESULT_CODE_PATTERN must name {dossier}"),
        ("LOG_BOOKS_CLOSE_ON_JANUARY", "32", "LOG_BOOKS_CLOSE_ON_JANUARY is a day of January, or 0."),
        ("LOG_FORMAT", "xml", "LOG_FORMAT must be 'json' or 'text', or empty."),
        ("METRICS_NETWORKS", "10.0.0.0/99", "METRICS_NETWORKS names what is no network."),
        ("DATABASE_URL", "mysql://db/onestop", "DATABASE_URL must be a postgres:// address"),
        ("DATABASE_URL", "nonsense", "DATABASE_URL is not an address of a database."),
        ("DATABASE_REPLICA_URL", "mysql://db/onestop", "DATABASE_REPLICA_URL must be a postgres:// address"),
        ("REPLICA_MAX_LAG_SECONDS", "0", "REPLICA_MAX_LAG_SECONDS must be at least 1."),
        ("SECRET_KEY", "", "SECRET_KEY is not set."),
    ],
)
def test_wrong_value_refuses_to_start_in_one_line_that_names_the_variable(name, value, sentence):
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=PROJECT_DIR,
        env={**os.environ, "DEBUG": "0", name: value},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


def check_of_a_server(given: dict[str, str], data_dir: Path) -> subprocess.CompletedProcess:
    """`manage.py check --deploy` with nothing in the environment but this; `.venv` and the path stay."""
    shell = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=PROJECT_DIR,
        env={**shell, "ONESTOP_DATA_DIR": str(data_dir), **given},
        capture_output=True,
        text=True,
    )


def example_of_a_server() -> dict[str, str]:
    """`.env.example` filled in, also what may be left out, and what docker-compose.yml makes of it."""
    lines = re.findall(
        r"^#?([A-Z_]+)=(.*)$", (PROJECT_DIR / ".env.example").read_text(encoding="utf-8"), re.MULTILINE
    )
    given = {
        name: value or (f"https://{name.lower()}.example/" if name.endswith("_URL") else f"{name}-" * 8)
        for name, value in lines
    }
    compose = yaml.safe_load((PROJECT_DIR / "docker-compose.yml").read_text(encoding="utf-8"))
    for name, value in compose["services"]["web"]["environment"].items():
        given[name] = interpolated(str(value), given)
    return given


def interpolated(value: str, given: dict[str, str]) -> str:
    """`${NAME:-default}` and `${NAME:?sentence}` as Compose reads them."""

    def one(match: re.Match) -> str:
        name, default = match["name"], match["default"]
        if given.get(name):
            return given[name]
        assert default is not None, f"{name} must be given"
        return interpolated(default, given)

    return re.sub(r"\$\{(?P<name>\w+)(?::-(?P<default>(?:[^{}]|\{[^}]*\})*)|:\?[^}]*)?\}", one, value)


def test_the_example_of_a_server_has_nothing_to_warn_of(tmp_path):
    done = check_of_a_server(example_of_a_server(), tmp_path)
    assert (done.returncode, re.findall(r"\w+\.[EW]\d+", done.stderr)) == (0, [])
    assert "no issues" in done.stdout


def test_a_server_with_one_key_for_everything_is_told_which_to_set(tmp_path):
    """Also where they are set to nothing, as in an example that was not filled in."""
    given = example_of_a_server() | {"LOOKUP_KEY": "", "AUDIT_KEY": example_of_a_server()["SECRET_KEY"]}
    del given["WEBHOOK_KEY"]
    done = check_of_a_server(given, tmp_path)
    assert sorted(re.findall(r"onestop\.\w\d+", done.stderr)) == [
        "onestop.W007",
        "onestop.W011",
        "onestop.W012",
    ]


OPTIONS = (
    "from django.conf import settings; d = settings.DATABASES;"
    "print([(n, x['OPTIONS'].get('options'), x.get('DISABLE_SERVER_SIDE_CURSORS')) for n, x in d.items()])"
)


def test_a_pooler_gets_nothing_that_it_refuses_and_the_replica_stands_beside_it(tmp_path):
    """No start-up options, no cursors of a session; the replica is read only and asked directly."""
    given = {
        **os.environ,
        "DATABASE_POOLED": "1",
        "DATABASE_URL": "postgres://onestop@pgbouncer:6432/onestop",
        "DATABASE_REPLICA_URL": "postgres://onestop@second/onestop",
        "DJANGO_SETTINGS_MODULE": "onestop.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", OPTIONS], cwd=PROJECT_DIR, env=given, capture_output=True, text=True
    )
    assert done.stdout.strip() == str(
        [
            ("default", None, True),
            ("replica", "-c jit=off -c default_transaction_read_only=on -c statement_timeout=5s", False),
        ]
    ), done.stderr
