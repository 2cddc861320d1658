"""Files of filings made at the portal come into their dossiers, each once; a lack is seen and made good (R10)."""

import hashlib
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases import services
from cases.connections.portal import client
from cases.errors import BadFile, NotPermitted
from cases.models import Dossier, PortalFile
from cases.portal.states import FileState
from cases.services import portal_files
from cases.services.portal_filings import FilingCounts, take_filings
from onestop.simulators.base import Fault, Reply
from procedures.enums import Role
from tests.cases.helpers import in_parallel, make_person
from tests.cases.portal.test_filings import CODE, filing
from tests.cast import pdf

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english", "clock")]
CONTENT = pdf()


@pytest.fixture
def filed(world, portal, settings):
    """Takes over a filing with these entries of files; the one file that lies at the portal is the default."""

    def filed(*papers: dict) -> Dossier:
        path = portal.keep_file("1.pdf", CONTENT)
        first = {
            "TepDinhKemId": "T1",
            "TenTepDinhKem": "to-khai.pdf",
            "MaThanhPhanHoSo": f"{world.free.code}-01",
            "DuongDanTaiTepTin": settings.PORTAL_URL + path,
            "MaBam": hashlib.sha256(CONTENT).hexdigest(),
        }
        portal.file(**filing(world, TaiLieuNop=[{**first, **paper} for paper in papers or ({},)]))
        assert take_filings() == FilingCounts(taken=1)
        return Dossier.objects.get()

    return filed


def later() -> None:
    PortalFile.objects.update(next_attempt_at=timezone.now(), claimed_until=None)


def test_a_file_becomes_a_document_of_its_paper(filed):
    dossier = filed()
    assert portal_files.missing(dossier).count() == 1
    assert portal_files.fetch_due() == {"fetched": 1}
    (document,) = dossier.documents.all()
    assert (document.name, document.source, document.added_by) == ("to-khai.pdf", "upload", None)
    assert document.component.component.position == 0
    assert document.file.open("rb").read() == CONTENT
    assert PortalFile.objects.get().document == document
    assert portal_files.fetch_due() == {}


@pytest.mark.parametrize("fault", [Fault.AWAY, Fault.BUSY, Fault.ERROR, Fault.HALF, Fault.NEVER, Fault.WRONG])
def test_what_cannot_be_got_is_fetched_again(portal, filed, fault):
    dossier = filed()
    portal.set_fault(fault)
    assert portal_files.fetch_due() == {"failed": 1}
    lack = portal_files.missing(dossier).get()
    assert lack.reason
    assert lack.next_attempt_at == timezone.now() + timedelta(minutes=1)
    portal.set_fault(None)
    later()
    assert portal_files.fetch_due() == {"fetched": 1}
    assert dossier.documents.count() == 1


def test_a_session_that_is_over_between_two_files_is_opened_anew(portal, filed, monkeypatch):
    filed({}, {"TepDinhKemId": "T2"})
    answer = portal._file

    def once_each(asked):
        reply = answer(asked)
        portal.sessions.clear()
        return reply

    monkeypatch.setattr(portal, "_file", once_each)
    assert portal_files.fetch_due() == {"fetched": 2}


def test_no_file_is_waited_for_as_long_as_its_row_is_held(filed, monkeypatch):
    """However slowly it drips; what a limit for the whole does is told in `tests/onestop/test_outside.py`."""
    filed()
    assert timedelta(seconds=2 * client.FETCH_SECONDS) < portal_files.LEASE
    monkeypatch.setattr(client, "FETCH_SECONDS", 0)
    assert portal_files.fetch_due() == {"failed": 1}
    assert PortalFile.objects.get().reason == "There was no time left to ask."


@pytest.mark.parametrize("status", [403, 500])
def test_some_that_fail_hold_up_no_other(portal, filed, settings, monkeypatch, status):
    """After three in a row the portal is left alone; the next run begins with those that had no turn."""
    address = f"{settings.PORTAL_URL}/tep/cam.pdf"
    bad = [{"TepDinhKemId": f"X{number}", "DuongDanTaiTepTin": address} for number in range(4)]
    filed(*bad, {})
    answer = portal._file
    monkeypatch.setattr(
        portal, "_file", lambda asked: Reply(status) if "cam.pdf" in asked.path else answer(asked)
    )
    assert portal_files.fetch_due() == {"failed": 3}
    assert portal_files.fetch_due() == {"failed": 1, "fetched": 1}


def test_a_wrong_hash_waits_for_a_person_in_the_end(filed):
    filed({"MaBam": "0" * 64})
    for _attempt in range(portal_files.BAD_ATTEMPTS):
        later()
        portal_files.fetch_due()
    assert PortalFile.objects.get().state == FileState.REFUSED


@pytest.mark.parametrize("said", ["x" * 64, hashlib.md5(CONTENT).hexdigest(), "0" * 65])
def test_what_is_no_hash_is_not_compared(filed, said):
    filed({"MaBam": said})
    assert portal_files.fetch_due() == {"fetched": 1}


