"""The page `/tra-cuu/`: the same look-up for people, without JavaScript and without cookies."""

import re
from dataclasses import replace

import pytest
from django.test import Client
from icalendar import Calendar

from cases import lookup, services
from procedures.models import Agency
from tests.cast import local


@pytest.fixture
def page():
    """A browser that reads English, checks CSRF as a real one is checked, and has no cookies yet."""
    return Client(enforce_csrf_checks=True, headers={"Accept-Language": "en"})


def text_of(response) -> str:
    """The words of the page, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def ask(page, dossier, secret=None):
    secret = lookup.secret_of(dossier) if secret is None else secret
    return page.post("/tra-cuu/", {"code": dossier.code, "secret": secret})


def test_the_first_page_leads_to_look_up_and_sign_in(page):
    answer = page.get("/")
    assert answer.status_code == 200
    assert 'action="/tra-cuu/"' in answer.content.decode()
    assert 'href="/quan-tri/"' in answer.content.decode()


def test_the_form_is_empty_without_a_code(page):
    answer = page.get("/tra-cuu/")
    assert answer.status_code == 200
    assert 'value=""' in answer.content.decode()


def test_the_qr_code_fills_in_the_code_and_tells_two_facts(world, page):
    dossier = world.processing()
    answer = page.get(f"/tra-cuu/?ma={dossier.code}")
    assert f'value="{dossier.code}"' in answer.content.decode()
    assert "This dossier is not finished yet." in text_of(answer)
    for private in ("Nguyễn Thị Ví Dụ", "Phạm Văn Thụ Lý", "Thủ tục không thu phí", "12/11/2026"):
        assert private not in text_of(answer)


def test_a_finished_dossier_is_said_to_be_finished(world, page):
    assert "This dossier is finished." in text_of(page.get(f"/tra-cuu/?ma={world.with_result().code}"))


def test_an_unknown_code_says_what_to_do(world, page):
    answer = page.get("/tra-cuu/?ma=H41.101-261109-0999")
    assert answer.status_code == 404
    assert "Compare both with your receipt" in text_of(answer)


def test_with_the_secret_the_owner_sees_the_dossier(world, page):
    answer = ask(page, world.processing())
    assert answer.status_code == 200
    text = text_of(answer)
    for part in (
        "Nguyễn Thị Ví Dụ",
        "Now: In process",
        "Your dossier is being worked on.",
        "With UBND phường Thử Nghiệm since 09/11/2026 09:00. Handled by Phạm Văn Thụ Lý.",
        "Thursday, 12/11/2026 17:00",
        "3 working days left.",
        "The time limit is: 3 ngày làm việc. It counts from 09/11/2026 09:00 and ends at 12/11/2026 17:00.",
        "day 3 working day (Article 147 of the Civil Code 2015)",
        "Received at the desk 09/11/2026 09:00",
        "Taken over by Phạm Văn Thụ Lý.",
    ):
        assert part in text, part


def test_unknown_code_and_wrong_secret_look_alike(world, page):
    dossier = world.receive()
    wrong = ask(page, dossier, "00000-00000")
    unknown = page.post("/tra-cuu/", {"code": "H41.101-261109-0999", "secret": "00000-00000"})

    def without_code(answer) -> str:
        return answer.content.decode().replace(dossier.code, "CODE").replace("H41.101-261109-0999", "CODE")

    assert wrong.status_code == unknown.status_code == 404
    assert without_code(wrong) == without_code(unknown)


def test_without_a_secret_the_form_tells_what_everybody_may_know(world, page):
    answer = ask(page, world.processing(), "")
    assert "This dossier is not finished yet." in text_of(answer)
    assert "Nguyễn" not in text_of(answer)


def test_without_a_code_the_form_says_so(page):
    answer = page.post("/tra-cuu/", {"code": " ", "secret": "x"})
    assert answer.status_code == 400
    assert "Enter the code of the dossier." in text_of(answer)


@pytest.mark.parametrize("code", ["\x00", "x" * 10_000, "<script>alert(1)</script>", "hồ sơ 1"])
def test_nonsense_is_answered_like_an_unknown_code(db, page, code):
    answer = page.post("/tra-cuu/", {"code": code, "secret": code})
    assert answer.status_code == 404
    assert "<script>" not in answer.content.decode()


def test_the_secret_appears_nowhere_on_the_page(world, page):
    dossier = world.receive()
    answer = ask(page, dossier)
    assert lookup.secret_of(dossier) not in answer.content.decode()


def test_the_pages_are_kept_by_nobody(world, page):
    for answer in (ask(page, world.receive()), page.get("/tra-cuu/")):
        assert answer["Cache-Control"] == "no-store"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["X-Robots-Tag"] == "noindex"


def test_the_pages_set_no_cookie(world, page):
    ask(page, world.receive())
    page.get("/")
    assert not page.cookies


def test_the_pages_need_no_script_and_no_inline_style(world, page):
    """The one script presses the browser's print; its buttons stay hidden without it."""
    html = ask(page, world.supplement()).content.decode()
    assert re.findall(r"<script.*?</script>", html) == [
        '<script src="/static/onestop/print.js" defer></script>'
    ]
    assert len(re.findall(r"<button[^>]* data-print[^>]* hidden>", html)) == 2
    assert "<style" not in html and "style=" not in html
    assert not re.search(r"\son\w+=", html)
    assert "<script" not in page.get("/tra-cuu/").content.decode()


