"""What a citizen, a program or somebody with a link tries beyond what is theirs; nothing gets through.

The intruder's list for those whom no agency employs; that of staff is in `tests/test_intruder.py`.
"""

import hashlib
import json

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from cases import lookup, services
from cases.citizens import issued_letters_of
from cases.hooks import signature
from cases.models import Applicant, Dossier, Feedback, OnlineFiling, OnlineUpload
from cases.public.passes import pass_for
from cases.services import notice_choices, webhooks
from cases.services.applicants import ApplicantFacts
from cases.services.online_drafts import draft_for
from cases.services.online_uploads import begin_upload
from cases.services.rating import rating_proof
from procedures.enums import Role
from tests.cases.api.conftest import client_of, refused
from tests.cases.api.test_quick_start import RECIPE
from tests.cases.helpers import everything, make_person
from tests.cases.hook_receiver import receiver
from tests.cases.own_account import account
from tests.cases.public.test_feedback_pages import form as feedback_form
from tests.cast import pdf, upload
from tests.role_stage_online import SCORES, TUS
from tests.test_intruder import signed_in
from tests.test_role_table import ROWS, expected

__all__ = ["account", "receiver"]
STRANGER = {"full_name": "Trần Văn Thử", "id_number": "040000000077"}

FOLLOW = "/phan-anh-kien-nghi/theo-doi/"


@pytest.fixture
def owner(world, account):
    """The account of the applicant of the cast."""
    return account()


@pytest.fixture
def stranger(account):
    return signed_in(account(**STRANGER))


# Citizens among themselves, and in the office ---------------------------------------------------------

OF_THE_OWNER = ("my_", "filed", "upload")


def test_another_citizen_is_told_that_it_does_not_exist():
    """Whatever names something of one citizen; staff and nobody are sent to sign in."""
    answered = {
        (name, method): expected(answers)
        for (name, method), (arguments, answers) in ROWS.items()
        if arguments and name.removeprefix("public:").startswith(OF_THE_OWNER)
    }
    assert len({name for name, _method in answered}) == 12
    assert {found["k"] for found in answered.values()} == {"404", "405"}
    assert {status for found in answered.values() for who, status in found.items() if who not in "Kk"} == {
        "302",
        "401",
        "405",
    }


def test_a_citizen_gets_nothing_of_the_back_office_and_of_the_staff_api():
    got = [
        (name, method, letter)
        for (name, method), (_arguments, answers) in ROWS.items()
        for letter in "Kk"
        if name.startswith(("admin:", "api:", "/quan-tri/"))
        and expected(answers)[letter].startswith("2")
        and not expected(answers)["?"].startswith("2")
    ]
    assert got == []


def test_a_citizen_makes_himself_no_member_of_staff(world, owner):
    client = signed_in(owner)
    for path in ("/quan-tri/", "/quan-tri/login/", "/quan-tri/ma-truy-cap/"):
        sent = {"username": owner.username, "password": "", "role": Role.SYSTEM_ADMIN, "is_staff": "on"}
        client.post(path, sent)
    owner.refresh_from_db()
    assert (owner.role, owner.is_staff, owner.agency, owner.has_usable_password()) == (
        Role.CITIZEN,
        False,
        None,
        False,
    )


def test_nothing_of_another_citizen_is_changed_or_opened(world, stranger):
    supplement, returned = world.supplement(), world.returned()
    scan = supplement.documents.first()
    letter = issued_letters_of(supplement).first()
    before = everything()
    posts = [
        ("my_answer", supplement, {"other": upload()}),
        ("my_withdrawal", supplement, {"reason": "Đổi ý", "sure": "1"}),
        ("my_rating", returned, SCORES),
    ]
    gets = [
        ("my_file", supplement, scan.pk),
        ("my_letter", supplement, letter.pk),
        ("my_receipt", supplement),
    ]
    statuses = [
        stranger.post(reverse(f"public:{name}", args=[dossier.uuid]), sent).status_code
        for name, dossier, sent in posts
    ] + [
        stranger.get(reverse(f"public:{name}", args=[dossier.uuid, *more])).status_code
        for name, dossier, *more in gets
    ]
    assert statuses == [404] * 6
    assert everything() == before


