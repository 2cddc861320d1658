"""Nothing but `procedures/regimes.py` knows the number of a decree, circular, decision or law."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("onestop", "cases", "procedures", "notifications")
REGIMES = ROOT / "procedures" / "regimes.py"

_KINDS = (
    r"Decrees?|Circulars?|Decisions?|Resolutions?|Law|Code|Ordinance"
    r"|Nghị định|Thông tư|Quyết định|Nghị quyết|(?:Bộ l|L)uật(?:\s+\w+){0,3}"
)
NUMBERS = re.compile(
    # 61/2018, 03/2026/QH16; neither the end of a date (24/11/2026) nor a longer number
    r"(?<![\d/.])\d{1,4}/(?:19|20)\d{2}(?!\d)"
    # 28/QĐ-TTg, QĐ-TTg after a number
    r"|\d/(?:NĐ-CP|QĐ-TTg|TT-[A-Z]+|NQ-[A-Z]+|QH\d+)"
    # Decree 61, Labour Code 2019, Nghị định số 61
    rf"|\b(?:{_KINDS})\s+(?:số\s+|năm\s+)?\d"
)
# What a page does not show: comments of Django, HTML, CSS and JavaScript, Typst.
TEMPLATE_COMMENTS = re.compile(
    r"{#.*?#}|{%\s*comment\s*%}.*?{%\s*endcomment\s*%}|<!--.*?-->|/\*.*?\*/|(?<!:)//[^\n]*", re.DOTALL
)
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def literals(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of every string of a module that is not a docstring; of f-strings the fixed parts."""
    tree = ast.parse(source)
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, DOCUMENTED) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.lineno, node.value


def in_modules() -> Iterator[str]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if path == REGIMES or "migrations" in path.parts:
                continue
            for line, text in literals(path.read_text()):
                if found := NUMBERS.search(text):
                    yield f"{path.relative_to(ROOT)}:{line} {found.group()}"


def in_templates() -> Iterator[str]:
    for package in PACKAGES:
        for ending in ("html", "txt", "typ"):
            for path in sorted((ROOT / package).rglob(f"*.{ending}")):
                if found := NUMBERS.search(TEMPLATE_COMMENTS.sub("", path.read_text())):
                    yield f"{path.relative_to(ROOT)} {found.group()}"


def test_r08_no_module_but_the_regimes_knows_a_number_of_a_legal_text():
    assert list(in_modules()) == []


def test_r08_no_template_knows_a_number_of_a_legal_text():
    assert list(in_templates()) == []


def test_the_regimes_are_where_the_numbers_are():
    texts = " ".join(text for _line, text in literals(REGIMES.read_text()))
    assert {"61/2018", "118/2025", "309/2026"} <= set(NUMBERS.findall(texts))


@pytest.mark.parametrize(
    "text",
    [
        "A refusal needs written grounds (Decree 61/2018 Art 19.8).",
        "Civil Status Law 2014, Art 5.3",
        "Civil Status Law 60/2014",
        "Bộ luật Lao động số 45",
        "Nghị định số 118/2025/NĐ-CP",
        "Decision 766",
        "28/QĐ-TTg",
        "Labour Code 2012",
    ],
)
def test_a_legal_text_is_recognised(text):
    assert NUMBERS.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "24/11/2026",
        "H41.101-261109-0001",
        "dd/mm/yyyy",
        "H41.12/2026/000123",
        r"\d+/\d{4}/NĐ-CP",
        "Code of the dossier",
    ],
)
def test_dates_and_codes_are_no_legal_texts(text):
    assert NUMBERS.search(text) is None


def test_docstrings_may_name_what_they_follow():
    source = '"""Decree 61/2018."""\ndef f():\n    """Art 19 of Decree 61/2018."""\n    return "x"  # Decree 61/2018\n'
    assert list(literals(source)) == [(4, "x")]
