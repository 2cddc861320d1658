"""Letters of apology in one screen: the list, the letter beside its facts, one after the other, many at once."""

import html

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases import services
from cases.models import ReadAccess
from notifications.models import Letter
from notifications.services import letters
from tests import signing as keys
from tests.cases.admin.conftest import messages_of, text_of
from tests.cases.helpers import fresh, kinds
from tests.cast import local
from tests.notifications.builders import text_of as text_of_pdf

LIST = "/quan-tri/xin-loi/"
BULK = "/quan-tri/xin-loi/cung-luc/"
SAID = {"reason": "Máy chủ hỏng", "new_due_at": "20/11/2026 17:00"}
TYPED = {"reason": "Máy chủ hỏng", "new_due_at": local("2026-11-20 17:00")}


@pytest.fixture
def late(world, clock):
    """Received Monday, due Thursday 12/11, without a letter on Monday 16/11/2026 09:00."""
    dossiers = [world.processing() for _ in range(3)]
    clock.move_to("2026-11-16 09:00")
    return dossiers


def page_of(dossier) -> str:
    return reverse("admin:apology", args=[dossier.pk])


def rows_of(response) -> list[str]:
    return [row["dossier"].code for row in response.context["rows"]]


def do(client, dossier, what: str, **changes):
    return client.post(page_of(dossier), {"do": what, **SAID, **changes}, follow=True)


# The list -------------------------------------------------------------------------------------------


def test_each_figure_opens_its_own_rows(world, browser, late, clock):
    today = world.processing()  # received on Monday 16/11, due on Thursday 19/11
    early = world.processing()
    clock.move_to("2026-11-18 09:00")
    services.draft_apology(world.receive())
    client = browser(world.supervisor)
    response = client.get(LIST)
    figures = {tile["link"]: tile["figure"] for tile in response.context["tiles"]}
    assert figures == {"?show=today": 2, "?show=late": 3, "?show=early": 1}
    assert rows_of(response)[:5] == [d.code for d in (today, early, *late)]
    for link, figure in figures.items():
        assert len(rows_of(client.get(f"{LIST}{link}"))) == figure


def test_a_letter_that_should_have_gone_out_is_marked_as_a_breach(world, browser, late):
    text = text_of(browser(world.supervisor).get(LIST))
    assert "11/11/2026 17:00 should have gone out: breach no draft yet" in text


def test_the_list_is_of_the_own_agencies_and_noted_as_read(world, browser, late):
    browser(world.auditor).get(LIST)
    assert rows_of(browser(world.outsider_head).get(LIST)) == []
    reads = ReadAccess.objects.filter(route="admin:apologies").order_by("pk")
    assert list(reads.values_list("user__username", "count")) == [("thanh-tra", 3), ("nguoi-ngoai-3", 0)]


def test_the_list_asks_as_often_for_three_as_for_one(world, browser, clock):
    world.processing()
    clock.move_to("2026-11-16 09:00")
    client = browser(world.supervisor)
    client.get(LIST)
    with CaptureQueriesContext(connection) as one:
        client.get(LIST)
    clock.move_to("2026-11-09 09:00")
    world.processing(), world.processing()
    clock.move_to("2026-11-16 09:00")
    with CaptureQueriesContext(connection) as three:
        assert len(rows_of(client.get(LIST))) == 3
    assert len(three) == len(one)


# One letter -------------------------------------------------------------------------------------------


def test_the_letter_stands_beside_its_facts(world, browser, late):
    response = browser(world.head).get(page_of(late[0]))
    text = text_of(response)
    for words in (
        late[0].code,
        "Nguyễn Thị Ví Dụ",
        "12/11/2026 17:00",
        "Letter out by 11/11/2026 17:00",
        "Who used the time",
        "Phạm Văn Thụ Lý",
        "What the applicant was told before",
        "Received; the result is due at 12/11/2026 17:00",
        "Next one (2 wait)",
        "Digital signing is not connected",
    ):
        assert words in text
    assert f'src="{page_of(late[0])}xem-truoc/#' in response.content.decode()


def test_reason_and_date_are_offered_and_what_somebody_wrote_stays(world, browser, late):
    form = browser(world.head).get(page_of(late[0])).context["form"]
    assert form.initial["reason"].startswith("Hồ sơ chưa giải quyết xong đúng hạn do bước “Thẩm định”")
    assert form.initial["new_due_at"] == local("2026-11-19 17:00")
    services.write_apology(late[0], by=world.supervisor, **TYPED)
    form = browser(world.head).get(page_of(late[0])).context["form"]
    assert form.initial == TYPED


def test_the_preview_shows_what_was_typed_and_stores_nothing(world, browser, late):
    client = browser(world.supervisor)
    offered = text_of_pdf(client.get(f"{page_of(late[0])}xem-truoc/").content)
    assert "bước “Thẩm định”" in offered and "17:00 ngày 19/11/2026" in offered
    typed = client.post(f"{page_of(late[0])}xem-truoc/", SAID)
    assert typed["X-Frame-Options"] == "SAMEORIGIN"
    assert "Lý do: Máy chủ hỏng" in text_of_pdf(typed.content)
    assert "17:00 ngày 20/11/2026" in text_of_pdf(typed.content)
    half = client.post(f"{page_of(late[0])}xem-truoc/", {"reason": "", "new_due_at": "khi nào"})
    assert "Lý do: …" in text_of_pdf(half.content)
    assert not Letter.objects.exists()


