"""What citizens, connected systems and senders of feedback have in hand: a further part of `tests/role_stage.py`."""

import base64
import hashlib
import json
from uuid import uuid4

from django.utils import timezone

from cases import lookup, services
from cases.citizens import issued_letters_of
from cases.feedback import FeedbackKind
from cases.hooks import DeliveryState
from cases.models import CitizenAccount, Dossier, PopulationLookup, ReadAccess
from cases.notice_topics import NoticeTopic
from cases.public.passes import pass_for
from cases.services import notice_choices, tokens, webhooks
from cases.services.accounts import new_citizen
from cases.services.applicants import ApplicantFacts, find_or_add
from cases.services.feedback import Sender
from cases.services.online_drafts import draft_for
from cases.services.online_filing import OnlineFacts, file_online
from cases.services.online_uploads import add_whole, begin_upload
from cases.services.rating import rating_proof
from cases.services.reading import note_read
from procedures.models import ProcedureForm, Staff
from tests.cases.api.conftest import reception
from tests.cases.certifying import COPIES
from tests.cast import World, pdf, upload

CITIZENS = "Kk"
TUS = {"Tus-Resumable": "1.0.0"}
SCORES = {"guidance": "5", "attitude": "4", "time": "3", "components": "5", "fee": "5"}


def citizens(world: World) -> dict[str, Staff]:
    """`K` is the applicant of every dossier in the table; `k` owns nothing."""
    stranger = ApplicantFacts("Trần Văn Thử", id_number="040000000077")
    found = {}
    for letter, person in zip(CITIZENS, (world.applicant, stranger), strict=True):
        found[letter] = new_citizen(Staff(), person.full_name)
        found[letter].save()
        CitizenAccount.objects.create(user=found[letter], applicant=find_or_add(person, seen=False))
    return found


def online_places(world: World, people: dict[str, Staff], dossiers: dict[str, Dossier]) -> dict[str, object]:
    """What these addresses name."""
    received, returned = dossiers["received"], dossiers["returned"]
    note_read("dossier", by=world.officer, route="admin:cases_dossier_change", dossier=received.pk)
    token, _text = tokens.make_token(
        world.clerk, by=world.clerk, name="Chương trình thử", scopes=["read"], days=30
    )
    topic = next(topic for topic in NoticeTopic if notice_choices.switch_off_url(received.applicant, topic))
    return {
        **_filed_online(world, people["K"]),
        **_feedback(world),
        **_webhook(world, people["A"]),
        "desk": world.ward.identifier,
        "form": _form(world).pk,
        "own_letter": issued_letters_of(dossiers["supplement"]).first().pk,
        "lookup": _looked_up(world).pk,
        "read": ReadAccess.objects.first().pk,
        "access_token": token.uuid,
        "notice_token": notice_choices.switch_off_url(received.applicant, topic).split("/")[-2],
        "lookup_secret": lookup.secret_of(received),  # a wrong one would make the next wait
        "pass": pass_for(received),
        "proof": rating_proof(returned),
    }


def _looked_up(world: World) -> PopulationLookup:
    facts = {"by": world.clerk, "agency": world.ward, "procedure": world.free, "has_consent": True}
    return PopulationLookup.objects.create(
        at=timezone.now(), purpose="settle", asked="retrieve", number_hash="0" * 64, **facts
    )


def _filed_online(world: World, citizen: Staff) -> dict[str, object]:
    """One filing, and a draft with a file that is on its way."""
    form, identity, authorisation = world.free.versions.get().components.order_by("position")
    filed = draft_for(citizen, world.free)
    add_whole(filed, upload(), component=form)
    facts = OnlineFacts(
        desk=world.ward,
        answers={"content": "Đề nghị cấp giấy chứng nhận"},
        ways={form.pk: "upload", identity.pk: "paper", authorisation.pk: "none"},
        phone=world.applicant.phone,
        consent=True,
    )
    filing = file_online(citizen, filed.key, facts)
    draft = draft_for(citizen, world.free)
    begun = begin_upload(
        draft, component=form, name="to-khai.pdf", size=len(pdf()), sha256=hashlib.sha256(pdf()).hexdigest()
    )
    return {
        "filing_key": filing.key,
        "online_draft": draft.key,
        "online_upload": begun.key,
        "online_component": form.pk,
    }


