"""One conversation over HTTP with a system outside the house: time limits, sizes, and every bad answer by its name.

Knows no database and no protocol. What raises tells two things apart that decide what may be done next: whether the
other side certainly did nothing (`NotReached`, `Refused`), or nobody knows (`is_unclear`), so that who sends again
has to ask first or needs a receiver that knows repeats. No sentence holds an address, a secret or a person.
"""

import ipaddress
import json
import re
import time
from collections.abc import Callable, Container, Mapping
from concurrent.futures import Future, wait
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, field
from threading import BoundedSemaphore, Thread
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import httpx
from django.utils.translation import gettext as _

CONNECT_SECONDS, READ_SECONDS = 5, 60
LONGEST_ANSWER = 16 * 1024 * 1024  # bytes
LONGEST_TEXT = 300  # characters of what the other side said, as far as it is kept
# A word of a protocol, and no number of a person.
CODE = re.compile(r"(?!.*\d{9})[A-Za-z0-9_-]{1,40}")

# HTTP statuses by which a protocol that says no in its body may say so, too; see `Answer.said`.
SPOKEN = frozenset({400, 405, 409, 422})

T = TypeVar("T")
_on_their_way = BoundedSemaphore(8)  # calls of this process that somebody waits for; see `within`


class OutsideError(Exception):
    """The call did not come to a good end; the text is a sentence. `is_unclear`: it may have been done all the same."""

    is_unclear = False


class NotConnected(OutsideError):
    """Nobody has configured this connection; nothing was sent."""

    def __init__(self) -> None:
        super().__init__(_("This connection is not configured; nothing was sent."))


class NotReached(OutsideError):
    """Nothing arrived there, or it was put off: sending again later does no harm."""


class NoAnswer(OutsideError):
    """It was sent, and there was no answer to it, or only the end of one."""

    is_unclear = True


class Garbled(OutsideError):
    """There was an answer, and it is none of this protocol: a page, another character set, a field that is missing."""

    is_unclear = True


class Refused(OutsideError):
    """The other side understood and said no; sending the same again says the same. `code` is its own word for why."""

    def __init__(self, sentence: str, code: str = "") -> None:
        super().__init__(sentence)
        self.code = code


class NotLetIn(Refused):
    """The other side does not know us, or no longer: sign in anew, or look at the configuration."""


# Says nothing of what was asked: whatever is asked next ends alike. Any other error is about the one question.
AWAY = (NotReached, NoAnswer, NotLetIn)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back with a status of success, or one of those by which the protocol speaks."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The content as JSON in UTF-8. Raises `Garbled` with what it was instead."""
        try:
            return json.loads(self.content.decode("utf-8-sig"), parse_constant=_no_number)
        except UnicodeDecodeError as error:
            raise Garbled(_("The answer is not written in UTF-8.")) from error
        except (ValueError, RecursionError) as error:
            if self.content.lstrip()[:1] == b"<":
                raise Garbled(_("The answer is a page of HTML or XML instead of JSON.")) from error
            raise Garbled(_("The answer is not JSON.")) from error

    def object(self) -> dict[str, Any]:
        """The content as a JSON object. Raises `Garbled`."""
        found = self.json()
        if not isinstance(found, dict):
            raise Garbled(_("The answer is JSON, but no object."))
        return found

    def said(self, code: str) -> dict[str, Any]:
        """The content as an object; with a status of failure only one that has the protocol's own field `code`.

        Raises `Garbled`: whatever else comes with HTTP 400 was said by something that does not know the protocol.
        """
        if self.is_good:
            return self.object()
        with suppress(Garbled):
            if code in (found := self.object()):
                return found
        raise _unknown_here(self.status)