def test_what_is_missing_stands_first(world, page):
    text = text_of(ask(page, world.supplement()))
    assert "You (the applicant): Bring what is missing: Thiếu chữ ký Tờ khai có chữ ký" in text
    assert "Please answer by 01/12/2026 17:00; after that the dossier may be stopped." in text
    assert "The clock stands while the agency waits for you." in text
    assert "working days left" not in text


def test_fees_are_shown_with_what_is_still_to_pay(world, page):
    text = text_of(ask(page, world.with_result(world.paid)))
    assert "Pay the fees. 15.000 đ" in text
    assert "Lệ phí 15.000 đ" in text
    assert "Still to pay 15.000 đ" in text


def test_a_ready_result_says_how_to_collect_it(world, page):
    text = text_of(ask(page, world.with_result()))
    assert "Your result is ready." in text
    assert "Collect the result at UBND phường Thử Nghiệm with your receipt or identity paper." in text
    assert "The result was there at 09/11/2026 09:00." in text


def test_a_late_dossier_says_so_and_that_an_apology_is_owed(world, page, clock):
    dossier = world.processing()
    clock.move_to("2026-11-16 09:00")
    text = text_of(ask(page, dossier))
    assert "Overdue by 2 working days." in text
    assert "The agency owes you a letter of apology" in text


def test_an_issued_apology_is_shown_with_both_dates(world, page, clock):
    dossier = world.processing()
    services.issue_apology(
        dossier, by=world.head, reason="Chờ xác minh", new_due_at=local("2026-11-17 17:00")
    )
    text = text_of(ask(page, dossier))
    assert "Apology 01/PXL of 09/11/2026" in text
    assert "We could not keep 12/11/2026 17:00 and apologise. The new date is 17/11/2026 17:00." in text
    assert "Reason: Chờ xác minh" in text
    assert "At reception it was promised for 12/11/2026 17:00." in text
    assert "The agency owes you" not in text


def test_a_stopped_dossier_ends_with_the_stop(world, page):
    dossier = services.withdraw(world.processing(), by=world.clerk, reason="Đổi ý")
    text = text_of(ask(page, dossier))
    assert "This dossier was stopped. There will be no result." in text
    assert "What happens next" not in text
    assert "Stopped 09/11/2026 09:00" in text


