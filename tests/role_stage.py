"""Who knocks, at what, and with what in hand: people, things and bodies of `tests/role_table.txt`.

One world for the whole table. What an address names belongs to the ward; those outside work in the other
ward of the same province.
"""

import re
from datetime import date
from http.cookies import SimpleCookie
from uuid import uuid4

from django.contrib.messages import ERROR
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from cases import services
from cases.models import (
    Dossier,
    EscalationRung,
    ListExport,
    LogBook,
    RegisterBook,
    RolledUp,
    SavedList,
)
from cases.services import drafts, revisions
from cases.services.revisions import DayFacts
from notifications.models import Message
from procedures.enums import Role
from procedures.models import CalendarDay, ElectronicSource, FeeTariff, ReadyReason, Staff
from tests.cases.api.conftest import reception
from tests.cases.api.test_certifications import BODY as CERTIFICATION
from tests.cases.api.test_verbs import CASES
from tests.cases.certifying import COPIES, certify, make_service
from tests.cases.desk_queue import build_queue
from tests.cases.helpers import make_person
from tests.cases.verbs.test_receive_group import rows
from tests.cast import World, build_world, local, upload
from tests.role_stage_around import around_bodies, around_places
from tests.role_stage_online import citizens, online_bodies, online_headers, online_places
from tests.role_stage_reports import report_bodies, report_places

INSIDE = {
    "C": Role.CLERK,
    "P": Role.POSTAL_CLERK,
    "O": Role.OFFICER,
    "S": Role.SUPERVISOR,
    "H": Role.SUPERVISOR,  # who is head of the agency
    "A": Role.AGENCY_ADMIN,
    "U": Role.AUDITOR,
    "I": Role.INTEGRATION,
}
OUTSIDE = {
    "c": Role.CLERK,
    "o": Role.OFFICER,
    "s": Role.SUPERVISOR,  # head of the other ward
    "a": Role.AGENCY_ADMIN,
    "u": Role.AUDITOR,
    "i": Role.INTEGRATION,
}
EVERYBODY = "?" + "".join(INSIDE) + "YRK" + "".join(OUTSIDE) + "k"


class Stage:
    """The world of the table: `people` by letter, `places` by the names in its addresses."""

    def __init__(self, clock):
        self.world = build_world()
        self.people = _people(self.world)
        self.places = _places(self.world, self.people, clock)
        for name in ("days", "counted"):
            RolledUp.objects.create(name=name, last_day=date(2026, 12, 1))  # else no month has a scorecard
        # One browser for all: each new one would load the middleware anew, a thousand times longer than a request.
        self.browser = Client(raise_request_exception=False, headers={"Accept-Language": "en"})
        self.sessions = {letter: self._session_of(letter) for letter in EVERYBODY}

    def _session_of(self, letter: str) -> SimpleCookie:
        """The cookies of this person; nobody has none."""
        self.browser.cookies = SimpleCookie()
        if letter != "?":
            self.browser.force_login(self.people[letter])
        return self.browser.cookies

    def answers(self, name: str, arguments: list[str], method: str) -> dict[str, str]:
        """What everybody is answered at this address, by letter; what it changed is taken back."""
        address, found = self.address(name, arguments), {}
        body = self.body(name) if method == "POST" else None
        for letter, session in self.sessions.items():
            self.browser.cookies = session.copy()
            with transaction.atomic():
                if body is None:
                    response = self.browser.get(address, QUERIES.get(name))
                else:
                    response = self._sent(name, address, body)
                transaction.set_rollback(True)
            found[letter] = _answer(response)
        return found

    def body(self, name: str) -> dict:
        """What a POST to this address sends; files are new each time."""
        every = (bodies, around_bodies, online_bodies, report_bodies)
        return {key: sent for part in every for key, sent in part(self.world, self.places).items()}.get(
            name, {}
        )

    def _sent(self, name: str, address: str, body: dict) -> HttpResponse:
        files = [value for value in body.values() if hasattr(value, "read")]
        for file in files:
            file.seek(0)
        as_json = {"content_type": "application/json"} if name.startswith("api:") and not files else {}
        headers = {"Idempotency-Key": uuid4().hex, **online_headers(self.places).get(name, {})}
        return self.browser.post(address, body, headers=headers, **as_json)

    def address(self, name: str, arguments: list[str]) -> str:
        values = [self.places.get(argument, argument) for argument in arguments]
        if not name.startswith("/"):
            return reverse(name, args=values)
        return re.sub("<.*?>", lambda _part: str(values.pop(0)), name).replace("*", "khong-co/")


