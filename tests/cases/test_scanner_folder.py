"""The scanner folder of a desk: what waits there is listed, taken once, and never followed elsewhere."""

import os

import pytest
from django.db import transaction

from cases import services
from cases.errors import BadFile, Invalid, NotPermitted
from cases.models import Document
from cases.services import scanner_folder
from cases.services.documents import type_of
from cases.services.scanner_folder import take_scan, waiting_files
from cases.services.stored_files import files_or_nothing
from procedures.models import Agency
from tests.cases.helpers import refused, refused_to_everybody_but
from tests.cast import local, pdf, upload

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def folder(world, settings, tmp_path):
    settings.SCANNER_FOLDER = str(tmp_path)
    desk = tmp_path / world.ward.identifier
    (desk / world.clerk.username).mkdir(parents=True)
    return desk


def put(folder, name="quet.pdf", content=None, at="2026-11-09 08:00"):
    path = folder / name
    path.write_bytes(pdf() if content is None else content)
    moment = local(at).timestamp()
    os.utime(path, (moment, moment))
    return path


def listed(world, person=None):
    return waiting_files(world.ward, person or world.clerk)


def names(world, person=None) -> list[str]:
    return [file.name for file in listed(world, person)]


def test_waiting_files_come_newest_first_with_size_and_time(world, folder):
    put(folder, "cu.pdf", at="2026-11-09 07:00")
    put(folder, "moi.pdf", at="2026-11-09 08:30")
    put(folder / world.clerk.username, "rieng.pdf", at="2026-11-09 08:00")
    assert [(file.name, file.own, file.size, file.at) for file in listed(world)] == [
        ("moi.pdf", False, len(pdf()), local("2026-11-09 08:30")),
        ("rieng.pdf", True, len(pdf()), local("2026-11-09 08:00")),
        ("cu.pdf", False, len(pdf()), local("2026-11-09 07:00")),
    ]


def test_without_the_setting_or_the_folder_nothing_waits(world, folder, settings):
    put(folder)
    settings.SCANNER_FOLDER = str(folder / "not-mounted")
    assert listed(world) == []
    settings.SCANNER_FOLDER = ""
    assert listed(world) == []


def test_files_of_another_desk_and_of_another_person_are_not_listed(world, folder, tmp_path):
    (tmp_path / world.other_ward.identifier).mkdir()
    put(tmp_path / world.other_ward.identifier, "khac.pdf")
    (folder / "dong-nghiep").mkdir()
    put(folder / "dong-nghiep", "cua-dong-nghiep.pdf")
    assert names(world) == []
    for person in (world.officer, world.supervisor, world.outsider_clerk):
        put(folder, "cua-ban.pdf")
        assert names(world, person) == []


def test_a_file_that_is_still_being_written_is_not_offered(world, folder):
    put(folder, "dang-ghi.pdf", at="2026-11-09 08:59:59")
    put(folder, "xong.pdf", at="2026-11-09 08:59:58")
    assert names(world) == ["xong.pdf"]


def test_links_hidden_files_and_folders_are_not_followed(world, folder, tmp_path):
    secret = put(tmp_path, "mat.pdf")
    (folder / "link.pdf").symlink_to(secret)
    put(folder, ".an.pdf")
    (folder / "thu-muc.pdf").mkdir()
    os.mkfifo(folder / "ong.pdf")
    assert names(world) == []


@pytest.mark.parametrize("identifier", ["..", ".", "H41/../..", "a/b"])
def test_an_identifier_leads_nowhere_else(world, folder, tmp_path, identifier):
    put(tmp_path, "mat.pdf")
    Agency.objects.filter(pk=world.ward.pk).update(identifier=identifier)
    assert waiting_files(Agency.objects.get(pk=world.ward.pk), world.clerk) == []


def test_a_user_name_leads_nowhere_else(world, folder, tmp_path):
    put(tmp_path, "mat.pdf")
    world.clerk.username = ".."
    assert names(world) == []


