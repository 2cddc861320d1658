"""The pages of secondments, and of the work at the desk."""

from datetime import date

import pytest

from cases.services import record_secondment
from procedures.enums import Role
from procedures.models import Secondment, Staff
from tests.cases.admin.conftest import messages_of, text_of
from tests.cases.helpers import make_person

SECONDMENTS = "/quan-tri/biet-phai/"
WORK = "/quan-tri/viec-tai-quay/"


@pytest.fixture
def keeper(world) -> Staff:
    return make_person("quan-tri-tinh", world.province, Role.AGENCY_ADMIN, is_staff=True)


@pytest.fixture
def answers(world) -> dict:
    colleague = make_person("mot-cua-2", world.ward, Role.CLERK)
    return {
        "staff": world.clerk.pk,
        "agency": world.other_ward.pk,
        "first": "09/11/2026",
        "last": "08/05/2027",
        "decision": "12/QĐ-UBND ngày 06/11/2026",
        "substitute": colleague.pk,
    }


def test_a_secondment_is_recorded_and_holds_at_once(world, browser, keeper, answers):
    clerk = browser(world.clerk)
    assert "UBND phường Thử Nghiệm" in text_of(clerk.get("/quan-tri/"))
    page = browser(keeper).post(SECONDMENTS, answers, follow=True)
    assert messages_of(page) == ["Recorded; Lê Thị Một Cửa works at UBND xã Ví Dụ from 09/11/2026 on."]
    assert "09/11/2026 – 08/05/2027 lasts 12/QĐ-UBND ngày 06/11/2026 Mot-Cua-2" in text_of(page)
    there = text_of(clerk.get("/quan-tri/"))  # the session goes on, at the other desk
    assert "UBND xã Ví Dụ" in there
    assert "UBND phường Thử Nghiệm" not in there


def test_an_unusual_length_is_recorded_with_a_warning(world, browser, keeper, answers):
    page = browser(keeper).post(SECONDMENTS, {**answers, "last": "07/05/2027"}, follow=True)
    assert messages_of(page)[1].startswith("Secondments last from 6 to 24 months as a rule.")
    assert Secondment.objects.get().last == date(2027, 5, 7)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"decision": " "}, "This field is required."),
        ({"last": "08/11/2026"}, "A secondment ends on a day from today on"),
        ({"last": "31/02/2027"}, "Enter a valid date."),
        ({"substitute": ""}, "No substitute of Lê Thị Một Cửa is there on these days."),
        ({"decision": "🙂" * 201}, "at most 200 characters"),
        ({"agency": "999999999"}, "Select a valid choice."),
    ],
)
def test_a_refused_secondment_stays_on_the_page(world, browser, keeper, answers, changes, sentence):
    page = browser(keeper).post(SECONDMENTS, {**answers, **changes})
    assert (page.status_code, sentence in text_of(page)) == (200, True)
    assert not Secondment.objects.exists()


def test_people_who_have_no_work_on_dossiers_are_not_offered(world, browser, keeper):
    form = browser(keeper).get(SECONDMENTS).context["form"]
    roles = {person.role for person in form.fields["staff"].queryset}
    assert roles == {Role.CLERK, Role.OFFICER, Role.SUPERVISOR}


def test_of_one_agency_alone_nothing_is_recorded(world, browser, answers):
    client = browser(world.supervisor)
    page = client.get(SECONDMENTS)
    assert page.context["form"] is None
    assert "by somebody who answers for the people of both agencies" in text_of(page)
    assert client.post(SECONDMENTS, answers).status_code == 200
    assert not Secondment.objects.exists()


@pytest.fixture
def secondment(world, keeper, answers) -> Secondment:
    return record_secondment(
        world.clerk,
        world.other_ward,
        first=date(2026, 11, 9),
        last=date(2027, 5, 8),
        decision="12/QĐ-UBND",
        by=keeper,
        substitute=Staff.objects.get(pk=answers["substitute"]),
    )


def test_either_agency_ends_it_early(world, browser, secondment):
    for person in [world.supervisor, world.outsider_head]:
        assert [row["secondment"] for row in browser(person).get(SECONDMENTS).context["rows"]] == [secondment]
    link = f"{SECONDMENTS}{secondment.pk}/ket-thuc/"
    page = browser(world.outsider_head).post(link, {"last": "30/11/2026"}, follow=True)
    assert messages_of(page) == [
        "Lê Thị Một Cửa works at UBND phường Thử Nghiệm again after 30/11/2026. "
        "Assign what they still hold elsewhere."
    ]
    assert Secondment.objects.get().last == date(2026, 11, 30)


@pytest.mark.parametrize("last", ["", "hôm qua", "08/11/2026", "09/05/2027"])
def test_a_wrong_last_day_changes_nothing(world, browser, secondment, last):
    page = browser(world.supervisor).post(
        f"{SECONDMENTS}{secondment.pk}/ket-thuc/", {"last": last}, follow=True
    )
    assert len(messages_of(page)) == 1
    assert Secondment.objects.get().last == date(2027, 5, 8)


