"""docker-compose.yml and Dockerfile name only what exists. Nothing is built: no Docker is needed."""

import re
import shlex
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from celery import Celery
from django.conf import settings
from django.core.management import get_commands
from django.urls import resolve

PROJECT_DIR = Path(settings.BASE_DIR)
COMPOSE = yaml.safe_load((PROJECT_DIR / "docker-compose.yml").read_text())
DOCKERFILE = (PROJECT_DIR / "Dockerfile").read_text()
SERVICES = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
SECRETS = {
    "SECRET_KEY",
    "LOOKUP_KEY",
    "WEBHOOK_KEY",
    "FIELD_KEYS",
    "ID_HASH_KEY",
    "AUDIT_KEY",
    "POSTGRES_PASSWORD",
}


SETTINGS = ("settings.py", "sign_in_settings.py", "database_settings.py")


def known_variables() -> set[str]:
    """Every variable that the settings read."""
    files = [PROJECT_DIR / "onestop" / name for name in SETTINGS]
    source = "".join(file.read_text() for file in files)
    return set(re.findall(r'env\.\w+\(\s*"(\w+)"', source))


def commands(line: list[str]) -> list[list[str]]:
    """The commands in an exec-form list; `sh -c` may hold several."""
    if line[:2] == ["sh", "-c"]:
        return [shlex.split(part) for part in line[2].split("&&")]
    return [line]


def check_command(command: list[str]) -> None:
    """The program, its subcommand and what it loads exist."""
    program, *arguments = command
    if program == "python" and arguments[0] == "manage.py":
        assert (PROJECT_DIR / "manage.py").exists()
        assert arguments[1] in get_commands()
    elif program == "python" and arguments[0] == "-c":
        compile(arguments[1], "health check", "exec")
    elif program == "granian":
        import_module("granian")
        module, _colon, name = arguments[-1].partition(":")
        assert callable(getattr(import_module(module), name))
        assert arguments[arguments.index("--interface") + 1] == "wsgi"
    elif program == "celery":
        assert isinstance(import_module(arguments[arguments.index("--app") + 1]).celery_app, Celery)
        assert {"worker", "beat", "inspect"} & set(arguments)
    else:
        pytest.fail(f"nobody knows the program {program}")


def urls_in(text: str) -> list[str]:
    return re.findall(r"http://127\.0\.0\.1:8000(/\w*)", text)


def test_all_parts_are_there():
    assert set(SERVICES) == {"postgres", "redis", "migrate", "web", "worker", "beat"}
    assert set(OURS) == {"migrate", "web", "worker", "beat"}


@pytest.mark.parametrize("name", OURS)
def test_command_exists(name):
    for command in commands(OURS[name]["command"]):
        check_command(command)


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_health_check_asks_something_that_exists(name):
    kind, *rest = SERVICES[name]["healthcheck"]["test"]
    command = shlex.split(rest[0]) if kind == "CMD-SHELL" else rest
    if name in OURS:
        check_command(command)
        for path in urls_in(" ".join(command)):
            assert resolve(path)
    else:
        assert command[0] in {"pg_isready", "redis-cli"}


def test_web_is_asked_for_readiness_on_the_port_it_serves():
    web = SERVICES["web"]
    port = web["command"][web["command"].index("--port") + 1]
    assert urls_in(" ".join(web["healthcheck"]["test"])) == ["/readyz"]
    assert [mapping.rsplit(":", 1)[1] for mapping in web["ports"]] == [port]
    assert f":{port}/readyz" in " ".join(web["healthcheck"]["test"])


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_one_that_the_settings_read(name):
    assert set(OURS[name]["environment"]) - known_variables() == set()


def test_settings_that_must_agree_are_the_same_for_all_parts():
    environments = [service["environment"] for service in OURS.values()]
    assert all(environment == environments[0] for environment in environments)
    assert {"DATABASE_URL", "REDIS_URL", *SECRETS - {"POSTGRES_PASSWORD"}} <= set(environments[0])


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_every_documented_variable_reaches_every_part(name):
    """By .env as a whole; one that is named besides must still take its value from there."""
    service = OURS[name]
    assert service["env_file"] == [{"path": ".env", "required": False}]
    fixed = {
        variable
        for variable, value in service["environment"].items()
        if not re.match(r"\$\{" + variable + r"(:[-?].*)?\}$", value)
    }
    assert {"RESCHEDULE_SCOPE", "EMAIL_PORT", "THROTTLE_LOOKUP"} <= documented_variables()
    assert fixed & documented_variables() == {"DATABASE_URL", "REDIS_URL"}, "the servers of this file"


