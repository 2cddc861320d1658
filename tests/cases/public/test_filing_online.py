"""Filing online without a script: who, what, where; kept, filed once, and for nobody else."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from cases.enums import Provision, State
from cases.models import Applicant, Document, Dossier, OnlineDraft, OnlineFiling, OnlineUpload, StoredPaper
from cases.services.online_drafts import forget_old
from notifications.models import Message
from procedures.enums import ServiceLevel
from procedures.models import ElectronicSource, ProcedureVersion
from tests.cases.public.filings import Citizen, citizen, text_of
from tests.cast import upload
from tests.citizens import provider

__all__ = ["citizen", "provider"]


# --- Choosing -------------------------------------------------------------------------------------


def test_everybody_finds_what_can_be_filed_online(world, client):
    for words in ("thu tuc khong thu phi", "THỦ TỤC KHÔNG THU PHÍ", "1.000001"):
        page = text_of(client.get("/nop-ho-so/", {"q": words}))
        assert "Thủ tục không thu phí" in page and "Thủ tục có lệ phí" not in page
    assert "1.0000" not in text_of(client.get("/nop-ho-so/", {"q": "không có gì như vậy"}))


@pytest.mark.parametrize(
    "change",
    [{"channels": ["desk"]}, {"service_level": ServiceLevel.INFORMATION}, {"in_force_to": "2026-11-08"}],
)
def test_what_cannot_be_filed_online_is_not_offered(citizen, client, change):
    ProcedureVersion.objects.filter(procedure=citizen.procedure).update(**change)
    assert "1.000001" not in text_of(client.get("/nop-ho-so/"))
    assert citizen.open().status_code == 404
    assert citizen.file().status_code == 404
    assert Dossier.objects.count() == 0


def test_form_is_for_whoever_signed_in(world, client):
    answer = client.get("/nop-ho-so/1.000001/")
    assert (answer.status_code, answer["Location"]) == (302, "/dang-nhap/?next=%2Fnop-ho-so%2F1.000001%2F")
    client.force_login(world.clerk)
    assert client.get("/nop-ho-so/1.000001/").status_code == 302
    assert OnlineDraft.objects.count() == 0


def test_somebody_without_a_verified_number_reads_why(world, provider, client):
    from tests.citizens import sign_in

    sign_in(client, "chua-dinh-danh")
    assert client.get("/nop-ho-so/1.000001/").status_code == 403


# --- Keeping --------------------------------------------------------------------------------------


def test_what_is_entered_is_kept_with_its_files(citizen):
    assert citizen.send("save", consent="")["Location"] == f"{citizen.page}?saved=1"
    page = citizen.open().content.decode()
    assert "Đề nghị cấp giấy chứng nhận" in page and "to-khai.pdf" in page
    assert 'value="post" checked' in page
    assert 'name="consent" value="yes" checked' not in page
    assert Dossier.objects.count() == 0
    assert "Thủ tục không thu phí" in text_of(citizen.client.get("/nop-ho-so/"))


def test_file_is_removed_again(citizen):
    citizen.send("save")
    kept = OnlineUpload.objects.get()
    name = kept.file.name
    assert default_storage.exists(name)
    citizen.client.post(citizen.page, {"draft": str(citizen.draft.key), "remove": str(kept.key)})
    assert OnlineUpload.objects.count() == 0


def test_draft_is_discarded(citizen):
    citizen.send("save")
    assert citizen.send("discard")["Location"] == "/nop-ho-so/"
    assert (OnlineDraft.objects.count(), OnlineUpload.objects.count()) == (0, 0)


def test_drafts_are_forgotten_after_their_time(citizen, settings):
    citizen.send("save")
    kept = timedelta(days=settings.ONLINE_DRAFT_KEPT_DAYS)
    assert forget_old(timezone.now() + kept) == (0, 0)
    assert forget_old(timezone.now() + kept + timedelta(seconds=1)) == (1, 0)
    assert (OnlineDraft.objects.count(), OnlineUpload.objects.count()) == (0, 0)


def test_bad_file_is_a_sentence_and_the_rest_is_kept(citizen):
    bad = upload("virus.pdf", b"MZ this is a program")
    answer = citizen.send("save", **{f"file-{citizen.form.pk}": bad})
    assert answer.status_code == 422
    assert "virus.pdf" in text_of(answer)
    assert "Đề nghị cấp giấy chứng nhận" in answer.content.decode()
    assert OnlineUpload.objects.count() == 0


@pytest.mark.parametrize("text", ["\x00", "<script>alert(1)</script>", "𝒳" * 7000, "'; drop table"])
def test_any_text_is_kept_or_shown_harmlessly(citizen, text):
    answer = citizen.send("save", **{"f-content": text, "phone": text, "desk": text, "return_channel": text})
    assert answer.status_code == 302
    assert "<script>alert" not in citizen.open().content.decode()


# --- Filing ---------------------------------------------------------------------------------------


def test_filing_is_acknowledged_at_once(citizen, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = citizen.file()
    filing = OnlineFiling.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/nop-ho-so/xong/{filing.key}/")
    dossier = filing.dossier
    assert (dossier.state, dossier.channel, dossier.return_channel) == (State.SUBMITTED, "online", "post")
    assert (dossier.applicant.id_number, dossier.receiving_desk) == ("040199000001", citizen.world.ward)
    assert filing.answers == {"content": "Đề nghị cấp giấy chứng nhận"}
    assert filing.consented_at == timezone.now()
    assert {m.channel for m in Message.objects.all()} == {"email", "sms"}
    page = text_of(citizen.client.get(answer["Location"]))
    assert "09/11/2026 09:00:00" in page and str(dossier.pk) in page
    assert OnlineDraft.objects.count() == OnlineUpload.objects.count() == 0


def test_files_of_a_draft_go_with_it(citizen, django_capture_on_commit_callbacks):
    citizen.send("save")
    name = OnlineUpload.objects.get().file.name
    entered = citizen.entered()
    del entered[f"file-{citizen.form.pk}"]
    with django_capture_on_commit_callbacks(execute=True):
        assert citizen.client.post(citizen.page, {**entered, "file": "1"}).status_code == 302
    assert not default_storage.exists(name)
    assert default_storage.exists(Document.objects.get().file.name)


def test_papers_come_with_the_filing(citizen):
    citizen.file()
    dossier = Dossier.objects.get()
    assert {row.component_id: row.provision for row in dossier.components.all()} == {
        citizen.form.pk: Provision.ELECTRONIC,
        citizen.authorisation.pk: Provision.NOT_NEEDED,
    }
    document = Document.objects.get()
    assert (document.name, document.source, document.added_by) == ("to-khai.pdf", "upload", None)
    assert document.component.component_id == citizen.form.pk


def test_clerk_sees_the_answers(citizen):
    citizen.file()
    desk = Client()
    desk.force_login(citizen.world.clerk)
    page = text_of(desk.get(f"/quan-tri/cases/dossier/{Dossier.objects.get().pk}/change/"))
    assert "Nội dung đề nghị giải quyết" in page and "Đề nghị cấp giấy chứng nhận" in page


def test_filing_twice_is_once(citizen):
    same = citizen.entered()
    first = citizen.client.post(citizen.page, {**same, "file": "1"})
    again = citizen.client.post(citizen.page, {**same, "file": "1", f"file-{citizen.form.pk}": upload()})
    assert first["Location"] == again["Location"]
    assert Dossier.objects.count() == Document.objects.count() == 1


def test_body_cannot_name_another_applicant(citizen):
    citizen.file(
        applicant="1", full_name="Trần Văn Thử", id_number="040099000002", state="returned", code="H41.1"
    )
    dossier = Dossier.objects.get()
    assert (dossier.applicant.full_name, dossier.state, dossier.code) == (
        "Nguyễn Thị Ví Dụ",
        State.SUBMITTED,
        None if dossier.code is None else "",
    )
    assert Applicant.objects.count() == 1


def test_contact_is_kept_as_it_was_entered(citizen):
    citizen.file(phone="0900 000 777", email="moi@congdan.example", notice_channels=["sms"])
    applicant = Applicant.objects.get()
    assert (applicant.phone, applicant.email, applicant.notice_channels) == (
        "0900000777",
        "moi@congdan.example",
        ["sms"],
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"consent": ""}, "consent"),
        ({"desk": ""}, "desk"),
        ({"desk": "H41"}, "desk"),
        ({"desk": "H41.12"}, "desk"),
        ({"f-content": ""}, "f-content"),
        ({"f-content": "x" * 3001}, "f-content"),
        ({"phone": "không có"}, "phone"),
        ({"email": "a@"}, "email"),
        ({"return_channel": "pigeon"}, "return_channel"),
        ({"competent_agency": "H41.12"}, None),
    ],
)
def test_what_is_wrong_is_shown_at_its_place_and_nothing_is_filed(citizen, change, words):
    before = Applicant.objects.values_list("phone", "email").get()
    answer = citizen.file(**change)
    if words is None:  # an agency that does not decide is no choice at all
        assert answer.status_code == 302
        return
    assert answer.status_code == 422
    assert f'href="#{words}"' in answer.content.decode()
    assert Dossier.objects.count() == OnlineFiling.objects.count() == 0
    assert OnlineUpload.objects.count() == 1
    assert Applicant.objects.values_list("phone", "email").get() == before


def test_missing_papers_are_named_all_at_once(citizen):
    entered = citizen.entered(**{f"way-{citizen.identity.pk}": "upload"})
    del entered[f"file-{citizen.form.pk}"]
    answer = citizen.client.post(citizen.page, {**entered, "file": "1"})
    words = text_of(answer)
    assert answer.status_code == 422
    assert "Tờ khai; Giấy tờ tùy thân" in words


def test_paper_at_the_desk_only_where_the_service_is_partly_online(citizen):
    on_paper = {f"way-{citizen.form.pk}": "paper"}
    assert citizen.file(**on_paper).status_code == 422
    ProcedureVersion.objects.filter(procedure=citizen.procedure).update(service_level=ServiceLevel.PARTIAL)
    assert citizen.file(**on_paper).status_code == 302


def test_what_lies_in_a_database_is_not_sent(citizen):
    ElectronicSource.objects.create(name="National Population Database", is_connected=True)
    assert "National Population Database" in text_of(citizen.open())
    citizen.file(**{f"way-{citizen.identity.pk}": "reuse"})
    row = Dossier.objects.get().components.get(component=citizen.identity)
    assert row.provision == Provision.REUSED


def test_paper_of_the_own_store_comes_with_its_file(citizen):
    citizen.file()
    first = Dossier.objects.get()
    StoredPaper.objects.create(
        applicant=first.applicant,
        name="Tờ khai",
        key="to khai",
        document=Document.objects.get(),
        stored_at=timezone.now(),
    )
    citizen.open()
    entered = citizen.entered(**{f"way-{citizen.form.pk}": "reuse"})
    del entered[f"file-{citizen.form.pk}"]
    assert citizen.client.post(citizen.page, {**entered, "file": "1"}).status_code == 302
    second = Dossier.objects.exclude(pk=first.pk).get()
    assert [d.source for d in second.documents.all()] == ["reused"]


def test_nothing_is_reused_from_the_store_of_another(citizen, world, provider):
    citizen.file()
    StoredPaper.objects.create(
        applicant=Applicant.objects.get(),
        name="Tờ khai",
        key="to khai",
        document=Document.objects.get(),
        stored_at=timezone.now(),
    )
    other = Citizen(Client(), world, world.free, "thu")
    other.open()
    entered = other.entered(**{f"way-{other.form.pk}": "reuse"})
    del entered[f"file-{other.form.pk}"]
    assert other.client.post(other.page, {**entered, "file": "1"}).status_code == 422


# --- Another account ------------------------------------------------------------------------------


@pytest.fixture
def stranger(citizen, world, provider) -> Citizen:
    someone = Citizen(Client(), world, world.free, "thu")
    someone.open()
    return someone


def test_draft_of_another_is_not_filed_and_not_changed(citizen, stranger):
    citizen.send("save")
    before = citizen.draft.data
    theirs = {"draft": str(citizen.draft.key)}
    for button in ("save", "file", "discard"):
        assert stranger.send(button, **theirs).status_code == 302
    assert citizen.draft.data == before
    assert Dossier.objects.count() == 0
    assert OnlineUpload.objects.count() == 1


def test_file_of_another_is_not_removed(citizen, stranger):
    citizen.send("save")
    kept = OnlineUpload.objects.get()
    stranger.client.post(stranger.page, {"draft": str(stranger.draft.key), "remove": str(kept.key)})
    assert OnlineUpload.objects.filter(pk=kept.pk).exists()


def test_acknowledgement_of_another_is_not_there(citizen, stranger):
    place = citizen.file()["Location"]
    assert citizen.client.get(place).status_code == 200
    assert stranger.client.get(place).status_code == 404
    assert citizen.client.get(f"/nop-ho-so/xong/{uuid.uuid4()}/").status_code == 404


def test_draft_of_another_procedure_is_not_filed_here(citizen):
    citizen.client.get("/nop-ho-so/1.000002/")
    other = OnlineDraft.objects.exclude(procedure=citizen.procedure).get()
    assert citizen.file(draft=str(other.key)).status_code == 404


def test_cross_site_post_is_refused(citizen):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = citizen.client.cookies
    assert strict.post(citizen.page, {"draft": str(citizen.draft.key), "file": "1"}).status_code == 403


# --- The e-form of a version ------------------------------------------------------------------------


@pytest.fixture
def own_form(citizen) -> Citizen:
    """The procedure asks for a date and a choice, and its answers are the application form."""
    version = ProcedureVersion.objects.get(procedure=citizen.procedure)
    version.eform_schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["born_on"],
        "x-component": citizen.form.position,
        "properties": {
            "born_on": {"type": "string", "format": "date", "title": "Ngày sinh"},
            "sex": {"type": "string", "enum": ["nam", "nữ"], "title": "Giới tính"},
        },
    }
    version.save()
    return citizen


def test_own_form_stands_for_the_application_form(own_form):
    assert "Ngày sinh" in text_of(own_form.open())
    entered = own_form.entered(
        **{f"way-{own_form.form.pk}": "eform", "f-born_on": "09/11/2020", "f-sex": "nữ", "f-other": "x"}
    )
    del entered[f"file-{own_form.form.pk}"]
    assert own_form.client.post(own_form.page, {**entered, "file": "1"}).status_code == 302
    filing = OnlineFiling.objects.get()
    assert filing.answers == {"born_on": "2020-11-09", "sex": "nữ"}
    assert filing.dossier.components.get(component=own_form.form).provision == Provision.ELECTRONIC


def test_wrong_answers_are_all_shown(own_form):
    answer = own_form.file(**{"f-born_on": "31/02/2020", "f-sex": "?", "desk": ""})
    assert answer.status_code == 422
    for place in ("f-born_on", "f-sex", "desk"):
        assert f'href="#{place}"' in answer.content.decode()
    assert "31/02/2020" in answer.content.decode()


def test_nobody_files_by_the_hundred(citizen, monkeypatch):
    monkeypatch.setattr("cases.api.throttles.Filing.THROTTLE_RATES", {"filing": "2/hour"})
    assert [citizen.file(consent="").status_code for _attempt in range(3)] == [422, 422, 429]
    assert Dossier.objects.count() == 0