def test_other_agencies_do_not_find_it(world, browser, secondment):
    stranger = make_person("giam-sat-tt", world.centre, Role.SUPERVISOR, is_staff=True)
    client = browser(stranger)
    assert client.get(SECONDMENTS).context["rows"] == []
    link = f"{SECONDMENTS}{secondment.pk}/ket-thuc/"
    assert client.post(link, {"last": "30/11/2026"}).status_code == 404
    assert browser(world.supervisor).get(link).status_code == 405


@pytest.mark.parametrize("who", ["clerk", "officer", "auditor"])
def test_others_do_not_keep_secondments(world, browser, who, secondment):
    client = browser(getattr(world, who))
    assert client.get(SECONDMENTS).status_code == 403
    assert client.post(f"{SECONDMENTS}{secondment.pk}/ket-thuc/", {"last": "30/11/2026"}).status_code == 403


def test_the_list_costs_the_same_with_more_rows(
    world, browser, keeper, secondment, django_assert_max_num_queries
):
    client = browser(keeper)
    with django_assert_max_num_queries(12):
        client.get(SECONDMENTS)
    for number in range(3):
        Secondment.objects.create(
            staff=make_person(f"biet-phai-{number}", world.ward, Role.CLERK),
            agency=world.other_ward,
            first=date(2026, 11, 9),
            last=date(2027, 5, 8),
            decision="13/QĐ-UBND",
            recorded_by=keeper,
            recorded_at=secondment.recorded_at,
        )
    with django_assert_max_num_queries(12):
        client.get(SECONDMENTS)


# The staff list ---------------------------------------------------------------------------------------


def test_the_staff_list_says_where_somebody_works_and_what_the_post_does(world, browser, keeper, secondment):
    make_person("buu-dien", world.ward, Role.POSTAL_CLERK)
    page = text_of(browser(keeper).get("/quan-tri/procedures/staff/"))
    assert "Postal clerk at the desk" in page
    assert "seconded to UBND xã Ví Dụ" in page


# Work at the desk -------------------------------------------------------------------------------------


def test_a_supervisor_sees_the_day_of_each_clerk(world, browser, clock):
    world.receive()
    clock.move_to("2026-11-10 09:00")
    world.receive(world.paid)
    client = browser(world.supervisor)
    page = client.get(WORK)
    assert [(row.received, row.digitized) for row in page.context["work"]] == [(2, 0)]
    assert "Lê Thị Một Cửa Reception-desk clerk 2 0 0" in text_of(page)
    page = client.get(WORK, {"first": "10/11/2026", "last": "10/11/2026"})
    assert [row.received for row in page.context["work"]] == [1]


def test_an_auditor_chooses_the_desk(world, browser):
    world.receive()
    client = browser(world.auditor)
    everybody = {row.person for row in client.get(WORK).context["work"]}
    assert everybody == {world.clerk, world.centre_clerk, world.outsider_clerk}
    page = client.get(WORK, {"first": "01/11/2026", "last": "09/11/2026", "desk": world.centre.pk})
    assert [row.person for row in page.context["work"]] == [world.centre_clerk]


@pytest.mark.parametrize(
    "days",
    [("10/11/2026", "09/11/2026"), ("01/01/2020", "09/11/2026"), ("", ""), ("31/02/2026", "09/11/2026")],
)
def test_days_that_cannot_be_are_refused_on_the_page(world, browser, days):
    page = browser(world.supervisor).get(WORK, {"first": days[0], "last": days[1]})
    assert (page.status_code, page.context.get("work")) == (200, None)
    assert page.context["form"].errors


def test_a_desk_of_others_is_no_choice(world, browser):
    asked = {"first": "01/11/2026", "last": "09/11/2026", "desk": world.other_ward.pk}
    assert browser(world.supervisor).get(WORK, asked).context.get("work") is None


def test_the_page_says_how_boundary_free_dossiers_arrive(world, browser):
    world.receive(desk=world.centre, by=world.centre_clerk, competent_agency=world.ward)
    centre = make_person("giam-sat-tt", world.centre, Role.SUPERVISOR, is_staff=True)
    shown = text_of(browser(centre).get(WORK))
    assert "Received 1 Arrived 0 On the way 1 Handed over too late 0" in shown


@pytest.mark.parametrize("who", ["clerk", "officer"])
def test_the_work_of_clerks_is_not_for_clerks(world, browser, who):
    assert browser(getattr(world, who)).get(WORK).status_code == 403


# Received for another unit, on the page of the dossier ------------------------------------------------


def test_the_dossier_says_for_whom_it_was_received_and_when_it_arrived(world, browser, clock):
    dossier = world.receive(desk=world.centre, by=world.centre_clerk, competent_agency=world.ward)
    link = f"/quan-tri/cases/dossier/{dossier.pk}/change/"
    client = browser(world.officer)
    place = "received for another unit Trung tâm Phục vụ hành chính công tỉnh → UBND phường Thử Nghiệm"
    assert f"{place} · to be handed over by 09/11/2026 17:00" in text_of(client.get(link))
    type(dossier).objects.filter(pk=dossier.pk).update(transferred_at=clock.move_to("2026-11-09 17:01"))
    assert f"{place} · arrived 09/11/2026 17:01 too late" in text_of(client.get(link))


def test_an_ordinary_dossier_says_nothing_of_it(world, browser):
    page = browser(world.officer).get(f"/quan-tri/cases/dossier/{world.receive().pk}/change/")
    assert page.context["arrival"] is None