def documented_variables() -> set[str]:
    """The first column of the tables in docs/configuration.md."""
    text = (PROJECT_DIR / "docs" / "configuration.md").read_text()
    columns = re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE)
    return {name for column in columns for name in re.findall(r"`([A-Z_]+)`", column)}


def test_secrets_come_from_the_environment_and_have_no_default():
    """`${NAME:?sentence}` refuses to start without it."""
    text = (PROJECT_DIR / "docker-compose.yml").read_text()
    for name in SECRETS:
        uses = re.findall(r"\$\{" + name + r"([^}]*)\}", text)
        assert uses and all(use.startswith(":?") and len(use) > 20 for use in uses), name


def test_servers_of_the_addresses_are_services():
    environment = SERVICES["web"]["environment"]
    assert "@postgres:5432/" in environment["DATABASE_URL"]
    assert environment["REDIS_URL"].startswith("redis://redis:6379/")


def test_volumes_are_named_and_all_used():
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())}
    assert used == set(COMPOSE["volumes"])
    assert f"documents:{data_dir_of_the_image()}" in SERVICES["web"]["volumes"]
    assert SERVICES["web"]["volumes"] == SERVICES["worker"]["volumes"]


def data_dir_of_the_image() -> str:
    return re.search(r"ONESTOP_DATA_DIR=(\S+)", DOCKERFILE)[1]


def test_each_waits_for_what_it_needs():
    for name, service in SERVICES.items():
        for other, wish in service.get("depends_on", {}).items():
            if wish["condition"] == "service_healthy":
                assert "test" in SERVICES[other]["healthcheck"], (name, other)
            else:
                assert wish["condition"] == "service_completed_successfully"
                assert SERVICES[other]["restart"] == "no", (name, other)
    assert set(SERVICES["migrate"]["depends_on"]) == {"postgres"}
    for name in ("web", "worker", "beat"):
        assert set(SERVICES[name]["depends_on"]) == {"migrate", "redis"}


# --- Dockerfile -----------------------------------------------------------------------------------
def test_image_installs_only_what_a_server_needs():
    assert "requirements.txt" in DOCKERFILE
    assert "requirements-dev" not in DOCKERFILE


def test_image_runs_as_an_account_without_rights():
    user = re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)[-1]
    assert user not in {"root", "0"}
    assert (
        f"useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin {user}" in DOCKERFILE
    )


def test_image_has_a_python_that_the_project_supports():
    version = tuple(
        map(int, re.search(r"^FROM python:(\d+)\.(\d+)-slim$", DOCKERFILE, re.MULTILINE).groups())
    )
    assert (3, 11) <= version <= (3, 13)


def test_commands_of_the_image_exist():
    lists = re.findall(r"^(?:CMD| {4}CMD) (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert len(lists) == 2, "the health check and the web server"
    for line in lists:
        check_command(yaml.safe_load(line))
    assert urls_in(DOCKERFILE) == ["/healthz"]
    assert resolve("/healthz")
    for command in re.findall(r"python manage\.py (\w+)", DOCKERFILE):
        assert command in get_commands()


def test_variables_of_the_image_are_ones_that_somebody_reads():
    names = set(re.findall(r"\b([A-Z][A-Z_]+)=", DOCKERFILE))
    assert names - known_variables() == {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}


@pytest.mark.parametrize("kept_out", [".git", ".venv", ".data", ".env", "tests"])
def test_image_has_no_data_and_no_secrets(kept_out):
    assert kept_out in (PROJECT_DIR / ".dockerignore").read_text().splitlines()


def test_example_of_the_secrets_names_all_that_must_be_given():
    compose = (PROJECT_DIR / "docker-compose.yml").read_text()
    needed = set(re.findall(r"\$\{(\w+):\?", compose))
    example = (PROJECT_DIR / ".env.example").read_text()
    assert needed <= set(re.findall(r"^(\w+)=", example, re.MULTILINE))
    optional = set(re.findall(r"^#?(\w+)=", example, re.MULTILINE))
    # By name in this file, or with .env as a whole.
    assert optional <= set(re.findall(r"\$\{(\w+)", compose)) | known_variables()