def test_a_saved_draft_stays_on_the_page(world, browser, late):
    response = do(browser(world.supervisor), late[0], "save")
    assert messages_of(response) == ["The letter is written; read the preview."]
    assert response.redirect_chain == [(page_of(late[0]), 302)]
    assert Letter.objects.get().reason == "Máy chủ hỏng"


def test_a_supervisor_approves_one_after_the_other_and_the_head_signs_them(world, browser, late):
    supervisor, head = browser(world.supervisor), browser(world.head)
    for dossier, following in zip(late, [page_of(late[1]), page_of(late[2]), LIST], strict=True):
        response = do(supervisor, dossier, "approve")
        assert messages_of(response) == ["The letter is approved; the head of the agency issues it."]
        assert response.redirect_chain == [(following, 302)]
    first = do(head, late[0], "issue")
    letter = Letter.objects.get(reference=late[0].code)
    assert messages_of(first) == ["The letter 01/PXL is issued, the due date moved and the applicant told."]
    assert first.redirect_chain == [(f"{page_of(late[1])}?issued={letter.pk}", 302)]
    assert "Issued just now" in first.content.decode()
    assert fresh(late[0]).due_at == TYPED["new_due_at"]
    do(head, late[1], "issue")
    assert do(head, late[2], "issue").redirect_chain == [(LIST, 302)]


def test_what_is_issued_is_printed_and_sent_from_the_list(world, browser, late):
    client = browser(world.head)
    do(client, late[0], "issue")
    letter = Letter.objects.get()
    response = client.get(LIST)
    assert "Issued, still to be sent" in text_of(response)
    assert reverse("admin:letter_pdf", args=[letter.pk]) in response.content.decode()
    response = client.post(page_of(late[0]), {"do": "send"}, follow=True)
    assert messages_of(response) == ["The letter counts as sent."]
    letter.refresh_from_db()
    assert letter.state == "sent"
    assert "Issued, still to be sent" not in text_of(response)


def test_a_letter_of_others_is_not_shown_as_issued_just_now(world, browser, late):
    do(browser(world.head), late[0], "issue")
    letter = Letter.objects.get()
    for wanted in (letter.pk, letter.pk + 1, "x"):
        assert browser(world.outsider_head).get(f"{page_of(late[1])}?issued={wanted}").status_code == 404
    assert browser(world.head).get(f"{page_of(late[1])}?issued=x").context["issued"] is None


def test_a_date_that_is_no_working_day_is_refused_at_its_field_and_nothing_typed_is_lost(
    world, browser, late
):
    response = do(browser(world.head), late[0], "issue", new_due_at="24/11/2026 17:00")
    form = response.context["form"]
    assert form.errors == {
        "new_due_at": ["The new date is not a working day; choose one on which the office is open."]
    }
    assert form["reason"].value() == "Máy chủ hỏng"
    assert not Letter.objects.issued().exists()


def test_a_second_letter_in_a_cycle_is_refused(world, browser, late):
    client = browser(world.head)
    do(client, late[0], "issue")
    response = do(client, late[0], "issue", new_due_at="23/11/2026 17:00")
    assert "only once" in str(response.context["form"].errors)
    assert Letter.objects.count() == 1


def test_a_supervisor_does_not_sign_for_the_head(world, browser, late):
    response = do(browser(world.supervisor), late[0], "issue")
    assert "Only the head of the agency signs an apology" in str(response.context["form"].errors)
    assert "Sign and issue" not in text_of(response)


@pytest.mark.parametrize("who", ["clerk", "officer", "auditor"])
def test_who_does_not_supervise_reads_and_changes_nothing(world, browser, late, who):
    client = browser(getattr(world, who))
    assert "Save the draft" not in text_of(client.get(page_of(late[0])))
    for what in ("save", "approve", "issue"):
        assert do(client, late[0], what).context["form"].errors
    assert not Letter.objects.exists()


def test_the_outsider_finds_nothing(world, browser, late):
    client = browser(world.outsider_head)
    for address in (page_of(late[0]), f"{page_of(late[0])}xem-truoc/"):
        assert client.get(address).status_code == 404
        assert client.post(address, {"do": "issue", **SAID}).status_code == 404


def test_what_happened_meanwhile_is_told_before_anything_is_issued(world, browser, late):
    client = browser(world.head)
    seen = client.get(page_of(late[0])).context["seen"]
    services.consult(
        late[0],
        by=world.officer,
        agency=world.other_ward,
        question="Đúng không?",
        due_at=local("2026-11-18 17:00"),
    )
    response = do(client, late[0], "issue", seen=seen)
    assert "something happened while this page was open" in str(response.context["form"].errors)
    assert not Letter.objects.issued().exists()


