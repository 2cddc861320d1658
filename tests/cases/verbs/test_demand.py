"""demand: a paper that nobody has to bring by rule, with its ground (R5, R13)."""

import pytest
from django.db import IntegrityError, transaction

from cases import services
from cases.enums import DemandKind, EventKind, ReuseGround, State, Verb
from cases.errors import Invalid, NotPermitted
from cases.models import Demand, Dossier
from cases.services.demands import speaks_of
from procedures.models import ElectronicSource
from tests.cases.helpers import (
    last_event,
    refused,
    refused_in_this_state,
    refused_to_everybody_but,
    states_without,
)
from tests.cast import local


@pytest.fixture
def identity(world):
    """The component whose data are in a connected database."""
    ElectronicSource.objects.create(name="National Population Database", is_connected=True)
    return world.free.versions.get().components.get(position=1)


def household_book(dossier, by, **changes):
    facts = {"paper": "Bản sao sổ hộ khẩu", "legal_text": "Luật Cư trú, Điều 5", **changes}
    return services.demand(dossier, by=by, **facts)


def test_r05_demand_beyond_the_published_list_keeps_text_and_article(world):
    dossier = world.processing()
    demand = household_book(dossier, world.officer, note="Theo đề nghị của công an")
    assert (demand.kind, demand.paper, demand.legal_text) == (
        DemandKind.EXTRA,
        "Bản sao sổ hộ khẩu",
        "Luật Cư trú, Điều 5",
    )
    assert (demand.component, demand.ground, demand.note) == (None, "", "Theo đề nghị của công an")
    assert (demand.by, demand.at) == (world.officer, local("2026-11-09 09:00"))


def test_demand_writes_one_event_with_the_ground(world):
    dossier = world.processing()
    household_book(dossier, world.officer)
    assert last_event(dossier) == (
        EventKind.DEMANDED,
        "Phạm Văn Thụ Lý",
        "",
        "processing",
        "“Bản sao sổ hộ khẩu” was demanded; ground: Luật Cư trú, Điều 5",
    )


def test_demand_says_one_of_the_three_grounds_in_the_language_of_the_reader(world, identity):
    dossier = world.processing()
    services.demand(dossier, by=world.officer, component=identity, ground="system_failure")
    assert last_event(dossier)[4] == "“Giấy tờ tùy thân” was demanded; ground: System failure"


@pytest.mark.parametrize("legal_text", ["", "   ", "Luật Cư trú", "theo quy định"])
def test_r05_demand_beyond_the_published_list_without_text_and_article_is_refused(world, legal_text):
    dossier = world.receive()
    with refused(Invalid) as caught:
        household_book(dossier, world.clerk, legal_text=legal_text)
    assert caught.value.field == "legal_text"
    assert caught.value.sentence == (
        "“Bản sao sổ hộ khẩu” is not on the published list of this procedure. Enter the legal text and its "
        "article that allow demanding it, or do without."
    )


@pytest.mark.parametrize("legal_text", ["Law X, Article Y", "Luật X, Điều 7", "điểm a khoản 2 Điều 7 Luật X"])
def test_r05_demand_takes_the_article_in_both_languages(world, legal_text):
    assert household_book(world.receive(), world.clerk, legal_text=legal_text).legal_text == legal_text


def test_demand_without_a_paper_is_refused(world):
    dossier = world.receive()
    with refused(Invalid, "required") as caught:
        household_book(dossier, world.clerk, paper=" ")
    assert (caught.value.field, caught.value.sentence) == ("paper", "Enter which paper is demanded.")


@pytest.mark.parametrize("change", [{"paper": "x" * 501}, {"legal_text": "Điều 5 " + "x" * 300}])
def test_demand_refuses_a_text_that_is_too_long(world, change):
    dossier = world.receive()
    with refused(Invalid, "too_long"):
        household_book(dossier, world.clerk, **change)


@pytest.mark.parametrize("ground", ReuseGround.values)
def test_r13_demand_of_what_can_be_reused_keeps_one_of_the_three_grounds(world, identity, ground):
    demand = services.demand(world.processing(), by=world.officer, component=identity, ground=ground)
    assert (demand.kind, demand.component, demand.ground, demand.legal_text) == (
        DemandKind.REUSABLE,
        identity,
        ground,
        "",
    )


@pytest.mark.parametrize("ground", ["", "habit", "Law X, Article Y"])
def test_r13_demand_of_what_can_be_reused_without_a_legal_ground_is_refused(world, identity, ground):
    dossier = world.processing()
    with refused(Invalid, "reusable") as caught:
        services.demand(dossier, by=world.officer, component=identity, ground=ground)
    assert "National Population Database" in caught.value.sentence
    assert "System failure, Disaster, Wrong data" in caught.value.sentence
    assert "118/2025" in caught.value.sentence


def test_demand_of_what_is_to_be_brought_anyhow_is_refused(world):
    dossier = world.processing()
    form = world.free.versions.get().components.get(position=0)
    with refused(Invalid, "nothing_to_reuse"):
        services.demand(dossier, by=world.officer, component=form, ground="wrong_data")


def test_demand_of_a_component_of_another_procedure_is_refused(world, identity):
    dossier = world.processing()
    stranger = world.paid.versions.get().components.get(position=1)
    with refused(Invalid, "unknown_component"):
        services.demand(dossier, by=world.officer, component=stranger, ground="wrong_data")


