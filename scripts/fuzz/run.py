"""Calls Schemathesis, and reads what it asked and was answered."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import yaml
from django.db.models import Count

from procedures.enums import Role
from procedures.models import Agency
from scripts.fuzz.ground import ground_of, run_name

PROJECT = Path(__file__).parents[2]
OPENAPI = PROJECT / "docs" / "openapi.yaml"
HOOKS = Path(__file__).parent / "hooks.py"
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]


def operations() -> dict[str, dict]:
    """All operations of the committed file by their ids."""
    paths = yaml.safe_load(OPENAPI.read_text())["paths"].values()
    return {operation["operationId"]: operation for path in paths for operation in path.values()}


def write_ground(agency: Agency | None, folder: Path) -> Path:
    """The file for the hooks; without an agency nobody is signed in and nothing is known."""
    known = {"run": run_name(), "operations": ground_of(agency, operations()) if agency else {}}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "ground.json"
    path.write_text(json.dumps(known, default=str))
    return path


def run(
    url: str,
    ground: Path,
    *,
    phases: str,
    examples: int,
    seconds: int | None = None,
    seed: int | None = None,
    quiet: bool = False,
) -> subprocess.CompletedProcess:
    """One run against the server at `url`; its exit code is 0 when nothing was found.

    `examples` are at most for each operation and phase. Without `seed` nothing is drawn: every run asks the
    same. What was asked and answered is left beside the file `ground`, in `calls.ndjson`.
    """
    folder = ground.parent
    config = folder / "schemathesis.toml"
    config.write_text(f'hooks = "{HOOKS}"\n\n[phases.coverage]\nunexpected-methods = []\n')
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", str(OPENAPI)]
    command += [
        "--url",
        url,
        "--checks",
        ",".join(CHECKS),
        "--phases",
        phases,
        "--max-examples",
        str(examples),
    ]
    command += ["--generation-deterministic"] if seed is None else ["--seed", str(seed)]
    command += ["--continue-on-failure", "--warnings", "off", "--no-color", "--request-timeout", "30"]
    command += ["--suppress-health-check", "all", "--report", "ndjson"]
    command += ["--report-ndjson-path", str(folder / "calls.ndjson")]
    if seconds:
        command += ["--max-time", str(seconds)]
    environment = {**os.environ, "FUZZ_GROUND": str(ground)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=quiet, text=True, check=False)


def answers(folder: Path) -> dict[str, Counter[int]]:
    """How often each operation was answered with which status, by method and path; 0 is no answer."""
    found: dict[str, Counter[int]] = {}
    with (folder / "calls.ndjson").open() as lines:
        for line in lines:
            recorder = json.loads(line).get("ScenarioFinished", {}).get("recorder") or {}
            for call in (recorder.get("interactions") or {}).values():
                status = (call.get("response") or {}).get("status_code", 0)
                found.setdefault(recorder["label"], Counter())[status] += 1
    return found


def busiest_agency() -> Agency:
    """Among those with an administrator of their own, the one whose dossiers stand in the most states."""
    kept = Agency.objects.filter(staff__role=Role.AGENCY_ADMIN, is_reception_desk=True)
    states = Count("received_dossiers__state", distinct=True)
    return kept.annotate(states=states).order_by("-states", "pk").first()
