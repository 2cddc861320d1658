"""docker-compose.scale.yml, laid over docker-compose.yml as Compose does it, names only what exists."""

import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from onestop.celery import QUEUES, SLOW, app
from tests.onestop.test_compose import COMPOSE as BASE
from tests.onestop.test_compose import check_command, documented_variables, known_variables

TEXT = (Path(settings.BASE_DIR) / "docker-compose.scale.yml").read_text()


class Loader(yaml.SafeLoader):
    """Reads Compose's own tags too."""


class Reset:
    """What `!reset` takes away from the file below."""


Loader.add_constructor("!reset", lambda loader, node: Reset())
OVER = yaml.load(TEXT, Loader)


def laid_over(below, above):
    """Mappings are merged, lists that Compose knows as sets are joined, everything else is replaced."""
    if isinstance(above, Reset):
        return None
    if isinstance(below, dict) and isinstance(above, dict):
        return below | {name: laid_over(below.get(name), value) for name, value in above.items()}
    return above


def service(name: str) -> dict:
    over = dict(OVER["services"].get(name, {}))
    below = BASE["services"].get(name, {})
    if wish := over.pop("extends", None):
        assert wish["file"] == "docker-compose.yml"
        below = BASE["services"][wish["service"]]
    return laid_over(below, over)


SERVICES = {name: service(name) for name in {*BASE["services"], *OVER["services"]}}
OURS = sorted(name for name, one in SERVICES.items() if one.get("image") == "onestop")


def test_every_kind_of_machine_is_there():
    ours = {"migrate", "web", "worker", "worker-slow", "beat", "beat-standby"}
    assert set(OURS) == ours
    assert set(SERVICES) == ours | {"proxy", "pgbouncer", "postgres", "postgres-replica", "redis"}
    assert SERVICES["web"]["deploy"]["replicas"] == 3


@pytest.mark.parametrize("name", sorted(set(OURS) - {"migrate"}))
def test_command_exists(name):
    check_command(SERVICES[name]["command"])


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_one_that_the_settings_read(name):
    assert set(SERVICES[name]["environment"]) - known_variables() == set()


def test_everybody_but_the_migration_goes_through_the_pooler():
    for name in set(OURS) - {"migrate"}:
        environment = SERVICES[name]["environment"]
        assert "@pgbouncer:6432/onestop" in environment["DATABASE_URL"], name
        assert environment["DATABASE_POOLED"] == "1"
        assert "@postgres-replica:5432/onestop" in environment["DATABASE_REPLICA_URL"]
        assert {"SECRET_KEY", "FIELD_KEYS", "AUDIT_KEY", "REDIS_URL"} <= set(environment)
    assert "@postgres:5432/onestop" in SERVICES["migrate"]["environment"]["DATABASE_URL"]


def test_no_web_server_takes_a_port_of_the_machine():
    """Several could not."""
    assert SERVICES["web"]["ports"] is None
    assert SERVICES["proxy"]["ports"] == ["80:80", "443:443"]


def test_every_queue_has_workers_of_its_own():
    served = [
        command[command.index("--queues") + 1]
        for command in (SERVICES[name]["command"] for name in OURS)
        if "--queues" in command
    ]
    assert sorted(served) == sorted(QUEUES)
    assert set(app.amqp.queues.consume_from) == set(QUEUES), "a worker without --queues takes all"


def test_every_routed_task_exists_and_what_is_urgent_is_not_among_them():
    app.loader.import_default_modules()
    routed = {name for name, route in app.conf.task_routes.items() if route["queue"] == SLOW}
    assert routed <= set(app.tasks)
    urgent = {"flag_overdue", "warn_due_soon", "draft_apologies", "heartbeat"}
    assert not routed & {f"cases.tasks.{name}" for name in urgent}


def test_configurations_and_volumes_are_named_and_used():
    used = {one["source"] for over in SERVICES.values() for one in over.get("configs", ())}
    assert used == set(OVER["configs"])
    volumes = {volume.split(":")[0] for one in SERVICES.values() for volume in one.get("volumes", ())}
    assert volumes == set(BASE["volumes"]) | set(OVER["volumes"])


def test_each_waits_for_what_has_a_health_check():
    for name, one in SERVICES.items():
        for other, wish in one.get("depends_on", {}).items():
            if wish["condition"] == "service_healthy":
                assert "test" in SERVICES[other]["healthcheck"], (name, other)


def test_the_pooler_lends_connections_for_a_transaction_and_refuses_nothing_that_we_send():
    ini = OVER["configs"]["pgbouncer"]["content"]
    assert "pool_mode = transaction" in ini
    size = int(re.search(r"default_pool_size = (\d+)", ini)[1])
    most = int(re.search(r"max_connections=(\d+)", " ".join(SERVICES["postgres"]["command"]))[1])
    assert size < most - 10, "room for migrations, backups and the replica"


def test_secrets_come_from_the_environment_and_have_no_default():
    for name in ("POSTGRES_PASSWORD", "REPLICATION_PASSWORD"):
        uses = re.findall(r"(?<!\$)\$\{" + name + r"([^}]*)\}", TEXT)
        assert uses and all(use.startswith(":?") and len(use) > 20 for use in uses), name


def test_its_variables_are_documented():
    assert {"DATABASE_POOLED", "DATABASE_REPLICA_URL", "REPLICA_MAX_LAG_SECONDS"} <= documented_variables()
