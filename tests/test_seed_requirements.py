"""docs/seed-requirements.md names only addresses, commands and tests that there are, and tests for what it claims."""

import re

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.urls import resolve

from cases.report.contents import CONTENTS

PAGE = (settings.BASE_DIR / "docs" / "seed-requirements.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([^`]+)`", PAGE)))
ADDRESSES = [name for name in NAMED if name.startswith("/")]
TESTS = [name for name in NAMED if name.startswith("tests/")]
COMMANDS = [name.removeprefix("manage.py ") for name in NAMED if name.startswith("manage.py ")]
ROWS = re.findall(r"^\| ([^|]+) \| ([✔◐○]) \| ([^|]+) \| ([^|]*)\|$", PAGE, flags=re.MULTILINE)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_leads_to_a_page(address):
    path, _mark, query = address.partition("?")
    assert resolve(path)
    if path == "/quan-tri/bao-cao/":
        assert query.removeprefix("part=") in {"", *CONTENTS}


@pytest.mark.parametrize("path", TESTS)
def test_a_test_is_there(path):
    assert (settings.BASE_DIR / path).is_file()


def test_a_command_is_there():
    assert COMMANDS
    assert set(COMMANDS) <= set(get_commands())


def test_what_is_said_to_be_there_has_a_page_or_a_rule_and_a_test():
    assert len(ROWS) >= 40
    assert [what for what, mark, _where, tests in ROWS if mark != "○" and "`tests/" not in tests] == []


def test_every_part_of_the_report_answers_something_that_was_asked():
    named = {address.partition("part=")[2] for address in ADDRESSES if "part=" in address}
    assert named >= set(CONTENTS) - {"feedback"}
