"""What was filed at the portal becomes a submitted dossier, exactly once; what cannot is listed (R10, T2)."""

import pytest

from cases import services
from cases.enums import State
from cases.models import Dossier, PortalFiling
from cases.portal.states import FilingState, PortalState
from cases.services import portal_filings
from cases.services.portal_filings import FilingCounts, take_filings
from onestop.simulators.base import Fault
from tests.cases.helpers import in_parallel
from tests.cases.portal.conftest import row, statuses

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english", "clock")]
CODE = "H41.101-261109-0501"


def filing(world, **changes) -> dict:
    return {
        "MaHoSo": CODE,
        "MaTTHC": world.free.code,
        "MaDonVi": "H41.101",
        "ChuHoSo": "Lê Văn Nộp Thử",
        "SoGiayToChuHoSo": "040000000077",
        "LoaiDoiTuong": "1",
        "SoDienThoai": "0900000077",
        "Email": "",
        "DiaChi": "Xóm Thử Nghiệm",
        "TrichYeuHoSo": "Nộp thử",
        "NgayNopHoSo": "20261109083000",
        "HinhThuc": "0",
        "TaiLieuNop": [{"MaThanhPhanHoSo": f"{world.free.code}-01"}],
        **changes,
    }


def test_a_filing_becomes_a_submitted_dossier(world, portal):
    portal.file(**filing(world))
    assert take_filings() == FilingCounts(taken=1)
    dossier = Dossier.objects.get()
    assert (dossier.state, dossier.channel, dossier.code) == (State.SUBMITTED, "online", None)
    assert dossier.applicant.full_name == "Lê Văn Nộp Thử"
    assert [item.provision for item in dossier.components.all()] == ["electronic"]
    assert PortalFiling.objects.get().content is None
    assert portal.waiting == {}  # it was told


def test_the_portal_is_not_told_what_it_told(world, portal, deliver):
    portal.file(**filing(world))
    take_filings()
    dossier = Dossier.objects.get()
    assert (row(dossier).code, row(dossier).state, row(dossier).known_status) == (CODE, "accepted", 1)
    assert deliver().sent == 0
    portal.dossiers[CODE] = {"TrangThaiHoSo": "1", "NgayHenTra": "", "MaHoSo": CODE}
    services.receive_filing(dossier, by=world.clerk, components=world.components(world.free))
    assert statuses(dossier) == [2]
    assert deliver().sent == 2
    assert portal.dossiers[CODE]["TrangThaiHoSo"] == "2"
    assert portal.dossiers[CODE]["NoiNopHoSo"] == "1"
    assert row(dossier).state == PortalState.ACCEPTED


@pytest.mark.parametrize("fault", [Fault.TWICE, Fault.SHUFFLED])
def test_handed_out_twice_it_is_filed_once(world, portal, fault):
    portal.file(**filing(world))
    portal.file(**filing(world, MaHoSo="H41.101-261109-0502"))
    portal.set_fault(fault)
    assert take_filings().taken == 2
    assert Dossier.objects.count() == 2


def test_without_a_confirmation_it_is_handed_out_again_and_known(world, portal, settings):
    settings.PORTAL_FILINGS_TAKEN_SERVICE = ""
    portal.file(**filing(world))
    assert take_filings().taken == 1
    assert take_filings() == FilingCounts(known=1)
    assert Dossier.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"MaTTHC": "1.999999"}, "There is no procedure 1.999999 here."),
        ({"MaDonVi": "H99"}, "There is no reception desk H99 here."),
        ({"ChuHoSo": ""}, "The filing has no ChuHoSo."),
        ({"NgayNopHoSo": "09/11/2026"}, "“09/11/2026” is no date of the portal."),
        ({"LoaiDoiTuong": "7"}, "The filing says nothing of the kind of its applicant."),
        ({"SoDienThoai": "không"}, None),
        ({"MaHoSo": "'; DROP TABLE"}, "It has no code of a dossier."),
        ({"MaHoSo": None}, "It has no code of a dossier."),
    ],
)
def test_a_bad_one_is_listed_with_its_reason_and_blocks_nothing(world, portal, changes, reason):
    portal.waiting["bad"] = filing(world, **changes)
    portal.file(**filing(world, MaHoSo="H41.101-261109-0502"))
    assert take_filings() == FilingCounts(taken=1, bad=1)
    bad = PortalFiling.objects.get(state=FilingState.BAD)
    assert bad.reason == reason or (reason is None and bad.reason)
    assert Dossier.objects.count() == 1


