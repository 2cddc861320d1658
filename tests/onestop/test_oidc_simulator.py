"""The demo's identity provider is a process of its own, and the demo connects the installation to it."""

import subprocess
import sys

import httpx
from django.conf import settings

from onestop.demo import citizens
from onestop.demo.processes import free_port


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


def test_demo_connects_itself_to_its_provider(monkeypatch):
    for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "NAME"):
        monkeypatch.setenv(f"OIDC_CITIZEN_{name}", "")
    started = Started()
    issuer = citizens.start_provider(started, "http://127.0.0.1:8000")
    ((name, module, *arguments),) = started.commands
    assert (name, module) == ("identity-provider", "onestop.simulators.oidc")
    assert arguments[:2] == ["--port", issuer.rpartition(":")[2]]
    assert "--redirect-uri=http://127.0.0.1:8000/dang-nhap/tra-loi/" in arguments
    assert citizens.os.environ["OIDC_CITIZEN_ISSUER"] == issuer


def test_demo_leaves_a_configured_provider_alone(monkeypatch):
    monkeypatch.setenv("OIDC_CITIZEN_ISSUER", "https://dinhdanh.example")
    started = Started()
    assert citizens.start_provider(started, "http://127.0.0.1:8000") == ""
    assert started.commands == []
