"""The browser of the browser tests: found, installed where that is possible, and else said to be missing."""

import os

import pytest

from scripts import chromium


@pytest.fixture
def nothing_installed(monkeypatch, tmp_path):
    """A machine whose PATH holds only what the test puts there."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def command(folder, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_an_installed_browser_is_left_alone(nothing_installed):
    command(nothing_installed, "chromium", "exit 0")
    assert chromium.executable() == str(nothing_installed / "chromium")
    assert chromium.install() == ""


def test_without_the_right_to_install_the_sentence_names_the_package(nothing_installed, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert chromium.install() == (
        "There is no Chromium: the browser tests are skipped. On Debian: apt-get install chromium"
    )


def test_root_installs_the_package_of_the_distribution(nothing_installed, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    command(nothing_installed, "apt-get", f'echo "$@" >> {nothing_installed}/asked')
    assert chromium.install() == "Installed Chromium for the browser tests."
    assert (nothing_installed / "asked").read_text().splitlines() == [
        "update -qq",
        "install -y -qq --no-install-recommends chromium",
    ]


def test_a_failed_installation_is_told_and_stops_nothing(nothing_installed, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    command(nothing_installed, "apt-get", 'echo "E: no network" >&2; exit 100')
    assert chromium.install() == (
        "Chromium could not be installed (E: no network): the browser tests are skipped."
    )


def test_an_installation_without_an_answer_is_given_up(nothing_installed, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    command(nothing_installed, "apt-get", "exec /bin/sleep 5")
    assert chromium.install(seconds=0.2) == (
        "Chromium could not be installed (no answer in time): the browser tests are skipped."
    )
