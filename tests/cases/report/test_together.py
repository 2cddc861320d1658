"""How agencies work together: late answers by the agency that was asked, and boundary-free reception (R15, R20)."""

import pytest

from cases import services
from cases.enums import Provision
from cases.report import together
from cases.report.behind import behind
from cases.report.tables import bare
from cases.scorecard.facts import scope_of
from cases.scorecard.periods import month
from tests.cast import local

pytestmark = pytest.mark.usefixtures("english")


def tables(world, now="2026-11-20 09:00"):
    scope = scope_of(world.province, month(2026, 11), local(now))
    return [
        [[bare(value) for value in row] for row in table.rows] for table in together.part(scope).tables
    ], scope


def test_answers_are_counted_by_the_agency_that_was_asked(world, clock):
    in_time, open_one = world.processing(), world.processing()
    for dossier in (in_time, open_one):
        services.consult(
            dossier,
            by=world.officer,
            agency=world.other_ward,
            question="Có tranh chấp không?",
            working_hours=8,
        )
    services.answer_consultation(in_time.consultations.get(), by=world.outsider_officer, answer="Không")
    (answers, _free), scope = tables(world)
    assert answers == [[str(world.other_ward), 2, 1, 50], ["Together", 2, 1, 50]]
    assert [one.dossier for one in behind("answered-late", scope)[1]] == [open_one]
    assert behind("answers", scope)[1].count() == 2


def test_without_questions_there_is_no_percent(world):
    (answers, free), _scope = tables(world)
    assert answers == [["Together", 0, 0, None]]
    assert [row[1] for row in free] == [0, 0, 0, None]


def test_what_another_desk_received_and_when_it_arrived(world, clock):
    dossier = world.receive(desk=world.centre, by=world.centre_clerk, competent_agency=world.ward)
    (_answers, free), scope = tables(world, "2026-11-09 10:00")
    assert [row[1] for row in free] == [1, 0, 0, None]
    assert list(behind("received-elsewhere", scope)[1]) == [dossier]


def test_what_arrived_after_the_period_was_on_its_way_at_its_end(world, clock):
    clock.move_to("2026-11-30 09:00")  # to be handed over by 17:00
    arriving, withdrawn = (
        world.receive(world.paid, desk=world.centre, by=world.centre_clerk, competent_agency=world.ward)
        for _ in range(2)
    )
    clock.move_to("2026-12-02 09:00")
    arriving.components.update(provision=Provision.SHOWN)
    services.digitize(arriving, by=world.centre_clerk)
    services.withdraw(withdrawn, by=world.centre_clerk, reason="Đổi ý")
    (_answers, free), _scope = tables(world, "2026-12-02 10:00")
    assert [row[1] for row in free] == [2, 0, 2, None]
