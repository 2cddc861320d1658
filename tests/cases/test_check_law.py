"""`manage.py check_law`: published cases against this installation (R6, R8, R15–R18, R23–R31, R38)."""

import json

import pytest
from django.core.management import CommandError

from cases.law.topics import TOPICS
from tests.cases.asked_of_the_law import ask, check, check_json, installation, loaded, write
from tests.law_fixtures import VECTORS

__all__ = ["ask", "installation", "loaded"]

ISSUE_TOPICS = ["due_dates", "transfer", "codes", "code_sequence", "fees", "apology", "reschedule"]
EVALUATION_TOPICS = ["decision_766", "feedback", "nine_indicators", "on_time_766"]
PORTAL_TOPICS = ["portal_dates", "statuses"]
LAW_TOPICS = ["boundary_free", "closing", "publication", "regimes", "steps", "supplements"]


# The published cases ------------------------------------------------------------------------------


@pytest.mark.parametrize("topic", TOPICS)
def test_every_published_case_holds(topic, loaded):
    code, out = check(VECTORS / f"{topic}.json")
    count = len(json.loads((VECTORS / f"{topic}.json").read_text())["vectors"])
    assert (code, out) == (
        0,
        f"{topic}: {count} of {count} hold\nAll together: {count} of {count} hold\n",
    )


def test_all_topics_of_the_main_job_and_of_the_law_are_known():
    assert {*ISSUE_TOPICS, *LAW_TOPICS, *EVALUATION_TOPICS, *PORTAL_TOPICS} <= set(TOPICS)


def test_several_files_are_summed_up(loaded):
    code, verdict = check_json(*(VECTORS / f"{topic}.json" for topic in ISSUE_TOPICS))
    assert (code, verdict["cases"], verdict["hold"]) == (0, 136, 136)
    assert list(verdict["topics"]) == ISSUE_TOPICS
    assert verdict["topics"]["transfer"] == {"cases": 8, "hold": 8, "differences": []}


def test_a_file_given_twice_counts_once(loaded):
    path = VECTORS / "codes.json"
    assert check_json(path, path, VECTORS.parent / "vectors" / "codes.json")[1]["cases"] == 16


def test_a_folder_is_read_with_all_its_files(tmp_path, loaded):
    for topic in ("codes", "transfer"):
        write(tmp_path / f"{topic}.json", (VECTORS / f"{topic}.json").read_text())
    write(tmp_path / "README.md", "not a case")
    code, verdict = check_json(tmp_path)
    assert (code, sorted(verdict["topics"])) == (0, ["codes", "transfer"])


# Differences --------------------------------------------------------------------------------------


def test_a_difference_is_told_with_its_case_and_its_why(tmp_path, loaded):
    vectors = [
        {
            "id": "transfer-1",
            "inputs": {"received_at": "2026-11-10T15:01", "transferred_at": "2026-11-11T08:31"},
            "expected": {"transfer_by": "2026-11-10T17:00", "late_transfer": True},
            "why": "somebody thought so.",
        },
        {
            "id": "transfer-2",
            "inputs": {"received_at": "2026-11-10T15:00"},
            "expected": {"transfer_by": "2026-11-10T17:00"},
        },
    ]
    path = write(tmp_path / "cases.json", {"topic": "transfer", "vectors": vectors})
    assert check(path) == (
        1,
        "transfer: 1 of 2 hold\n"
        '  transfer-1: transfer_by should be "2026-11-10T17:00", here it is "2026-11-11T08:30"'
        " (somebody thought so.)\n"
        "All together: 1 of 2 hold\n",
    )
    assert check_json(path) == (
        1,
        {
            "cases": 2,
            "hold": 1,
            "topics": {
                "transfer": {
                    "cases": 2,
                    "hold": 1,
                    "differences": [
                        {
                            "file": "cases.json",
                            "case": "transfer-1",
                            "key": "transfer_by",
                            "expected": "2026-11-10T17:00",
                            "answer": "2026-11-11T08:30",
                            "why": "somebody thought so.",
                            "refusal": "",
                        }
                    ],
                }
            },
        },
    )


@pytest.mark.parametrize("topic", [*ISSUE_TOPICS, *EVALUATION_TOPICS, *PORTAL_TOPICS])
def test_the_answer_does_not_depend_on_what_is_expected(topic, tmp_path, loaded):
    """With every expectation turned into nonsense each key differs, and the answer is the published one."""
    content = json.loads((VECTORS / f"{topic}.json").read_text())
    published = {case["id"]: case["expected"] for case in content["vectors"]}
    for case in content["vectors"]:
        case["expected"] = {key: f"not {value}" for key, value in case["expected"].items()}
    code, verdict = check_json(write(tmp_path / "cases.json", content))
    answers = {key: {} for key in published}
    for difference in verdict["topics"][topic]["differences"]:
        answers[difference["case"]][difference["key"]] = difference["answer"]
    assert (code, verdict["hold"]) == (1, 0)
    assert answers == published


