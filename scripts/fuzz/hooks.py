"""Loaded by Schemathesis: each request that was made up becomes one that gets further than the first check.

What is known of the server is in the file that `FUZZ_GROUND` names (see `scripts/fuzz/ground.py`). Of ten addresses
nine exist; of three requests two have good headers and a good body in which only one field is made up. Counted, not drawn: the same run
asks the same again.
"""

import json
import os
from collections import Counter
from pathlib import Path

import schemathesis

_known = json.loads(Path(os.environ["FUZZ_GROUND"]).read_text())
_asked: Counter[str] = Counter()


@schemathesis.serializer("application/zip")
def package(_context, value) -> bytes:
    """Bytes go as they were made up."""
    return getattr(value, "data", value)


@schemathesis.hook
def before_call(context, case, kwargs):
    name = case.operation.definition.raw["operationId"]
    ground, number = _known["operations"].get(name), _asked[name]
    _asked[name] += 1
    if ground is None:
        return
    case.headers.update(ground["headers"])
    if case.operation.method == "post" and number % 3 != 2:
        case.headers["Idempotency-Key"] = f"{_known['run']}-{name}-{number}"
        case.headers.pop("If-Match", None)
    if ground["places"] and number % 10 != 9 and case.path_parameters:
        place = ground["places"][number % len(ground["places"])]
        case.path_parameters = {
            key: str(place.get(key, value)) for key, value in case.path_parameters.items()
        }
    if number % 3 != 2:
        case.body = _mixed(ground["body"], case.body, number)
        case.query = _mixed(ground["query"], case.query, number)


def _mixed(good: dict, made_up, number: int):
    """The good one with one field of the made-up one; the made-up one where that is impossible."""
    if not good or not isinstance(made_up, dict):
        return made_up
    fields = sorted(made_up, key=str)
    chosen = fields[number % len(fields)] if fields else None
    return {**good, **({chosen: made_up[chosen]} if fields else {})}