def test_a_folder_that_is_a_link_is_not_followed(world, settings, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    put(elsewhere)
    settings.SCANNER_FOLDER = str(tmp_path)
    (tmp_path / world.ward.identifier).symlink_to(elsewhere)
    assert names(world) == []


def test_what_cannot_be_taken_is_said_at_a_glance(world, folder, settings):
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    put(folder, "to.pdf", pdf().ljust(1024 * 1024 + 1, b"\n"))
    put(folder, "virus.pdf", b"MZ" + b"\0" * 100)
    put(folder, "trong.pdf", b"")
    assert {file.name: file.refusal for file in listed(world)} == {
        "to.pdf": "larger than 1 MB",
        "virus.pdf": "no PDF, JPEG, PNG or TIFF file",
        "trong.pdf": "no PDF, JPEG, PNG or TIFF file",
    }


def left_in(folder) -> list[str]:
    """Its files, by the beginning of their names."""
    return sorted(path.name.split("-")[0] for path in folder.iterdir() if path.is_file())


def test_take_scan_stores_it_with_its_paper_and_empties_the_folder(
    world, folder, django_capture_on_commit_callbacks
):
    put(folder, "quet 1.pdf")
    dossier = world.receive()
    with django_capture_on_commit_callbacks(execute=True):
        document = take_scan(
            dossier, listed(world)[0].key, by=world.clerk, component=dossier.components.first()
        )
        assert left_in(folder) == [".taken"]
    assert left_in(folder) == []
    assert (document.name, document.source, document.added_by) == ("quet 1.pdf", "scan", world.clerk)
    assert document.component == dossier.components.first()


def test_what_the_scanner_has_put_there_since_stays(world, folder, django_capture_on_commit_callbacks):
    path, dossier = put(folder), world.receive()
    with django_capture_on_commit_callbacks(execute=True):
        take_scan(dossier, listed(world)[0].key, by=world.clerk)
        put(folder, content=b"another", at="2026-11-09 08:59")
    assert path.read_bytes() == b"another"
    assert left_in(folder) == ["quet.pdf"]


def test_what_one_clerk_is_taking_another_neither_sees_nor_takes(world, folder, monkeypatch):
    put(folder)
    mine, theirs, key = world.receive(), world.receive(), listed(world)[0].key
    seen_before = listed(world)
    take_scan(mine, key, by=world.clerk)
    assert names(world) == []
    # The other has listed the folder a moment before.
    monkeypatch.setattr(scanner_folder, "waiting_files", lambda desk, user: seen_before)
    with refused(Invalid, "not_waiting"):
        take_scan(theirs, key, by=world.clerk)
    assert Document.objects.count() == 1


def test_what_is_taken_by_work_that_fails_is_put_back(world, folder):
    path, dossier = put(folder), world.receive()
    with pytest.raises(RuntimeError), files_or_nothing(), transaction.atomic():
        take_scan(dossier, listed(world)[0].key, by=world.clerk)
        put(folder, content=b"another", at="2026-11-09 08:59")
        raise RuntimeError
    assert path.read_bytes() == b"another"
    assert sorted(file.size for file in listed(world)) == [len(b"another"), len(pdf())]


def test_what_was_being_taken_when_a_server_died_is_offered_again(world, folder, clock):
    path, dossier = put(folder), world.receive()
    with transaction.atomic():
        take_scan(dossier, listed(world)[0].key, by=world.clerk)
        transaction.set_rollback(True)
    assert names(world) == []
    clock.move_to("2026-11-09 09:11")
    assert (names(world), names(world)) == ([], ["quet.pdf"])
    assert path.read_bytes() == pdf()


def test_a_file_that_is_taken_while_the_folder_is_listed_is_left_out(world, folder, monkeypatch):
    put(folder, "mot.pdf"), put(folder, "hai.pdf")

    def a_colleague_takes_both(beginning: bytes) -> str:
        for path in folder.glob("*.pdf"):
            path.unlink()
        return type_of(beginning)

    monkeypatch.setattr(scanner_folder, "type_of", a_colleague_takes_both)
    assert len(listed(world)) == 1
    assert listed(world) == []


def test_take_scan_of_what_is_gone_is_refused(world, folder):
    path, dossier = put(folder), world.receive()
    key = listed(world)[0].key
    path.unlink()
    for wanted in (key, "", "../../etc/passwd", str(path)):
        with refused(Invalid, "not_waiting"):
            take_scan(dossier, wanted, by=world.clerk)


def test_a_bad_file_is_refused_and_stays_in_the_folder(world, folder):
    path, dossier = put(folder, "hong.pdf", b"%PDF-1.7\nhalf a file"), world.receive()
    with refused(BadFile, "bad_file"):
        take_scan(dossier, listed(world)[0].key, by=world.clerk)
    assert path.exists()


def test_a_file_that_is_in_the_dossier_already_stays_in_the_folder(world, folder):
    path, dossier = put(folder), world.receive()
    services.add_document(dossier, upload("giong.pdf", path.read_bytes()), by=world.clerk)
    with refused(BadFile, "same_file"):
        take_scan(dossier, listed(world)[0].key, by=world.clerk)
    assert path.exists()
    assert Document.objects.count() == 1


def test_take_scan_is_not_permitted_to_anybody_else(world, folder):
    put(folder)
    dossier, key = world.receive(), listed(world)[0].key
    refused_to_everybody_but(world, world.clerk, act=lambda person: take_scan(dossier, key, by=person))


def test_take_scan_is_refused_to_the_outsider(world, folder):
    put(folder)
    dossier, key = world.receive(), listed(world)[0].key
    with refused(NotPermitted):
        take_scan(dossier, key, by=world.outsider_clerk)
