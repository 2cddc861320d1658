"""Child processes that do not outlive their parent, however it ends."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def stop_with_parent(number: int = signal.SIGTERM) -> None:
    """Ask the kernel to send this process the signal when its parent dies. Linux only; else nothing."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)


def tied_to_this_process(number: int = signal.SIGTERM) -> Callable[[], None]:
    """A `preexec_fn`: the child gets the signal when this process dies, even by SIGKILL.

    It runs after `user=` and `group=` were applied, which matters: changing the user clears the wish.
    """
    parent = os.getpid()

    def preexec() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, ())  # a parent that waits for signals has them blocked
        stop_with_parent(number)
        if os.getppid() != parent:  # the parent died between fork and here
            os._exit(1)

    return preexec


def server_environment() -> dict[str, str]:
    """For servers: no PGDATA or PGPORT of the caller, and no locale that this machine may not have."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return {**kept, "LC_ALL": "C", "LANG": "C", "TZ": "UTC"}