def test_files_beyond_the_limit_are_named(filed, monkeypatch):
    monkeypatch.setattr(portal_files, "MOST_FILES", 1)
    dossier = filed({}, {"TepDinhKemId": "T2"})
    assert portal_files.fetch_due() == {"fetched": 1}
    lack = portal_files.missing(dossier).get()
    assert (lack.number_there, lack.state) == ("T2", FileState.REFUSED)
    assert lack.reason == "The filing has more files than are fetched by themselves (1)."


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"DuongDanTaiTepTin": "http://127.0.0.1:1/tep/1.pdf"}, "does not lie at the portal"),
        ({"DuongDanTaiTepTin": "file:///etc/passwd"}, "does not lie at the portal"),
        ({"MaBam": "0" * 64}, "did not arrive as it was sent"),
    ],
)
def test_what_is_not_what_it_should_be_is_not_taken(filed, changes, reason):
    dossier = filed(changes)
    assert portal_files.fetch_due() == {"failed": 1}
    assert reason in portal_files.missing(dossier).get().reason
    assert not dossier.documents.exists()


def test_what_is_too_large_is_not_read(portal, filed, settings):
    settings.UPLOAD_MAX_BYTES = len(CONTENT) - 1
    filed()
    assert portal_files.fetch_due() == {"failed": 1}
    assert "longer than anything" in PortalFile.objects.get().reason


def test_what_is_no_file_to_hand_in_waits_for_a_person_in_the_end(portal, filed):
    dossier = filed({"MaBam": ""})
    portal.files["1.pdf"] = b"MZ not a paper"
    for _attempt in range(portal_files.BAD_ATTEMPTS):
        later()
        portal_files.fetch_due()
    row = PortalFile.objects.get()
    assert (row.state, row.attempts) == (FileState.REFUSED, portal_files.BAD_ATTEMPTS)
    assert "is not a PDF" in row.reason
    assert not dossier.documents.exists()
    portal.files["1.pdf"] = CONTENT
    keeper = make_person("he-thong", None, Role.SYSTEM_ADMIN, is_staff=True)
    assert portal_files.fetch_again(keeper) == 1
    assert portal_files.fetch_due() == {"fetched": 1}


def test_a_file_that_the_scanner_knows_is_not_stored(filed, monkeypatch):
    def infected(content, name):
        raise BadFile(f"“{name}” carries a virus and was not stored.", field="file")

    monkeypatch.setattr("cases.services.documents.refuse_infected", infected)
    dossier = filed()
    assert portal_files.fetch_due() == {"failed": 1}
    assert "virus" in portal_files.missing(dossier).get().reason
    assert not dossier.documents.exists()


def test_the_same_file_for_two_papers_is_one_document(filed, world):
    dossier = filed({}, {"TepDinhKemId": "T2", "MaThanhPhanHoSo": f"{world.free.code}-02"}, {})
    assert PortalFile.objects.count() == 2  # the third has the number of the first
    assert portal_files.fetch_due() == {"fetched": 2}
    assert dossier.documents.count() == 1


def test_one_that_cannot_be_got_holds_up_no_other(portal, filed, settings):
    gone = {"TepDinhKemId": "T0", "DuongDanTaiTepTin": f"{settings.PORTAL_URL}/tep/khong-co.pdf"}
    dossier = filed(gone, {})
    assert portal_files.fetch_due() == {"failed": 1, "fetched": 1}
    assert "HTTP 404" in portal_files.missing(dossier).get().reason


@pytest.mark.parametrize(
    "papers",
    [
        None,
        "x",
        [None, 7, "x"],
        [{"DuongDanTaiTepTin": 5, "TenTepDinhKem": None}],
        [{"DuongDanTaiTepTin": ""}],
    ],
)
def test_entries_that_are_none_do_not_keep_the_filing_away(world, portal, papers):
    portal.file(**filing(world, TaiLieuNop=papers))
    assert take_filings() == FilingCounts(taken=1)
    portal_files.fetch_due()
    assert not Dossier.objects.get().documents.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_bring_a_file_once(filed):
    dossier = filed()
    in_parallel([portal_files.fetch_due, portal_files.fetch_due], connections=2)
    assert dossier.documents.count() == 1


def test_whose_lease_has_ended_brings_nothing(filed):
    dossier = filed()
    late = portal_files._claim()
    later()
    assert portal_files.fetch_due() == {"fetched": 1}
    assert portal_files._attached(late, CONTENT) == "gone"
    assert dossier.documents.count() == 1


def test_of_what_has_ended_nothing_is_missed(world, portal, filed):
    dossier = filed()
    services.refuse(dossier, by=world.clerk, reason="Không thuộc thẩm quyền")
    assert portal_files.fetch_due() == {}
    assert not portal_files.lacking().exists()


def test_what_ends_while_its_file_is_fetched_takes_none(world, portal, filed):
    dossier = filed()
    row = portal_files._claim()
    services.refuse(dossier, by=world.clerk, reason="Không thuộc thẩm quyền")
    assert portal_files._attached(row, CONTENT) == "refused"
    assert not dossier.documents.exists()


def test_the_lack_stands_on_both_pages(world, portal, filed, client):
    dossier = filed()
    portal.set_fault(Fault.BUSY)
    portal_files.fetch_due()
    client.force_login(world.supervisor)
    page = client.get(reverse("admin:portal")).content.decode()
    assert CODE in page
    assert "It is busy" in page
    shown = client.get(reverse("admin:cases_dossier_change", args=[dossier.pk])).content.decode()
    assert "Filed at the portal, and not here yet" in shown
    keeper = make_person("he-thong", None, Role.SYSTEM_ADMIN, is_staff=True)
    client.force_login(keeper)
    later()
    portal.set_fault(None)
    client.post(reverse("admin:portal_act", args=["fetch"]))
    assert portal_files.fetch_due() == {"fetched": 1}
    with pytest.raises(NotPermitted):
        portal_files.fetch_again(world.supervisor)