@dataclass
class Door:
    """Where one system answers; a context manager that keeps its connections until the end.

    `headers` go with every request (keys, tokens). Redirects are not followed: what was meant for one system is
    not told to another. `whole_seconds` are for everything that is asked here together, where somebody waits.
    `refuses_by_status` is False for a protocol that says no in its body: HTTP 404 or 413 then comes from something
    on the way, is `Garbled`, and nobody's considered no. Statuses that are `spoken` come back as an `Answer` all the
    same: with them the protocol may speak (`Answer.said`).
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    read_seconds: float = READ_SECONDS
    longest_answer: int = LONGEST_ANSWER
    whole_seconds: float | None = None
    refuses_by_status: bool = True
    spoken: Container[int] = ()

    def __post_init__(self) -> None:
        if not self.url:
            raise NotConnected
        self._ends_at = None if self.whole_seconds is None else time.monotonic() + self.whole_seconds
        self._client = httpx.Client(
            headers={"Accept": "application/json", "User-Agent": "onestop/1", **self.headers},
            follow_redirects=False,
            # A proxy is for the world outside; what listens on this machine is asked directly.
            trust_env=not is_this_machine(self.url),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._client.close()

    def ask(self, method: str, path: str = "", *, body: Any = None, **options: Any) -> Answer:
        """Send one request, `body` as JSON in UTF-8 (or `content`, `data`, `files`, `params`, `headers` of httpx).

        Raises `NotReached`, `NoAnswer`, `Garbled`, `Refused`, `NotLetIn`.
        """
        if body is not None:
            options["content"] = json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
            options["headers"] = {
                "Content-Type": "application/json; charset=utf-8",
                **options.get("headers", {}),
            }
        address = f"{self.url.rstrip('/')}/{path.lstrip('/')}" if path else self.url
        try:
            with self._client.stream(method, address, timeout=self._timeout(), **options) as answer:
                return self._good(Answer(answer.status_code, answer.headers, self._read(answer)))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotReached(
                _("It cannot be reached (%(error)s).") % {"error": type(error).__name__}
            ) from error
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise NotReached(_("Its configured address is none that can be asked.")) from error
        except httpx.TimeoutException as error:
            raise NoAnswer(_("There was no answer in time.")) from error
        except httpx.DecodingError as error:
            raise Garbled(_("The answer cannot be unpacked.")) from error
        except httpx.TransportError as error:
            raise NoAnswer(
                _("The answer broke off (%(error)s).") % {"error": type(error).__name__}
            ) from error

    def _timeout(self) -> httpx.Timeout:
        left = self.read_seconds if self._ends_at is None else self._ends_at - time.monotonic()
        if left <= 0:
            raise NotReached(_("There was no time left to ask."))
        return httpx.Timeout(min(left, self.read_seconds), connect=min(left, CONNECT_SECONDS))

    def _read(self, answer: httpx.Response) -> bytes:
        content = bytearray()
        for part in answer.iter_bytes():
            content += part
            if self._ends_at is not None and time.monotonic() > self._ends_at:
                raise NoAnswer(_("There was no answer in time."))
            if len(content) > self.longest_answer:
                raise Garbled(_("The answer is longer than anything that was asked for."))
        return bytes(content)

    def _good(self, answer: Answer) -> Answer:
        status = {"status": answer.status}
        if answer.is_good or answer.status in self.spoken:
            return answer
        if answer.status in {401, 403}:
            raise NotLetIn(_("It does not let us in (HTTP %(status)s).") % status, str(answer.status))
        if answer.status in {429, 503}:
            raise NotReached(_("It is busy and takes nothing now (HTTP %(status)s).") % status)
        if answer.status >= 500:
            raise NoAnswer(_("It failed at our request (HTTP %(status)s).") % status)
        if answer.status >= 400 and not self.refuses_by_status:
            raise _unknown_here(answer.status)
        if answer.status >= 400:
            raise Refused(_("It refused the request (HTTP %(status)s).") % status, str(answer.status))
        raise Garbled(_("It sent us elsewhere (HTTP %(status)s); nobody goes there unasked.") % status)


def two_things(status: int) -> Garbled:
    """A success by the protocol's code and none by HTTP: nobody knows what was done."""
    return Garbled(_("The answer says two things: a success, and HTTP %(status)s.") % {"status": status})


def _unknown_here(status: int) -> Garbled:
    return Garbled(
        _("What answers at its address does not know the request (HTTP %(status)s).") % {"status": status}
    )


def shortened(text: object) -> str:
    """What the other side said, on one line and not for ever long."""
    return " ".join(str(text).split())[:LONGEST_TEXT]


def within(seconds: float, ask: Callable[[], T]) -> T:
    """What `ask` brings, and nobody waits longer: the time limits of HTTP begin anew with each part of a call.

    It runs in a thread of its own, which ends with its call and holds up no shutdown; it uses no database. Raises
    `NoAnswer`, and `NotReached` when as many calls as may be on their way hang.
    """
    ends_at = time.monotonic() + seconds
    if not _on_their_way.acquire(timeout=seconds):
        raise NotReached(_("There was no time left to ask."))
    result: Future[T] = Future()
    language = copy_context()

    def run() -> None:
        try:
            result.set_result(language.run(ask))
        except BaseException as error:  # noqa: BLE001 - handed on to who waits
            result.set_exception(error)
        finally:
            _on_their_way.release()

    Thread(target=run, name="outside", daemon=True).start()
    wait([result], timeout=ends_at - time.monotonic())
    if not result.done():
        raise NoAnswer(_("There was no answer in time."))
    return result.result()


def kept_reason(error: OutsideError) -> str:
    """What is kept of why it failed: our own sentence, and of a refusal its code alone.

    What the other side writes may name the person who was asked about.
    """
    if not isinstance(error, Refused) or isinstance(error, NotLetIn):
        return shortened(error)
    if CODE.fullmatch(error.code):
        return _("It refuses with the code %(code)s.") % {"code": error.code}
    return _("It refuses, with a code that is none.")


def is_this_machine(url: str) -> bool:
    """Whether the address is one of this machine itself: of a simulator, or of something that passes on."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _no_number(text: str) -> None:
    raise ValueError(text)
