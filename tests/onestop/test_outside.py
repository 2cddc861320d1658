"""One call to another system: every way in which it can go wrong has a name, a sentence, and says what is certain."""

import socket
from collections import Counter

import pytest

from onestop.outside import (
    Door,
    Garbled,
    NoAnswer,
    NotConnected,
    NotLetIn,
    NotReached,
    OutsideError,
    Refused,
    is_this_machine,
)
from onestop.simulators.base import Asked, Fault, Reply, Simulator, running

pytestmark = pytest.mark.usefixtures("english")


class Echo(Simulator):
    """Answers with what it was asked, and counts what it has done."""

    name = "echo"

    def __init__(self):
        super().__init__()
        self.done = Counter()

    def answer(self, asked: Asked) -> Reply:
        self.done[asked.path] += 1
        if asked.path == "/refused":
            return Reply(422, {"why": "no"})
        if asked.path == "/elsewhere":
            return Reply(302, "", headers={"Location": "http://127.0.0.1:1/"})
        if asked.path == "/long":
            return Reply(body="x" * 5_000)
        if asked.path == "/list":
            return Reply(body=[1])
        if asked.path == "/nan":
            return Reply(body='{"amount": NaN}')
        return Reply(body={"asked": asked.json(), "name": "Nguyễn Thị Ví Dụ"})


@pytest.fixture
def echo():
    with running([Echo()]) as server:
        server.echo = server["echo"]
        yield server


@pytest.fixture
def door(echo):
    with Door(echo.url("echo"), read_seconds=1, longest_answer=1_000) as door:
        yield door


def test_what_is_sent_and_what_comes_back_is_json_in_utf_8(door):
    found = door.ask("POST", "there", body={"tên": "Trần Văn Thử"}).object()
    assert found == {"asked": {"tên": "Trần Văn Thử"}, "name": "Nguyễn Thị Ví Dụ"}


@pytest.mark.parametrize(
    ("fault", "error", "sentence", "is_done"),
    [
        (Fault.AWAY, NoAnswer, "The answer broke off (RemoteProtocolError).", False),
        (Fault.NEVER, NoAnswer, "There was no answer in time.", True),
        (Fault.LATE, NoAnswer, "There was no answer in time.", True),
        (Fault.HALF, NoAnswer, "The answer broke off (RemoteProtocolError).", True),
        (Fault.ERROR, NoAnswer, "It failed at our request (HTTP 500).", False),
        (Fault.UNCLEAR, NoAnswer, "It failed at our request (HTTP 500).", True),
        (Fault.BUSY, NotReached, "It is busy and takes nothing now (HTTP 503).", False),
        (Fault.HTML, Garbled, "The answer is a page of HTML or XML instead of JSON.", False),
        (Fault.NOT_THERE, Refused, "It refused the request (HTTP 404).", False),
        (Fault.CHARSET, Garbled, "The answer is not written in UTF-8.", True),
        (Fault.SIGNED_OUT, NotLetIn, "It does not let us in (HTTP 401).", False),
    ],
)
def test_every_fault_is_told_apart(echo, door, fault, error, sentence, is_done):
    echo.echo.set_fault(fault, 1)
    with pytest.raises(error) as caught:
        door.ask("POST", "there", body={}).object()
    assert str(caught.value) == sentence
    assert bool(echo.echo.done) == is_done
    # Whoever may have been understood is never told of as certainly not.
    assert caught.value.is_unclear or not is_done
    assert door.ask("POST", "there", body={}).object()  # and then it goes on


@pytest.mark.parametrize(
    ("path", "error", "sentence"),
    [
        ("refused", Refused, "It refused the request (HTTP 422)."),
        ("elsewhere", Garbled, "It sent us elsewhere (HTTP 302); nobody goes there unasked."),
        ("long", Garbled, "The answer is longer than anything that was asked for."),
        ("list", Garbled, "The answer is JSON, but no object."),
        ("nan", Garbled, "The answer is not JSON."),
    ],
)
def test_an_answer_that_is_none(door, path, error, sentence):
    with pytest.raises(error) as caught:
        door.ask("GET", path).object()
    assert str(caught.value) == sentence


def test_who_waits_waits_no_longer_than_for_the_whole(echo, monkeypatch):
    now = [1_000.0]
    monkeypatch.setattr("onestop.outside.time.monotonic", lambda: now[0])
    with Door(echo.url("echo"), whole_seconds=4) as door:
        assert door.ask("POST", "there", body={}).object()
        now[0] += 4
        with pytest.raises(NotReached) as caught:
            door.ask("POST", "there", body={})
    assert str(caught.value) == "There was no time left to ask."
    assert echo.echo.done["/there"] == 1


def test_an_answer_that_comes_in_drops_is_not_waited_for_for_ever(echo, monkeypatch):
    moments = iter([0.0, 1.0, 9.0])
    monkeypatch.setattr("onestop.outside.time.monotonic", lambda: next(moments))
    with Door(echo.url("echo"), whole_seconds=4) as door, pytest.raises(NoAnswer) as caught:
        door.ask("POST", "there", body={})
    assert str(caught.value) == "There was no answer in time."


def test_nobody_at_home_is_certain():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and listens not
        with Door(f"http://127.0.0.1:{taken.getsockname()[1]}") as door, pytest.raises(NotReached) as caught:
            door.ask("GET")
    assert not caught.value.is_unclear


@pytest.mark.parametrize("address", ["ftp://127.0.0.1/", "http://", "nothing"])
def test_an_address_that_is_none_is_no_reason_to_fall_over(address):
    with Door(address) as door, pytest.raises(OutsideError):
        door.ask("GET")


def test_without_an_address_nothing_is_connected():
    with pytest.raises(NotConnected):
        Door("")


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("http://127.0.0.1:8410/portal", True),
        ("http://localhost/x", True),
        ("http://[::1]:80/", True),
        ("https://dichvucong.gov.vn/", False),
        ("http://10.0.0.1/", False),
        ("", False),
        ("http://[", False),
    ],
)
def test_what_answers_on_this_machine_is_known(address, near):
    assert is_this_machine(address) is near


def test_a_fault_lasts_as_many_answers_as_it_was_told_to(echo, door):
    with Door(echo.url("").rstrip("/")) as control:
        asked = {"system": "echo", "fault": "busy", "times": 2}
        assert control.ask("POST", "_simulators/", body=asked).object() == {"echo": "busy"}
        for _time in range(2):
            with pytest.raises(NotReached):
                door.ask("GET")
        assert door.ask("GET").object()
        assert control.ask("GET", "_simulators/").object() == {"echo": None}
        with pytest.raises(Refused):
            control.ask("POST", "_simulators/", body={"system": "nobody", "fault": "busy"})
        with pytest.raises(Refused):
            control.ask("POST", "_simulators/", body={"system": "echo", "fault": "nonsense"})
