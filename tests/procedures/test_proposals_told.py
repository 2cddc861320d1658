"""Decisions of the national database: kept as proposals, each text once, and judged; nothing of it holds yet (R1, R4)."""

from dataclasses import replace
from datetime import date

import pytest
from django.utils import translation

from procedures import proposed
from procedures.decisions import MARKUP
from procedures.enums import DecisionKind, ProposalState
from procedures.models import ProcedureVersion, Proposal
from procedures.records import record_of
from procedures.services import proposals
from procedures.services.proposals import accept, take
from tests.procedures.told import english, keeper, states, taken, told, version

__all__ = ["english", "keeper", "version"]


def test_the_same_decision_twice_is_one(version):
    assert take([told(version), told(version)], cursor="7") == {"waiting": 1, "known": 1}
    assert take([told(version)]) == {"known": 1}
    assert (states(), proposals.cursor()) == ([ProposalState.WAITING], "7")


def test_nothing_changes_before_somebody_accepts(version):
    before = record_of(version)
    take([told(version, content={"name_vi": "Tên khác"})])
    version.refresh_from_db()
    assert (record_of(version), version.procedure.versions.count()) == (before, 1)


def test_a_newer_text_takes_the_place_of_one_that_waits(version):
    take([told(version), told(version, content={"name_vi": "Tên khác"})])
    assert states() == [ProposalState.OUTDATED, ProposalState.WAITING]


def test_a_changed_text_of_an_accepted_decision_is_another_proposal_that_says_so(version, keeper):
    first = taken(told(version, content={"name_vi": "Tên khác"}))
    accept(first, by=keeper)
    second = taken(told(version, content={"name_vi": "Tên khác nữa"}))
    assert states() == [ProposalState.ACCEPTED, ProposalState.WAITING]
    assert list(proposed.same_decision(second)) == [first]


def test_the_text_that_was_told_last_waits_also_when_it_is_the_first_one_again(version):
    first, second = told(version), told(version, content={"name_vi": "Tên khác"})
    assert take([first, second, first]) == {"waiting": 2, "known": 1}
    assert states() == [ProposalState.WAITING, ProposalState.OUTDATED]


def test_everything_told_again_leaves_what_was_decided(version, keeper):
    first, second = told(version), told(version, content={"name_vi": "Tên khác"})
    take([first, second])
    accept(Proposal.objects.get(state=ProposalState.WAITING), by=keeper)
    take([first, second])
    assert states() == [ProposalState.OUTDATED, ProposalState.ACCEPTED]


def test_what_could_not_be_read_is_judged_anew(version, monkeypatch):
    """As after the day to come has come, or after the reader has learnt a word."""
    early = told(version, signed_on=date(2026, 11, 10), loaded_on=None)
    assert take([early, early]) == {"broken": 1, "known": 1}
    monkeypatch.setattr(proposals.timezone, "localdate", lambda: date(2026, 11, 10))
    assert take([early]) == {"waiting": 1}
    row = Proposal.objects.get()
    assert (row.state, row.problems, row.raw, row.content["name_vi"]) == (
        ProposalState.WAITING,
        [],
        "",
        early.content["name_vi"],
    )


