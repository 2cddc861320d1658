"""Handing results over: scan, check, take what is owed, next one (R34)."""

import pytest
from django.urls import reverse

from cases import services
from cases.desk_printouts import hand_over_slip_payload
from cases.enums import State
from procedures.enums import Role
from tests.cases.admin.conftest import messages_of, text_of
from tests.cases.helpers import fresh, make_person
from tests.notifications.builders import text_of as page_text

RESULTS = "/quan-tri/tra-ket-qua/"


def result_of(dossier) -> str:
    return reverse("admin:result", args=[dossier.pk])


def hand_over(client, dossier, **changes):
    """As the page sends it."""
    form = client.get(result_of(dossier)).context["form"]
    sent = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    sent = {name: value for name, value in sent.items() if value not in (None, "")}
    return client.post(result_of(dossier), {**sent, "proof": "receipt", **changes}, follow=True)


@pytest.mark.parametrize(
    ("scanned", "query"),
    [
        ("{code}", ""),
        ("  {lower} ", ""),
        ("http://127.0.0.1:8000/tra-cuu/?ma={code}", "?phieu=1"),
        ("HTTPS://MOTCUA.EXAMPLE/TRA-CUU/?MA={code}&X=1", "?phieu=1"),
    ],
)
def test_a_scanned_or_typed_code_opens_its_dossier(world, browser, scanned, query):
    dossier = world.with_result()
    code = scanned.format(code=dossier.code, lower=dossier.code.lower())
    response = browser(world.clerk).post(RESULTS, {"ma": code})
    assert (response.status_code, response.url) == (302, result_of(dossier) + query)


NO_CODE = "This is no code of a dossier. Scan it again, or type it from the receipt."


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (
            "h41.101-261109-9999",
            "No dossier of your desk has the code “H41.101-261109-9999”. Compare it with the receipt.",
        ),
        (
            "040099000123||Trần Văn Thử|01011990|Nam|Xóm Bịa|01012021",
            "This is a citizen card. Scan the code of the receipt.",
        ),
        ("Phạm Thị Không Ai", NO_CODE),
        ("H41.101-269999-0001", NO_CODE),
        ("🙂" * 300, NO_CODE),
        ("%00", NO_CODE),
        ("x" * 5000, NO_CODE),
    ],
)
def test_what_opens_nothing_is_said_and_not_repeated(world, browser, typed, sentence):
    world.with_result()
    response = browser(world.clerk).post(RESULTS, {"ma": typed})
    assert (response.status_code, messages_of(response)) == (200, [sentence])
    assert typed not in response.content.decode()


def test_what_is_scanned_is_sent_in_no_address(world, browser):
    dossier = world.with_result()
    response = browser(world.clerk).get(RESULTS, {"ma": dossier.code})
    assert (response.status_code, messages_of(response)) == (200, [])
    form = response.content.decode().partition('role="search"')[0].rpartition("<form")[2]
    assert 'method="post"' in form


def test_a_dossier_of_another_desk_is_not_found(world, browser):
    dossier = world.with_result()
    outsider = browser(world.outsider_clerk)
    assert outsider.post(RESULTS, {"ma": dossier.code}).status_code == 200
    assert outsider.get(result_of(dossier)).status_code == 404
    assert outsider.post(result_of(dossier), {"proof": "receipt"}).status_code == 404


def test_what_waits_is_listed_oldest_first_with_what_is_owed(world, browser, clock):
    first = world.with_result(world.paid)
    clock.move_to("2026-11-10 09:00")
    second = world.with_result()
    world.returned()
    page = text_of(browser(world.clerk).get(RESULTS))
    assert page.index(first.code) < page.index(second.code)
    assert "to be paid" in page and "settled" in page
    assert "H41.101-261110-0002" not in page


def test_the_page_says_what_to_check(world, browser):
    dossier = world.with_result(submitter_name="Trần Văn Thử", authorisation="Giấy ủy quyền số 5")
    page = text_of(browser(world.clerk).get(result_of(dossier)))
    for words in (
        "Nguyễn Thị Ví Dụ",
        "Trần Văn Thử",
        "Giấy ủy quyền số 5",
        "12/KQ",
        "Ready earlier than promised",
    ):
        assert words in page


def test_handing_over_goes_back_for_the_next_scan_with_what_to_print(world, browser):
    dossier = world.with_result()
    response = hand_over(browser(world.clerk), dossier, originals=["Application form"])
    assert response.redirect_chain == [(f"{RESULTS}?xong={dossier.pk}", 302)]
    assert messages_of(response) == [f"The result of {dossier.code} is handed over."]
    assert reverse("admin:hand_over_slip", args=[dossier.pk]) in response.content.decode()
    dossier = fresh(dossier)
    assert (dossier.state, dossier.collection_proof, dossier.acknowledgement) == (
        "returned",
        "receipt",
        "signed",
    )
    assert dossier.originals_returned == "Application form"


def test_enter_in_a_field_looks_and_hands_nothing_over(world, browser):
    dossier = world.with_result(world.paid)
    response = hand_over(browser(world.clerk), dossier, look="1", collector="Lý Thị Láng Giềng")
    assert 'value="Lý Thị Láng Giềng"' in response.content.decode()
    assert (fresh(dossier).state, dossier.payments.count()) == (State.PROCESSING, 0)
    page = response.content.decode()
    assert page.index('name="look"') < page.index('name="seen"')  # the first button is the one of Enter


