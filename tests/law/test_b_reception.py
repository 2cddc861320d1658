"""Group B, reception: R6 to R15."""

from datetime import date

import pytest
from django.utils import translation

from cases import deadlines, services
from cases.enums import Provision, ReuseGround, State
from cases.errors import Invalid, ScanMissing
from cases.models import Dossier
from cases.services.checklist import ComponentFacts
from cases.services.store import reuse_offers
from notifications.enums import LetterKind
from notifications.models import Letter
from procedures import regimes
from procedures.models import ElectronicSource
from tests.cases.helpers import fresh, refused
from tests.cast import local, make_procedure, upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def test_r06_one_code_per_dossier_and_day_without_gap(world, clock):
    clock.move_to("2026-11-20 09:00")
    assert [world.receive().code for _ in range(3)] == [
        "H41.101-261120-0001",
        "H41.101-261120-0002",
        "H41.101-261120-0003",
    ]
    clock.move_to("2026-11-23 09:00")
    assert world.receive().code == "H41.101-261123-0001"


def test_r07_a_filing_ends_in_exactly_one_of_three(world):
    asked = services.ask_at_desk(
        world.free,
        world.applicant,
        desk=world.ward,
        by=world.clerk,
        reason="Thiếu tờ khai",
        items=["Tờ khai"],
    )
    assert (asked.dossier.state, asked.dossier.code) == (State.SUBMITTED, None)
    with refused(Invalid):
        services.refuse_at_desk(world.free, world.applicant, desk=world.ward, by=world.clerk, reason="   ")
    turned_away = services.refuse_at_desk(
        world.free,
        world.applicant,
        desk=world.ward,
        by=world.clerk,
        reason="Không thuộc thẩm quyền; nộp tại Sở Xây dựng",
    )
    received = world.receive()
    assert [d.state for d in (turned_away, received)] == [State.REFUSED, State.RECEIVED]
    assert list(Letter.objects.order_by("pk").values_list("kind", flat=True)) == [
        LetterKind.SUPPLEMENT,
        LetterKind.REFUSAL,
    ]


def test_r08_the_law_follows_the_reception_and_the_forms_the_day_of_issue():
    assert regimes.mechanism_on(date(2025, 6, 30)).name == "61/2018 + 107/2021"
    assert regimes.forms_on(date(2025, 9, 15)).name == "03/2025: forms 01-07"
    assert regimes.mechanism_on(date(2024, 5, 8)).name == "61/2018 + 107/2021"
    assert regimes.forms_on(date(2024, 5, 8)).name == "01/2018: forms 01-06"


def test_r09_the_officer_asks_once_and_the_head_once_more(world, clock):
    clock.move_to("2026-11-02 09:00")
    dossier = world.processing()
    ask = {"reason": "Thiếu chữ ký", "items": ["Tờ khai có chữ ký"]}
    services.request_supplement(dossier, by=world.officer, **ask)
    services.resume(dossier, by=world.clerk)
    clock.move_to("2026-11-09 09:00")
    with refused(Invalid, "approval_missing"):
        services.request_supplement(dossier, by=world.officer, **ask)
    services.request_supplement(dossier, by=world.head, **ask)
    assert fresh(dossier).asked_twice is True


def test_r10_an_online_filing_is_answered_within_eight_working_hours(world, clock):
    clock.move_to("2026-11-19 16:30")
    assert world.submit().answer_due_at == local("2026-11-20 16:30")


@pytest.mark.parametrize(
    ("filed", "days", "counts_from", "due"),
    [
        ("2026-11-14 20:15", 3, "2026-11-16 07:30", "2026-11-19 17:00"),
        ("2026-11-11 06:10", 1, "2026-11-11 07:30", "2026-11-12 17:00"),
    ],
)
def test_r11_a_filing_outside_hours_counts_from_the_next_opening(world, clock, filed, days, counts_from, due):
    clock.move_to(filed)
    filing = world.submit(make_procedure("1.000011", "Thủ tục trực tuyến", amount=days))
    clock.move_to(counts_from)
    dossier = services.receive_filing(filing, by=world.clerk)
    assert (dossier.clock_started_at, dossier.due_at) == (local(counts_from), local(due))


