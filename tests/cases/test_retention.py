"""What names people is kept no longer than it is needed; a person gets all that is held on them."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.utils import timezone

from cases import services
from cases.models import (
    Applicant,
    Dossier,
    IdempotencyKey,
    ListExport,
    OnlineDraft,
    OnlineUpload,
    PopulationLookup,
    ReadAccess,
    ReceptionDraft,
)
from cases.services.online_drafts import draft_for
from cases.services.online_uploads import add_whole, begin_upload
from cases.services.reading import note_read
from cases.tasks import apply_retention
from notifications.models import Message, MessageAttempt
from onestop.encryption import keyed_hash
from tests.cast import upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

OWNER = "040000000001"


@pytest.fixture
def over_time(world, clock, settings):
    """One row of everything that is forgotten, written on Monday 09/11/2026 09:00; the clock is a month on."""
    settings.MESSAGE_BODY_KEPT_DAYS, settings.READ_ACCESS_KEPT_DAYS = 20, 10
    settings.ONLINE_DRAFT_KEPT_DAYS = 29
    world.receive()
    Message.objects.update(state="cancelled")
    services.keep_draft("a1", world.free, {"full_name": ["Trần Văn Thử"]}, by=world.clerk)
    key = IdempotencyKey.objects.create(user=world.clerk, key_hash="k", fingerprint="f", status=200)
    IdempotencyKey.objects.filter(pk=key.pk).update(created_at=timezone.now())
    ListExport.objects.create(user=world.clerk, asked_at=timezone.now())
    note_read("list", by=world.clerk, route="admin:results")
    online_draft(world)
    PopulationLookup.objects.create(
        at=timezone.now(),
        by=world.clerk,
        agency=world.ward,
        procedure=world.free,
        purpose="settle",
        asked="retrieve",
        has_consent=True,
        number_hash=keyed_hash("040000000088"),
    )
    Session.objects.create(session_key="ended", session_data="", expire_date=timezone.now())
    AccessAttempt.objects.create(username="hash", ip_address="192.0.2.1", failures_since_start=1)
    clock.move_to("2026-12-09 09:00")
    return world


def online_draft(world) -> None:
    """One draft with a whole file and one that stands still."""
    draft = draft_for(world.clerk, world.free)
    form = world.free.versions.get().components.order_by("position").first()
    add_whole(draft, upload("to-khai.pdf"), component=form)
    begin_upload(draft, component=form, name="anh.pdf", size=10, sha256="0" * 64)


FORGOTTEN = (
    ReceptionDraft,
    OnlineDraft,
    OnlineUpload,
    IdempotencyKey,
    ListExport,
    ReadAccess,
    PopulationLookup,
    Session,
    AccessAttempt,
)


def counts() -> dict:
    return {
        **{model.__name__: model.objects.count() for model in FORGOTTEN},
        "bodies": Message.objects.exclude(body="").count(),
    }


def told(**options) -> list[str]:
    out = StringIO()
    call_command("apply_retention", stdout=out, **options)
    return out.getvalue().splitlines()


def test_a_dry_run_counts_and_deletes_nothing(over_time):
    before = counts()
    assert told(dry_run=True) == [
        "drafts of receptions from before 08/12/2026 09:00: 1",
        "drafts of online filings from before 10/11/2026 09:00: 1",
        "unfinished uploads from before 08/12/2026 09:00: 1",
        "answers kept for repeated requests from before 08/12/2026 09:00: 1",
        "answers to text messages from before 08/12/2026 09:00: 0",
        "exports of lists from before 08/12/2026 09:00: 1",
        f"texts of messages from before 19/11/2026 09:00: {before['bodies']}",
        "records of access from before 29/11/2026 09:00: 1",
        "notices of payments that nobody signed from before 09/11/2026 09:00: 0",
        "look-ups in the population database from before 29/11/2026 09:00: 1",
        "sessions that have ended from before 09/12/2026 09:00: 1",
        "wrong passwords from before 09/12/2026 08:45: 1",
        "Nothing was deleted.",
    ]
    assert counts() == before


def test_what_is_over_its_time_is_forgotten_and_dossiers_stay(over_time):
    messages = Message.objects.count()
    assert len(told()) == 12
    assert set(counts().values()) == {0}
    assert (Dossier.objects.count(), Message.objects.count()) == (1, messages)
    assert Dossier.objects.get().events.exists()
    assert [line.rpartition(" ")[2] for line in told()] == ["0"] * 12


def test_what_is_within_its_time_stays(over_time, settings):
    settings.MESSAGE_BODY_KEPT_DAYS = settings.READ_ACCESS_KEPT_DAYS = 31
    settings.DRAFT_KEPT_HOURS = settings.EXPORT_KEPT_HOURS = 31 * 24
    settings.ONLINE_DRAFT_KEPT_DAYS = 31
    settings.AXES_COOLOFF_TIME = timedelta(days=31)
    before = counts()
    told()
    # 24 hours, whatever is set: the file that stands still, the answer; and a session that is over is over
    assert counts() == {**before, "IdempotencyKey": 0, "OnlineUpload": 1, "Session": 0}


def test_the_files_of_forgotten_drafts_are_gone_too(over_time, django_capture_on_commit_callbacks):
    paths = [Path(one.file.path) for one in OnlineUpload.objects.all()]
    with django_capture_on_commit_callbacks(execute=True):
        told()
    assert [path.exists() for path in paths] == [False, False]


def test_a_message_that_still_waits_keeps_its_text(over_time):
    Message.objects.update(state="pending")
    told()
    assert not Message.objects.filter(body="").exists()
    assert not MessageAttempt.objects.exists()


def test_the_beat_applies_it_every_night(over_time):
    apply_retention()
    assert set(counts().values()) == {0}


# Everything on one person ---------------------------------------------------------------------------


def export(tmp_path, number: str, name: str = "person.json") -> dict:
    (tmp_path / "number").write_text(f"{number}\n")
    target = tmp_path / name
    call_command(
        "export_person", id_number_file=str(tmp_path / "number"), output=str(target), stdout=StringIO()
    )
    assert target.stat().st_mode & 0o777 == 0o600
    return json.loads(target.read_text())


def test_a_person_gets_everything_that_is_held_on_them(world, tmp_path):
    dossier = world.returned()
    held = export(tmp_path, OWNER)
    (person,), (own,) = held["applicants"], held["dossiers"]
    assert (person["full_name"], person["id_number"], person["phone"]) == (
        "Nguyễn Thị Ví Dụ",
        OWNER,
        "0900000001",
    )
    assert (own["code"], own["state"]) == (dossier.code, "returned")
    assert len(own["cases_dossierevent"]) == dossier.events.count()
    assert len(own["cases_document"]) == dossier.documents.count()
    assert len(own["notifications_message"]) == Message.objects.filter(reference=dossier.code).count() > 0
    text = json.dumps(held)
    assert [word for word in ("id_hash", "search_text", "seal", "secret_turn") if f'"{word}"' in text] == []


def test_the_export_holds_nothing_of_other_people(world, tmp_path):
    world.receive()
    other = Applicant.objects.create(full_name="Trần Văn Thử", id_number="040000000002")
    held = export(tmp_path, "040000000002")
    assert ([one["id"] for one in held["applicants"]], held["dossiers"]) == ([other.pk], [])
    assert "Nguyễn Thị Ví Dụ" not in json.dumps(held, ensure_ascii=False)


def test_who_was_looked_up_is_told_of_it_without_a_dossier_too(over_time, tmp_path):
    (looked_up,) = export(tmp_path, "040000000088")["looked_up"]
    assert (looked_up["purpose"], looked_up["by_name"], looked_up["outcome"]) == (
        "settle",
        "Lê Thị Một Cửa",
        "asked",
    )
    assert "number_hash" not in looked_up


def test_who_filed_for_somebody_else_gets_that_and_no_more(world, tmp_path):
    dossier = world.receive(
        submitter_name="Trần Văn Thử", submitter_id_number="040000000077", authorisation="Giấy số 1"
    )
    assert export(tmp_path, "040000000077") == {
        "applicants": [],
        "accounts": [],
        "dossiers": [],
        "acted_for_others": [
            {
                "code": dossier.code,
                "filed_at": "2026-11-09T02:00:00Z",
                "submitter_id_number": "040000000077",
                "submitter_name": "Trần Văn Thử",
                "submitter_phone": "",
                "authorisation": "Giấy số 1",
            }
        ],
        "looked_up": [],
        "asked_by_other_installations": [],
    }


def test_the_export_is_noted_without_the_number(world, tmp_path):
    world.receive()
    export(tmp_path, OWNER)
    row = ReadAccess.objects.get()
    assert (row.kind, row.route, row.count, row.user) == ("export", "manage.py export_person", 1, None)
    assert OWNER not in str(row.__dict__)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [("040000000999", "Nothing is held on anybody with this number."), ("", "Enter an ID or tax number.")],
)
def test_a_number_that_is_none_or_nobodys_writes_no_file(world, tmp_path, number, sentence):
    with pytest.raises(CommandError, match=sentence):
        export(tmp_path, number)
    assert not (tmp_path / "person.json").exists()


def test_a_file_that_is_there_is_not_written_over(world, tmp_path):
    world.receive()
    (tmp_path / "person.json").write_text("mine")
    with pytest.raises(CommandError, match="cannot be written"):
        export(tmp_path, OWNER)
    assert (tmp_path / "person.json").read_text() == "mine"
