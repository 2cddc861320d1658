"""Logs name nobody: every line of every handler of ours is masked."""

import io
import json
import logging
import logging.config
import sys

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from onestop.logs import FORMATS, logging_at
from onestop.redaction import JsonFormatter, RedactingFormatter, masked


@pytest.fixture
def log():
    """A logger whose lines go through our own formatter; `log.said()` is what was written."""
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(RedactingFormatter(settings.LOGGING["formatters"]["text"]["format"]))
    logger = logging.Logger("thu")
    logger.addHandler(handler)
    logger.said = handler.stream.getvalue
    return logger


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("applicant 040099000123 is new", "applicant [ID number] is new"),
        ("CMND 186000001.", "CMND [ID number]."),
        ("186 000 001", "[ID number]"),
        ("call 0900000001 or +84 900 000 001", "call [phone] or [phone]"),
        ("gửi tới vi.du@congdan.example", "gửi tới [e-mail]"),
        ("X-Lookup-Secret: ABCD-EFGH", "X-Lookup-Secret: [secret]"),
        ("Authorization: Basic bW90LWN1YTptYXQ=", "Authorization: [secret]"),
        (
            "{'password': 'mat khau', 'id_number': '040099000123'}",
            "{'password': [secret], 'id_number': '[ID number]'}",
        ),
        ("secret=ABCD&x=1", "secret=[secret]&x=1"),
        ("postgres://onestop:matkhau@db/onestop", "postgres://[secret]@db/onestop"),
        ("GET /quan-tri/search/?q=nguyen+van+a HTTP/1.1", "GET /quan-tri/search/?[query] HTTP/1.1"),
        ("Bearer abcdef0123456789", "Bearer [secret]"),
    ],
)
def test_what_names_or_proves_a_person_is_masked(text, kept):
    assert masked(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "Dossier H41.101-261109-0001 is received",
        "2026-11-09 09:00:00,123 INFO cases.tasks 3 dossiers flagged in 1200 ms",
        "The database did not answer /quan-tri/cases/dossier/12345/change/: timeout",
        "sent 15000 of 200000 rows; port 5432",
        "00000000-1111-4222-8333-444444444444",
    ],
)
def test_what_finds_a_fault_stays(text):
    assert masked(text) == text


def test_arguments_and_tracebacks_are_masked_too(log):
    try:
        raise ValueError("no such person: 040099000123, vi.du@congdan.example")
    except ValueError:
        log.exception("not stored: %s", {"phone": "0900000001", "token": "abc123"})
    said = log.said()
    assert "Traceback" in said and "ValueError: no such person: [ID number], [e-mail]" in said
    assert "'phone': '[phone]', 'token': [secret]" in said


def test_every_handler_of_web_and_workers_masks():
    for form in FORMATS:
        logging_of_form = logging_at("INFO", form)
        (handler,) = logging_of_form["handlers"].values()
        formatter = logging_of_form["formatters"][handler["formatter"]]["()"]
        assert formatter in {"onestop.redaction.RedactingFormatter", "onestop.redaction.JsonFormatter"}
        assert logging_of_form["root"]["handlers"] == ["console"]
    # Celery takes the root logger as it is, with this handler.
    assert settings.CELERY_WORKER_HIJACK_ROOT_LOGGER is False


def test_no_field_of_a_json_line_names_anybody():
    record = logging.makeLogRecord({"name": "thu", "msg": "%s asked", "args": ("040099000123",)})
    try:
        raise ValueError("no such person: vi.du@congdan.example, 0900000001")
    except ValueError:
        record.exc_info = sys.exc_info()
    record.stack_info = "Stack: phone 0900000001"
    line = JsonFormatter().format(record)
    assert "\n" not in line
    said = json.loads(line)
    assert said["message"] == "[ID number] asked"
    assert said["exception"].endswith("ValueError: no such person: [e-mail], [phone]")
    assert said["stack"] == "Stack: phone [phone]"


@given(st.sampled_from([9, 12]), st.integers(0, 10**9 - 1), st.sampled_from(" ,:\"'(/="))
def test_no_id_number_is_left_whatever_stands_around_it(length, value, around):
    number = str(value).zfill(length)
    assert number not in masked(f"x{around}{number} y")
    assert number not in masked(f"x {number}{around} y")