def test_what_is_owed_is_taken_and_the_result_handed_over_at_once(world, browser):
    dossier = world.with_result(world.paid)
    hand_over(browser(world.clerk), dossier, method="transfer", reference="FT9")
    dossier = fresh(dossier)
    payment = dossier.payments.get()
    assert (dossier.state, dossier.balance) == (State.RETURNED, 0)
    assert (payment.amount, payment.method, payment.reference) == (15000, "transfer", "FT9")


def test_a_hand_over_that_is_refused_takes_no_money(world, browser):
    dossier = world.with_result(world.paid)
    response = hand_over(browser(world.clerk), dossier, collector="Lý Thị Láng Giềng")
    assert "somebody else needs the receipt and an authorisation" in text_of(response)
    assert (fresh(dossier).state, dossier.payments.count()) == (State.PROCESSING, 0)


def test_an_amount_that_is_not_owed_any_more_is_refused(world, browser):
    dossier = world.with_result(world.paid)
    response = hand_over(browser(world.clerk), dossier, owed=14000)
    assert "14.000 đ is not what is owed: 15.000 đ." in text_of(response)
    response = hand_over(browser(world.clerk), dossier, owed=0)
    assert "is not possible now" in text_of(response)
    assert fresh(dossier).state == State.PROCESSING


def test_a_page_that_does_not_show_what_happened_meanwhile_hands_nothing_over(world, browser):
    dossier = world.with_result(world.paid)
    clerk = browser(world.clerk)
    seen = clerk.get(result_of(dossier)).context["seen"]
    services.pay(dossier, by=world.clerk, amount=15000)
    response = hand_over(clerk, dossier, seen=seen)
    assert "something happened while this page was open" in text_of(response)
    assert fresh(dossier).state == State.PAID


def test_a_result_that_is_sent_asks_for_its_tracking_number(world, browser):
    dossier = world.with_result(return_channel="post")
    clerk = browser(world.clerk)
    assert clerk.get(result_of(dossier)).context["form"].initial["proof"] == "post"
    assert "Enter the tracking number" in text_of(hand_over(clerk, dossier, proof="post"))
    hand_over(clerk, dossier, proof="post", tracking_number="EK123456789VN")
    dossier = fresh(dossier)
    assert (dossier.tracking_number, dossier.acknowledgement) == ("EK123456789VN", "not_present")


def test_without_a_result_the_page_says_how_it_stands(world, browser):
    dossier = world.processing()
    response = browser(world.clerk).get(result_of(dossier))
    assert "is in the state “In process”" in text_of(response)
    assert response.context["form"] is None


def test_hand_over_slip_names_who_handed_the_result_over_whatever_came_later(world):
    dossier = world.with_result(world.paid)
    services.pay(dossier, by=world.clerk, amount=15000)
    dossier = services.return_result(
        fresh(dossier), by=world.clerk, collector="Nguyễn Thị Ví Dụ", proof="identity"
    )
    colleague = make_person("dong-nghiep", world.ward, Role.CLERK)
    services.waive(dossier, fee=dossier.fees.get(), by=colleague, amount=5000, ground="Hộ nghèo")
    assert hand_over_slip_payload(fresh(dossier)).clerk == "Lê Thị Một Cửa"


def test_hand_over_slip_has_lines_to_fill_in_and_afterwards_what_was_recorded(world, browser):
    dossier, clerk = world.with_result(), browser(world.clerk)
    slip = reverse("admin:hand_over_slip", args=[dossier.pk])
    text = page_text(clerk.get(slip).content)
    assert "PHIẾU TRẢ KẾT QUẢ" in text and "NGƯỜI NHẬN KẾT QUẢ" in text and "12/KQ" in text
    services.return_result(
        dossier,
        by=world.clerk,
        collector="Nguyễn Thị Ví Dụ",
        proof="identity",
        originals_returned="Sổ hộ khẩu",
    )
    text = page_text(clerk.get(slip).content)
    assert "Sổ hộ khẩu" in text and "Lê Thị Một Cửa" in text
    assert browser(world.officer).get(slip).status_code == 404
    waiting = reverse("admin:hand_over_slip", args=[world.receive().pk])
    assert clerk.get(waiting).status_code == 404


def test_results_are_handed_over_by_clerks(world, browser):
    dossier = world.with_result()
    for person in (world.officer, world.supervisor, world.auditor):
        assert browser(person).get(RESULTS).status_code == 403
        assert browser(person).post(result_of(dossier), {"proof": "receipt"}).status_code == 403


def test_the_list_takes_as_many_queries_for_one_as_for_three(world, browser, django_assert_max_num_queries):
    world.with_result(world.paid)
    clerk = browser(world.clerk)
    clerk.get(RESULTS)
    with django_assert_max_num_queries(14):
        clerk.get(RESULTS)
    world.with_result(world.paid)
    world.with_result()
    with django_assert_max_num_queries(14):
        clerk.get(RESULTS)
