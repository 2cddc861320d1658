"""Every rule R1–R54 has a test of its own, and docs/law.md names for each the door that enforces it."""

import re
from functools import reduce
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings

RULES = range(1, 55)
PAGE = (settings.BASE_DIR / "docs" / "law.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| \*\*R(\d+)\*\* (.*) \|$", PAGE, flags=re.MULTILINE))
DOORS = sorted(set(re.findall(r"`((?:cases|procedures|notifications)\.[A-Za-z_.]+)`", PAGE)))


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_test_named_after_it(rule):
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_?_*.py"))
    assert re.search(rf"^def test_r{rule:02d}_\w+", tests, flags=re.MULTILINE)


@pytest.mark.parametrize("rule", RULES)
def test_the_page_of_the_law_says_what_article_and_where(rule):
    _what, article, where, parameter = ROWS[str(rule)].split(" | ")
    assert article.strip()
    assert "`" in where
    assert parameter.strip()


@pytest.mark.parametrize("door", DOORS)
def test_the_page_of_the_law_names_doors_that_exist(door):
    parts = door.split(".")
    for length in range(len(parts), 1, -1):
        try:
            module = import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        assert callable(reduce(getattr, parts[length:], module))
        return
    pytest.fail(f"{door} is no module")
