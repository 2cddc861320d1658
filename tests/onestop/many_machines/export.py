"""Run in a process of its own: a long list is written by the worker's service, and one run of a kind keeps others out."""

import django

django.setup()

from cases.services import exports  # noqa: E402 - after the set-up
from cases.services.only_run import only_run  # noqa: E402
from procedures.models import Staff  # noqa: E402

exports.CHUNK = 5  # several pages
export = exports.ask_export(Staff.objects.get(username="giamsat.tinh"), "")
exports.write_waiting_exports()
export.refresh_from_db()
assert export.state == "done", export.state

for _again in range(10):  # each time perhaps by another connection of the pooler
    with only_run(1) as first, only_run(1) as second:
        assert (first, second) == (True, False)