def _feedback(world: World) -> dict[str, object]:
    sent = services.send_feedback(
        kind=FeedbackKind.RULE,
        text="Vì sao phải nộp bản sao?",
        agency=world.ward,
        sender=Sender(name=world.applicant.full_name, phone=world.applicant.phone),
        nonce=uuid4(),
        uploads=[upload("anh.pdf")],
    )
    return {
        "feedback": sent.pk,
        "feedback_file": sent.files.get().pk,
        "feedback_code": sent.code,
        "feedback_secret": lookup.secret_of(sent),
    }


def _webhook(world: World, keeper: Staff) -> dict[str, object]:
    hook = webhooks.create_webhook(
        world.ward, by=keeper, name="Phần mềm phường", url="https://motcua.example/hook", events=[]
    )
    delivery = webhooks.ping(hook, by=keeper)
    hook.deliveries.update(state=DeliveryState.DEAD)  # else it is waiting anyway
    return {"hook": hook.uuid, "delivery": delivery.uuid}


def _form(world: World) -> ProcedureForm:
    form = ProcedureForm(version=world.free.versions.get(), name_vi="Tờ khai")
    form.file.save("to-khai.pdf", upload("to-khai.pdf"), save=False)
    form.file_name, form.mime_type = "to-khai.pdf", "application/pdf"
    form.size, form.sha256 = form.file.size, hashlib.sha256(b"to-khai").hexdigest()
    form.save()
    return form


# What is asked with, as headers.
def online_headers(places: dict[str, object]) -> dict[str, dict[str, str]]:
    told = {
        "filename": "to-khai-2.pdf",
        "component": str(places["online_component"]),
        "sha256": hashlib.sha256(b"to-khai-2").hexdigest(),
    }
    pairs = ",".join(f"{name} {base64.b64encode(text.encode()).decode()}" for name, text in told.items())
    return {"public:upload_begin": {**TUS, "Upload-Length": "9", "Upload-Metadata": pairs}}


def online_bodies(world: World, places: dict[str, object]) -> dict[str, dict]:
    """What is sent to these addresses."""
    copies = reception(world, world.free.__class__.objects.get(code=COPIES), duplicate_known=True)
    hook = {"name": "Phần mềm khác", "url": "https://motcua.example/khac"}
    return {
        "public:feedback": {
            "kind": "rule",
            "text": "Vì sao phải nộp bản sao?",
            "agency": str(world.ward.pk),
            "name": "Nguyễn Thị Ví Dụ",
            "phone": "0900000001",
        },
        "public:feedback_follow": {"code": places["feedback_code"], "secret": places["feedback_secret"]},
        "public:lookup_download": {"pass": places["pass"], "what": "appointment"},
        "public:rate": {"proof": places["proof"], "begin": "1"},
        "public:file": {"draft": str(places["online_draft"]), "save": "1"},
        "public:my_answer": {"other": upload()},
        "public:my_withdrawal": {"reason": "Đổi ý", "sure": "1"},
        "public:my_rating": SCORES,
        "admin:feedback_verb": {"text": "Xin cảm ơn."},
        "admin:webhooks": {**hook, "agency": world.ward.pk},
        "admin:notice_preview": {"subject": "x", "body": "x", "dossier": places["code"]},
        "api:webhooks": {**hook, "agency": world.ward.identifier},
        "api:switch_webhook": {"active": False},
        "api:search": {"q": world.applicant.full_name},
        "api:turn_document": {"degrees": 90},
        "api:remove_document": {"reason": "Quét nhầm"},
        "api:prepare_letter": {"reason": "Máy chủ hỏng", "new_due_at": "2026-12-09T17:00:00+07:00"},
        "api:cancel_letter": {"reason": "Đã trả kết quả"},
        "api:decide_at_once": {
            "reception": json.dumps(copies),
            "file": upload("ket-qua.pdf"),
            "number": "15/CT",
            "signer": "Lê Thị Một Cửa",
            "scan": upload("ban-chinh.pdf"),
            "scan_component": copies["components"][0]["component"],
        },
    }
