"""What the demo says while it works: one line when a step begins, one when it is done."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator


def terminal_language() -> str:
    """Vietnamese in a Vietnamese terminal, else English: who starts a demo reads what the terminal shows."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "vi" if value.startswith("vi") else "en"
    return "en"


class Console:
    """Writes at once, so that progress shows through pipes too."""

    def say(self, text: str = "") -> None:
        # The terminal may be gone while children still have to be stopped.
        with contextlib.suppress(OSError):
            print(text, flush=True)

    def fail(self, text: str) -> None:
        """What went wrong, on standard error."""
        with contextlib.suppress(OSError):
            print(text, file=sys.stderr, flush=True)

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[list[str]]:
        """Times a step; what the step puts into the list is said with its end."""
        self.say(f"- {title}")
        began = time.monotonic()
        facts: list[str] = []
        yield facts
        self.say("  " + ", ".join([*facts, f"{time.monotonic() - began:.1f} s"]))


class Indented:
    """A stream for commands that run inside a step."""

    def __init__(self, console: Console):
        self._console = console

    def write(self, text: str) -> None:
        for line in text.splitlines():
            self._console.say(f"    {line}")

    def flush(self) -> None:
        """Every line is out already."""
