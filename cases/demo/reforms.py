"""Reform plans with tasks of every standing, and contested entries of the clock, in the demonstration."""

from datetime import date, timedelta
from random import Random
from uuid import UUID

from cases import services
from cases.demo.lives import Moments
from cases.demo.plan import Plan, at
from cases.enums import EventKind
from cases.feedback import Verdict
from cases.models import DossierEvent
from cases.services.rating import rating_proof
from cases.services.reforms import TaskFacts
from procedures.models import Staff
from procedures.reforms import ReformKind

# What, kind, days from now until it is due (None: regular), whether it is finished.
INTERNAL = (
    ("Rà soát, cắt giảm thủ tục nội bộ về quản lý tài sản công", ReformKind.INTERNAL, -12, False),
    ("Công bố danh mục thủ tục nội bộ giữa các cơ quan", ReformKind.INTERNAL, -40, True),
    ("Rút ngắn quy trình nội bộ cấp trích lục hộ tịch", ReformKind.SIMPLIFICATION, 30, False),
    ("Phân cấp giải quyết thủ tục đăng ký hoạt động cho cấp xã", ReformKind.DECENTRALISATION, 60, False),
)
PROJECT_06 = (
    ("Kết nối cơ sở dữ liệu quốc gia về dân cư để không phải nộp giấy tờ", ReformKind.PROJECT_06, -5, False),
    ("Tuyên truyền, hỗ trợ người dân nộp hồ sơ trực tuyến", ReformKind.PROJECT_06, None, False),
    ("Số hóa kết quả giải quyết còn hiệu lực", ReformKind.DIGITAL, -3, True),
)
NOT_ASKED = "Tôi đã nộp đủ giấy tờ ngay khi nộp hồ sơ, bản chụp còn trong máy của tôi."
TOO_LONG = "Thời hạn được tính lại từ đầu là quá dài, giấy tờ tôi bổ sung chỉ là một tờ khai."


class Reforms:
    """The register of one province, and what people contest at the first ward."""

    def __init__(self, plan: Plan, administrator: Staff, seed: int):
        self.plan, self.administrator = plan, administrator
        self.ward = plan.wards[0]
        self.rng = Random(f"{seed}:reforms")

    def lives(self) -> list[Moments]:
        return [
            self._plan("Rà soát, đơn giản hóa thủ tục nội bộ", "100/KH-UBND", INTERNAL),
            self._plan("Thực hiện Đề án 06", "06/KH-UBND", PROJECT_06),
            self._contest(8, EventKind.SUPPLEMENT_REQUESTED, NOT_ASKED, answer="Đúng vậy, cán bộ đã nhầm."),
            self._contest(2, EventKind.RESUMED, TOO_LONG),
        ]

    def _plan(self, title: str, decision: str, tasks) -> Moments:
        yield at(self.plan.ago(60), 8, 5)
        today = self.plan.now.date()
        leads = [self.ward.agency, *(ward.agency for ward in self.plan.wards[1:]), self.plan.centre.agency]
        plan = services.add_reform_plan(
            agency=self.ward.agency.parent, title=title, decision=decision, by=self.administrator
        )
        finished = []
        for number, (what, kind, days, is_finished) in enumerate(tasks):
            lead, other = leads[number % len(leads)], leads[(number + 1) % len(leads)]
            task = services.add_reform_task(
                plan,
                TaskFacts(kind, what, lead, due_on=_day(today, days), cooperating=(other,)),
                by=self.administrator,
            )
            if is_finished:
                finished.append(task)
        yield at(self.plan.ago(20), 9, 10)
        for task in finished:
            services.finish_reform_task(
                task, by=self.administrator, evidence=f"Báo cáo số {task.number}0/BC-UBND"
            )

    def _contest(self, days: int, kind: EventKind, text: str, *, answer: str = "") -> Moments:
        yield at(self.plan.ago(days), 20, 15)
        event = (
            DossierEvent.objects.filter(kind=kind, dossier__competent_agency=self.ward.agency)
            .select_related("dossier")
            .order_by("-at", "-pk")
            .first()
        )
        if event is None:
            return
        feedback = services.contest_event(
            event.dossier,
            event,
            text=text,
            nonce=UUID(int=self.rng.getrandbits(128), version=4),
            proof=rating_proof(event.dossier),
        )
        if answer:
            yield at(self.plan.ago(days - 2), 10, 30)
            services.answer_feedback(feedback, by=self.ward.supervisor, text=answer, verdict=Verdict.UPHELD)


def _day(today: date, days: int | None) -> date | None:
    return None if days is None else today + timedelta(days=days)
