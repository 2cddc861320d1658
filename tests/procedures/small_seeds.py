"""A small folder of seeds for the tests: one procedure, one agency, three days."""

import shutil
from datetime import date
from pathlib import Path

import yaml
from django.conf import settings

from procedures.models import (
    Agency,
    CalendarDay,
    Component,
    FeeLine,
    OfficeSession,
    Procedure,
    ProcedureForm,
    ProcedureStep,
    ProcedureVersion,
    TimeLimit,
)
from procedures.services.catalogue import load_catalogue

SEEDS = settings.BASE_DIR / "seeds"
TODAY = date(2026, 11, 20)
LOADED = (
    Agency,
    OfficeSession,
    CalendarDay,
    Procedure,
    ProcedureVersion,
    TimeLimit,
    Component,
    FeeLine,
    ProcedureStep,
    ProcedureForm,
)

RECORD = {
    "code": "1.999001",
    "name_vi": "Thủ tục thử",
    "name_en": "Trial procedure",
    "field_vi": "Hộ tịch",
    "level": "commune",
    "deciding_agency_vi": "Ủy ban nhân dân cấp xã",
    "subjects": ["citizen"],
    "channels": ["desk"],
    "sets": 1,
    "time_limits": [{"label": "5 ngày làm việc", "amount": 5, "unit": "working_day"}],
    "fees": [{"name": "Phí thử", "kind": "fee", "channel": "any", "rule": "fixed", "amount": 10000}],
    "components": [{"name_vi": "Tờ khai", "originals": 1, "copies": 0}],
    "result_name_vi": "Giấy xác nhận",
    "legal_basis": ["Luật thử"],
    "complete": True,
}


class SmallSeeds:
    """One procedure, one agency and three days, written anew for each load."""

    def __init__(self, path: Path):
        self.path = path
        self.record = {**RECORD}
        self.records = [self.record]
        self.agencies = [{"identifier": "H41", "kind": "province", "name_vi": "UBND tỉnh Nghệ An"}]
        self.calendar = {
            "years": {
                2027: {
                    "status": "provisional",
                    "days_off": [
                        {"date": date(2027, 1, 1), "kind": "new_year", "name_vi": "Tết Dương lịch"},
                        {"date": date(2027, 2, 4), "kind": "tet", "name_vi": "Tết Nguyên đán"},
                    ],
                }
            },
            "switches": [
                {
                    "key": "culture-day-2026",
                    "date": date(2026, 11, 24),
                    "weekday": "Tue",
                    "kind": "culture_day",
                    "name_vi": "Ngày Văn hóa Việt Nam",
                    "enabled": True,
                }
            ],
        }
        shutil.copy(SEEDS / "catalogue.yaml", path)
        (path / "procedures").mkdir()

    def load(self, today=TODAY):
        self.write("agencies.yaml", {"agencies": self.agencies})
        self.write("calendar.yaml", self.calendar)
        self.write("procedures/all.yaml", {"procedures": self.records})
        return load_catalogue(self.path, today=today)

    def write(self, name, content):
        (self.path / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")

    def versions(self):
        return list(ProcedureVersion.objects.filter(procedure__code="1.999001").order_by("number"))


def snapshot():
    return {model: list(model.objects.order_by("pk").values()) for model in LOADED}


def version_of(code):
    return ProcedureVersion.objects.get(procedure__code=code)
