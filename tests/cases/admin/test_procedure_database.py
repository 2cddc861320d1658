"""The page of the procedure database: what waits, each proposal beside what holds, and deciding about it."""

import json
from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.services import procedure_database
from onestop.simulators.base import Fault, running
from onestop.simulators.procedures import ProcedureDatabase
from procedures.decisions import Told
from procedures.enums import DecisionKind, ProposalState, Role, VersionStatus
from procedures.models import ProcedureVersion, Proposal
from procedures.records import content_of, record_of
from procedures.services.proposals import take
from tests.cases.admin.controls import confused
from tests.cases.helpers import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

LIST = reverse("admin:procedure_database")


@pytest.fixture
def keeper(world, browser):
    person = make_person("danh-muc", None, Role.SYSTEM_ADMIN, is_staff=True)
    client = browser(person)
    client.person = person
    return client


@pytest.fixture
def told(world) -> Told:
    """A shorter limit, a paper fewer, and a fee, of the procedure that costs nothing today."""
    ProcedureVersion.objects.update(legal_basis=["Luật Ví Dụ"])
    content = content_of(record_of(world.free.versions.get()))
    for own in ("internal_steps", "code"):
        content.pop(own)
    content["time_limits"] = [{"label": "2 ngày làm việc", "amount": 2, "unit": "working_day"}]
    content["components"] = content["components"][:1]
    content["fees"] = [
        {"name": "Lệ phí ví dụ", "kind": "charge", "channel": "any", "rule": "fixed", "amount": 8000}
    ]
    return Told(
        number="01/QĐ-VIDU",
        signed_on=date(2026, 10, 12),
        effective_on=date(2026, 12, 1),
        loaded_on=date(2026, 10, 27),
        kind=DecisionKind.AMENDED,
        code=world.free.code,
        content=content,
    )


def page_of(client, proposal: Proposal) -> str:
    return " ".join(
        client.get(reverse("admin:procedure_proposal", args=[proposal.pk])).content.decode().split()
    )


def post(client, what: str, proposal: Proposal, **data) -> str:
    answer = client.post(reverse(f"admin:procedure_{what}", args=[proposal.pk]), data, follow=True)
    return " ".join(answer.content.decode().split())


def test_a_proposal_stands_beside_what_holds_now(keeper, world, told):
    world.receive(world.free)
    take([told])
    assert "01/QĐ-VIDU" in keeper.get(LIST).content.decode()
    page = page_of(keeper, Proposal.objects.get())
    for shown in (
        "<strong>2 working days",
        "<del>Giấy tờ tùy thân",
        "Lệ phí ví dụ",
        "8.000 đ",
        "6 working days late",
        "1 – they keep it, with its limit, fees and papers",
        "Our internal steps need",
    ):
        assert shown in page, shown


def test_accepting_prepares_a_draft_and_says_what_it_lacks(keeper, told):
    take([told])
    proposal = Proposal.objects.get()
    page = post(keeper, "accept", proposal)
    assert "A draft is prepared. Complete it, then accept again: The internal steps need" in page
    proposal.refresh_from_db()
    proposal.version.steps.update(amount="0.25")
    assert "The catalogue has it now" in post(keeper, "accept", proposal)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.version.status) == (ProposalState.ACCEPTED, VersionStatus.PUBLISHED)
    assert "Accepted" in keeper.get(LIST).content.decode()
    assert "Decided by" in page_of(keeper, proposal)


def test_rejecting_needs_a_reason_and_keeps_it(keeper, told):
    take([told])
    proposal = Proposal.objects.get()
    assert "This field is required" in post(keeper, "reject", proposal, reason=" ")
    post(keeper, "reject", proposal, reason="Chưa đến lượt")
    proposal.refresh_from_db()
    assert (proposal.state, proposal.reason) == (ProposalState.REJECTED, "Chưa đến lượt")
    assert "Chưa đến lượt" in keeper.get(LIST).content.decode()
    assert "Somebody has decided about it already" in post(keeper, "accept", proposal)