def test_a_returned_dossier_shows_the_whole_way(world, page):
    text = text_of(ask(page, world.returned()))
    assert "You have received your result." in text
    assert "Handed over to you 09/11/2026 09:00" in text


def test_names_are_shown_as_text(world, page):
    dossier = world.receive(applicant=replace(world.applicant, full_name="<b>Ví Dụ</b>"))
    assert "<b>Ví" not in ask(page, dossier).content.decode()


def test_the_page_is_vietnamese_first(db, client):
    assert '<html lang="vi">' in client.get("/tra-cuu/").content.decode()


def test_the_language_can_be_switched_and_the_code_stays(world):
    """As a browser does it after a page with `no-referrer`: with `Origin: null`."""
    client = Client(enforce_csrf_checks=True, headers={"Origin": "null"})
    code = world.receive().code
    html = client.get(f"/tra-cuu/?ma={code}").content.decode()
    target = re.search(r'name="next" value="([^"]+)"', html)[1]
    answer = client.post("/ngon-ngu/", {"language": "en", "next": target}, follow=True)
    assert answer.request["PATH_INFO"] == "/tra-cuu/"
    assert f'value="{code}"' in answer.content.decode()
    assert '<html lang="en">' in answer.content.decode()


def test_the_unit_has_it_since_its_first_step(world, page, clock):
    dossier = world.digitized()
    clock.move_to("2026-11-10 10:00")
    services.start(dossier, by=world.officer)
    services.hand_over(dossier, by=world.officer, to=world.supervisor)
    assert "With UBND phường Thử Nghiệm since 09/11/2026 09:00." in text_of(ask(page, dossier))


# --- The other proof --------------------------------------------------------------------------


def test_the_ends_of_id_number_and_phone_open_the_page(world, page):
    dossier = world.processing()
    answer = page.post("/tra-cuu/", {"code": dossier.code, "id_end": "000001", "phone_end": "0001"})
    assert "Nguyễn Thị Ví Dụ" in text_of(answer)


def test_wrong_ends_look_like_an_unknown_code(world, page):
    ends = {"id_end": "999999", "phone_end": "9999"}
    known = page.post("/tra-cuu/", {"code": world.receive().code, **ends})
    unknown = page.post("/tra-cuu/", {"code": "H41.101-261109-0999", **ends})
    assert known.status_code == unknown.status_code == 404
    assert known.content.decode().replace("0001", "0999") == unknown.content.decode().replace("0001", "0999")


@pytest.mark.parametrize("end", ["id_end", "phone_end"])
def test_half_a_proof_is_asked_for_the_other_half(world, page, end):
    answer = page.post("/tra-cuu/", {"code": world.receive().code, end: "0001"})
    assert answer.status_code == 400
    assert "Enter both: the end of the ID number and the end of the phone number." in text_of(answer)


def test_what_was_typed_as_proof_is_not_written_back(world, page):
    answer = page.post("/tra-cuu/", {"code": world.receive().code, "id_end": "123987", "phone_end": "5678"})
    assert "123987" not in answer.content.decode() and "5678" not in answer.content.decode()


@pytest.mark.parametrize(("allowed", "absent"), [("secret", 'name="id_end"'), ("person", 'name="secret"')])
def test_the_form_asks_only_for_what_the_office_takes(db, page, settings, allowed, absent):
    settings.LOOKUP_PROOF = [allowed]
    for path in ("/", "/tra-cuu/"):
        assert absent not in page.get(path).content.decode()


# --- What the owner takes along ---------------------------------------------------------------


def download(page, answer, what: str):
    """Press a button of the owner's page."""
    key = re.search(r'name="pass" value="([^"]+)"', answer.content.decode())[1]
    return page.post("/tra-cuu/tai-ve/", {"pass": key, "what": what})


def apology(world):
    dossier = world.processing()
    services.issue_apology(
        dossier, by=world.head, reason="Chờ xác minh", new_due_at=local("2026-11-17 17:00")
    )
    return dossier