def test_a_key_that_the_product_does_not_answer_is_a_difference(ask):
    assert ask("codes", {"kind": "dossier", "value": "x"}, "beautiful") == {"beautiful": None}


def test_what_the_product_refuses_is_a_difference_with_its_sentence(ask):
    answer = ask("due_dates", {"received": "2026-11-10T09:00", "unit": "week", "amount": 1}, "due_at")
    assert answer["due_at"].startswith("“week” is not a unit of time limits")
    answer = ask("due_dates", {"received": "2026-11-10T09:00", "unit": "working_day", "amount": -3}, "due_at")
    assert answer["due_at"] == "A time limit is a number from 0 on, not “-3”."


def test_moments_are_compared_in_minutes_and_in_any_zone(tmp_path, loaded):
    inputs = {"received_at": "2026-11-10T15:00:59"}
    for moment in ("2026-11-10T17:00", "2026-11-10T17:00:00+07:00", "2026-11-10T10:00:00Z"):
        case = {"inputs": inputs, "expected": {"transfer_by": moment}}
        assert check(write(tmp_path / "c.json", {"topic": "transfer", "vectors": [case]}))[0] == 0


def test_a_number_is_not_a_truth_value(tmp_path, loaded):
    case = {"inputs": {"kind": "dossier", "value": "H44-261120-0007"}, "expected": {"valid": 1}}
    assert check(write(tmp_path / "c.json", {"topic": "codes", "vectors": [case]}))[0] == 1


# Other files of the same format -------------------------------------------------------------------

FRIDAY = "2026-11-13T09:00"
OFFICES = {
    "short": {"hours": [["09:00", "12:00"]], "saturday": None},
    "saturday": {
        "hours": [["07:30", "11:30"], ["13:00", "17:00"]],
        "saturday": {"hours": [["08:00", "10:00"]], "counts_in_deadline": True},
    },
}


def test_other_offices(ask):
    case = {"received": FRIDAY, "unit": "working_day", "amount": 1}
    assert ask("due_dates", case | {"office": "saturday"}, "due_at", offices=OFFICES) == {
        "due_at": "2026-11-14T10:00"
    }
    assert ask("due_dates", case | {"office": "short"}, "due_at", offices=OFFICES) == {
        "due_at": "2026-11-16T12:00"
    }
    assert ask("due_dates", case | {"office": OFFICES["short"]}, "due_at") == {"due_at": "2026-11-16T12:00"}


def test_an_office_that_is_left_out_is_the_standard_one(ask):
    case = {"received": FRIDAY, "unit": "working_day", "amount": 1}
    assert ask("due_dates", case, "due_at") == {"due_at": "2026-11-16T17:00"}
    assert ask("due_dates", case, "due_at", offices={"standard": OFFICES["short"]}) == {
        "due_at": "2026-11-16T12:00"
    }


def test_parameters_at_the_head_hold_for_cases_that_do_not_say_otherwise(ask):
    case = {"received": "2026-11-13T16:30", "unit": "working_day", "amount": 1}
    assert ask("due_dates", case, "due_at", last_minutes=60) == {"due_at": "2026-11-17T17:00"}
    assert ask("due_dates", case | {"last_minutes": 10}, "due_at", last_minutes=60) == {
        "due_at": "2026-11-16T17:00"
    }
    assert ask("due_dates", case, "due_at", parameters={"last_minutes": 60}) == {"due_at": "2026-11-17T17:00"}
    assert ask("transfer", {"received_at": "2026-11-13T14:30"}, "transfer_by", transfer_cutoff="14:00") == {
        "transfer_by": "2026-11-16T08:30"
    }


def test_another_time_zone_of_the_file(ask):
    case = {"received": "2026-11-13T02:00", "unit": "working_hour", "amount": 1}
    assert ask("due_dates", case, "due_at", timezone="UTC") == {"due_at": "2026-11-13T10:00"}


def test_days_of_the_calendar_can_be_switched_off(ask):
    case = {"received": "2025-12-31T09:00", "unit": "working_day", "amount": 1}
    assert ask("due_dates", case, "due_at") == {"due_at": "2026-01-05T17:00"}
    assert ask("due_dates", case | {"calendar_without": ["swap-2026-01-02"]}, "due_at") == {
        "due_at": "2026-01-02T17:00"
    }
    # A proposed swap that is off anyway.
    assert ask("due_dates", case | {"calendar_without": ["swap-2026-11-23"]}, "due_at") == {
        "due_at": "2026-01-05T17:00"
    }


def test_limits_without_what_they_do_not_need(ask):
    case = {"received": "2026-11-10T15:05", "unit": "same_day"}
    assert ask("due_dates", case, "due_at", "counts_as_received_at", "provisional") == {
        "due_at": "2026-11-11T17:00",
        "counts_as_received_at": "2026-11-10T15:05",
        "provisional": False,
    }
    assert ask("due_dates", case | {"cutoff": "15:10", "excluded": [], "extension": None}, "due_at") == {
        "due_at": "2026-11-10T17:00"
    }


