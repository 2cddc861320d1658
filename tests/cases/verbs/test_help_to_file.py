"""Services that take no paper: refused on paper from their day on, filed online with the desk's help."""

from datetime import date

import pytest
from django.core.files.storage import default_storage

from cases import services
from cases.enums import EventKind, Provision, State
from cases.errors import BadFile, Invalid, NotPermitted, OpenDuplicate
from cases.models import Dossier
from cases.services.checklist import ComponentFacts
from procedures.enums import Channel
from tests.cases.helpers import fresh, kinds, refused
from tests.cast import local, upload


@pytest.fixture(autouse=True)
def english_sentences(english):
    """The sentences are read in English."""


@pytest.fixture
def paper_free(world):
    """The free procedure takes no paper from today on."""
    world.free.versions.update(paper_free_from=date(2026, 11, 9))
    return world


def electronic(world) -> list[ComponentFacts]:
    form, identity, _authorisation = world.free.versions.get().components.all()
    return [
        ComponentFacts(form.pk, provision=Provision.ELECTRONIC),
        ComponentFacts(identity.pk, provision=Provision.REUSED),
    ]


def help_to_file(world, **changes) -> Dossier:
    arguments = {"desk": world.ward, "by": world.clerk, "components": electronic(world), **changes}
    return services.help_to_file(world.free, world.applicant, **arguments)


# On paper -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", [Channel.DESK, Channel.POST])
def test_from_its_day_on_nothing_is_received_on_paper(paper_free, channel):
    with refused(Invalid, "paper_free") as caught:
        paper_free.receive(channel=channel)
    assert caught.value.field == "channel"
    assert caught.value.sentence == (
        "Since 09/11/2026 procedure 1.000001 takes no paper: it is filed online only. "
        "Help the applicant to file it online at the desk."
    )


def test_the_day_before_paper_is_taken(paper_free, clock):
    clock.move_to("2026-11-06 09:00")
    assert paper_free.receive().state == State.RECEIVED


def test_what_counts_from_the_next_day_is_judged_by_that_day(paper_free, clock):
    clock.move_to("2026-11-06 19:00")  # Friday evening counts from Monday, the first day without paper
    with refused(Invalid, "paper_free"):
        paper_free.receive()


def test_nothing_is_filed_by_post_nor_asked_for_on_paper(paper_free):
    with refused(Invalid, "paper_free"):
        paper_free.submit(channel=Channel.POST, by=paper_free.clerk)
    with refused(Invalid, "paper_free"):
        services.ask_at_desk(
            paper_free.free,
            paper_free.applicant,
            desk=paper_free.ward,
            by=paper_free.clerk,
            reason="Thiếu",
            items=["Tờ khai"],
        )


def test_paper_may_be_refused_in_writing(paper_free):
    refusal = services.refuse_at_desk(
        paper_free.free,
        paper_free.applicant,
        desk=paper_free.ward,
        by=paper_free.clerk,
        reason="Chỉ nộp trực tuyến",
    )
    assert refusal.state == State.REFUSED


def test_online_it_is_filed_as_ever(paper_free):
    assert paper_free.submit().state == State.SUBMITTED


# With help ------------------------------------------------------------------------------------------


def test_the_desk_files_online_for_the_person_and_receives_at_once(paper_free):
    dossier = fresh(help_to_file(paper_free))
    assert (dossier.state, dossier.channel, dossier.helped_to_file) == (State.RECEIVED, Channel.ONLINE, True)
    assert dossier.code == "H41.101-261109-0001"
    assert dossier.filed_at == dossier.received_at == local("2026-11-09 09:00")
    assert kinds(dossier) == [EventKind.SUBMITTED, EventKind.RECEIVED]


def test_what_somebody_files_alone_is_not_marked_as_helped(paper_free):
    assert fresh(paper_free.submit()).helped_to_file is False


def test_files_are_kept_as_uploads_of_their_paper(paper_free):
    form = paper_free.free.versions.get().components.first()
    dossier = help_to_file(paper_free, files={form.pk: [upload("to-khai.pdf")]})
    document = dossier.documents.get()
    assert (document.name, document.source, document.component.component) == ("to-khai.pdf", "upload", form)


def test_a_broken_file_leaves_nothing_behind(paper_free):
    form = paper_free.free.versions.get().components.first()
    with refused(BadFile):
        help_to_file(paper_free, files={form.pk: [upload("to-khai.pdf", b"MZ")]})


def test_the_files_before_a_broken_one_are_not_kept(paper_free):
    form = paper_free.free.versions.get().components.first()
    help_to_file(paper_free, files={form.pk: [upload()]}, duplicate_known=True)
    folder = default_storage.listdir("2026/11")[1]
    with refused(BadFile):
        help_to_file(paper_free, files={form.pk: [upload(), upload("hong.pdf", b"MZ")]}, duplicate_known=True)
    assert default_storage.listdir("2026/11")[1] == folder


def test_a_file_of_a_strange_paper_is_refused(paper_free):
    with refused(Invalid):
        help_to_file(paper_free, files={0: [upload()]})


@pytest.mark.parametrize("who", ["officer", "supervisor", "outsider_clerk", "auditor"])
def test_only_the_desk_s_clerk_helps(paper_free, who):
    with refused(NotPermitted):
        help_to_file(paper_free, by=getattr(paper_free, who))


def test_a_duplicate_is_said_before_it_is_filed(paper_free):
    paper_free.submit()
    with refused(OpenDuplicate, "duplicate_open"):
        help_to_file(paper_free)
    assert help_to_file(paper_free, duplicate_known=True).state == State.RECEIVED
