"""`make audit`: what was not looked up is never called clean."""

import json
from pathlib import Path

import pytest

from scripts import audit

CLEAN = {"name": "django", "version": "5.2.8", "vulns": []}
HOLED = {
    "name": "pillow",
    "version": "1.0",
    "vulns": [{"id": "PYSEC-2026-1", "aliases": ["CVE-2026-0001"], "fix_versions": ["1.1"]}],
}
SKIPPED = {"name": "segno", "skip_reason": "segno was not found"}


def report(*packages: dict) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


@pytest.mark.parametrize(
    ("packages", "code"),
    [
        ([CLEAN], audit.CLEAN),
        ([CLEAN, HOLED], audit.HOLES),
        ([CLEAN, SKIPPED], audit.NOT_KNOWN),
        ([SKIPPED, HOLED], audit.HOLES),
        ([], audit.NOT_KNOWN),
    ],
)
def test_only_what_was_looked_up_is_clean(packages, code):
    assert audit.read(report(*packages)).exit_code == code


def test_a_hole_is_told_with_its_names_and_where_it_is_mended():
    found = audit.read(report(CLEAN, HOLED, SKIPPED))
    assert audit.told(found, "pypi").splitlines() == [
        "HOLE  pillow 1.0: PYSEC-2026-1, CVE-2026-0001; mended in 1.1",
        "NOT LOOKED UP  segno was not found",
        "1 packages without a known hole, 1 holes, 1 packages not looked up (source: pypi).",
    ]


@pytest.fixture
def tool(tmp_path) -> Path:
    """Stands where pip-audit would be installed."""
    (tmp_path / "bin").mkdir()
    return tmp_path / "bin" / "pip-audit"


def test_a_source_that_cannot_be_reached_is_said_and_is_not_clean(tool, capsys):
    tool.write_text("#!/bin/sh\necho 'Failed to resolve api.osv.dev' >&2\nexit 1\n")
    tool.chmod(0o755)
    assert audit.audit("osv", tool.parent.parent) == audit.NOT_KNOWN
    said = capsys.readouterr().out
    assert "“osv” cannot be reached; nothing was audited" in said and "Failed to resolve" in said


def test_all_clean_exits_0(tool, capsys):
    tool.write_text(f"#!/bin/sh\necho '{report(CLEAN)}'\n")
    tool.chmod(0o755)
    assert audit.audit("pypi", tool.parent.parent) == audit.CLEAN
    assert "1 packages without a known hole, 0 holes" in capsys.readouterr().out
