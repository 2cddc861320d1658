"""The citizen's own pages: what is mine, and nothing that is somebody else's."""

import pytest
from django.urls import reverse

from cases import services
from cases.errors import CaseError
from cases.models import Dossier, Rating, StoredPaper, SupplementAnswer
from cases.services.rating import rating_proof
from cases.services.results import sign_result
from cases.services.signatures import check_waiting
from notifications.models import Message
from tests import signing as keys
from tests.cases.admin.conftest import browser, text_of
from tests.cases.helpers import everything
from tests.cases.own_account import account
from tests.cast import upload

__all__ = ["account", "browser"]
pytestmark = pytest.mark.usefixtures("english")
LIST = "/ho-so-cua-toi/"
GOOD = {"guidance": "5", "attitude": "4", "time": "3", "components": "5", "fee": "5"}


@pytest.fixture
def mine(account, browser):
    """The browser of the applicant of the cast."""
    return browser(account())


@pytest.fixture
def stranger(account, browser):
    """Somebody else who is signed in: the outsider of these pages."""
    return browser(account(full_name="Trần Văn Thử", id_number="040000000077"))


def to(name: str, dossier, *args) -> str:
    return reverse(f"public:{name}", args=[dossier.uuid, *args])


def test_everything_of_mine_is_listed_and_nothing_of_others(world, mine, stranger):
    own, filed = world.supplement(), world.submit()
    text = text_of(mine.get(LIST))
    assert own.code in text and "The agency waits for you" in text
    assert "Filed on 09/11/2026 09:00" in text
    assert own.code not in text_of(stranger.get(LIST))
    assert filed.code is None


@pytest.mark.parametrize(
    "state",
    [
        "submitted",
        "received",
        "digitized",
        "processing",
        "supplement",
        "paid",
        "returned",
        "refused",
        "stopped",
    ],
)
def test_the_page_of_a_dossier_opens_in_every_state_for_its_applicant_alone(world, mine, stranger, state):
    dossier = world.in_state(state)
    assert mine.get(to("my_dossier", dossier)).status_code == 200
    assert stranger.get(to("my_dossier", dossier)).status_code == 404


def test_a_filing_that_was_withdrawn_before_reception_opens(world, mine):
    dossier = world.submit()
    services.withdraw(dossier, by=world.clerk, reason="Đổi ý")
    assert "Withdrawn" in text_of(mine.get(to("my_dossier", dossier)))


def test_nobody_reads_these_pages_without_signing_in_and_staff_has_none(world, client, browser):
    dossier = world.receive()
    addresses = [LIST, "/ho-so-cua-toi/kho/", to("my_dossier", dossier), to("my_receipt", dossier)]
    for somebody in (client, browser(world.clerk), browser(world.head)):
        for address in addresses:
            response = somebody.get(address)
            assert (response.status_code, response["Location"].split("?")[0]) == (302, "/dang-nhap/")


# What is asked ----------------------------------------------------------------------------------


def test_what_is_missing_is_sent_once_and_the_desk_resumes(world, mine):
    dossier = world.supplement()
    item = dossier.components.first()
    sent = {f"component_{item.pk}": [upload("to-khai.pdf")], "note": "Đã ký"}
    assert mine.post(to("my_answer", dossier), sent).status_code == 302
    answer = SupplementAnswer.objects.get()
    assert (answer.note, answer.supplement.answered_at) == ("Đã ký", None)
    assert dossier.documents.filter(component=item, source="upload").count() == 1
    dossier = Dossier.objects.get(pk=dossier.pk)
    assert dossier.state == "supplement"
    assert "You have answered online" in text_of(mine.get(to("my_dossier", dossier)))
    # Neither is it complete now nor is it an acknowledgement: the desk has to look.
    assert dossier.events.last().kind == "answered_online"
    told = Message.objects.filter(event_key__contains=":answered:")
    assert {(one.kind, one.recipient) for one in told} == {
        ("answered_online", person.email) for person in (world.officer, world.supervisor, world.head)
    }
    again = mine.post(to("my_answer", dossier), {"other": [upload()]})
    assert (again.status_code, SupplementAnswer.objects.count()) == (400, 1)
    assert services.resume(Dossier.objects.get(pk=dossier.pk), by=world.clerk).state == "processing"