def test_a_file_and_a_letter_are_not_found_under_an_own_dossier(world, stranger):
    theirs, own = world.supplement(), world.receive(applicant=ApplicantFacts(**STRANGER))
    letter = issued_letters_of(theirs).first()
    assert stranger.get(reverse("public:my_dossier", args=[own.uuid])).status_code == 200
    for name, number in (("my_file", theirs.documents.first().pk), ("my_letter", letter.pk)):
        assert stranger.get(reverse(f"public:{name}", args=[own.uuid, number])).status_code == 404


def test_draft_and_upload_of_another_are_not_touched(world, owner, stranger):
    draft = draft_for(owner, world.free)
    form = world.free.versions.get().components.order_by("position")[0]
    begun = begin_upload(
        draft, component=form, name="a.pdf", size=len(pdf()), sha256=hashlib.sha256(pdf()).hexdigest()
    )
    begin, address = (
        reverse("public:upload_begin", args=[draft.key]),
        reverse("public:upload", args=[begun.key]),
    )
    before = everything()
    piece = {"content_type": "application/offset+octet-stream", "headers": {**TUS, "Upload-Offset": "0"}}
    assert [
        stranger.post(begin, headers={**TUS, "Upload-Length": "9"}).status_code,
        stranger.head(address, headers=TUS).status_code,
        stranger.patch(address, pdf(), **piece).status_code,
        stranger.delete(address, headers=TUS).status_code,
    ] == [404] * 4
    page = reverse("public:file", args=[world.free.code])
    for button in ("save", "file", "discard", "remove"):
        sent = {"draft": str(draft.key), button: str(begun.key), "f-content": "Của người khác"}
        assert stranger.post(page, sent).status_code == 302
    assert everything() == before
    assert OnlineUpload.objects.get().received == 0


# More than was asked for ------------------------------------------------------------------------------


def filed_by(owner, world, **extra) -> Dossier:
    """What a citizen files who sends these fields too."""
    draft = draft_for(owner, world.free)
    form, identity, authorisation = world.free.versions.get().components.order_by("position")
    sent = {
        "draft": str(draft.key),
        "desk": world.ward.identifier,
        "return_channel": "desk",
        "f-content": "Đề nghị cấp giấy chứng nhận",
        f"way-{form.pk}": "upload",
        f"file-{form.pk}": upload("to-khai.pdf"),
        f"way-{identity.pk}": "paper",
        f"way-{authorisation.pk}": "none",
        "phone": "0900000101",
        "email": "vi.du@congdan.example",
        "notice_channels": ["email"],
        "consent": "yes",
        "file": "1",
        **extra,
    }
    answer = signed_in(owner).post(reverse("public:file", args=[world.free.code]), sent)
    assert answer.status_code == 302, answer.content.decode()
    return OnlineFiling.objects.get(key=draft.key).dossier


@pytest.mark.parametrize(
    "extra",
    [
        {"state": "returned", "code": "H41.101-000000-0001", "due_at": "2030-01-01T00:00:00+07:00"},
        {"applicant": "1", "full_name": "Trần Văn Thử", "id_number": "040099000002"},
        {"account": "1", "by": "1", "is_staff": "on", "role": Role.SYSTEM_ADMIN},
        {"channel": "desk", "holder": "1", "received_at": "2020-01-01", "procedure": "1.000002"},
        {"filed_at": "2020-01-01T00:00:00+07:00", "clock_started_at": "2020-01-01T00:00:00+07:00"},
        {"fees": "[]", "waived": "1", "paid": "1"},
    ],
    ids=lambda extra: "-".join(extra),
)
def test_a_filing_takes_no_fact_that_the_system_makes(world, owner, extra):
    own = {"id", "uuid", "filed_at", "updated_at", "created_at"}
    plain, more = (
        {
            name: value
            for name, value in Dossier.objects.filter(pk=filed_by(owner, world, **sent).pk)
            .values()
            .get()
            .items()
            if name not in own
        }
        for sent in ({}, extra)
    )
    assert more == plain
    assert Applicant.objects.count() == 1
    owner.refresh_from_db()
    assert (owner.role, owner.is_staff) == (Role.CITIZEN, False)