def _answer(response: HttpResponse) -> str:
    """The status; with `!` where it leads back to a page that says why nothing was done."""
    queued = getattr(getattr(response.wsgi_request, "_messages", None), "_queued_messages", [])
    if response.streaming:
        list(response.streaming_content)  # read to its end, the file is closed
    refused = response.status_code == 302 and any(message.level == ERROR for message in queued)
    return f"{response.status_code}{'!' if refused else ''}"


def addresses(resolver=None, spaces: tuple[str, ...] = (), before: str = "/") -> set[str]:
    """All addresses of the project by name; those without one by their path, `*` for what takes anything."""
    found = set()
    for pattern in (resolver or get_resolver()).url_patterns:
        route = re.sub(r"[\^(].*", "*", before + str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            found |= addresses(pattern, inner, route)
        elif isinstance(pattern, URLPattern):
            found.add(":".join((*spaces, pattern.name)) if pattern.name else route)
    return found


def _people(world: World) -> dict[str, Staff]:
    people = {"C": world.clerk, "O": world.officer, "S": world.supervisor, "H": world.head}
    people |= {"c": world.outsider_clerk, "o": world.outsider_officer, "s": world.outsider_head}
    for roles, agency in ((INSIDE, world.ward), (OUTSIDE, world.other_ward)):
        for letter, role in roles.items():
            if letter not in people:
                where = "trong" if agency == world.ward else "ngoai"
                people[letter] = make_person(f"{role}-{where}".replace("_", "-"), agency, role, is_staff=True)
    people["Y"] = make_person("he-thong", None, Role.SYSTEM_ADMIN, is_staff=True)
    people["R"] = make_person("toan-quyen", None, "", is_staff=True, is_superuser=True)
    people |= citizens(world)
    world.clerk.decides_at_counter = True  # else there is no quick service
    world.clerk.save()
    return people


def _places(world: World, people: dict[str, Staff], clock) -> dict[str, object]:
    """Everything that stands in an address; dossiers by their state, the rest by what it is."""
    make_service(COPIES)
    world.free.versions.update(
        extension_mode="add",
        extension_amount=3,
        extension_unit="working_day",
        excluded_periods=[{"name_vi": "Niêm yết", "name_en": "Posting"}],
    )
    late = {name: world.processing() for name in ("late", "prepared", "apologised")}
    unanswered = world.supplement()
    clock.move_to("2026-12-02 09:00")
    dossiers = {**late, "unanswered": unanswered, **_dossiers(world)}
    return {
        **{name: dossier.pk for name, dossier in dossiers.items()},
        **{f"{name}_uuid": dossier.uuid for name, dossier in dossiers.items()},
        **_papers(world, dossiers),
        **_at_the_desk(world, people["P"]),
        **report_places(world, people, dossiers),
        **_kept(world),
        **online_places(world, people, dossiers),
        **around_places(world, dossiers),
    }


def _dossiers(world: World) -> dict[str, Dossier]:
    scanned, completing, paid_for = world.receive(), world.submit(components=[]), world.receive(world.paid)
    world.scan(scanned)
    services.ask_to_complete(completing, by=world.clerk, reason="Thiếu", items=["Tờ khai"])
    services.pay(paid_for, by=world.clerk, amount=15000, method="cash")
    return {
        "filing": world.submit(),
        "completing": completing,
        "received": world.receive(),
        "scanned": scanned,
        "digitized": world.digitized(),
        "processing": world.processing(),
        "supplement": world.supplement(),
        "waivable": world.receive(world.paid),
        "paid_for": paid_for,
        "paid": world.with_result(),
        "returned": world.returned(),
    }


def _papers(world: World, dossiers: dict[str, Dossier]) -> dict[str, object]:
    """What belongs to a dossier and has an address of its own."""
    question = services.consult(
        dossiers["processing"],
        by=world.officer,
        agency=world.other_ward,
        question="Xác minh nơi cư trú",
        due_at=local("2026-12-04 17:00"),
    )
    demand = services.demand(
        dossiers["processing"], by=world.officer, paper="Sổ hộ khẩu", legal_text="Luật X, Điều Y"
    )
    payment = dossiers["paid_for"].payments.get()
    apology = {"reason": "Máy chủ hỏng", "new_due_at": local("2026-12-09 17:00")}
    prepared, _new = services.draft_apology(dossiers["prepared"])
    return {
        "code": dossiers["received"].code,
        "scan": dossiers["scanned"].documents.first().pk,
        "fee": dossiers["waivable"].fees.get().pk,
        "payment": payment.pk,
        "receipt_number": payment.receipt_number,
        "question": question.pk,
        "demand": demand.pk,
        "letter": services.draft_apology(dossiers["late"])[0].pk,
        "prepared_letter": services.prepare_apology(prepared, by=world.supervisor, **apology).pk,
        "issued_letter": services.issue_apology(dossiers["apologised"], by=world.head, **apology).pk,
        "message": Message.objects.order_by("pk").first().pk,
        "certified": certify(world).pk,
    }


def _at_the_desk(world: World, posted: Staff) -> dict[str, object]:
    clerk = world.clerk
    group, _received = services.receive_group(
        rows(world, 1), kind="people", name="Lớp 5A", desk=world.ward, by=clerk
    )
    queue = build_queue(world)
    nonce = uuid4()
    secondment = services.record_secondment(
        posted,
        world.other_ward,
        first=date(2026, 12, 14),
        last=date(2026, 12, 31),
        decision="12/QĐ-UBND",
        by=make_person("quan-tri-tinh", world.province, Role.AGENCY_ADMIN),
        substitute=clerk,
    )
    export = ListExport.objects.create(user=clerk, query="", columns=["code"], asked_at=timezone.now())
    return {
        "draft": drafts.keep_draft("nhap1", world.free, {"full_name": ["Trần Văn Thử"]}, by=clerk).pk,
        "group": group.pk,
        "book": LogBook.objects.get(desk=world.ward).pk,
        "register": RegisterBook.objects.get().pk,
        "cash_report": services.close_cash(by=clerk, desk=world.ward, counted=17000).pk,
        "ticket": queue.take(nonce=nonce).pk,
        "nonce": nonce,
        "token": queue.token(),
        "counter": queue.first.pk,
        "queue_service": queue.civil.pk,
        "secondment": secondment.pk,
        "saved_list": SavedList.objects.create(user=clerk, name="Mới", query="state=received").pk,
        "export": export.pk,
    }


def _kept(world: World) -> dict[str, object]:
    """What administrators keep."""
    revision = revisions.propose(
        world.ward,
        reason="Bão",
        legal_reference="Thông báo 9/TB-VD",
        days=[DayFacts(date(2026, 12, 7), name_vi="Nghỉ", name_en="Off")],
        by=world.supervisor,
    )
    tariff = FeeTariff.objects.create(
        agency=world.province,
        procedure=world.paid,
        fee_name="Lệ phí",
        amount=1000,
        legal_reference="Nghị quyết thử",
        in_force_from=date(2026, 1, 1),
    )
    return {
        "procedure": world.free.pk,
        "procedure_code": world.free.code,
        "version": world.free.versions.get().pk,
        "agency": world.ward.pk,
        "person": world.officer.pk,
        "day": CalendarDay.objects.order_by("pk").first().pk,
        "rung": EscalationRung.objects.create(agency=world.ward, working_days=1, receiver="head").pk,
        "reason": ReadyReason.objects.create(use="refusal", text="Không thuộc thẩm quyền").pk,
        "source": ElectronicSource.objects.create(name="Cơ sở dữ liệu thử").pk,
        "tariff": tariff.pk,
        "revision": revision.pk,
    }


# What a page is asked with, where the bare address says nothing.
QUERIES = {
    "admin:autocomplete": {
        "app_label": "procedures",
        "model_name": "feetariff",
        "field_name": "procedure",
        "term": "",
    },
    "public:lookup": {"ma": "H41.101-261202-0001"},
    "api:calculator": {"procedure": "1.000001"},
    "admin:receipts": {"today": "1"},
    "admin:group_template": {"procedure": "1.000001"},
    "admin:scorecard": {"agency": "H41.101", "month": "2026-11"},
    "admin:nine_indicators": {"agency": "H41.101", "month": "2026-11"},
    "admin:scorecard_list": {"agency": "H41.101", "month": "2026-11", "part": "2.1"},
}


def bodies(world: World, places: dict[str, object]) -> dict[str, dict]:
    """What is sent where an empty form would say nothing about who may."""
    body = reception(world, duplicate_known=True)
    filed = {name: value for name, value in body.items() if name != "duplicate_known"}
    waived = {"fee": places["fee"], "amount": 5000, "ground": "Hộ nghèo"}
    return {
        "admin:late_act": {"dossier": places["late"]},
        "admin:workload_accept": {"to": world.second_officer.pk},
        **{f"api:{verb}": body for verb, (_who, _state, body, _after) in CASES.items()},
        "api:record_result": {"number": "12/KQ", "signer": "Trần Văn Lãnh Đạo", "file": upload()},
        "api:reschedule": {"reason": "Chờ xác minh", "new_due_at": "2026-12-09T17:00:00+07:00"},
        "api:exclude_period": {"name": "Niêm yết", "first": "2026-12-03", "last": "2026-12-04"},
        "api:complete_filing": {"components": filed["components"]},
        "api:pay": {"amount": 15000, "method": "cash"},
        "api:waive": waived,
        "api:refund": {"payment": places["receipt_number"], "amount": 5000, "reason": "Thu nhầm"},
        "api:stop": {"reason": "Không bổ sung"},
        "api:demand": {"paper": "Sổ hộ khẩu", "legal_text": "Luật X, Điều Y"},
        "api:receive_correction": {"reason": "Sai họ tên"},
        "api:report_loss": {"papers": ["Giấy khai sinh"]},
        "api:dossiers": body,
        "api:filings": {**filed, "channel": "online"},
        "api:ask_at_desk": {**filed, "reason": "Thiếu", "items": ["Tờ khai"]},
        "api:refuse_at_desk": {**filed, "reason": "Không thuộc thẩm quyền"},
        "api:certifications": CERTIFICATION,
        "api:consultation_answer": {"answer": "Đúng là cư trú ở đây"},
        "api:documents": {"file": upload()},
        "admin:scans": {"file": upload()},
        "admin:scan_remove": {"reason": "Quét nhầm"},
        "admin:result": {"collector": world.applicant.full_name, "proof": "receipt"},
        "admin:cash": {"counted": "0"},
        "admin:list_save": {"name": "Của tôi", "list": "state=received"},
        "admin:export": {"list": "state=received"},
        "admin:secondment_end": {"last": "20/12/2026"},
        "admin:apology": {"do": "save", "reason": "Máy chủ hỏng", "new_due_at": "09/12/2026 17:00"},
        "admin:apology_preview": {"reason": "Máy chủ hỏng", "new_due_at": "09/12/2026 17:00"},
        "admin:apologies_bulk": {"dossier": [places["late"]]},
        "admin:letter_act": {"reason": "Máy chủ hỏng", "new_due_at": "09/12/2026 17:00"},
        "admin:dossier_verb": {"reason": "Thiếu chữ ký", "items": "Tờ khai có chữ ký"},
        "admin:consultation_answer": {"answer": "Đúng là cư trú ở đây"},
        "admin:papers_lost": {"papers": "Giấy khai sinh"},
        "admin:correction": {"reason": "Sai họ tên"},
        "admin:dossier_search": {"q": "vi du"},
        "public:lookup": {"code": places["code"], "secret": places["lookup_secret"]},
        "set_language": {"language": "en", "next": "/tra-cuu/"},
        "public:language": {"language": "en", "next": "/tra-cuu/"},
    }