def letter_of(answer) -> str:
    return re.search(r'name="what" value="(\d+)"', answer.content.decode())[1]


def test_the_issued_apology_is_downloaded_as_pdf(world, page):
    answer = ask(page, apology(world))
    assert "Apology and new return date (form 04) 01/PXL – PDF of 09/11/2026" in text_of(answer)
    letter = download(page, answer, letter_of(answer))
    assert letter.content.startswith(b"%PDF-")
    assert letter["Content-Disposition"] == 'attachment; filename="H41.101-261109-0001-apology.pdf"'
    assert letter["Cache-Control"] == "no-store"


def test_the_appointment_is_downloaded_for_a_calendar(world, page):
    answer = download(page, ask(page, world.processing()), "appointment")
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event.decoded("dtstart") == local("2026-11-12 17:00")


def test_the_pass_of_the_page_ends_after_half_an_hour(world, page, clock):
    answer = ask(page, world.processing())
    clock.move_to("2026-11-09 09:30")
    assert download(page, answer, "appointment").status_code == 200
    clock.move_to("2026-11-09 09:31")
    late = download(page, answer, "appointment")
    assert late.status_code == 403
    assert "The page you came from is too old. Look the dossier up again." in text_of(late)


def test_the_pass_of_one_dossier_opens_no_letter_of_another(world, page):
    letter = letter_of(ask(page, apology(world)))
    other = ask(page, world.processing())
    assert download(page, other, letter).status_code == 404


def test_a_new_turn_of_the_secret_ends_the_pass(world, page):
    dossier = world.processing()
    answer = ask(page, dossier)
    type(dossier).objects.filter(pk=dossier.pk).update(secret_turn=2)
    assert download(page, answer, "appointment").status_code == 403


@pytest.mark.parametrize("key", ["", "x", "x:y:z", "\x00", "a" * 10_000])
def test_a_made_up_pass_opens_nothing(world, page, key):
    world.receive()
    answer = page.post("/tra-cuu/tai-ve/", {"pass": key, "what": "appointment"})
    assert answer.status_code == 403


@pytest.mark.parametrize("what", ["", "0", "-1", "9" * 30, "٣", "receipt", "\x00"])
def test_what_is_not_there_is_said_to_be_gone(world, page, what):
    assert download(page, ask(page, world.processing()), what).status_code == 404


def test_nothing_is_downloaded_by_an_address(db, page):
    assert page.get("/tra-cuu/tai-ve/").status_code == 405


def test_what_is_owed_is_paid_with_a_code_that_names_nobody(world, page):
    Agency.objects.filter(pk=world.ward.pk).update(
        bank_bin="970403", bank_account="0011012345678", bank_account_name="UBND PHUONG THU NGHIEM"
    )
    answer = ask(page, world.receive(world.paid))
    assert 'class="os-qr"' in answer.content.decode()
    text = text_of(answer)
    assert "Account 0011012345678, UBND PHUONG THU NGHIEM" in text
    assert "Amount 15.000 đ" in text
    assert "Purpose H41.101-261109-0001" in text
    assert "Pay by transfer" not in text_of(ask(page, world.receive()))


def test_where_and_with_what_to_collect_is_told(world, page):
    text = text_of(ask(page, world.processing()))
    assert "Open on working days: 07:30–11:30, 13:00–17:00." in text
    assert "Bring: The receipt of this dossier, or else your identity paper." in text
    assert "The result is sent to you by post." in text_of(ask(page, world.receive(return_channel="post")))


def test_pauses_of_the_clock_are_told(world, page, clock):
    dossier = world.supplement()
    assert "since 09/11/2026 09:00, until everything is there (Thiếu chữ ký)" in text_of(ask(page, dossier))
    clock.move_to("2026-11-11 10:00")
    services.resume(dossier, by=world.clerk)
    assert "from 09/11/2026 09:00 to 11/11/2026 10:00 (Thiếu chữ ký)" in text_of(ask(page, dossier))
