"""Reform plans, contested entries and reports: a further part of `tests/role_stage.py`."""

from cases import services
from cases.enums import EventKind
from cases.models import Dossier
from cases.services.rating import rating_proof
from cases.services.reforms import TaskFacts
from procedures.models import Staff
from tests.cast import World


def report_places(world: World, people: dict[str, Staff], dossiers: dict[str, Dossier]) -> dict[str, object]:
    """What these addresses name; plan and task are of the ward."""
    plan = services.add_reform_plan(
        agency=world.ward, title="Rà soát thủ tục nội bộ", decision="1/QĐ-UBND", by=people["S"]
    )
    facts = TaskFacts("internal", "Cắt giảm thủ tục nội bộ", world.ward)
    waiting = dossiers["supplement"]
    return {
        "reform_plan": plan.pk,
        "reform_task": services.add_reform_task(plan, facts, by=people["S"]).pk,
        "contested": waiting.events.get(kind=EventKind.SUPPLEMENT_REQUESTED).pk,
        "contest_proof": rating_proof(waiting),
    }


def report_bodies(world: World, places: dict[str, object]) -> dict[str, dict]:
    """What is sent to these addresses."""
    contested = {"event": places["contested"], "text": "Tôi đã nộp đủ giấy tờ."}
    return {
        "public:contest": {**contested, "proof": places["contest_proof"]},
        "public:my_contest": contested,
        "admin:reform_plan": {"agency": world.ward.pk, "title": "Đề án 06", "decision": "2/QĐ-UBND"},
        "admin:reform_task_new": {"title": "Kết nối dữ liệu", "kind": "project_06", "lead": world.ward.pk},
        "admin:reform_verb": {"text": "Đã gửi dự thảo"},
        "admin:report_file": {"form": "report_excel"},
        "admin:report_count": {"part": "late"},
    }