# Guessing ---------------------------------------------------------------------------------------------


@pytest.fixture
def feedback(world) -> Feedback:
    Client().post("/phan-anh-kien-nghi/", feedback_form(world))
    return Feedback.objects.get()


def test_the_secret_of_feedback_is_not_guessed(feedback):
    for code in (feedback.code, "H41.101-PA26-0999"):
        tries = [Client().post(FOLLOW, {"code": code, "secret": f"AAAAA-{n:05}"}) for n in range(21)]
        assert [answer.status_code for answer in tries] == [404] * 20 + [429]
    # The sender, at another address, is not locked out by it.
    right = {"code": feedback.code, "secret": lookup.secret_of(feedback)}
    assert Client().post(FOLLOW, right, REMOTE_ADDR="192.0.2.3").status_code == 200


def test_a_secret_opens_what_it_was_given_for_alone(world, feedback):
    Client().post("/phan-anh-kien-nghi/", feedback_form(world, text="Câu hỏi khác?"))
    other, dossier = Feedback.objects.exclude(pk=feedback.pk).get(), world.receive()
    for code, secret in (
        (other.code, lookup.secret_of(feedback)),
        (feedback.code, lookup.secret_of(dossier)),
        (feedback.code, ""),
    ):
        assert Client().post(FOLLOW, {"code": code, "secret": secret}).status_code == 404
    wrong = {"code": dossier.code, "secret": lookup.secret_of(feedback)}
    assert Client().post("/tra-cuu/", wrong).status_code == 404


# Links and passes -------------------------------------------------------------------------------------


def opened(*, passed: str = "", proof: str = "", token: str = "x") -> list[int]:
    """What the three doors answer that a signature opens."""
    client = Client()
    return [
        client.post("/tra-cuu/tai-ve/", {"pass": passed, "what": "appointment"}).status_code,
        client.post("/danh-gia/", {"proof": proof, "begin": "1"}).status_code,
        client.get(reverse("public:notice_choice", args=[token])).status_code,
    ]


def token_of(dossier) -> str:
    return notice_choices.switch_off_url(dossier.applicant, "progress").split("/")[-2]


def test_signed_links_open_their_own_door_alone(world):
    dossier, returned = world.receive(), world.returned()
    passed, proof, token = pass_for(dossier), rating_proof(returned), token_of(dossier)
    assert opened(passed=passed, proof=proof, token=token) == [200, 200, 200]
    assert opened(passed=proof, proof=token, token=passed) == [403, 403, 404]
    assert opened(passed=token, proof=passed, token=proof) == [403, 403, 404]


def test_signed_links_are_not_made_or_changed_by_anybody_else(world, settings):
    dossier, returned = world.receive(), world.returned()
    genuine = pass_for(dossier), rating_proof(returned), token_of(dossier)
    for change in (
        lambda text: text[:-1],
        lambda text: "A" + text,
        lambda text: text.split(":")[0],
        lambda _: "",
    ):
        passed, proof, token = (change(text) for text in genuine)
        assert opened(passed=passed, proof=proof, token=token or "x") == [403, 403, 404]
    settings.SECRET_KEY = "somebody-elses"
    passed, proof, token = pass_for(dossier), rating_proof(returned), token_of(dossier)
    settings.SECRET_KEY = "ours-again"
    assert opened(passed=passed, proof=proof, token=token) == [403, 403, 404]


def test_passes_of_a_page_end_with_it(world, clock):
    dossier, returned = world.receive(), world.returned()
    passed, proof = pass_for(dossier), rating_proof(returned)
    clock.move_to("2026-11-09 09:30")
    assert opened(passed=passed, proof=proof)[:2] == [200, 200]
    clock.move_to("2026-11-09 09:31")
    assert opened(passed=passed, proof=proof)[:2] == [403, 200]
    clock.move_to("2026-11-09 10:01")
    assert opened(passed=passed, proof=proof)[:2] == [403, 403]


def test_a_pass_opens_no_letter_of_another_dossier(world):
    mine, other = world.receive(), world.supplement()
    letter = issued_letters_of(other).first()
    sent = {"pass": pass_for(mine), "what": str(letter.pk)}
    assert Client().post("/tra-cuu/tai-ve/", sent).status_code == 404


