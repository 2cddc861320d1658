"""Ready reasons in the forms that ask for one: chosen, inserted, and still open to change."""

import json

from django import forms
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from procedures.models import ReadyReason


class ReadySelect(forms.Select):
    """Carries the text of each choice, so that a script inserts it without asking the server."""

    template_name = "unfold/widgets/select.html"

    def create_option(self, name, value, label, selected, index, subindex=None, attrs=None):
        option = super().create_option(name, value, label, selected, index, subindex, attrs)
        if ready := getattr(value, "instance", None):
            option["attrs"] |= {"data-reason": ready.text, "data-items": json.dumps(ready.items)}
        return option


class ReadyReasons(forms.Form):
    """Part of a verb's form; `use` says which reasons are offered, those of the procedure first."""

    use = ""

    ready = forms.ModelChoiceField(
        label=_("Ready reasons"),
        queryset=ReadyReason.objects.none(),
        required=False,
        empty_label=_("None; I write it myself"),
        widget=ReadySelect(attrs={"data-ready": True}),
        help_text=_("Inserted below, where you can change it."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        mine = Q(procedure=None) | Q(procedure=self.dossier.version.procedure_id)
        found = ReadyReason.objects.filter(mine, use=self.use)
        if not found.exists():
            del self.fields["ready"]
            return
        self.fields["ready"].queryset = found.order_by(F("procedure").asc(nulls_last=True), "position", "pk")
        self.order_fields(["ready", *self.fields])

    @classmethod
    def with_ready_reason(cls, data, **kwargs):
        """The form as it was typed, with the chosen reason in it: what the button does without a script."""
        typed = {name: data[name] for name in cls.base_fields if name in data and name != "file"}
        chosen = data.get("ready", "")
        ready = ReadyReason.objects.filter(pk=chosen, use=cls.use).first() if chosen.isdecimal() else None
        if ready:
            typed["reason"] = _joined(typed.get("reason", ""), [ready.text])
            if "items" in cls.base_fields:
                typed["items"] = _joined(typed.get("items", ""), ready.items)
        return cls(initial=typed, **kwargs)

    def answers(self) -> dict:
        """The choice itself is nothing that the service asks for."""
        return {name: value for name, value in super().answers().items() if name != "ready"}


def _joined(typed: str, lines: list[str]) -> str:
    """What was typed stays; each line comes once."""
    there = [line.strip() for line in typed.splitlines() if line.strip()]
    return "\n".join([*there, *(line for line in lines if line not in there)])
