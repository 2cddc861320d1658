"""What a decision changes: compared, applied again, and what the office keeps of its own."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from procedures.differences import Mark, applied, differences, merged

OURS = {
    "code": "1.000001",
    "name_vi": "Đăng ký khai sinh",
    "time_limits": [{"label": "3 ngày", "amount": 3, "unit": "working_day"}],
    "components": [
        {"name_vi": "Tờ khai", "originals": 1, "name_en": "Application form"},
        {"name_vi": "Giấy tờ tùy thân", "shown_only": True, "electronic_source": "CSDL dân cư"},
        {"name_vi": "Bản sao", "copies": 2},
    ],
    "internal_steps": [{"name_vi": "Tiếp nhận", "role": "clerk", "amount": 1, "unit": "working_day"}],
    "eform": {"type": "object", "x-component": 1},
}

names = st.sampled_from(["Tờ khai", "Bản sao", "Giấy tờ", "Văn bản", "Đơn"])
papers = st.lists(
    st.fixed_dictionaries({"name_vi": names}, optional={"originals": st.integers(0, 3)}),
    min_size=1,
    max_size=6,
)
fees = st.lists(
    st.fixed_dictionaries(
        {"name": names, "amount": st.integers(0, 9)}, optional={"when": st.sampled_from(["a", "b"])}
    ),
    min_size=1,
    max_size=5,
)
limits = st.lists(
    st.fixed_dictionaries({"label": names, "amount": st.integers(1, 9)}), min_size=1, max_size=3
)
records = st.fixed_dictionaries(
    {"code": st.just("1.000001"), "name_vi": names},
    optional={
        "components": papers,
        "fees": fees,
        "time_limits": limits,
        "sets": st.integers(1, 3),
        "legal_basis": st.lists(names, min_size=1, max_size=3),
    },
)


@example({"code": "1", "components": [{"name_vi": "Bản sao", "originals": 1}, {"name_vi": "Bản sao"}]})
@given(records)
def test_equal_contents_do_not_differ(record):
    assert not differences(record, dict(record))
    assert merged(record, record) == record


@given(records, records)
def test_the_difference_applied_gives_what_was_proposed(before, after):
    difference = differences(before, after)
    assert applied(before, difference) == after
    assert bool(difference) == (before != after)


@given(records, records)
def test_of_a_list_every_row_of_both_is_shown_once(before, after):
    for part in differences(before, after).parts:
        told = [row.after for row in part.rows if row.after is not None]
        gone = [row.before for row in part.rows if row.before is not None]
        assert told == after.get(part.name, [])
        assert sorted(map(str, gone)) == sorted(map(str, before.get(part.name, [])))


def test_a_paper_fewer_another_one_changed_and_one_added():
    after = [OURS["components"][0], {"name_vi": "Bản sao", "copies": 1}, {"name_vi": "Văn bản"}]
    part = differences(OURS, OURS | {"components": after}).part("components")
    assert [(row.mark, (row.after or row.before)["name_vi"]) for row in part.rows] == [
        (Mark.SAME, "Tờ khai"),
        (Mark.REMOVED, "Giấy tờ tùy thân"),
        (Mark.CHANGED, "Bản sao"),
        (Mark.ADDED, "Văn bản"),
    ]
    assert not part.is_reordered


def test_another_order_is_a_difference():
    part = differences(OURS, OURS | {"components": OURS["components"][::-1]}).part("components")
    assert part.is_reordered
    assert {row.mark for row in part.rows} == {Mark.SAME}


def test_what_is_not_told_stays():
    record = merged(OURS, {"name_vi": "Khai sinh", "components": [{"name_vi": "Tờ khai", "originals": 2}]})
    assert record["name_vi"] == "Khai sinh"
    assert record["components"] == [{"name_vi": "Tờ khai", "originals": 2, "name_en": "Application form"}]
    assert record["internal_steps"] == OURS["internal_steps"]
    assert record["time_limits"] == OURS["time_limits"]


def test_what_a_decision_drops_of_a_paper_is_gone():
    before = [OURS["components"][1] | {"required_when": "nộp thay", "name_en": "Identity", "originals": 2}]
    told = {"components": [{"name_vi": "Giấy tờ tùy thân", "name_en": None}]}
    (paper,) = merged(OURS | {"components": before}, told)["components"]
    assert paper == {
        "name_vi": "Giấy tờ tùy thân",
        "shown_only": False,
        "originals": 1,
        "electronic_source": "CSDL dân cư",
    }


@pytest.mark.parametrize("nothing", [None, "", []])
def test_what_is_told_as_none_is_none(nothing):
    ours = OURS | {"note": "Ghi chú", "limit_by_quantity": {"quantity": "thửa"}, "decided_at_once": True}
    told = {"note": nothing, "time_limits": nothing, "components": nothing, "eform": nothing}
    assert merged(ours, told) == {
        "code": "1.000001",
        "name_vi": "Đăng ký khai sinh",
        "internal_steps": OURS["internal_steps"],
        "decided_at_once": False,
    }


def test_a_list_that_is_told_as_empty_is_empty():
    assert "fees" not in merged(OURS | {"fees": [{"name": "Lệ phí"}]}, {"fees": []})


@pytest.mark.parametrize(
    ("told", "position"),
    [
        ([{"name_vi": "Giấy tờ tùy thân"}, {"name_vi": "Tờ khai"}], 0),
        ([{"name_vi": "Tờ khai"}, {"name_vi": "Văn bản"}, {"name_vi": "Giấy tờ tùy thân"}], 2),
        ([{"name_vi": "Tờ khai"}], None),
    ],
)
def test_the_e_form_goes_with_its_paper(told, position):
    assert merged(OURS, {"components": told})["eform"].get("x-component") == position


def test_a_form_goes_without_a_paper_that_is_gone():
    ours = OURS | {"forms": [{"name_vi": "Mẫu 01", "source_url": "https://a.test/1", "component": "Tờ khai"}]}
    record = merged(ours, {"components": [{"name_vi": "Văn bản"}]})
    assert record["forms"] == [{"name_vi": "Mẫu 01", "source_url": "https://a.test/1"}]


def test_what_hangs_on_the_limits_goes_with_them():
    ours = OURS | {"decided_at_once": True, "limit_by_quantity": {"quantity": "pages"}}
    assert merged(ours, {"time_limits": OURS["time_limits"]}) == ours
    changed = merged(ours, {"time_limits": [{"label": "5 ngày", "amount": 5, "unit": "working_day"}]})
    assert ("limit_by_quantity" in changed, changed["decided_at_once"]) == (False, False)
