"""Run in a process of its own: the cast moves into an empty database; prints what visitors need, as JSON."""

import json

import django

django.setup()

from cases import lookup  # noqa: E402 - after the set-up
from cases.services.tokens import make_token  # noqa: E402
from tests.cases.api.conftest import reception  # noqa: E402
from tests.cast import build_world  # noqa: E402

world = build_world()
dossiers = [world.receive() for _each in range(3)]
_row, token = make_token(world.clerk, by=world.clerk, name="Hai máy chủ", scopes=["receive"])
print(
    json.dumps(
        {
            "token": token,
            "body": reception(world, duplicate_known=True),
            "dossiers": [{"code": one.code, "secret": lookup.secret_of(one)} for one in dossiers],
        }
    )
)
