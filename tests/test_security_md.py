"""SECURITY.md promises nothing that no test keeps: every test, page and setting that it names is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
THREATS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in TEXT.partition("## Threats")[2].partition("\n## ")[0].splitlines()
    if line.startswith("| ")
][1:]
NAMED = re.compile(r"`([^`]+)`")


def proofs() -> list[str]:
    return sorted({name for *_threat, proof in THREATS for name in NAMED.findall(proof)})


def test_every_threat_has_who_what_how_and_a_test():
    assert len(THREATS) > 15
    for threat in THREATS:
        assert len(threat) == 4, threat
        assert all(threat), threat
        assert NAMED.findall(threat[-1]), threat


@pytest.mark.parametrize("proof", proofs())
def test_what_proves_it_is_there(proof):
    name, _colons, test = proof.partition("::")
    path = ROOT / name if name.startswith("docs/") else ROOT / "tests" / name
    assert path.exists()
    if path.is_dir():
        assert list(path.glob("test_*.py"))
    elif test:
        assert re.search(rf"^def {re.escape(test)}\(", path.read_text(encoding="utf-8"), flags=re.MULTILINE)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`([A-Z][A-Z_]{3,})(?:=\w+)?`", TEXT))))
def test_settings_that_it_names_are_in_the_documentation(name):
    assert f"`{name}`" in (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`((?:onestop|cases|docs|tests)/[\w./-]+)`", TEXT))))
def test_files_that_it_names_are_there(name):
    assert (ROOT / name).exists() or (ROOT / "tests" / name).exists()
