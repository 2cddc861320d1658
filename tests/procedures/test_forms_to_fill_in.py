"""R1: conditions, forms and fees that a version says it has; files of forms by what they are."""

import io
import zipfile
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from procedures.enums import Role, VersionStatus
from procedures.models import ProcedureForm, ProcedureVersion
from procedures.seeds.files import SeedsRefused
from procedures.services.forms import PDF, WORD, FormRefused, check_form, forget_file
from procedures.services.publishing import CannotPublish, lint, new_draft, publish
from tests.cast import pdf, upload
from tests.procedures.back_office import change, form_of
from tests.procedures.small_seeds import version_of

pytestmark = pytest.mark.usefixtures("in_english", "english_pages")


def word(**parts: bytes) -> bytes:
    """A small Word file with these parts beside the usual ones."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("_rels/.rels", "<Relationships/>")
        archive.writestr("word/document.xml", "<w:document/>")
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def draft(world) -> ProcedureVersion:
    draft = new_draft(world.paid.versions.get())
    ProcedureVersion.objects.filter(pk=draft.pk).update(
        in_force_from=date(2026, 12, 1), legal_basis=["Luật Ví Dụ"]
    )
    draft.refresh_from_db()
    return draft


def with_form(version: ProcedureVersion, *, name: str = "to-khai.pdf") -> ProcedureForm:
    form = ProcedureForm(version=version, name_vi="Tờ khai", component=version.components.first())
    check_form(upload(name)).put_into(form)
    form.save()
    return form


# What the version says that there is --------------------------------------------------------------


def test_r01_what_a_version_says_that_it_has_is_named_at_once_when_it_is_missing(draft):
    draft.fees.all().delete()
    ProcedureVersion.objects.filter(pk=draft.pk).update(has_conditions=True, has_form=True, has_fee=True)
    with pytest.raises(CannotPublish) as refusal:
        publish(draft)
    assert refusal.value.sentence == (
        "The version cannot be published without: conditions, form to fill in, fee."
    )
    draft.refresh_from_db()
    assert draft.status == VersionStatus.DRAFT


def test_r01_with_them_it_is_published(draft):
    ProcedureVersion.objects.filter(pk=draft.pk).update(
        has_conditions=True, conditions_vi="Đủ 18 tuổi", has_form=True, has_fee=True
    )
    with_form(draft)
    draft.refresh_from_db()
    assert publish(draft).status == VersionStatus.PUBLISHED


@pytest.mark.parametrize("says", [None, False])
def test_r01_a_version_that_says_of_none_needs_none(draft, says):
    ProcedureVersion.objects.filter(pk=draft.pk).update(has_conditions=says, has_form=says)
    draft.refresh_from_db()
    assert lint(draft) == []


def test_r01_a_version_does_not_deny_what_it_has(draft):
    with_form(draft)
    draft.has_form, draft.has_conditions, draft.conditions_vi = False, False, "Đủ 18 tuổi"
    (finding,) = lint(draft)
    assert (finding.blocking, finding.sentence) == (
        True,
        "The version says that it has none of these, and has them: conditions, form to fill in.",
    )


def test_r01_an_order_in_words_stands_for_the_internal_steps(draft):
    draft.steps.all().delete()
    draft.order_of_steps_vi = "Bước 1: nộp hồ sơ"
    assert lint(draft) == []


def test_the_next_version_has_the_forms_with_their_own_papers(draft):
    form = with_form(draft)
    following = new_draft(draft)
    (copied,) = following.forms.all()
    assert (copied.name_vi, copied.file.name) == ("Tờ khai", form.file.name)
    assert copied.component == following.components.first() != form.component


# Files ---------------------------------------------------------------------------------------------


def test_a_form_is_taken_by_what_it_is():
    assert check_form(upload("don.docx", word())).mime_type == WORD
    checked = check_form(upload("C:\\may\\don.exe", pdf()))
    assert (checked.name, checked.mime_type) == ("don.pdf", PDF)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "neither a PDF nor a Word file"),
        (b"MZ\x90 a program", "neither a PDF nor a Word file"),
        (b"%PDF-1.7 and then nothing", "broken or protected"),
        (word(**{"word/vbaProject.bin": b"x"}), "has a program inside"),
        (word(**{"word/embeddings/a.bin": b"x"}), "has a program inside"),
        (
            word(**{"word/_rels/settings.xml.rels": b'Type="x/attachedTemplate" TargetMode="External"'}),
            "fetches one when it is opened",
        ),
        (word(**{"word/media/bomb.png": bytes(101 * 1024 * 1024)}), "more than a form needs"),
        (word()[:-40], "neither a PDF|broken"),
    ],
    ids=["empty", "program", "half a pdf", "macros", "embedded", "template", "bomb", "cut off"],
)
def test_what_would_harm_a_citizen_is_refused(content, sentence):
    with pytest.raises(FormRefused, match=sentence):
        check_form(upload("don.docx", content))


def test_a_form_over_the_limit_is_refused_before_it_is_read(settings):
    settings.UPLOAD_MAX_BYTES = 10
    with pytest.raises(FormRefused, match="larger than 0 MB"):
        check_form(upload("don.pdf"))


def test_the_database_refuses_a_form_of_nothing_and_a_file_of_unknown_content(draft):
    for columns in ({}, {"file": "forms/x.pdf"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ProcedureForm.objects.create(version=draft, name_vi="Tờ khai", **columns)


def test_a_file_goes_with_the_last_form_that_has_it(draft, django_capture_on_commit_callbacks):
    form = with_form(draft)
    following = new_draft(draft)
    storage, name = form.file.storage, form.file.name
    with django_capture_on_commit_callbacks(execute=True):
        form.delete()
        forget_file(name)
    assert storage.exists(name)
    with django_capture_on_commit_callbacks(execute=True):
        following.forms.all().delete()
        forget_file(name)
    assert not storage.exists(name)


# Back office -----------------------------------------------------------------------------------------


def test_a_keeper_adds_a_form_with_its_file(draft, keeper):
    client = keeper(Role.SYSTEM_ADMIN)
    new = {
        "forms-TOTAL_FORMS": "1",
        "forms-0-position": "0",
        "forms-0-name_vi": "Tờ khai",
        "forms-0-component": draft.components.first().pk,
        "forms-0-version": draft.pk,
    }
    page = client.post(change(draft), form_of(client, change(draft)) | new)
    assert "A form needs a file, or the address where it is published." in page.content.decode()
    page = client.post(
        change(draft), form_of(client, change(draft)) | new | {"forms-0-file": upload("x.pdf", b"MZ")}
    )
    assert "neither a PDF nor a Word file" in page.content.decode()
    assert not ProcedureForm.objects.exists()
    client.post(change(draft), form_of(client, change(draft)) | new | {"forms-0-file": upload("to-khai.pdf")})
    form = draft.forms.get()
    assert (form.file_name, form.mime_type, form.component) == ("to-khai.pdf", PDF, draft.components.first())
    assert form.size == form.file.size


def test_a_stored_form_stays_when_the_version_is_saved_without_another(draft, keeper):
    form = with_form(draft)
    client = keeper(Role.SYSTEM_ADMIN)
    sent = {name: value for name, value in form_of(client, change(draft)).items() if name != "forms-0-file"}
    client.post(change(draft), sent | {"forms-0-name_vi": "Mẫu mới"})
    (kept,) = draft.forms.all()
    assert (kept.name_vi, kept.file.name, kept.sha256) == ("Mẫu mới", form.file.name, form.sha256)


@pytest.mark.parametrize("whole", [True, False], ids=["with its draft", "alone"])
def test_a_form_that_is_taken_away_takes_its_file_along(
    draft, keeper, whole, django_capture_on_commit_callbacks
):
    form = with_form(draft)
    client = keeper(Role.SYSTEM_ADMIN)
    with django_capture_on_commit_callbacks(execute=True):
        if whole:
            address = reverse("admin:procedures_procedureversion_delete", args=[draft.pk])
            client.post(address, {"post": "yes"})
        else:
            sent = form_of(client, change(draft)) | {"forms-0-DELETE": "on"}
            client.post(
                change(draft), {name: value for name, value in sent.items() if name != "forms-0-file"}
            )
    assert not ProcedureForm.objects.exists()
    assert not form.file.storage.exists(form.file.name)


def test_a_published_version_is_shown_in_words(world, keeper):
    version = world.free.versions.get()
    version.answer_limits = [{"channel": "online", "amount": "8", "unit": "working_hour"}]
    version.has_form = True
    version.save()
    version.fees.create(
        name="Phí thử",
        kind="fee",
        rule="per_page",
        tiers=[{"from_page": 1, "to_page": None, "amount_per_page": 1000}],
    )
    with_form(version)
    page = keeper(Role.CLERK, world.ward).get(change(version)).content.decode()
    assert "At the desk, By post, Online" in page
    assert "Citizen" in page
    assert "Online: 8 working hours" in page
    assert "from page 1: 1.000 đ a page" in page
    assert "not stated in the publication" in page
    for code in ("desk, post, online", "amount_per_page"):
        assert code not in page
    assert f"/thu-tuc/1.000001/mau/{version.forms.get().pk}/" in page


# Seeds -----------------------------------------------------------------------------------------------

FORM = {"name_vi": "Tờ khai mẫu", "source_url": "https://mau.example/to-khai", "component": "Tờ khai"}


def test_seeds_bring_forms_and_conditions_where_they_have_some(seeds, db):
    seeds.record |= {
        "has_form": True,
        "forms": [FORM],
        "has_conditions": True,
        "conditions": "Đủ 18 tuổi",
        "order_of_steps": "Bước 1",
        "has_fee": True,
    }
    seeds.load()
    version = version_of("1.999001")
    (form,) = version.forms.all()
    assert (form.name_vi, form.source_url) == ("Tờ khai mẫu", "https://mau.example/to-khai")
    assert form.component == version.components.get()
    assert (version.conditions_vi, version.order_of_steps_vi) == ("Đủ 18 tuổi", "Bước 1")
    assert seeds.load().unchanged == 1


def test_a_record_without_them_is_the_same_fact_as_before(seeds, db):
    """Installations that were loaded before there were forms get no new version of everything."""
    seeds.load()
    loaded = version_of("1.999001")
    assert (loaded.has_form, loaded.has_conditions, loaded.has_fee) == (None, None, None)
    assert loaded.facts_hash == "44171e6c911aa9e258a4d1ffbf1c44f92803c570f113ad7b484d963e5d8e68d9"


def test_another_form_makes_another_version(seeds, db):
    seeds.record |= {"forms": [FORM]}
    seeds.load()
    seeds.record["forms"] = [FORM | {"source_url": "https://mau.example/moi"}]
    seeds.load()
    old, new = seeds.versions()
    assert (old.forms.get().source_url, new.forms.get().source_url) == (
        "https://mau.example/to-khai",
        "https://mau.example/moi",
    )


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"has_form": True}, "the record says that these exist, and lacks them: forms."),
        (
            {"has_conditions": True, "has_fee": True, "fees": []},
            "the record says that these exist, and lacks them: conditions, fees.",
        ),
        ({"forms": [FORM | {"component": "Đơn lạ"}]}, "no component is called “Đơn lạ”."),
        ({"forms": [FORM | {"source_url": "javascript:alert(1)"}]}, "Enter a valid URL."),
        ({"forms": [{"name_vi": "Tờ khai mẫu"}]}, "“source_url” is missing."),
    ],
)
def test_seeds_are_refused_that_lack_what_they_say(seeds, db, changed, sentence):
    seeds.record |= changed
    with pytest.raises(SeedsRefused, match=sentence.replace("(", r"\(")):
        seeds.load()
    assert not ProcedureVersion.objects.exists()