def test_a_filing_before_reception_is_completed_by_the_answer(world, mine, clock):
    filing = world.submit(channel="online")
    services.ask_to_complete(filing, by=world.clerk, reason="Thiếu chữ ký", items=["Tờ khai có chữ ký"])
    clock.move_to("2026-11-10 10:00")
    assert mine.post(to("my_answer", filing), {"other": [upload()]}).status_code == 302
    filing = Dossier.objects.get(pk=filing.pk)
    assert filing.filed_at.isoformat().startswith("2026-11-10T03:00")
    assert not filing.supplements.filter(answered_at=None).exists()


@pytest.mark.parametrize(
    "sent", [{}, {"other": "exe"}, {"other": "many"}, {"note": "a" * 2001, "other": "one"}]
)
def test_a_bad_answer_changes_nothing(world, mine, sent):
    dossier, files = (
        world.supplement(),
        {"exe": [upload("a.pdf", b"MZ")], "many": [upload() for _ in range(11)]},
    )
    before = everything()
    response = mine.post(
        to("my_answer", dossier), {**sent, "other": files.get(sent.get("other"), [upload()])} if sent else {}
    )
    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()
    assert (everything(), SupplementAnswer.objects.count()) == (before, 0)


def test_nobody_answers_for_another_and_nothing_that_was_not_asked(world, mine, stranger, browser):
    asked, quiet = world.supplement(), world.receive()
    before = everything()
    assert stranger.post(to("my_answer", asked), {"other": [upload()]}).status_code == 404
    assert mine.post(to("my_answer", quiet), {"other": [upload()]}).status_code == 400
    for person in (world.clerk, world.officer, world.head, world.outsider_clerk):
        with pytest.raises(CaseError):
            services.answer_supplement(asked, by=person, papers=[(None, upload())])
    assert everything() == before


def test_a_component_of_another_dossier_is_not_filled(world, mine):
    asked, other = world.supplement(), world.receive()
    field = f"component_{other.components.first().pk}"
    assert mine.post(to("my_answer", asked), {field: [upload()]}).status_code == 400
    assert not SupplementAnswer.objects.exists()


# Withdrawal -------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["submitted", "received", "digitized", "processing", "supplement"])
def test_the_applicant_withdraws_until_there_is_a_result(world, mine, state):
    dossier = world.in_state(state)
    assert mine.post(to("my_withdrawal", dossier), {"reason": "Đổi ý", "sure": "1"}).status_code == 302
    dossier = Dossier.objects.get(pk=dossier.pk)
    assert dossier.state == "stopped"
    assert not dossier.step_runs.filter(officer__role="citizen").exists()


@pytest.mark.parametrize("state", ["paid", "returned", "refused", "stopped"])
def test_after_a_result_it_is_refused(world, mine, state):
    dossier = world.in_state(state)
    before = everything()
    response = mine.post(to("my_withdrawal", dossier), {"reason": "Đổi ý", "sure": "1"})
    assert (response.status_code, everything()) == (400, before)


def test_withdrawing_needs_a_reason_a_tick_and_the_applicant(world, mine, stranger):
    dossier = world.receive()
    before = everything()
    for sent in ({"reason": "Đổi ý"}, {"reason": " ", "sure": "1"}):
        assert mine.post(to("my_withdrawal", dossier), sent).status_code == 400
    assert stranger.post(to("my_withdrawal", dossier), {"reason": "x", "sure": "1"}).status_code == 404
    assert mine.get(to("my_withdrawal", dossier)).status_code == 405
    assert everything() == before


# Files --------------------------------------------------------------------------------------------


def test_a_result_is_opened_when_it_may_be_handed_out_and_by_the_applicant_alone(world, mine, stranger):
    owing, ready = world.with_result(world.paid), world.with_result()
    unpaid = owing.documents.get(source="result")
    result = ready.documents.get(source="result")
    response = mine.get(to("my_file", ready, result.pk))
    assert b"".join(response.streaming_content).startswith(b"%PDF")
    assert "no-store" in response["Cache-Control"]
    assert mine.get(to("my_file", owing, unpaid.pk)).status_code == 404
    for address in (to("my_file", ready, result.pk), to("my_receipt", ready)):
        assert stranger.get(address).status_code == 404