def test_looking_at_a_link_changes_nothing_and_it_switches_only_what_it_names(world):
    dossier = world.receive()
    before, token = everything(), token_of(dossier)
    address = reverse("public:notice_choice", args=[token])
    Client().get(address)
    assert everything() == before
    forged = signing.dumps([dossier.applicant_id, "result"], salt="somebody's")
    assert Client().post(reverse("public:notice_choice", args=[forged])).status_code == 404
    assert everything() == before


# Programs ---------------------------------------------------------------------------------------------


@pytest.fixture
def delivered(world, receiver):
    """A genuine delivery as it arrived, the secret it was signed with, and the recipe of the guide to check it."""
    keeper = make_person("quan-tri-phuong", world.ward, Role.AGENCY_ADMIN)
    hook = webhooks.create_webhook(world.ward, by=keeper, name="Phần mềm", url=receiver.url, events=[])
    world.receive()
    webhooks.deliver_due()
    recipe: dict = {}
    exec(RECIPE, recipe)
    ((_path, headers, body),) = receiver.requests
    return webhooks.secret_of(hook, by=keeper), headers, body, recipe["is_genuine"], hook, keeper


def test_a_recorded_delivery_is_worthless_after_five_minutes(delivered, clock):
    secret, headers, body, is_genuine, _hook, _keeper = delivered
    assert is_genuine(secret, headers, body) is True
    clock.move_to("2026-11-09 09:06")
    assert is_genuine(secret, headers, body) is False
    fresh = {**headers, "X-Onestop-Timestamp": str(int(headers["X-Onestop-Timestamp"]) + 360)}
    assert is_genuine(secret, fresh, body) is False  # the signature covers the time


def test_a_delivery_that_is_repeated_keeps_its_id(delivered, receiver, clock):
    """Within the five minutes a receiver knows a replay by the id; a repetition of ours has the same one."""
    secret, _headers, body, is_genuine, hook, keeper = delivered
    clock.move_to("2026-11-09 09:20")
    webhooks.replay(hook.deliveries.get(), by=keeper)
    webhooks.deliver_due()
    _path, headers, again = receiver.requests[-1]
    assert is_genuine(secret, headers, again) is True
    assert json.loads(again)["id"] == json.loads(body)["id"]


def test_a_delivery_is_not_forged(delivered, world):
    secret, headers, body, is_genuine, _hook, keeper = delivered
    second = webhooks.create_webhook(
        world.ward, by=keeper, name="Khác", url="https://motcua.example/khac", events=[]
    )
    moment = int(headers["X-Onestop-Timestamp"])
    others = signature(webhooks.secret_of(second, by=keeper), moment, body)
    for forged in (others, "", "sha256=", headers["X-Onestop-Signature"].upper(), "0" * 64):
        assert is_genuine(secret, {**headers, "X-Onestop-Signature": forged}, body) is False
    for changed in (body + b" ", body[:-1], body.replace(b"received", b"returned"), b""):
        assert is_genuine(secret, headers, changed) is False


@pytest.mark.parametrize("tag", ['"0"', 'W/"1"', '"x"', "1", '"999999999999999999"', '"0", W/"1"'])
def test_nobody_acts_on_what_is_no_longer_so(world, tag):
    dossier = world.receive()
    before = everything()
    path = f"dossiers/{dossier.uuid}/withdraw/"
    answer = client_of(world.clerk).post(path, {"reason": "Đổi ý"}, headers={"If-Match": tag})
    refused(answer, 412, "stale")
    assert everything() == before


def test_a_version_that_was_right_opens_nothing_for_outsiders(world):
    dossier = world.receive()
    tag = client_of(world.clerk).get(f"dossiers/{dossier.uuid}/")["ETag"]
    services.add_document(dossier, upload(), by=world.clerk)
    for tried in (tag, "*"):
        answer = client_of(world.outsider_clerk).post(
            f"dossiers/{dossier.uuid}/withdraw/", {"reason": "Đổi ý"}, headers={"If-Match": tried}
        )
        refused(answer, 404, "not_found")
