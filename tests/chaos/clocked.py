"""The web server with a clock of its own: the file `CHAOS_CLOCK` says by how many seconds it is wrong."""

import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

from onestop.wsgi import application as real

_FILE = Path(os.environ["CHAOS_CLOCK"])
_one_at_a_time = threading.Lock()  # the clock is that of the process


def application(environ, start_response) -> list[bytes]:
    with _one_at_a_time:
        wrong_by = timedelta(seconds=int(_FILE.read_text()))
        with time_machine.travel(datetime.now(UTC) + wrong_by):
            answer = real(environ, start_response)
            try:
                return list(answer)
            finally:
                answer.close()