def test_a_refusal_is_shown_also_when_nothing_can_be_written_any_more(world, browser, late):
    client = browser(world.head)
    seen = client.get(page_of(late[0])).context["seen"]
    world.record_result(late[0])
    response = do(client, late[0], "issue", seen=seen)
    refused = str(response.context["form"].non_field_errors()[0])
    assert refused in html.unescape(response.content.decode())


def test_those_that_wait_longest_to_be_sent_come_first_and_the_others_are_counted(
    world, browser, late, monkeypatch
):
    client = browser(world.head)
    for dossier in late[:2]:
        do(client, dossier, "issue", seen=client.get(page_of(dossier)).context["seen"])
    monkeypatch.setattr("cases.admin.apologies.UNSENT_SHOWN", 1)
    page = client.get(LIST)
    first = Letter.objects.issued().order_by("pk").first()
    assert [row["letter"] for row in page.context["unsent"]] == [first]
    assert "1 more were issued and are still to be sent" in page.content.decode()
    assert ReadAccess.objects.latest("pk").count == len(page.context["rows"]) + 1


def test_an_unknown_verb_is_not_found(world, browser, late):
    assert browser(world.head).post(page_of(late[0]), {"do": "burn", **SAID}).status_code == 404
    assert browser(world.head).post(page_of(late[0]), {"do": "send"}).status_code == 404


# Signed -----------------------------------------------------------------------------------------------


def test_the_page_says_what_the_signature_is_worth(world, browser, late, settings, tmp_path):
    keys.connect(settings, tmp_path)
    client = browser(world.head)
    assert "The letter is signed digitally when it is issued." in text_of(client.get(page_of(late[0])))
    do(client, late[0], "issue")
    letter = Letter.objects.get()
    assert letters.signature_of(letter).holds
    for address in (page_of(late[0]), reverse("admin:notifications_letter_change", args=[letter.pk])):
        assert f"signature holds {letter.certificate}" in text_of(client.get(address))
    settings.SIGNING_ROOTS = ""
    assert "intact; no authorities are configured to trust" in text_of(client.get(page_of(late[0])))
    (tmp_path / "khac.pem").write_bytes(keys.authority("CA khác").pem)
    settings.SIGNING_ROOTS = str(tmp_path / "khac.pem")
    assert "intact, but the certificate is not trusted" in text_of(client.get(page_of(late[0])))


def test_a_key_that_does_not_open_is_a_sentence_on_the_page(world, browser, late, settings, tmp_path):
    keys.connect(settings, tmp_path)
    settings.SIGNING_PASSPHRASE = "sai"
    response = do(browser(world.head), late[0], "issue")
    assert "Its passphrase is wrong" in str(response.context["form"].errors)
    assert not Letter.objects.exists()


# Many at once -----------------------------------------------------------------------------------------


def test_many_are_foreseen_and_then_issued_each_for_itself(world, browser, late):
    for dossier in late[:2]:
        services.write_apology(dossier, by=world.supervisor, approve=True, **TYPED)
    services.draft_apology(late[2])
    client = browser(world.head)
    chosen = {"dossier": [dossier.pk for dossier in late]}
    response = client.post(BULK, chosen)
    assert (response.context["good"], response.context["bad"]) == (2, 1)
    assert "2 letters can be issued now. 1 cannot" in text_of(response)
    assert not Letter.objects.issued().exists()

    world.record_result(late[1])  # meanwhile
    sent = {**chosen, "act": "1", "nonce": response.context["nonce"]}
    response = client.post(BULK, sent)
    assert "1 letter is issued. 2 were not issued; the reason stands beside each." in text_of(response)
    assert [line["row"].is_possible for line in response.context["rows"]] == [True, False, False]
    assert "issued 01/PXL" in text_of(response)
    again = client.post(BULK, sent)
    assert [line["row"].is_possible for line in again.context["rows"]] == [True, False, False]
    assert kinds(late[0]).count("rescheduled") == 1


def test_many_by_a_supervisor_who_is_not_the_head_are_all_refused(world, browser, late):
    services.write_apology(late[0], by=world.supervisor, approve=True, **TYPED)
    response = browser(world.supervisor).post(BULK, {"dossier": [late[0].pk], "act": "1"})
    assert "Only the head of the agency signs an apology" in text_of(response)
    assert not Letter.objects.issued().exists()


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ([], "Choose at least one dossier."),
        (["x", "-1"], "Choose at least one dossier."),
        (range(1, 60), "Choose at most 50 letters at once."),
    ],
)
def test_none_or_too_many_are_a_sentence(world, browser, chosen, sentence):
    response = browser(world.head).post(BULK, {"dossier": list(chosen)}, follow=True)
    assert messages_of(response) == [sentence]


def test_dossiers_of_others_are_left_out(world, browser, late):
    response = browser(world.outsider_head).post(BULK, {"dossier": [late[0].pk]}, follow=True)
    assert messages_of(response) == ["Choose at least one dossier."]
