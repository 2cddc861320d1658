"""The keys of a procedure's record: which column each fills and how it is read (see seeds/catalogue.yaml)."""

from procedures.enums import (
    Channel,
    ExtensionMode,
    FeeChannel,
    FeeKind,
    FeeRule,
    Level,
    LimitUnit,
    RegisterKind,
    Role,
    ServiceLevel,
    Subject,
)
from procedures.seeds.files import (
    FOR_READERS,
    Key,
    clock,
    day,
    flag,
    number,
    one_of,
    some_of,
    text,
    texts,
    whole,
)
from procedures.steps import REST

LIMIT = {
    "label": Key("label", text, required=True),
    "amount": Key("amount", number, required=True),
    "unit": Key("unit", one_of(LimitUnit), required=True),
    "cutoff": Key("cutoff", clock),
    "when": Key("condition", text),
    "when_en": FOR_READERS,
}
EXTENSION = {
    "mode": Key("extension_mode", one_of(ExtensionMode), required=True),
    "amount": Key("extension_amount", number),
    "unit": Key("extension_unit", one_of(LimitUnit)),
    "when": Key("extension_when", text),
    "when_en": FOR_READERS,
}
FEE = {
    "name": Key("name", text, required=True),
    "kind": Key("kind", one_of(FeeKind), required=True),
    "channel": Key("channel", one_of(FeeChannel), required=True),
    "rule": Key("rule", one_of(FeeRule), required=True),
    "amount": Key("amount", whole),
    "tiers": Key("tiers"),
    "cap": Key("cap"),
    "when": Key("condition", text),
    "when_en": FOR_READERS,
}
TIER = {
    "from_page": Key("from_page", whole, required=True),
    "to_page": Key("to_page", whole),
    "amount_per_page": Key("amount_per_page", whole, required=True),
}
CAP = {"amount": Key("cap_amount", whole, required=True), "per": Key("cap_per", text, required=True)}
COMPONENT = {
    "name_vi": Key("name_vi", text, required=True),
    "name_en": Key("name_en", text),
    "originals": Key("originals", whole),
    "copies": Key("copies", whole),
    "shown_only": Key("shown_only", flag),
    "electronic_source": Key("electronic_source", text),
    "result_of": Key("result_of", text),
    "required_when": Key("required_when", text),
    "required_when_en": FOR_READERS,
}

FORM = {
    "name_vi": Key("name_vi", text, required=True),
    "name_en": Key("name_en", text),
    "source_url": Key("source_url", text, required=True),
    "component": Key("component", text),
}


def _allowance(value):
    return value if value == REST else number(value)


STEP = {
    "name_vi": Key("name_vi", text, required=True),
    "name_en": Key("name_en", text),
    "role": Key("role", one_of(Role), required=True),
    "amount": Key("amount", _allowance, required=True),
    "unit": Key("unit", one_of(LimitUnit), required=True),
}
RECORD = {
    "code": Key("code", text, required=True),
    "name_vi": Key("name_vi", text, required=True),
    "name_en": Key("name_en", text),
    "field_vi": Key("field_vi", text, required=True),
    "level": Key("level", one_of(Level), required=True),
    "service_level": Key("service_level", one_of(ServiceLevel)),
    "partial_reason": Key("partial_reason_vi", text),
    "deciding_agency_vi": Key("deciding_agency_vi", text),
    "subjects": Key("subjects", some_of(Subject)),
    "channels": Key("channels", some_of(Channel)),
    "sets": Key("sets", whole),
    "order_of_steps": Key("order_of_steps_vi", text),
    "has_conditions": Key("has_conditions", flag),
    "conditions": Key("conditions_vi", text),
    "has_form": Key("has_form", flag),
    "has_fee": Key("has_fee", flag),
    "forms": Key("forms"),
    "received_outside_desk": Key("received_outside_desk", flag),
    "interlinked": Key("interlinked", flag),
    "result_name_vi": Key("result_name_vi", text),
    "legal_basis": Key("legal_basis", texts),
    "confidence": Key("confidence", text),
    "note": Key("note", text),
    "in_force_from": Key("in_force_from", day),
    "abolished_on": Key("abolished_on", day),
    "complete": Key("complete", flag, required=True),
    "published_although_incomplete": Key("published_although_incomplete", text),
    "time_limits": Key("limits"),
    "extension": Key("extension"),
    "fees": Key("fees"),
    "components": Key("components"),
    "internal_steps": Key("steps"),
    "excluded_periods": Key("excluded_periods"),
    "limit_by_quantity": Key("limit_by_quantity"),
    "reception_limits": Key("answer_limits"),
    "publication_decision": Key("publication_decision", text),
    "decision_signed_on": Key("decision_signed_on", day),
    "text_effective_on": Key("text_effective_on", day),
    "loaded_on": Key("loaded_on", day),
    "decided_at_once": Key("decided_at_once", flag),
    "register": Key("register", one_of(RegisterKind)),
    "paper_free_from": Key("paper_free_from", day),
    "supplement_limit_days": Key("supplement_limit_days", whole),
    "eform": Key("eform_schema"),
    "confidence_detail": FOR_READERS,
    "note_en": FOR_READERS,
}
PERIOD = {"name_vi": Key("name_vi", text, required=True), "name_en": Key("name_en", text)}
ANSWER_LIMIT = {
    "channel": Key("channel", one_of(Channel), required=True),
    "amount": Key("amount", number, required=True),
    "unit": Key("unit", one_of(LimitUnit), required=True),
}
BY_QUANTITY = {
    "quantity": Key("quantity", text, required=True),
    "unit": Key("unit", one_of(LimitUnit), required=True),
    "table": Key("table", required=True),
}
QUANTITY = {
    "from": Key("quantity_from", whole, required=True),
    "to": Key("quantity_to", whole),
    "amount": Key("amount", number, required=True),
}
TEMPLATE = {"for": Key("fits", required=True), "steps": Key("steps", required=True)}
TEMPLATE_FITS = {
    "unit": Key("unit", one_of(LimitUnit), required=True),
    "amount": Key("amount", number),
    "at_least": Key("at_least", number),
}
