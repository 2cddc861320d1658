"""The message of publication decisions: whatever comes, it is read or told as broken, and nothing of ours is lost."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.connections.procedures.wire import NAMES, WORDS, Language, message, read_page
from onestop.outside import Garbled
from procedures.decisions import Told, judged, unreadable
from procedures.records import facts_of

TODAY = date(2026, 11, 9)
theirs = sorted({word for words in WORDS.values() for word in words.values()})
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 10**30)
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from([*theirs, "1.001193", "01/12/2026", "2026-12-01", "15:00", "\ud800", "\x00"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(sorted(NAMES.values())), inner, max_size=6)
    ),
    max_leaves=25,
)
contents = st.dictionaries(st.sampled_from(sorted(NAMES.values())), values, max_size=12)


@settings(deadline=None)
@given(values, contents)
def test_whatever_comes_is_read_or_broken_and_never_an_accident(decisions, content):
    given_decisions = [
        decisions,
        {"SoQuyetDinh": "1", "NgayKy": "01/11/2026", "NgayHieuLuc": "01/12/2026", "ThuTuc": decisions},
        {
            "SoQuyetDinh": "1",
            "NgayKy": "01/11/2026",
            "NgayHieuLuc": "01/12/2026",
            "ThuTuc": [{"LoaiCongBo": "MOI", "MaTTHC": "1.001193", "NoiDung": content}],
        },
    ]
    page = read_page({"QuyetDinh": given_decisions}, Language())
    for told in page.told:
        one = judged(told, today=TODAY)
        problems = list(one.problems)
        if not problems:
            facts_of({**one.content, "code": one.code}, problems)
        assert one.hash == judged(told, today=TODAY).hash
        assert "\x00" not in "".join(problems).encode().decode()  # a database takes it


@given(st.text(max_size=40))
def test_vietnamese_is_never_taken_for_another_character_set(text):
    vietnamese = "Đăng ký khai sinh: Tờ khai, giấy chứng sinh (bản chính) – hồ sơ đã nộp"
    assert unreadable([vietnamese]) == []
    assert isinstance(unreadable([text]), list)


def test_what_we_write_we_read():
    told = [
        Told(
            number="01/QĐ-VIDU",
            signed_on=date(2026, 11, 2),
            agency="Tỉnh Ví Dụ",
            effective_on=date(2026, 12, 1),
            loaded_on=date(2026, 11, 5),
            kind="replaced",
            code="9.999901",
            replaces=("2.000942",),
            content={
                "name_vi": "Tên",
                "level": "commune",
                "channels": ["desk", "online"],
                "text_effective_on": "2026-11-20",
                "time_limits": [{"label": "3 ngày", "amount": 3, "unit": "working_day", "cutoff": "15:00"}],
                "fees": [{"name": "Phí", "kind": "fee", "channel": "any", "rule": "fixed", "amount": 8000}],
                "eform": {"type": "object", "properties": {"name": {"title": "Tên"}}},
            },
        ),
        Told(
            number="",
            effective_on=date(2027, 1, 1),
            kind="abolished",
            code="2.000927",
            replaced_by="9.999901",
        ),
    ]
    language = Language({"code": "MaThuTuc"}, {"level": {"commune": "CAP_XA"}})
    sent = message(told, language)
    assert sent["QuyetDinh"][0]["ThuTuc"][0]["NoiDung"]["CapThucHien"] == "CAP_XA"
    read = read_page(sent, language).told
    assert [one.hash for one in read] == [one.hash for one in told]


@pytest.mark.parametrize(
    "answer",
    [{}, {"QuyetDinh": {}}, {"QuyetDinh": [], "ConTro": ["1"]}, {"QuyetDinh": [], "ConTro": "x" * 501}],
)
def test_an_answer_without_a_list_and_a_mark_is_none(answer):
    with pytest.raises(Garbled):
        read_page(answer, Language())
