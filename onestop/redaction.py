"""What may not stand in a log: ID numbers, phones, e-mail addresses, look-up secrets, passwords and tokens.

Our code does not log them. A library, a traceback or an address that somebody typed may, so every line is
masked before it is written. A masked line says what was there, which is mostly enough to find the fault.
"""

import json
import logging
import re
from datetime import UTC, datetime

from onestop.request_ids import current

# From the most certain to the least; each leaves a mark that none of the following matches.
_MASKS = [
    # What a name says is secret, as a header, a query, JSON or a dict in a traceback: name=value, "name": "value".
    (
        re.compile(
            r"""(?ix)
            (?<![\w])
            (["']?(?:[\w-]*(?:password|passwd|secret|token|api[_-]?key|mat_?khau|otp)|authorization|cookie
              |sessionid|csrftoken|x-lookup-secret|idempotency-key)["']?)
            (\s*[:=]\s*)
            (?:(?:basic|bearer|token)\s+)?
            ("[^"]*"|'[^']*'|[^\s,;&)\]}]+)
            """
        ),
        r"\1\2[secret]",
    ),
    (re.compile(r"(?i)\b(basic|bearer|token)\s+[A-Za-z0-9._~+/=-]{8,}"), r"\1 [secret]"),
    # user:password@ in an address, such as that of a database
    (re.compile(r"(?<=://)[^\s/@:]*:[^\s/@]+(?=@)"), "[secret]"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[e-mail]"),
    # An ID number has twelve digits, an old one nine; phones have ten, or +84 and nine.
    (re.compile(r"(?<![\w.+-])\+?84[ .-]?\d{2,3}[ .-]?\d{3}[ .-]?\d{3,4}(?![\w-])"), "[phone]"),
    (re.compile(r"(?<![\w.-])0\d{2,3}[ .-]?\d{3}[ .-]?\d{3,4}(?![\w-])(?!\d)"), "[phone]"),
    (re.compile(r"(?<![\w.-])\d{12}(?![\w-])"), "[ID number]"),
    (re.compile(r"(?<![\w.-])\d{3} ?\d{3} ?\d{3}(?: ?\d{3})?(?![\w-])"), "[ID number]"),
]
# What is asked for at an address can be a name or a number that somebody typed.
_QUERY = re.compile(r"(?<=[\w/])\?[^\s\"'<>]+")


def masked(text: str) -> str:
    """The text without what names or proves a person."""
    for pattern, mark in _MASKS:
        text = pattern.sub(mark, text)
    return _QUERY.sub("?[query]", text)


class RedactingFormatter(logging.Formatter):
    """One line for people; masks the finished line, so message, arguments, traceback and stack alike."""

    def format(self, record: logging.LogRecord) -> str:
        ids = current()
        work = [("request", ids.request), ("task", ids.task)]
        suffix = "".join(f" {name}={value}" for name, value in work if value)
        # Before a traceback, which a reader takes for the end of the line.
        first, *rest = masked(super().format(record)).split("\n")
        return "\n".join([first + suffix, *rest])


class JsonFormatter(logging.Formatter):
    """One JSON object a line: `time` (UTC), `level`, `logger`, `message`, and what there is of the others."""

    def format(self, record: logging.LogRecord) -> str:
        ids = current()
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "time": at.replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(record.getMessage()),
            "request_id": ids.request,
            "task_id": ids.task,
            "task": ids.task_name,
            "exception": masked(self.formatException(record.exc_info)) if record.exc_info else "",
            "stack": masked(self.formatStack(record.stack_info)) if record.stack_info else "",
        }
        return json.dumps({name: value for name, value in line.items() if value}, ensure_ascii=False)