def test_r12_what_is_decided_at_once_is_recorded_without_a_receipt(world, clock):
    copies = make_procedure("2.000908", "Cấp bản sao từ sổ gốc", amount=0, unit="immediate")
    copies.versions.update(decided_at_once=True)
    world.clerk.decides_at_counter = True
    world.clerk.save()
    form = copies.versions.get().components.order_by("position").first()
    clock.move_to("2026-11-09 09:10")
    dossier = services.decide_at_once(
        copies,
        world.applicant,
        upload("ban-sao.pdf"),
        desk=world.ward,
        by=world.clerk,
        number="15/BS",
        signer="Lê Thị Một Cửa",
        components=world.components(copies),
        scans={form.pk: [upload()]},
    )
    dossier = fresh(dossier)
    assert (dossier.state, dossier.receipt_wanted) == (State.RETURNED, False)
    assert dossier.code == "H41.101-261109-0001"
    assert dossier.finished_at <= dossier.due_at


def test_r12_a_certified_copy_has_its_number_and_everything_but_a_receipt(world):
    copies = make_procedure("2.000815", "Chứng thực bản sao", amount=1, unit="same_day", fee=2000)
    copies.versions.update(decided_at_once=True, register="copies")
    world.clerk.decides_at_counter = True
    world.clerk.save()
    entry = services.certify(
        copies,
        world.applicant,
        desk=world.ward,
        by=world.clerk,
        paper="Thẻ căn cước",
        signer="Trần Văn Lãnh Đạo",
    )
    dossier = fresh(entry.dossier)
    assert (dossier.state, dossier.receipt_wanted) == (State.RETURNED, False)
    assert (dossier.code, dossier.book_number, entry.number) == ("H41.101-261109-0001", 1, 1)
    assert (dossier.balance, entry.amount, dossier.result_number) == (0, 2000, "01, 01/2026-SCT/BS")
    assert dossier.finished_at <= dossier.due_at


def test_r13_what_a_connected_database_knows_is_not_demanded_without_a_ground(world):
    ElectronicSource.objects.create(name="National Population Database", is_connected=True)
    form, identity, _authorisation = world.free.versions.get().components.order_by("position")
    on_paper = [ComponentFacts(form.pk), ComponentFacts(identity.pk, provision=Provision.PAPER)]
    with refused(Invalid, "reusable"):
        world.receive(components=on_paper)
    offers = reuse_offers(world.free.versions.get(), None)
    assert list(offers) == [identity.pk]
    reused = [ComponentFacts(form.pk), ComponentFacts(identity.pk, provision=Provision.REUSED)]
    assert world.receive(components=reused).demands.count() == 0
    with_ground = [
        ComponentFacts(form.pk),
        ComponentFacts(identity.pk, provision=Provision.PAPER, ground=ReuseGround.SYSTEM_FAILURE),
    ]
    demand = world.receive(components=with_ground).demands.get()
    assert (demand.component, demand.ground) == (identity, ReuseGround.SYSTEM_FAILURE)


def test_r14_the_dossier_does_not_leave_the_desk_while_a_scan_is_missing(world):
    form, identity, _authorisation = world.free.versions.get().components.order_by("position")
    two_originals = [
        ComponentFacts(form.pk, originals=2),
        ComponentFacts(identity.pk, provision=Provision.SHOWN),
    ]
    dossier = world.receive(components=two_originals)
    paper = dossier.components.get(component=form)
    services.add_document(dossier, upload(), by=world.clerk, component=paper)
    with refused(ScanMissing, "scan_missing") as refusal:
        services.digitize(dossier, by=world.clerk)
    assert "1 of 2 scans of “Application form”" in refusal.value.sentence
    services.add_document(dossier, upload(), by=world.clerk, component=paper)
    assert services.digitize(dossier, by=world.clerk).state == State.DIGITIZED


def test_r15_a_boundary_free_dossier_counts_from_its_arrival(world, clock):
    clock.move_to("2026-11-11 15:20")
    dossier = world.receive(desk=world.centre, by=world.centre_clerk, competent_agency=world.ward)
    assert dossier.clock_started_at == local("2026-11-12 07:30")
    assert dossier.due_at == local("2026-11-17 17:00")
    form = dossier.components.get(provision=Provision.PAPER)
    services.add_document(dossier, upload(), by=world.centre_clerk, component=form)
    clock.move_to("2026-11-13 09:10")
    services.digitize(dossier, by=world.centre_clerk)
    dossier = Dossier.objects.get(pk=dossier.pk)
    assert (dossier.due_at, dossier.first_due_at) == (local("2026-11-18 17:00"), local("2026-11-17 17:00"))
    assert dossier.events.last().data["due"] == "18/11/2026 17:00"


def test_r15_the_expected_arrival_follows_the_rule_of_three_oclock(world):
    from procedures.calendars import calendar_for

    calendar = calendar_for(world.ward)
    assert deadlines.expected_arrival(local("2026-11-11 15:00"), calendar) == local("2026-11-11 15:00")
    assert deadlines.expected_arrival(local("2026-11-11 15:01"), calendar) == local("2026-11-12 07:30")
