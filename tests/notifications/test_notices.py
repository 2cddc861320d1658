"""Texts with placeholders: what they may hold, how they are filled in, how long they are as an SMS (R41)."""

import string
from itertools import product

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from notifications.enums import NOTICE_KINDS, STAFF_KINDS, MessageKind
from notifications.notices import (
    built_in,
    fill_in,
    missing_in,
    names_in,
    placeholders_of,
    sample_facts,
    strange_in,
)
from notifications.segments import SmsSize, sms_size

DEMANDED = ("agency", "handler", "received", "step_time", "due")


@pytest.mark.parametrize(
    "text",
    [
        "{a.b}",
        "{agency.name}",
        "{agency!r}",
        "{agency[0]}",
        "{agency:>10}",
        "{}",
        "{0}",
        "{ agency }",
        "{Agency}",
        "{agency",
        "agency}",
        "{unknown}",
        "{reason}",  # another event has it
        "{{agency}",
    ],
)
def test_everything_in_braces_that_is_no_placeholder_of_the_event_is_strange(text):
    assert len(strange_in("received", text)) == 1


def test_each_strange_thing_is_named_once_as_it_was_written():
    text = "{agency} {tên} {a.b} {tên}\n{handler!r}"
    assert strange_in("received", text) == ["{tên}", "{a.b}", "{handler!r}"]


@pytest.mark.parametrize("kind", NOTICE_KINDS)
def test_the_built_in_text_says_what_the_law_demands_and_nothing_strange(kind):
    for language, channel in product(("vi", "en"), ("", "sms")):
        with translation.override(language):
            text = built_in(kind, channel)
        assert strange_in(kind, text.subject) + strange_in(kind, text.body) == []
        assert missing_in(text.body, DEMANDED) == []


@pytest.mark.parametrize("kind", NOTICE_KINDS)
def test_there_is_an_invented_word_for_every_placeholder(kind):
    facts = sample_facts(kind)
    assert set(facts) == {placeholder.name for placeholder in placeholders_of(kind)}
    with translation.override("en"):
        filled = built_in(kind).filled_in(facts)
    assert "{" not in filled.body + filled.subject
    assert [name for name, word in facts.items() if not word] == ["details"]


def test_notices_are_to_applicants_and_the_rest_to_staff():
    assert set(NOTICE_KINDS) | STAFF_KINDS == set(MessageKind)
    assert not set(NOTICE_KINDS) & STAFF_KINDS


def test_missing_placeholders_are_named_in_the_order_of_the_demand():
    assert missing_in("{due} {agency}", DEMANDED) == ["handler", "received", "step_time"]
    assert missing_in("{{due}}", ["due"]) == ["due"]


def test_a_line_that_has_nothing_to_say_is_left_out():
    facts = {"agency": "UBND", "details": "", "items": ""}
    text = "{agency}\n{details}\nMissing: {items}\n\nEnd {details}{agency}"
    assert fill_in(text, facts) == "UBND\n\nEnd UBND"


def test_doubled_braces_are_braces():
    assert fill_in("{{agency}} {agency}", {"agency": "UBND"}) == "{agency} UBND"


def test_what_is_filled_in_is_never_read_as_a_placeholder():
    assert fill_in("{reason}", {"reason": "{handler} {{x}} {0.__class__}"}) == "{handler} {{x}} {0.__class__}"


@given(st.text(alphabet=string.ascii_letters + "{}.!:[]_ \n0ệ", max_size=60))
def test_any_text_is_refused_or_can_be_filled_in(text):
    if not strange_in("received", text):
        assert fill_in(text, sample_facts("received")).count("\n") <= text.count("\n")
        assert names_in(text) <= {placeholder.name for placeholder in placeholders_of("received")}


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("", SmsSize("GSM-7", 0, 1)),
        ("a" * 160, SmsSize("GSM-7", 160, 1)),
        ("a" * 161, SmsSize("GSM-7", 161, 2)),
        ("a" * 306, SmsSize("GSM-7", 306, 2)),
        ("a" * 307, SmsSize("GSM-7", 307, 3)),
        ("€" * 80, SmsSize("GSM-7", 160, 1)),
        ("a" * 152 + "€" + "a" * 152, SmsSize("GSM-7", 306, 3)),  # it is not cut in two
        ("ệ" * 70, SmsSize("UCS-2", 70, 1)),
        ("ệ" * 71, SmsSize("UCS-2", 71, 2)),
        ("ệ" * 134, SmsSize("UCS-2", 134, 2)),
        ("ệ" * 135, SmsSize("UCS-2", 135, 3)),
        ("a" * 69 + "đ", SmsSize("UCS-2", 70, 1)),
        ("😀" * 35, SmsSize("UCS-2", 70, 1)),
    ],
)
def test_the_parts_of_an_sms_are_counted_as_the_operator_counts_them(text, size):
    assert sms_size(text) == size