def test_a_file_of_another_dossier_is_not_there(world, mine):
    one, two = world.with_result(), world.receive()
    result = one.documents.get(source="result")
    assert mine.get(to("my_file", two, result.pk)).status_code == 404


def test_what_officers_attach_for_themselves_is_not_shown(world, mine):
    dossier = world.processing()
    inner = services.add_document(dossier, upload("noi-bo.pdf"), by=world.officer)
    assert "noi-bo.pdf" not in text_of(mine.get(to("my_dossier", dossier)))
    assert mine.get(to("my_file", dossier, inner.pk)).status_code == 404


def test_receipt_and_letters_are_the_owners(world, mine, stranger):
    dossier = world.supplement()
    from cases.citizens import issued_letters_of

    letter = issued_letters_of(dossier).first()
    assert mine.get(to("my_receipt", dossier)).content.startswith(b"%PDF")
    assert mine.get(to("my_letter", dossier, letter.pk)).content.startswith(b"%PDF")
    assert stranger.get(to("my_letter", dossier, letter.pk)).status_code == 404
    assert mine.get(to("my_letter", world.receive(), letter.pk)).status_code == 404
    assert mine.get(to("my_receipt", world.submit())).status_code == 404


def test_the_store_shows_validity_and_where_a_paper_was_used_again(world, mine, stranger):
    result = world.with_result()
    text = text_of(mine.get("/ho-so-cua-toi/kho/"))
    assert "Giấy chứng nhận" in text and "valid without an end" in text and "12/KQ" in text
    owing = world.with_result(world.paid)
    assert "can be opened when it is handed out" in text_of(mine.get("/ho-so-cua-toi/kho/"))
    assert "Giấy chứng nhận" not in text_of(stranger.get("/ho-so-cua-toi/kho/"))
    assert result.code != owing.code


def test_a_paper_says_what_its_signature_is_worth(world, mine, settings, tmp_path):
    keys.connect(settings, tmp_path)
    sign_result(world.with_result(), by=world.head)
    assert "Its signatures are being checked." in text_of(mine.get("/ho-so-cua-toi/kho/"))
    check_waiting()
    text = text_of(mine.get("/ho-so-cua-toi/kho/"))
    assert "Its signatures are being checked." not in text
    (one,) = StoredPaper.objects.get().document.signatures.all()
    assert f"Signed digitally by {one.signer}" in text and "holds" in text


# Rating -------------------------------------------------------------------------------------------


def test_the_applicant_rates_from_the_own_page_once(world, mine, stranger):
    dossier = world.returned()
    address = to("my_rating", dossier)
    assert "Rate the service" in text_of(mine.get(to("my_dossier", dossier)))
    assert mine.get(address).status_code == 200
    assert stranger.post(address, GOOD).status_code == 404
    assert mine.post(address, {**GOOD, "fee": "9"}).status_code == 400
    assert "Thank you" in text_of(mine.post(address, GOOD))
    assert mine.post(address, GOOD).status_code == 400
    assert Rating.objects.count() == 1
    assert 'href="#rate"' not in text_of(mine.get(to("my_dossier", dossier)))


def test_a_look_up_leads_to_the_survey_without_an_account(world, client):
    dossier = world.returned()
    from cases import lookup

    page = client.post("/tra-cuu/", {"code": dossier.code, "secret": lookup.secret_of(dossier)})
    assert 'name="proof"' in page.content.decode()
    proof = {"proof": rating_proof(dossier)}
    assert "How the staff treated you" in text_of(client.post("/danh-gia/", {**proof, "begin": "1"}))
    assert client.post("/danh-gia/", {"proof": "x", **GOOD}).status_code == 403
    assert client.post("/danh-gia/", {**proof, "fee": "5"}).status_code == 400
    assert "Thank you" in text_of(client.post("/danh-gia/", {**proof, **GOOD}))
    assert client.get("/danh-gia/")["Location"] == "/tra-cuu/"
    again = client.post("/tra-cuu/", {"code": dossier.code, "secret": lookup.secret_of(dossier)})
    assert 'name="proof"' not in again.content.decode()
