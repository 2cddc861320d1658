"""What is known of the papers: the same file again, text in scans, paper after filing online."""

from dataclasses import replace

import pytest

from cases import papers, services
from cases.enums import DocumentSource, Provision
from cases.errors import BadFile, FileMissing
from cases.models import Document, Dossier
from cases.services.checklist import ComponentFacts
from tests.cases.helpers import refused
from tests.cast import pdf, upload

pytestmark = pytest.mark.usefixtures("english")


# The same file again ----------------------------------------------------------------------------


def test_the_same_file_twice_in_a_dossier_is_refused_and_says_where_it_is(world):
    dossier = world.receive()
    form = dossier.components.first()
    services.add_document(dossier, upload("to-khai.pdf", pdf(2)), by=world.clerk, component=form)
    with refused(BadFile, "same_file") as caught:
        services.add_document(dossier, upload("lan-hai.pdf", pdf(2)), by=world.clerk)
    assert (caught.value.field, caught.value.sentence) == (
        "file",
        "“lan-hai.pdf” is in this dossier already: “to-khai.pdf” at “Application form”. It was not stored a "
        "second time. Scan each paper into a file of its own.",
    )


def test_the_same_file_in_a_later_dossier_of_the_applicant_is_stored_and_noticed(world):
    first = services.add_document(world.receive(), upload("mot.pdf", pdf(2)), by=world.clerk)
    later = world.receive(world.paid)
    again = services.add_document(later, upload("hai.pdf", pdf(2)), by=world.clerk)
    assert papers.known_copies(later) == {again.pk: first}


def test_the_file_of_somebody_else_is_never_told(world):
    services.add_document(world.receive(), upload("mot.pdf", pdf(2)), by=world.clerk)
    other = replace(world.applicant, full_name="Trần Văn Thử", id_number="040000000002")
    later = world.receive(applicant=other)
    services.add_document(later, upload("hai.pdf", pdf(2)), by=world.clerk)
    assert papers.known_copies(later) == {}


# Text in scans ----------------------------------------------------------------------------------


@pytest.fixture
def read(world):
    """A dossier with two scans that were read and one that was not."""
    dossier = world.receive()
    for name, text in {
        "mot.pdf": "Tờ khai đăng ký khai sinh\nHọ và tên: Nguyễn Thị Ví Dụ",
        "hai.pdf": "Giấy chứng sinh " + "x " * 200 + "bệnh viện Ví Dụ",
    }.items():
        document = services.add_document(dossier, upload(name), by=world.clerk)
        Document.objects.filter(pk=document.pk).update(text=text, text_state="done")
    services.add_document(dossier, upload("ba.pdf"), by=world.clerk)
    return dossier


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("khai sinh", ["mot.pdf"]),
        ("NGUYEN vi du", ["mot.pdf"]),
        ("ví dụ", ["mot.pdf", "hai.pdf"]),
        ("không có", []),
        ("", []),
        ("   ", []),
    ],
)
def test_text_is_found_without_regard_to_accents(read, words, names):
    assert [passage.document.name for passage in papers.find_text(read, words)] == names


def test_a_passage_shows_what_stands_around(read):
    passage = papers.find_text(read, "benh vien")[0]
    assert passage.around == "…" + "x " * 40 + "bệnh viện Ví Dụ"


def test_a_scan_without_a_copy_has_none_to_open(world):
    document = services.add_document(world.receive(), upload(), by=world.clerk)
    with pytest.raises(FileMissing):
        papers.open_searchable(document)


# No paper inside --------------------------------------------------------------------------------


def online(world, return_channel="desk") -> Dossier:
    form, identity, _more = world.free.versions.get().components.order_by("position")
    facts = [
        ComponentFacts(form.pk, provision=Provision.ELECTRONIC),
        ComponentFacts(identity.pk, provision=Provision.REUSED),
    ]
    filing = world.submit(channel="online", components=facts, return_channel=return_channel)
    return services.receive_filing(filing, by=world.clerk)


def steps_of(dossier) -> list[tuple[str, str]]:
    found = papers.paper_steps_of(Dossier.objects.get(pk=dossier.pk))
    inside = papers.with_paper_inside(Dossier.objects.filter(pk=dossier.pk)).exists()
    assert inside == bool(found)
    return [(step.kind, step.sentence) for step in found]


def test_an_online_dossier_without_paper_has_no_paper_step(world):
    dossier = online(world)
    services.add_document(dossier, upload("don.pdf"), by=None, source=DocumentSource.UPLOAD)
    assert steps_of(dossier) == []


def test_a_dossier_of_the_desk_is_not_meant(world):
    assert steps_of(world.returned()) == []


def test_paper_in_an_online_dossier_is_named(world):
    dossier = online(world)
    dossier.components.filter(provision=Provision.ELECTRONIC).update(provision=Provision.PAPER, originals=1)
    services.add_document(dossier, upload("them.pdf"), by=world.clerk)
    services.demand(dossier, by=world.officer, paper="Sơ yếu lý lịch", legal_text="Điều 5 Nghị định ví dụ")
    assert steps_of(dossier) == [
        ("component", "on paper: Application form"),
        ("scan", "scanned: them.pdf"),
        ("demand", "demanded: Sơ yếu lý lịch"),
    ]


@pytest.mark.parametrize(
    ("channel", "proof", "steps"),
    [
        ("online", "electronic", []),
        ("desk", "receipt", [("hand_over", "the result was handed over on paper")]),
    ],
)
def test_a_result_on_paper_is_a_paper_step_and_an_electronic_one_is_none(world, channel, proof, steps):
    dossier = online(world, return_channel=channel)
    dossier = services.start(services.digitize(dossier, by=world.clerk), by=world.officer)
    dossier = world.record_result(dossier)
    services.return_result(dossier, by=world.clerk, collector=world.applicant.full_name, proof=proof)
    assert steps_of(dossier) == steps
