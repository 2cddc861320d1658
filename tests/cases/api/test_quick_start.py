"""The guide's own Python runs as it is printed: against a real server, by a program that knows nothing of us."""

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from cases.models import Dossier
from cases.services import webhooks
from cases.services.tokens import make_token
from procedures.enums import Role
from procedures.models import Staff
from tests.cases.hook_receiver import receiver
from tests.cast import make_procedure, pdf

__all__ = ["receiver"]
GUIDE = Path(__file__).parents[3] / "docs" / "api.md"
QUICK_START, RECIPE = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), flags=re.S)


@pytest.mark.django_db(transaction=True)
def test_the_quick_start_does_what_it_says(world, live_server, tmp_path):
    make_procedure("1.001612", "Thành lập hộ kinh doanh", in_force_from=date(2020, 1, 1))
    _token, text = make_token(world.clerk, by=world.clerk, name="Thử", scopes=["read", "receive"])
    (tmp_path / "scan.pdf").write_bytes(pdf())
    (tmp_path / "quick_start.py").write_text(QUICK_START)
    done = subprocess.run(
        [sys.executable, "quick_start.py"],
        cwd=tmp_path,
        env={**os.environ, "ONESTOP_URL": live_server.url, "ONESTOP_TOKEN": text, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    dossier = Dossier.objects.get()
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout.splitlines() == [
        "I am Lê Thị Một Cửa of UBND phường Thử Nghiệm; the token is for read, receive.",
        f"Received as {dossier.code}, due on 2026-11-12T17:00:00+07:00.",
        f"{dossier.code} is digitized; UBND phường Thử Nghiệm takes over.",
        "1 dossiers wait for an officer.",
        "1 dossiers of Nguyễn Thị Ví Dụ.",
    ]


def test_the_recipe_knows_a_genuine_delivery_from_any_other(world, receiver, clock):
    keeper = Staff.objects.create(username="qt", agency=world.ward, role=Role.AGENCY_ADMIN)
    hook = webhooks.create_webhook(world.ward, by=keeper, name="x", url=receiver.url, events=[])
    secret = webhooks.secret_of(hook, by=keeper)
    world.receive()
    webhooks.deliver_due()
    ((_path, headers, body),) = receiver.requests
    recipe = {}
    exec(RECIPE, recipe)
    is_genuine = recipe["is_genuine"]
    assert is_genuine(secret, headers, body) is True
    assert is_genuine(secret, headers, body.replace(b"received", b"returned")) is False
    assert is_genuine("whsec_0", headers, body) is False
    assert is_genuine(secret, {**headers, "X-Onestop-Timestamp": "1"}, body) is False
    assert is_genuine(secret, {**headers, "X-Onestop-Timestamp": "²"}, body) is False
    clock.move_to("2026-11-09 09:05")
    assert is_genuine(secret, headers, body) is True
    clock.move_to("2026-11-09 09:06")
    assert is_genuine(secret, headers, body) is False
