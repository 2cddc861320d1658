"""Line 1: the public look-up of a dossier over HTTP, beside a bare Django view with one statement.

Two servers of the same kind answer in turn, each to one client and to sixteen. The clients write ready-made bytes
and read until the answer is whole, in a process of their own: they take a tenth of the time of a server.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from pathlib import Path
from threading import Thread
from time import monotonic, perf_counter, sleep

from benchmarks.measure import Goal, Result, compared

CLIENTS = (1, 16)
REQUESTS, ROUNDS = 1_500, 5
FEWEST, SLOWEST = Goal(0.8, of_ratio=True, at_least=True), Goal(50.0)  # of its requests a second; ms
APPLICATIONS = ("onestop.wsgi:application", "benchmarks.bare:application")
ROOT = Path(__file__).parent.parent


def lookups(codes: list[str]) -> Iterator[Result]:
    """`codes` of dossiers of the database that the servers are told by the environment."""
    with ExitStack() as stack:
        ours, bare = (stack.enter_context(served(one)) for one in APPLICATIONS)
        assert answer(ours, codes[0]) == answer(bare, codes[0])
        for clients in CLIENTS:
            yield from _side_by_side(ours, bare, codes, clients)


def _side_by_side(ours: int, bare: int, codes: list[str], clients: int) -> Iterator[Result]:
    rates: tuple[list[float], list[float]] = [], []
    slow = []
    for number in range(ROUNDS + 1):
        for port, found in zip((ours, bare), rates, strict=True):
            rate, times = asked(port, codes, clients)
            if number:  # the first one warms up
                found.append(rate)
                slow += times if port == ours else []
    name = f"look-up over HTTP, {clients} {'client' if clients == 1 else 'clients'}"
    yield compared(name, *rates, "requests/s", FEWEST)
    slow.sort()
    yield Result(f"{name}: 99 of 100 within", slow[len(slow) * 99 // 100] * 1000, None, "ms", SLOWEST)


@contextmanager
def served(application: str) -> Iterator[int]:
    """The port of a granian with one worker, as it is started everywhere; gone at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [Path(sys.executable).with_name("granian"), "--interface", "wsgi", "--host", "127.0.0.1"]
    own = {
        "DJANGO_SETTINGS_MODULE": "",
        "THROTTLE_LOOKUP": "1000000/min",
        "DEBUG": "0",
        "LOG_LEVEL": "WARNING",
    }
    environment = {name: value for name, value in (os.environ | own).items() if value}
    process = subprocess.Popen(
        [*command, "--port", str(port), "--log-level", "warning", application], cwd=ROOT, env=environment
    )
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(port: int, process: subprocess.Popen, seconds: float = 60) -> None:
    until = monotonic() + seconds
    while process.poll() is None and monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            sleep(0.1)
    raise SystemExit("A server of the benchmark did not start; its words stand above.")


# Clients ----------------------------------------------------------------------------------------------


def asked(port: int, codes: list[str], clients: int) -> tuple[float, list[float]]:
    """Requests a second of so many clients at once, and the seconds of each, from a process of their own."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_ask_all, (port, codes, clients))


def _ask_all(port: int, codes: list[str], clients: int) -> tuple[float, list[float]]:
    times: list[float] = []
    requests = [_request(code) for code in codes]
    mine = [requests[place::clients] or requests for place in range(clients)]
    threads = [Thread(target=_ask, args=(port, mine[n], REQUESTS // clients, times)) for n in range(clients)]
    begin = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(times) / (perf_counter() - begin), times


def _ask(port: int, requests: list[bytes], count: int, times: list[float]) -> None:
    with socket.create_connection(("127.0.0.1", port), 30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number in range(count):
            begin = perf_counter()
            connection.sendall(requests[number % len(requests)])
            head, _body = _read(connection)
            times.append(perf_counter() - begin)
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit(head.decode())


def answer(port: int, code: str) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 30) as connection:
        connection.sendall(_request(code))
        head, body = _read(connection)
    if not head.startswith(b"HTTP/1.1 200"):
        raise SystemExit(head.decode())
    return body.replace(b" ", b"")


def _request(code: str) -> bytes:
    return f"GET /api/v1/status/{code}/ HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n".encode()


def _read(connection: socket.socket) -> tuple[bytes, bytes]:
    got = connection.recv(65_536)
    while b"\r\n\r\n" not in got:
        got += connection.recv(65_536)
    head, _end, body = got.partition(b"\r\n\r\n")
    length = next(
        int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
    )
    while len(body) < length:
        body += connection.recv(65_536)
    return head, body