def test_what_was_bad_and_comes_rightly_is_taken(world, portal):
    portal.file(**filing(world, MaTTHC="1.999999"))
    take_filings()
    portal.file(**filing(world))
    assert take_filings().taken == 1
    assert PortalFiling.objects.get().state == FilingState.TAKEN


def test_codes_of_the_ministries_are_accepted_here(world, portal):
    portal.file(**filing(world, MaHoSo="G09.20-20260609-0092637", MaTTHC=f"{world.free.code}.H41"))
    assert take_filings().taken == 1


@pytest.mark.parametrize(
    "fault",
    [Fault.BUSY, Fault.HTML, Fault.NOT_THERE, Fault.STRANGER, Fault.HALF, Fault.REFUSE, Fault.CHARSET],
)
def test_a_portal_that_answers_badly_loses_nothing(world, portal, fault):
    portal.file(**filing(world))
    portal.set_fault(fault)
    assert take_filings().why
    portal.set_fault(None)
    assert take_filings().taken == 1
    assert Dossier.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_take_it_over_once(world, portal):
    one = filing(world)
    found = in_parallel([lambda: portal_filings.take(one)] * 2, connections=2)
    assert sorted(found) == ["known", "taken"]
    assert Dossier.objects.count() == 1


# Codes of the portal that look like those of a desk ---------------------------------------------------


def test_a_desk_receives_although_the_portal_gave_out_its_next_code(world, portal, deliver):
    taken_over = "H41.101-261109-0001"
    portal.file(**filing(world, MaHoSo=taken_over))
    take_filings()
    dossier = world.receive()
    assert dossier.code == taken_over
    assert row(dossier).code == f"H41.101-261109-9{dossier.pk:07d}"
    assert deliver().sent == 2
    assert "H41.101-261109-0001" in portal.dossiers[row(dossier).code]["GhiChu"]


def test_a_filing_whose_code_a_desk_gave_out_is_listed(world, portal):
    code = world.receive().code
    portal.file(**filing(world, MaHoSo=code))
    assert take_filings() == FilingCounts(bad=1)
    assert PortalFiling.objects.get().reason == "A dossier that was received here has this code already."
    assert Dossier.objects.count() == 1


# What cannot be stored --------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["ChuHoSo", "TrichYeuHoSo", "DiaChi"])
@pytest.mark.parametrize("nonsense", ["\0", "\ud800"])
def test_signs_that_cannot_be_stored_are_left_out(world, portal, field, nonsense):
    assert portal_filings.take(filing(world, **{field: f"Lê Văn{nonsense} Nộp"})) == "taken"


@pytest.mark.parametrize("changes", [{"MaDonVi": "H\0\ud80099"}, {"MaHoSo": "\0\ud800"}])
def test_a_bad_one_with_such_signs_is_listed(world, portal, changes):
    assert portal_filings.take(filing(world, **changes)) == "bad"
    assert PortalFiling.objects.get().state == FilingState.BAD


def test_what_fails_unforeseen_is_listed_and_holds_up_no_other(world, portal, monkeypatch):
    submitted = portal_filings.submit

    def submit(*args, subject, **more):
        if subject == "Lỗi":
            raise ValueError("unforeseen")
        return submitted(*args, subject=subject, **more)

    monkeypatch.setattr(portal_filings, "submit", submit)
    portal.file(**filing(world, TrichYeuHoSo="Lỗi"))
    portal.file(**filing(world, MaHoSo="H41.101-261109-0502"))
    assert take_filings() == FilingCounts(taken=1, bad=1)
    assert PortalFiling.objects.get(state=FilingState.BAD).reason == "It could not be stored (ValueError)."
