"""The kernel refuses to write any more: people get a sentence, and nothing is left of what was begun."""

import resource
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from cases import services
from cases.models import Document
from notifications.models import Letter, LetterRegister
from tests.cases.helpers import fresh, kinds
from tests.cast import local, pdf, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

ROOM = 2_000  # bytes that a file may have


@contextmanager
def full_disk():
    """No file of this process gets longer than this: the kernel stops it in the middle, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def files() -> set[Path]:
    return {path for path in Path(default_storage.location).rglob("*") if path.is_file()}


def test_an_upload_is_refused_with_a_sentence_and_leaves_nothing(world, client):
    dossier, before = world.receive(), files()
    history = kinds(dossier)
    client.force_login(world.clerk)
    paper = upload(content=pdf() + b"%%" + b"0" * 100_000)
    with full_disk():
        answer = client.post(reverse("api:documents", args=[dossier.uuid]), {"file": paper})
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_full")
    assert answer.json()["detail"] == (
        "The disk of the server is full, so the file was not stored. Nothing was changed. Tell the "
        "administrator; what needs no file can still be done."
    )
    assert (files(), Document.objects.count(), kinds(dossier)) == (before, 0, history)


def test_an_apology_that_cannot_be_stored_is_not_issued_and_uses_no_number(world):
    dossier, before = world.processing(), files()
    with full_disk(), pytest.raises(OSError):
        services.issue_apology(dossier, by=world.head, reason="Mưa lũ", new_due_at=local("2026-11-17 17:00"))
    assert files() == before
    assert not LetterRegister.objects.exists()
    assert not Letter.objects.issued().exists()
    assert fresh(dossier).due_at == local("2026-11-12 17:00")


def test_receiving_goes_on(world):
    with full_disk():
        assert world.receive().code
