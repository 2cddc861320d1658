"""Looks up whether a hole is known in a version that is installed in `.venv`: what `make audit` runs.

pip-audit (pinned below, in an environment of its own: it brings a lot along) asks an advisory source on the network.
That a source cannot be asked, or does not know a package, is never taken for "no hole".

Exits 0 when all packages were looked up and none has a known hole, 1 when one has, 2 when it cannot be said.
"""

import argparse
import json
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass, field
from pathlib import Path

PIP_AUDIT = "pip-audit==2.10.1"
CLEAN, HOLES, NOT_KNOWN = 0, 1, 2
SHOWN = 10  # of what was not looked up
SECONDS = 600  # some hundred packages, one request each


@dataclass(frozen=True, slots=True)
class Findings:
    """What the source said: holes in words, packages as `name version`, reasons why one was not looked up."""

    holes: list[str] = field(default_factory=list)
    clean: list[str] = field(default_factory=list)
    not_known: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        if self.holes:
            return HOLES
        return NOT_KNOWN if self.not_known or not self.clean else CLEAN


def read(report: str) -> Findings:
    """The findings in the JSON of pip-audit. Raises ValueError when it is none."""
    found = Findings()
    for package in json.loads(report)["dependencies"]:
        name = f"{package['name']} {package.get('version', '')}".strip()
        if "skip_reason" in package:
            found.not_known.append(package["skip_reason"])
        elif package["vulns"]:
            found.holes.extend(_hole(name, vuln) for vuln in package["vulns"])
        else:
            found.clean.append(name)
    return found


def _hole(name: str, vuln: dict) -> str:
    names = ", ".join([vuln["id"], *vuln.get("aliases", [])])
    fixed = ", ".join(vuln.get("fix_versions", [])) or "no version yet"
    return f"{name}: {names}; mended in {fixed}"


def told(found: Findings, service: str) -> str:
    """The findings in sentences."""
    lines = [f"HOLE  {hole}" for hole in found.holes]
    lines += [f"NOT LOOKED UP  {reason}" for reason in found.not_known[:SHOWN]]
    lines += [f"NOT LOOKED UP  {len(found.not_known) - SHOWN} more"] * (len(found.not_known) > SHOWN)
    lines.append(
        f"{len(found.clean)} packages without a known hole, {len(found.holes)} holes, "
        f"{len(found.not_known)} packages not looked up (source: {service})."
    )
    if found.exit_code == NOT_KNOWN:
        lines.append("This says nothing about the packages that were not looked up: it is no clean bill.")
    return "\n".join(lines)


def audit(service: str, home: Path) -> int:
    """Install pip-audit into `home` when it is not there yet, run it and print what it found; the exit code."""
    try:
        tool = _installed(home)
        run = _run(tool, service)
        found = read(run.stdout)
    except subprocess.TimeoutExpired:
        print(
            f"The advisory source “{service}” did not answer within {SECONDS} seconds. Nothing was audited."
        )
        return NOT_KNOWN
    except subprocess.CalledProcessError as error:
        print(f"{PIP_AUDIT} cannot be installed; nothing was audited.\n{error.stderr.strip()[-500:]}")
        return NOT_KNOWN
    except ValueError:
        why = run.stderr.strip().splitlines()[-1:] or ["It said nothing."]
        print(f"The advisory source “{service}” cannot be reached; nothing was audited.\n{why[0]}")
        return NOT_KNOWN
    print(told(found, service))
    return found.exit_code


def _installed(home: Path) -> Path:
    tool = home / "bin" / "pip-audit"
    if not tool.exists():
        venv.create(home, with_pip=True, clear=True)
        pip = [home / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
        subprocess.run([*pip, PIP_AUDIT], check=True, capture_output=True, text=True)
    return tool


def _run(tool: Path, service: str) -> subprocess.CompletedProcess:
    command = [tool, "--path", sysconfig.get_path("purelib"), "--vulnerability-service", service]
    command += ["--format", "json", "--progress-spinner", "off"]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make audit", description=__doc__.partition("\n")[0])
    parser.add_argument("--service", choices=["pypi", "osv"], default="pypi", help="the advisory source")
    options = parser.parse_args()
    return audit(options.service, Path(sys.prefix) / "audit")


if __name__ == "__main__":
    sys.exit(main())