def test_no_two_controls_have_one_name_and_different_targets(keeper, told):
    take([told, replace(told, number="02/QĐ-VIDU"), replace(told, number="03/QĐ-VIDU", content={})])
    pages = [keeper.get(LIST).content.decode(), page_of(keeper, Proposal.objects.first())]
    assert [confused(page) for page in pages] == [confused("<html></html>")] * 2


def test_one_that_waits_for_another_says_so_and_cannot_be_accepted(keeper, told):
    take([replace(told, code="9.999903")])
    page = page_of(keeper, Proposal.objects.get())
    assert "no published version of 9.999903 yet" in page
    assert reverse("admin:procedure_accept", args=[Proposal.objects.get().pk]) not in page


def test_what_cannot_be_read_is_shown_harmlessly(keeper, told):
    take([replace(told, raw=json.dumps({"Ten": "<script>alert(1)</script> \ud800"}), content={})])
    page = page_of(keeper, Proposal.objects.get())
    assert "The content of the procedure is missing." in page
    assert "&lt;script&gt;alert(1)" in page and "<script>alert(1)" not in page
    assert "The content of the procedure is missing." in keeper.get(LIST).content.decode()


@pytest.mark.parametrize("kind", [DecisionKind.ABOLISHED, DecisionKind.NEW, DecisionKind.REPLACED])
def test_each_kind_has_its_page(keeper, world, told, kind):
    code = world.free.code if kind == DecisionKind.ABOLISHED else "9.999901"
    replaces = (world.free.code,) if kind == DecisionKind.REPLACED else ()
    take([replace(told, kind=kind, code=code, replaces=replaces)])
    page = page_of(keeper, Proposal.objects.get())
    assert ("from 01/12/2026 on no dossier is received by it" in page) == (kind == DecisionKind.ABOLISHED)
    assert ("Added" in page) == (kind != DecisionKind.ABOLISHED)


def test_supervisors_look_and_do_not_decide(world, told, browser):
    take([told])
    client, proposal = browser(world.supervisor), Proposal.objects.get()
    page = page_of(client, proposal)
    assert "<strong>2 working days" in page
    assert reverse("admin:procedure_accept", args=[proposal.pk]) not in page
    assert client.post(reverse("admin:procedure_accept", args=[proposal.pk])).status_code == 403
    assert client.get(reverse("admin:procedure_export")).status_code == 403


def test_fetching_now_says_what_came_or_why_not(keeper, settings):
    with running([ProcedureDatabase(today=date(2026, 11, 9))]) as server:
        settings.PROCEDURES_URL = server.url("procedures")
        settings.PROCEDURES_KEY = "key-of-the-simulator"
        fetch = reverse("admin:procedure_fetch")
        server["procedures"].set_fault(Fault.HTML, 1)
        assert "a page of HTML" in keeper.post(fetch, follow=True).content.decode()
        server["procedures"].set_fault(Fault.WRONG, 1)
        page = keeper.post(fetch, follow=True).content.decode()
        assert "3 new proposals. 1 cannot be read." in page
    settings.PROCEDURES_URL = ""
    assert "not configured" in keeper.post(fetch, follow=True).content.decode()


def test_our_procedures_are_downloaded_in_the_form_of_the_database(keeper, world):
    answer = keeper.get(reverse("admin:procedure_export"))
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    codes = [one["MaTTHC"] for decision in answer.json()["QuyetDinh"] for one in decision["ThuTuc"]]
    assert world.free.code in codes
    assert procedure_database.take_message(answer.content)["broken"] == 0


def test_the_list_asks_the_database_as_often_for_three_rows_as_for_one(keeper, told):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert keeper.get(LIST).status_code == 200
        return len(queries)

    take([told])
    asked()  # what is kept of the session and the calendar
    one = asked()
    take([replace(told, number=f"{n}/QĐ-VIDU", code=f"9.99990{n}") for n in range(2)])
    assert asked() == one