BROKEN = {
    "no number": ({"number": ""}, "The decision has no number."),
    "no code": ({"code": ""}, "The procedure has no code."),
    "another code": ({"code": "abc\x00"}, "“abc?” is no code of a procedure."),
    "no day": ({"effective_on": None}, "The day of effect is missing or is no date."),
    "made public on a day to come": (
        {"loaded_on": date(9999, 12, 31)},
        "The day of publication in the database cannot be right: 31/12/9999.",
    ),
    "made public before the database was": (
        {"loaded_on": date(1600, 1, 1)},
        "The day of publication in the database cannot be right: 01/01/1600.",
    ),
    "a day to come": ({"signed_on": date(2027, 1, 1)}, "signed on a day to come"),
    "no kind": ({"kind": "khác"}, "does not say whether the procedure is new"),
    "no content": ({"content": {}}, "The content of the procedure is missing."),
    "replaces nothing": ({"kind": DecisionKind.REPLACED}, "It does not say which procedure is replaced."),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_cannot_be_read_says_why_and_the_rest_goes_on(version, case):
    changes, sentence = BROKEN[case]
    broken = replace(told(version), **changes)
    assert take([broken, told(version, number="02/QĐ-VIDU")]) == {"broken": 1, "waiting": 1}
    row = Proposal.objects.get(state=ProposalState.BROKEN)
    assert sentence in " ".join(row.problems)
    assert (row.content, bool(row.raw)) == ({}, True)


WRONG_CONTENT = {
    "negative days": (
        {"time_limits": [{"label": "x", "amount": -3, "unit": "working_day"}]},
        "must not be negative",
    ),
    "no end of days": (
        {"time_limits": [{"label": "x", "amount": 1e300, "unit": "working_day"}]},
        "is not a number",
    ),
    "an unknown unit": (
        {"time_limits": [{"label": "x", "amount": 3, "unit": "TUAN"}]},
        "“TUAN” is not known",
    ),
    "no name": ({"name_vi": ""}, "“name” is missing"),
    "a page": ({"name_vi": "<p>Đăng ký</p>"}, "There is markup of a web page in a text: “<p>Đăng ký</p>”."),
    "a comment of a page": ({"note": "<!-- x"}, "There is markup of a web page"),
    "a book": ({"note": "x" * 100_001}, "A text is longer than 100000 characters: “xxx"),
    "another charset": (
        {"name_vi": "Hồ sơ".encode().decode("cp1252")},
        "A text is not in the right character set",
    ),
    "half a character": ({"name_vi": "Đăng k\ud800"}, "A text is not in the right character set"),
    "no list": ({"components": "Tờ khai"}, "must be a list"),
    "a fee in words": (
        {"fees": [{"name": "x", "kind": "fee", "channel": "any", "rule": "fixed", "amount": "mười nghìn"}]},
        "is not a whole number",
    ),
}


@pytest.mark.parametrize("case", WRONG_CONTENT)
def test_content_that_cannot_be_right_says_why_and_the_rest_goes_on(version, case):
    content, sentence = WRONG_CONTENT[case]
    assert take([told(version, content=content), told(version, number="02/QĐ-VIDU")]) == {
        "broken": 1,
        "waiting": 1,
    }
    assert sentence in " ".join(Proposal.objects.get(state=ProposalState.BROKEN).problems)


def test_what_is_wrong_is_said_without_the_keys_of_records(version):
    limit = [{"label": "x", "amount": -3, "unit": "working_day"}]
    with translation.override("vi"):
        take([told(version, content={"name_vi": "", "time_limits": limit})])
    assert Proposal.objects.get().problems == [
        "1.000001: thiếu “tên”.",
        "1.000001, Thời hạn giải quyết 1: số lượng: -3 không được âm.",
    ]


def test_a_text_with_less_than_is_no_page(version):
    assert take([told(version, content={"note": "tuổi < 18 và > 6, A & B"})]) == {"waiting": 1}


def test_markup_is_looked_for_no_further_than_to_the_next_sign():
    """A comment that never ends was searched for its end from each of its beginnings."""
    assert MARKUP.search("<!--" * 3).span() == (0, 4)
    assert MARKUP.search("<a" * 3) is None
    assert ".*" not in MARKUP.pattern


def test_without_a_day_nobody_says_when_it_was_loaded_until_the_database_does(version, keeper):
    proposal = accept(taken(told(version, loaded_on=None, content={"sets": 2})), by=keeper)
    assert (proposal.loaded_on, proposal.version.loaded_on) == (None, None)
    later = told(version, loaded_on=date(2026, 11, 6), content={"sets": 2})
    assert take([later]) == {"known": 1}
    for row in (proposal, proposal.version):
        row.refresh_from_db()
        assert row.loaded_on == date(2026, 11, 6)


def test_a_day_that_the_office_has_entered_stays(version, keeper):
    proposal = accept(taken(told(version, loaded_on=None, content={"sets": 2})), by=keeper)
    ProcedureVersion.objects.filter(pk=proposal.version_id).update(loaded_on=date(2026, 11, 4))
    take([told(version, loaded_on=date(2026, 11, 6), content={"sets": 2})])
    proposal.version.refresh_from_db()
    assert proposal.version.loaded_on == date(2026, 11, 4)