def test_excluded_periods_and_extensions_of_every_mode(ask):
    case = {"received": FRIDAY, "unit": "working_day", "amount": 1}
    excluded = [{"from": "2026-11-14", "to": "2026-11-16"}]
    assert ask("due_dates", case | {"excluded": excluded}, "due_at") == {"due_at": "2026-11-17T17:00"}
    for extension, due_at in [
        ({"mode": "add", "amount": 2, "unit": "working_day"}, "2026-11-18T17:00"),
        ({"mode": "replace", "amount": 5, "unit": "calendar_day"}, "2026-11-18T17:00"),
        ({"mode": "agreed", "agreed_on": "2026-11-20"}, "2026-11-20T17:00"),
        ({"mode": "agreed", "date": "2026-11-21", "amount": None, "unit": "working_day"}, "2026-11-23T17:00"),
    ]:
        assert ask("due_dates", case | {"extension": extension}, "due_at") == {"due_at": due_at}


def test_online_filings_pass_at_once(ask):
    case = {"received_at": "2026-11-14T20:15", "channel": "online", "transferred_at": "2026-11-14T20:15"}
    assert ask("transfer", case, "transfer_by", "late_transfer") == {
        "transfer_by": "2026-11-14T20:15",
        "late_transfer": False,
    }


def test_other_warnings_and_apology_days(ask):
    case = {"due_at": "2026-11-25T17:00", "received_at": "2026-11-16T09:00", "apology_days_before": 2}
    assert ask("apology", case | {"warn_days": [3]}, "apology_by", "warn_t3_on") == {
        "apology_by": "2026-11-20T17:00",
        "warn_t3_on": "2026-11-19",
    }


def test_a_reschedule_to_a_day_off_is_refused(ask):
    case = {
        "current_due_at": "2026-11-20T17:00",
        "new_due_at": "2026-11-24T17:00",
        "reason": "mưa lớn",
        "signed_by_role": "head",
    }
    assert ask("reschedule", case, "accepted", "error") == {"accepted": False, "error": "not_a_working_day"}
    assert ask("reschedule", case | {"signed_by_role": "officer"}, "error") == {"error": "signature_missing"}
    assert ask("reschedule", case | {"reason": None}, "error") == {"error": "reason_missing"}


def test_other_agencies_have_other_codes(ask):
    case = {"agency": "H41.12", "date": "2026-11-20", "issued": ["H41.12-261120-9999"]}
    assert ask("code_sequence", case, "next") == {"next": "H41.12-261120-10000"}
    assert ask("code_sequence", case | {"agency": "x"}, "next") == {
        "next": "x-261120-0001 is not a dossier code."
    }


def test_other_procedures_have_other_fees(ask):
    copies = {"procedure": "2.000635", "copies": 3}
    assert ask("fees", copies, "per_copy", "total") == {"per_copy": 8000, "total": 24_000}
    assert ask("fees", {"procedure": "1.010038", "channel": "post"}, "total") == {"total": 10_000}
    assert ask("fees", {"procedure": "2.000908"}, "per_copy", "total") == {"per_copy": None, "total": 0}


def test_a_procedure_that_is_not_in_force_has_no_fee(ask):
    inputs = {"procedure": "2.001009", "received_on": "2026-11-20"}
    assert ask("fees", inputs, "total") == {
        "total": "no version of procedure 2.001009 is in force on 20/11/2026"
    }


# The law in full ----------------------------------------------------------------------------------


def test_a_decision_that_is_not_loaded_yet_has_its_last_day_only(ask):
    case = {"level": "province", "text_effective_on": "2025-12-15", "signed_on": "2025-12-09"}
    assert ask("publication", case, "sign_by", "signed_on_time", "load_by", "loaded_on_time") == {
        "sign_by": "2025-12-08",
        "signed_on_time": False,
        "load_by": "2025-12-16",
        "loaded_on_time": None,
    }


def test_a_level_that_is_not_known_cannot_be_answered(tmp_path, loaded):
    case = {"inputs": {"level": "district", "signed_on": "2025-12-09"}, "expected": {"load_by": "2025-12-16"}}
    path = write(tmp_path / "case.json", {"topic": "publication", "vectors": [case]})
    with pytest.raises(CommandError, match="“district” is not a level"):
        check(path)


def test_a_supplement_that_has_not_come_restarts_nothing_and_is_not_subtracted(ask):
    case = {
        "received_at": "2026-11-02T09:00",
        "unit": "working_day",
        "amount": 5,
        "supplements": [{"requested_at": "2026-11-06T09:00"}],
        "ended_at": "2026-11-09T17:00",
    }
    assert ask("supplements", case, "request_by", "first_request_late", "legal_due_at", "waiting_hours") == {
        "request_by": "2026-11-05T17:00",
        "first_request_late": True,
        "legal_due_at": "2026-11-09T17:00",
        "waiting_hours": 0,
    }
    assert ask("supplements", case, "adjusted_end", "on_time_766") == {
        "adjusted_end": "2026-11-09T17:00",
        "on_time_766": True,
    }
