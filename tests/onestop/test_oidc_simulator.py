"""The demo's identity provider is a process of its own, and the demo connects the installation to it."""

import subprocess
import sys

import httpx
import pytest
from django.conf import settings

from onestop.demo import identity
from onestop.demo.processes import free_port
from onestop.simulators.oidc import STAFF


class Started:
    """Notes what the demo starts instead of starting it."""

    def __init__(self):
        self.commands: list[tuple[str, ...]] = []

    def start(self, *command: str) -> None:
        self.commands.append(command)


def test_provider_runs_as_a_process():
    port = free_port(8490)
    arguments = [
        "--port",
        str(port),
        "--client-id",
        "a",
        "--client-secret",
        "b",
        "--redirect-uri",
        "http://c/",
    ]
    with subprocess.Popen(
        [sys.executable, "-m", "onestop.simulators.oidc", *arguments],
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == f"Invented people sign in at http://127.0.0.1:{port}\n"
        found = httpx.get(f"http://127.0.0.1:{port}/.well-known/openid-configuration").json()
        process.terminate()
    assert found["issuer"] == f"http://127.0.0.1:{port}"


@pytest.fixture
def nothing_configured(monkeypatch):
    for prefix in ("OIDC_CITIZEN", "OIDC_STAFF"):
        for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "NAME"):
            monkeypatch.setenv(f"{prefix}_{name}", "")


def test_demo_connects_both_doors_to_providers_of_their_own(nothing_configured):
    started = Started()
    providers = identity.start_providers(started, "http://127.0.0.1:8000")
    citizens, staff = started.commands
    assert citizens[:2] == ("identity-provider-citizens", "onestop.simulators.oidc")
    assert "--redirect-uri=http://127.0.0.1:8000/dang-nhap/tra-loi/" in citizens
    assert staff[:4] == ("identity-provider-staff", "onestop.simulators.oidc", "--people", "staff")
    assert "--redirect-uri=http://127.0.0.1:8000/quan-tri/dang-nhap/tra-loi/" in staff
    assert providers == {
        "citizens": identity.os.environ["OIDC_CITIZEN_ISSUER"],
        "staff": identity.os.environ["OIDC_STAFF_ISSUER"],
    }
    assert providers["citizens"] != providers["staff"]


def test_demo_leaves_a_configured_provider_alone(nothing_configured, monkeypatch):
    monkeypatch.setenv("OIDC_CITIZEN_ISSUER", "https://dinhdanh.example")
    started = Started()
    assert set(identity.start_providers(started, "http://127.0.0.1:8000")) == {"staff"}
    assert [name for name, *_arguments in started.commands] == ["identity-provider-staff"]


def test_staff_of_the_provider_have_the_names_of_demonstration_accounts(nothing_configured):
    names = {person["preferred_username"] for person in STAFF.values()}
    assert names - {"nguoi.la"} == {"motcua.thanhvinh", "thuly.thanhvinh", "giamsat.thanhvinh"}
