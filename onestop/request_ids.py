"""Which request, and which task, a log line belongs to.

A request brings its id in `X-Request-ID`, when that looks like one, or is given one; the answer says which. Tasks
that it sends carry it in their headers, so that their lines name it too.
"""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from celery.signals import before_task_publish, task_postrun, task_prerun
from django.core.signals import request_finished
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
IN_TASKS = "request_id"  # the header of a Celery message
# A phone or ID number is none: what is called an id must hold a letter.
SANE = re.compile(r"(?=[^a-zA-Z]*[a-zA-Z])[A-Za-z0-9._-]{8,64}")


@dataclass(frozen=True, slots=True)
class Ids:
    request: str = ""
    task: str = ""
    task_name: str = ""


NOTHING = Ids()
_now: ContextVar[Ids] = ContextVar("ids")


def current() -> Ids:
    """What this thread works for; empty texts outside requests and tasks."""
    return _now.get(NOTHING)


@contextmanager
def working_for(ids: Ids) -> Iterator[None]:
    token = _now.set(ids)
    try:
        yield
    finally:
        _now.reset(token)


def sane_or_new(given: str) -> str:
    return given if SANE.fullmatch(given) else uuid.uuid4().hex


class RequestIds:
    """Middleware; the outermost, so that every line and every answer has the id."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = sane_or_new(request.headers.get(HEADER, ""))
        _now.set(Ids(request=request_id))
        answer = self.get_response(request)
        answer[HEADER] = request_id
        return answer


@receiver(request_finished)
def finish(**kwargs) -> None:
    """Not at the end of the middleware: Django's own line about a failed request comes after it."""
    _now.set(NOTHING)


# --- Tasks --------------------------------------------------------------------------------------
@before_task_publish.connect
def send_along(headers: dict, **kwargs) -> None:
    if current().request:
        headers[IN_TASKS] = current().request


@task_prerun.connect
def begin(task_id: str, task, **kwargs) -> None:
    _now.set(Ids(request=task.request.get(IN_TASKS) or "", task=task_id, task_name=task.name))


@task_postrun.connect
def end(**kwargs) -> None:
    _now.set(NOTHING)
