"""Records of procedures in the seeds: read, checked, with their internal steps and the hash of their facts."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from django.utils.translation import gettext as _

from procedures.enums import FeeRule, LimitUnit
from procedures.models import (
    Component,
    FeeLine,
    Procedure,
    ProcedureForm,
    ProcedureStep,
    ProcedureVersion,
    TimeLimit,
)
from procedures.seeds.files import Key, Place, check_model, day, items, read_row, read_rows, read_yaml
from procedures.seeds.keys import (
    ANSWER_LIMIT,
    BY_QUANTITY,
    CAP,
    COMPONENT,
    EXTENSION,
    FEE,
    FORM,
    LIMIT,
    PERIOD,
    QUANTITY,
    RECORD,
    STEP,
    TEMPLATE,
    TEMPLATE_FITS,
    TIER,
)
from procedures.steps import REST, STEP_HOURS, StepTemplate, limit_hours, step_hours, steps_from

# R1, as far as a record can lack it: publishing names everything that is missing at once. The legal basis
# is not among them here, because some published lists leave it out; the record says so in a comment.
MANDATORY_PARTS = {
    "deciding_agency_vi": "deciding_agency_vi",
    "subjects": "subjects",
    "channels": "channels",
    "result_name_vi": "result_name_vi",
    "limits": "time_limits",
    "components": "components",
}

# Keys about publication; the others are the content of the version.
PUBLICATION = ("complete", "published_although_incomplete", "in_force_from", "abolished_on")


@dataclass(frozen=True)
class VersionFacts:
    """Everything that a record says about one version of a procedure.

    `results_of`: position of a component → code of the procedure whose result it is. `forms` name the
    component that they become by its position, `component_position`.
    """

    code: str
    version: Mapping
    limits: list[dict]
    components: list[dict]
    results_of: Mapping[int, str]
    fees: list[dict]
    steps: list[dict]
    forms: list[dict]
    is_published: bool
    in_force_from: date | None
    last_day: date | None
    place: Place

    @cached_property
    def hash(self) -> str:
        """Of the content only: the end of a version is not its content."""
        facts = [
            self.version,
            self.limits,
            self.components,
            self.results_of,
            self.fees,
            self.steps,
            self.is_published,
            self.in_force_from,
            # Only where there are some: records of before there were forms keep their hash.
            *([self.forms] if self.forms else []),
        ]
        return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()


def read_catalogue(path: Path, problems: list[str]) -> tuple[list[VersionFacts], date | None]:
    """All records under `procedures/`, and the first day in force of those that name none."""
    place = Place(problems, "catalogue.yaml")
    head = read_row(
        read_yaml(path / "catalogue.yaml", place),
        {
            "in_force_from": Key("in_force_from", day, required=True),
            "step_templates": Key("step_templates", required=True),
        },
        place,
    )
    templates = _read_templates(head.get("step_templates"), place)
    files = sorted((path / "procedures").glob("*.yaml"))
    if not files:
        Place(problems, "procedures/").refuse(_("no file of procedures is there."))
    records, seen = [], {}
    for file in files:
        place = Place(problems, f"procedures/{file.name}")
        content = read_row(
            read_yaml(file, place), {"procedures": Key("procedures", items, required=True)}, place
        )
        for position, data in enumerate(content.get("procedures", []), start=1):
            facts = read_record(data, templates, place.within(record=f"record {position}"))
            if facts and facts.code in seen:
                facts.place.refuse(
                    _("the code is already used in %(file)s; each code stands once.")
                    % {"file": seen[facts.code]}
                )
            elif facts:
                seen[facts.code] = place.file
                records.append(facts)
    return records, head.get("in_force_from")


def _read_templates(data, place: Place) -> list[StepTemplate]:
    templates = []
    for i, row in enumerate(read_rows(data, TEMPLATE, place, "step_templates"), start=1):
        here = place.within(part=f"step_templates {i}")
        fits = read_row(row.get("fits"), TEMPLATE_FITS, here)
        steps = read_rows(row.get("steps"), STEP, here, f"{here.part} steps")
        templates.append(
            StepTemplate(
                fits.get("unit", ""), fits.get("amount"), fits.get("at_least", Decimal(0)), tuple(steps)
            )
        )
    return templates


def read_record(data, templates: list[StepTemplate] | None, place: Place) -> VersionFacts | None:
    """One record, or None when it has no code that its problems could be told by.

    Without templates the internal steps stay as they are told: whether they fit is then asked when it is published.
    """
    if isinstance(data, dict) and isinstance(data.get("code"), str):
        place = place.within(record=data["code"])
    known = len(place.problems)
    row = read_row(data, RECORD, place)
    if "code" not in row:
        return None
    code = row.pop("code")
    check_model(Procedure, {"code": code}, place)
    limits = read_rows(row.pop("limits", None), LIMIT, place, "time_limits")
    components = read_rows(row.pop("components", None), COMPONENT, place, "components")
    results_of = {i: c.pop("result_of") for i, c in enumerate(components) if "result_of" in c}
    fees = _read_fees(row.pop("fees", None), place)
    forms = _read_forms(row.pop("forms", None), components, place)
    steps = read_rows(row.pop("steps", None), STEP, place, "internal_steps")
    if "extension" in row:
        row |= read_row(row.pop("extension"), EXTENSION, place.within(part="extension"))
    row["excluded_periods"] = read_rows(row.pop("excluded_periods", None), PERIOD, place, "excluded_periods")
    row["answer_limits"] = _read_answer_limits(row.pop("answer_limits", None), place)
    row.setdefault("decided_at_once", any(limit.get("unit") == LimitUnit.IMMEDIATE for limit in limits))
    row["limit_quantity"] = _read_quantities(row.pop("limit_by_quantity", None), limits, place)
    publication = {key: row.pop(key, None) for key in PUBLICATION}
    for model, rows, part in (
        (ProcedureVersion, [row], ""),
        (TimeLimit, limits, "time_limits"),
        (Component, components, "components"),
        (FeeLine, fees, "fees"),
    ):
        for i, columns in enumerate(rows, start=1):
            check_model(model, columns, place.within(part=f"{part} {i}" if part else ""))
    # Only what could be read is judged as a whole: one mistake, one sentence.
    if len(place.problems) == known:
        _refuse_fees_without_amount(fees, place)
        _refuse_dates_reversed(publication, place)
        if publication["complete"]:
            _refuse_incomplete(row | {"limits": limits, "components": components}, place)
            _refuse_stated_parts_missing(row, forms, fees, place)
        if templates is not None:
            steps = _steps(steps, limits, templates, place)
        else:
            for i, step in enumerate(steps, start=1):
                check_model(ProcedureStep, step, place.within(part=f"internal_steps {i}"))
    abolished_on = publication["abolished_on"]
    return VersionFacts(
        code=code,
        version=row,
        limits=limits,
        components=components,
        results_of=results_of,
        fees=fees,
        steps=steps,
        forms=forms,
        is_published=bool(publication["complete"] or publication["published_although_incomplete"]),
        in_force_from=publication["in_force_from"],
        last_day=abolished_on - timedelta(days=1) if abolished_on else None,
        place=place,
    )


def _read_answer_limits(data, place: Place) -> list[dict]:
    """As JSON keeps them: amounts are texts."""
    limits = read_rows(data, ANSWER_LIMIT, place, "reception_limits")
    return [limit | {"amount": f"{limit['amount'].normalize():f}"} for limit in limits if "amount" in limit]


def _read_quantities(data, limits: list[dict], place: Place) -> str:
    """Which number the limit depends on; the limits of the same amount get their range of it."""
    if data is None:
        return ""
    here = place.within(part="limit_by_quantity")
    table = read_row(data, BY_QUANTITY, here)
    if "table" not in table or "unit" not in table:
        return ""
    for row in read_rows(table["table"], QUANTITY, place, "limit_by_quantity table"):
        if "amount" not in row or "quantity_from" not in row:
            continue  # said already by the reader
        limit = next(
            (
                limit
                for limit in limits
                if (limit.get("amount"), limit.get("unit")) == (row.get("amount"), table["unit"])
            ),
            None,
        )
        if limit is None:
            here.refuse(
                _("time_limits has no limit of %(amount)s.") % {"amount": f"{row['amount'].normalize():f}"}
            )
        else:
            limit |= {"quantity_from": row["quantity_from"], "quantity_to": row.get("quantity_to")}
    return table.get("quantity", "")


def _read_fees(data, place: Place) -> list[dict]:
    fees = read_rows(data, FEE, place, "fees")
    for i, fee in enumerate(fees, start=1):
        part = f"fees {i}"
        if fee.get("tiers") is not None:
            tiers = read_rows(fee["tiers"], TIER, place, f"{part} tiers")
            fee["tiers"] = [{"to_page": None} | tier for tier in tiers]
        cap = fee.pop("cap", None)
        if cap is not None:
            fee |= read_row(cap, CAP, place.within(part=f"{part} cap"))
    return fees


def _read_forms(data, components: list[dict], place: Place) -> list[dict]:
    """A form may name the component that it becomes; it is then known by the position of that one."""
    positions = {component.get("name_vi"): i for i, component in enumerate(components)}
    forms = read_rows(data, FORM, place, "forms")
    for i, form in enumerate(forms, start=1):
        here = place.within(part=f"forms {i}")
        name = form.pop("component", "")
        if name and name not in positions:
            here.refuse(_("no component is called “%(name)s”.") % {"name": name})
        form["component_position"] = positions.get(name)
        columns = {column: value for column, value in form.items() if column != "component_position"}
        check_model(ProcedureForm, columns, here)
    return forms


def _refuse_stated_parts_missing(row: Mapping, forms: list, fees: list, place: Place) -> None:
    """What the record says that there is has to be there; the same as publishing asks."""
    stated = {
        "conditions": row.get("has_conditions") and not row.get("conditions_vi"),
        "forms": row.get("has_form") and not forms,
        "fees": row.get("has_fee") and not fees,
    }
    if missing := [name for name, lacks in stated.items() if lacks]:
        place.refuse(
            _("the record says that these exist, and lacks them: %(missing)s.")
            % {"missing": ", ".join(missing)}
        )


def _refuse_fees_without_amount(fees: list[dict], place: Place) -> None:
    for i, fee in enumerate(fees, start=1):
        here = place.within(part=f"fees {i}")
        by_province, amount = fee["rule"] == FeeRule.SET_BY_PROVINCE, fee.get("amount")
        if by_province and amount is not None:
            here.refuse(_("the province sets this amount, so the record must not give one."))
        if not by_province and amount is None and not fee.get("tiers"):
            here.refuse(_("“%(name)s” is missing.") % {"name": "amount"})


def _refuse_dates_reversed(publication: Mapping, place: Place) -> None:
    begins, abolished_on = publication["in_force_from"], publication["abolished_on"]
    if begins and abolished_on and begins >= abolished_on:
        place.refuse(
            _("abolished on %(end)s, before it came into force on %(start)s.")
            % {"end": f"{abolished_on:%d/%m/%Y}", "start": f"{begins:%d/%m/%Y}"}
        )


def _refuse_incomplete(row: Mapping, place: Place) -> None:
    missing = [name for column, name in MANDATORY_PARTS.items() if not row.get(column)]
    if missing:
        place.refuse(
            _("“complete” is true, but a version cannot be published without: %(missing)s.")
            % {"missing": ", ".join(missing)}
        )


def _steps(own: list[dict], limits: list[dict], templates: list[StepTemplate], place: Place) -> list[dict]:
    """Own steps, else those of the first template that fits the shortest limit; refused when they exceed it."""
    if not limits:
        return own
    shortest = min(limits, key=lambda limit: limit_hours(limit["amount"], limit["unit"]))
    amount, unit = shortest["amount"], shortest["unit"]
    steps = own
    if not own:
        template = next((t for t in templates if t.fits(amount, unit)), None)
        if template is None:
            place.refuse(
                _("no step template fits the limit “%(limit)s”; give internal_steps.")
                % {"limit": shortest["label"]}
            )
            return []
        steps = steps_from(template, amount, unit)
    if any(step["unit"] not in STEP_HOURS or step["amount"] == REST for step in steps):
        place.refuse(_("internal steps are given in working days or working hours."))
        return []
    offered, needed = limit_hours(amount, unit), step_hours(steps)
    if needed > offered:
        place.refuse(
            _(
                "the internal steps need %(needed)s working hours, but the limit “%(limit)s” offers %(offered)s."
            )
            % {
                "needed": f"{needed.normalize():f}",
                "limit": shortest["label"],
                "offered": f"{offered.normalize():f}",
            }
        )
    for i, step in enumerate(steps, start=1):
        check_model(ProcedureStep, step, place.within(part=f"internal_steps {i}"))
    return steps
