"""Searching civil status and business registration for a dossier's applicant, and reusing what they have (R13)."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import Error, transaction

from cases import services
from cases.connections.stores.facts import Question, RecordKind, SearchOutcome
from cases.connections.systems import System
from cases.enums import DocumentSource, EventKind, Provision, ReuseGround
from cases.errors import BadFile, Invalid, NotPermitted, NotPossibleNow
from cases.models import ConnectionState, Demand, Document, DossierComponent, Outage, StoreLookup
from cases.scorecard.dossiers import with_reuse
from cases.services import store_search
from cases.services.checklist import ComponentFacts
from cases.services.stores import connected_store, store_of
from onestop.simulators.base import Fault
from onestop.simulators.result_taker import file_told
from procedures.enums import Role
from procedures.models import Component, ElectronicSource
from tests.cases.helpers import everything, kinds, make_person, refused
from tests.notifications.builders import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

REGISTER = "CSDL hộ tịch điện tử (Electronic Civil Status Database)"


def asks_for(world, name: str = "Trích lục khai sinh", source: str = REGISTER) -> DossierComponent:
    """A dossier at the desk whose list has this paper, which counts as reused until somebody says otherwise."""
    version = world.free.versions.get()
    component, _new = Component.objects.get_or_create(
        version=version, name_vi=name, defaults={"position": 9, "name_en": name, "electronic_source": source}
    )
    way = Provision.REUSED if source else Provision.PAPER
    facts = [*world.components(world.free), ComponentFacts(component.pk, provision=way)]
    return world.receive(components=facts).components.get(component=component)


@pytest.fixture
def item(world, civil_status) -> DossierComponent:
    return asks_for(world)


def search(item, by, *, has_consent=True) -> store_search.Searched:
    return store_search.search(item, by=by, has_consent=has_consent)


def row() -> StoreLookup:
    return StoreLookup.objects.get()


# Search -------------------------------------------------------------------------------------------


def test_the_register_is_asked_about_the_applicant_of_the_dossier_with_purpose_and_consent(
    world, civil_status, item
):
    found = search(item, world.clerk)
    assert found.sentence == "Civil status database answered. Nothing of it is kept unless you reuse it."
    (hit,) = found.hits
    assert (hit.record.title, hit.record.about, hit.record.number, hit.record.kind) == (
        "Trích lục khai sinh",
        "Nguyễn Ví Dụ Số 1",
        "2/1994-TP/KS-01",
        RecordKind.BIRTH,
    )
    (asked,) = civil_status.asked
    assert asked == {
        "MaYeuCau": str(row().request_id),
        "MaDonVi": world.ward.identifier,
        "MaCanBo": world.clerk.username,
        "MaThuTuc": "1.000001",
        "MaHoSo": item.dossier.code,
        "MucDich": "GQTTHC",
        "DongY": True,
        "SoDinhDanh": world.applicant.id_number,
        "loaiSo": "KS",
    }


def test_of_a_search_nothing_is_kept_but_that_it_was_made(world, civil_status, item):
    search(item, world.clerk)
    kept = row()
    assert (kept.by, kept.dossier, kept.component, kept.system, kept.kind) == (
        world.clerk,
        item.dossier,
        item.component,
        System.CIVIL_STATUS,
        RecordKind.BIRTH,
    )
    assert (kept.outcome, kept.found, kept.record, kept.reused_at) == (SearchOutcome.FOUND, 1, "", None)
    assert not any("1994" in text for rows in everything().values() for text in rows)


def test_what_is_told_twice_and_in_any_order_is_one_record_each_newest_first(world, civil_status):
    number = world.applicant.id_number
    question = Question("1", RecordKind.CIVIL, number, "GQTTHC", True, "a", "b", "1.000001", "c")
    ask = store_of(System.CIVIL_STATUS).search
    straight = [record.reference for record in ask(question)]
    assert [one[:2] for one in straight] == ["KT", "HN", "KH", "KS"]
    for fault in (Fault.TWICE, Fault.SHUFFLED):
        civil_status.set_fault(fault, 1)
        assert [record.reference for record in ask(question)] == straight


def test_a_paper_of_no_known_kind_is_not_searched_for_in_the_events_of_a_family(world, civil_status):
    item = asks_for(world, "Giấy tờ làm căn cứ")
    with refused(NotPossibleNow, "not_connected"):
        search(item, world.clerk)
    assert civil_status.asked == []


def test_a_record_of_another_kind_than_asked_for_is_no_answer(world, civil_status, item, monkeypatch):
    ours = civil_status.records_of
    monkeypatch.setattr(civil_status, "records_of", lambda asked: ours({**asked, "loaiSo": "KH"}))
    assert search(item, world.clerk).ground == ReuseGround.SYSTEM_FAILURE


def test_an_enterprise_of_another_code_than_asked_for_is_no_answer(world, business, monkeypatch):
    ours = business.records_of
    monkeypatch.setattr(business, "records_of", lambda asked: ours({**asked, "msdn": "2900000002"}))
    world.applicant = replace(world.applicant, id_number="2900000001", kind="business")
    item = asks_for(world, "Bản chính Giấy chứng nhận đăng ký hộ kinh doanh", source="")
    assert search(item, world.clerk).ground == ReuseGround.SYSTEM_FAILURE


def test_who_has_no_such_record_brings_the_paper_with_a_ground(world, civil_status):
    world.applicant = replace(world.applicant, id_number="040888888888")
    found = search(asks_for(world), world.clerk)
    assert (found.hits, found.ground) == ((), ReuseGround.WRONG_DATA)
    assert row().outcome == SearchOutcome.NOTHING


def test_without_consent_nobody_is_asked(world, civil_status, item):
    with refused(Invalid, "consent_missing"):
        search(item, world.clerk, has_consent=False)
    assert (civil_status.asked, StoreLookup.objects.count()) == ([], 0)
    with pytest.raises(Error, match="store_lookup_with_consent"), transaction.atomic():
        StoreLookup.objects.create(
            at=item.dossier.received_at,
            by=world.clerk,
            agency=world.ward,
            dossier=item.dossier,
            component=item.component,
            system=System.CIVIL_STATUS,
            kind=RecordKind.BIRTH,
            has_consent=False,
        )


@pytest.mark.parametrize("person", ["outsider_clerk", "outsider_officer", "supervisor", "auditor"])
def test_only_those_who_handle_the_dossier_search_for_it(world, civil_status, item, person):
    with refused(NotPermitted, "not_permitted"):
        search(item, getattr(world, person))
    assert (civil_status.asked, StoreLookup.objects.count()) == ([], 0)


def test_the_officer_searches_too_until_there_is_a_result(world, civil_status, item):
    assert search(item, world.officer).hits
    item.dossier.finished_at = item.dossier.received_at
    with pytest.raises(NotPossibleNow):
        search(item, world.clerk)


def test_an_applicant_without_a_number_that_the_register_knows_cannot_be_searched_for(world, civil_status):
    world.applicant = replace(world.applicant, id_number="B1234567")
    item = asks_for(world)
    with refused(Invalid, "no_number"):
        search(item, world.clerk)
    assert civil_status.asked == []


def test_what_is_not_connected_is_not_offered(world, settings, item):
    settings.CIVIL_STATUS_URL = ""
    assert connected_store(item.component) is None
    with refused(NotPossibleNow, "not_connected"):
        search(item, world.clerk)


AWAY = (
    Fault.AWAY,
    Fault.NEVER,
    Fault.LATE,
    Fault.HALF,
    Fault.ERROR,
    Fault.UNCLEAR,
    Fault.BUSY,
    Fault.HTML,
    Fault.NOT_THERE,
    Fault.STRANGER,
    Fault.CHARSET,
    Fault.SIGNED_OUT,
    Fault.WRONG,
)


@pytest.mark.parametrize("fault", AWAY)
def test_whatever_is_wrong_the_desk_goes_on_with_the_ground_of_a_system_failure(
    world, civil_status, item, settings, fault
):
    settings.STORES_SECONDS = 0.5
    civil_status.set_fault(fault)
    found = search(item, world.clerk)
    assert (found.hits, found.ground) == ((), ReuseGround.SYSTEM_FAILURE)
    assert (row().outcome, bool(row().reason)) == (SearchOutcome.FAILED, True)
    assert Outage.objects.get(ended_at=None).name == System.CIVIL_STATUS
    assert ConnectionState.objects.get(system=System.CIVIL_STATUS).failing_since
    civil_status.set_fault(None)
    settings.STORES_SECONDS = 2.0
    assert search(item, world.clerk).hits
    assert not Outage.objects.filter(ended_at=None).exists()


def test_200_with_an_error_code_is_a_refusal_and_no_outage(world, civil_status, item):
    civil_status.set_fault(Fault.REFUSE)
    found = search(item, world.clerk)
    assert found.sentence == (
        "Civil status database refused this search: It refuses: Từ chối (giả lập) Go on with the paper."
    )
    assert (row().outcome, row().reason, found.ground) == (
        SearchOutcome.REFUSED,
        "It refuses with the code 99.",  # its words may name somebody, and are shown only
        "",
    )
    assert not Outage.objects.exists()


# Reuse --------------------------------------------------------------------------------------------


def reused(item, by) -> Document:
    return store_search.reuse(item, search(item, by).hits[0].carried, by=by)


def test_a_record_is_put_to_the_dossier_with_its_source_and_need_not_be_brought(world, civil_status, item):
    document = reused(item, world.clerk)
    kept = row()
    assert (document.source, document.component, document.mime_type) == (
        DocumentSource.REUSED,
        item,
        "application/pdf",
    )
    assert (kept.record, kept.issuer, kept.sha256) == (
        "KS-1994-000001",
        "UBND phường Ví Dụ, tỉnh Nghệ An",
        document.sha256,
    )
    assert kept.reused_at
    item.refresh_from_db()
    assert (item.provision, item.originals) == (Provision.REUSED, 0)
    assert kinds(item.dossier)[-1] == EventKind.DOCUMENT_ADDED


def test_a_paper_that_was_taken_counts_as_reused_afterwards(world, civil_status):
    item = asks_for(world)
    DossierComponent.objects.filter(pk=item.pk).update(provision=Provision.PAPER, originals=1)
    reused(item, world.clerk)
    item.refresh_from_db()
    assert (item.provision, item.originals) == (Provision.REUSED, 1)  # which lies here, and goes back
    assert item.dossier._meta.model.objects.filter(with_reuse(None), pk=item.dossier_id).exists()
    world.scan(item.dossier)
    services.digitize(item.dossier, by=world.clerk)  # and needs no scan


def test_what_comes_without_a_file_becomes_a_sheet_that_says_where_it_is_from(world, civil_status):
    item = asks_for(world, "Giấy xác nhận tình trạng hôn nhân")
    document = reused(item, world.clerk)
    said = text_of(document.file.open().read())
    for part in ("CSDL HỘ TỊCH", "Đã đăng ký kết hôn", str(row().request_id), item.dossier.code):
        assert part in said


def test_a_record_is_reused_once(world, civil_status, item):
    carried = search(item, world.clerk).hits[0].carried
    store_search.reuse(item, carried, by=world.clerk)
    with refused(Invalid, "search_again"):
        store_search.reuse(item, carried, by=world.clerk)
    with pytest.raises(BadFile):  # the same file by another search
        reused(item, world.clerk)
    assert item.documents.count() == 1


def test_what_a_page_carries_is_good_for_its_clerk_its_dossier_and_its_paper_alone(world, civil_status, item):
    carried = search(item, world.clerk).hits[0].carried
    colleague = make_person("ban-cung-phong", world.ward, Role.CLERK)
    other = asks_for(world)
    for one, person, text in (
        (item, colleague, carried),
        (other, world.clerk, carried),
        (item, world.clerk, carried[:-1]),
        (item, world.clerk, ""),
    ):
        with refused(Invalid, "search_again"):
            store_search.reuse(one, text, by=person)
    with refused(NotPermitted, "not_permitted"):
        store_search.reuse(item, carried, by=world.outsider_clerk)
    assert not Document.objects.filter(source=DocumentSource.REUSED).exists()


@pytest.mark.parametrize("fault", [*AWAY, Fault.REFUSE])
def test_a_record_that_is_not_given_changes_nothing_and_can_be_asked_for_again(
    world, civil_status, item, settings, fault
):
    carried = search(item, world.clerk).hits[0].carried
    settings.STORES_SECONDS = 0.5
    civil_status.set_fault(fault)
    with pytest.raises(NotPossibleNow) as caught:
        store_search.reuse(item, carried, by=world.clerk)
    assert "Nothing was changed; try again, or take the paper." in caught.value.sentence
    assert (item.documents.count(), row().reused_at) == (0, None)
    civil_status.set_fault(None)
    settings.STORES_SECONDS = 2.0
    store_search.reuse(item, carried, by=world.clerk)
    assert item.documents.count() == 1


@pytest.mark.parametrize(
    "file", [{"NoiDung": "@@", "SHA256": ""}, {"NoiDung": "QUJD", "SHA256": "0" * 64}, {"NoiDung": 1}, []]
)
def test_a_file_that_is_damaged_is_not_taken(world, civil_status, item, monkeypatch, file):
    carried = search(item, world.clerk).hits[0].carried
    monkeypatch.setattr(civil_status, "file_of", lambda _record: file)
    with pytest.raises(NotPossibleNow):
        store_search.reuse(item, carried, by=world.clerk)
    assert item.documents.count() == 0


def test_a_file_that_is_none_of_the_accepted_kinds_is_refused_like_every_other(
    world, civil_status, item, monkeypatch
):
    carried = search(item, world.clerk).hits[0].carried
    monkeypatch.setattr(civil_status, "file_of", lambda _record: file_told(b"MZ program", "x.pdf"))
    with pytest.raises(BadFile):
        store_search.reuse(item, carried, by=world.clerk)
    assert (item.documents.count(), row().reused_at) == (0, None)


# Paper all the same --------------------------------------------------------------------------------


def test_r13_with_the_register_away_the_paper_is_taken_and_the_demand_says_since_when(
    world, civil_status, item
):
    ElectronicSource.objects.create(name=REGISTER, is_connected=True)
    civil_status.set_fault(Fault.BUSY)
    found = search(item, world.clerk)
    store_search.take_paper(item, found.lookup, by=world.clerk)
    demand = Demand.objects.get()
    assert (demand.ground, demand.component) == (ReuseGround.SYSTEM_FAILURE, item.component)
    assert demand.note.startswith("Civil status database: no answer since ")
    item.refresh_from_db()
    assert (item.provision, item.originals) == (Provision.PAPER, 1)


def test_an_old_search_gives_no_ground_and_no_paper_takes_the_place_of_what_was_reused(
    world, civil_status, item
):
    civil_status.set_fault(Fault.BUSY)
    away = search(item, world.clerk).lookup
    with time_machine.travel(away.at + timedelta(minutes=31)), pytest.raises(NotPossibleNow):
        store_search.take_paper(item, away, by=world.clerk)
    civil_status.set_fault(None)
    carried = search(item, world.clerk).hits[0].carried
    with pytest.raises(NotPossibleNow):  # the newest one found it
        store_search.take_paper(item, away, by=world.clerk)
    store_search.reuse(item, carried, by=world.clerk)
    civil_status.set_fault(Fault.BUSY)
    with pytest.raises(NotPossibleNow):
        store_search.take_paper(item, search(item, world.clerk).lookup, by=world.clerk)
    item.refresh_from_db()
    assert item.provision == Provision.REUSED


def test_where_the_law_asks_for_no_ground_none_is_recorded_and_it_says_so(world, civil_status, item):
    civil_status.set_fault(Fault.BUSY)
    assert not store_search.take_paper(item, search(item, world.clerk).lookup, by=world.clerk)
    assert not Demand.objects.exists()


def test_a_search_that_found_something_gives_no_ground_and_nobody_uses_anothers(world, civil_status, item):
    found = search(item, world.clerk)
    with pytest.raises(NotPossibleNow):
        store_search.take_paper(item, found.lookup, by=world.clerk)
    civil_status.set_fault(Fault.BUSY)
    away = search(item, world.clerk)
    with pytest.raises(NotPossibleNow):
        store_search.take_paper(item, away.lookup, by=world.officer)
    assert not Demand.objects.exists()