def test_demand_of_the_same_component_twice_is_refused(world, identity):
    dossier = world.processing()
    services.demand(dossier, by=world.officer, component=identity, ground="disaster")
    with refused(Invalid, "demanded_already"):
        services.demand(dossier, by=world.officer, component=identity, ground="disaster")


def test_demand_of_a_component_and_another_paper_at_once_is_refused(world, identity):
    dossier = world.processing()
    with refused(Invalid, "contradictory"):
        household_book(dossier, world.officer, component=identity, ground="disaster")


def test_demand_is_for_good(world):
    demand = household_book(world.receive(), world.clerk)
    for act in [lambda: Demand.objects.filter(pk=demand.pk).update(note="x"), demand.delete]:
        with pytest.raises(Exception, match="[Cc]annot"), transaction.atomic():
            act()


def test_demand_without_a_ground_is_refused_by_the_database_too(world):
    dossier = world.receive()
    with pytest.raises(IntegrityError, match="demand_has_its_ground"), transaction.atomic():
        Demand.objects.create(
            dossier=dossier,
            kind=DemandKind.EXTRA,
            paper="Sổ hộ khẩu",
            at=dossier.received_at,
            by=world.clerk,
        )


@pytest.mark.parametrize("state", states_without(Verb.DEMAND))
def test_demand_is_not_possible_in_another_state(world, state):
    dossier = world.in_state(state)
    refused_in_this_state(dossier, lambda: household_book(dossier, world.officer))


def test_demand_is_not_possible_once_there_is_a_result(world):
    dossier = world.with_result(world.paid)
    assert dossier.state == State.PROCESSING
    refused_in_this_state(dossier, lambda: household_book(dossier, world.officer))


def test_demand_is_not_permitted_to_anybody_else(world):
    dossier = world.processing()
    refused_to_everybody_but(
        world,
        world.clerk,
        world.officer,
        world.second_officer,
        act=lambda person: household_book(dossier, person),
    )


def test_demand_is_refused_to_the_outsider(world):
    dossier = world.processing()
    for person in [world.outsider_clerk, world.outsider_officer]:
        with refused(NotPermitted, "not_permitted"):
            household_book(dossier, person)


# What a request may ask for -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "name", "speaks"),
    [
        ("Tờ khai có chữ ký", "Tờ khai", True),
        ("TO KHAI, co chu ky", "Tờ khai", True),
        ("A copy of the identity paper", "Identity paper", True),
        ("Tờ khai đăng ký", "Tờ khai đăng ký khai sinh", True),
        ("Tờ khai (CT01) có chữ ký", "Tờ khai (CT01)", True),
        ("Tờ khai có chữ ký", "Tờ khai (CT01)", True),
        ("Tờ khai có chữ ký", "Tờ khai đăng ký khai sinh", True),
        ("Giấy đề nghị có chữ ký của chủ hộ", "Giấy đề nghị đăng ký hộ kinh doanh", True),
        ("Giấy chứng nhận kết hôn bản gốc", "Giấy chứng sinh", False),
        ("Bản sao sổ hộ khẩu", "Bản sao Giấy chứng tử đã cấp", False),
        ("Ảnh 4×6", "Ảnh", True),
        ("Ảnh", "Ảnh chân dung", False),
        ("Tờ", "Tờ khai", False),
        ("Khai sinh", "Tờ khai", False),
        ("Sổ hộ khẩu", "Tờ khai", False),
        ("Bảnh", "Ảnh", False),
        ("tờ khai", "", False),
        ("tờ khai", "()", False),
        ("?!", "Tờ khai", False),
    ],
)
def test_r05_a_line_speaks_of_a_paper_that_it_names_or_that_has_its_words_in_the_name(item, name, speaks):
    assert speaks_of(item, name) is speaks


BEYOND = (
    "“Bản sao sổ hộ khẩu” is not on the published list of this procedure: Application form; Identity paper; "
    "Authorisation. Name the paper as the list does, or record the demand with its legal text first."
)
HOUSEHOLD_BOOK = {"reason": "Thiếu", "items": ["Tờ khai có chữ ký", "Bản sao sổ hộ khẩu"]}


@pytest.mark.parametrize(
    ("act", "person", "state"),
    [
        (services.request_supplement, "officer", State.PROCESSING),
        (services.ask_to_complete, "clerk", State.SUBMITTED),
    ],
)
def test_r05_a_request_beyond_the_list_needs_the_recorded_demand(world, act, person, state):
    dossier, by = world.in_state(state), getattr(world, person)
    with refused(Invalid, "beyond_the_list") as caught:
        act(dossier, by=by, **HOUSEHOLD_BOOK)
    assert (caught.value.field, caught.value.sentence) == ("items", BEYOND)
    assert not dossier.supplements.exists()
    household_book(dossier, by)
    assert act(dossier, by=by, **HOUSEHOLD_BOOK).items == HOUSEHOLD_BOOK["items"]


def test_r05_the_demand_of_another_dossier_opens_nothing(world):
    household_book(world.processing(), world.officer)
    dossier = world.processing()
    with refused(Invalid, "beyond_the_list"):
        services.request_supplement(dossier, by=world.officer, **HOUSEHOLD_BOOK)


def test_r05_at_the_desk_only_papers_of_the_list_are_asked_for(world):
    """The filing is only made by the request, so nothing could be demanded before."""
    with refused(Invalid, "beyond_the_list") as caught:
        services.ask_at_desk(world.free, world.applicant, desk=world.ward, by=world.clerk, **HOUSEHOLD_BOOK)
    assert caught.value.sentence == BEYOND
    assert not Dossier.objects.exists()
