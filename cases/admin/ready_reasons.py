"""Ready reasons in the forms that ask for one: chosen, inserted, and still open to change."""

import json
from collections.abc import Mapping

from django import forms
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from onestop.numbers import whole_number
from procedures.models import ReadyReason


class ReadySelect(forms.Select):
    """Carries the text of each choice, so that a script inserts it without asking the server."""

    template_name = "unfold/widgets/select.html"

    def create_option(self, name, value, label, selected, index, subindex=None, attrs=None):
        option = super().create_option(name, value, label, selected, index, subindex, attrs)
        if ready := getattr(value, "instance", None):
            option["attrs"] |= {"data-reason": ready.text, "data-items": json.dumps(ready.items)}
        return option


class ReadyField(forms.ModelChoiceField):
    """Offers nothing until `offer_ready` says of which procedure and for what."""

    def __init__(self):
        super().__init__(
            label=_("Ready reasons"),
            queryset=ReadyReason.objects.none(),
            required=False,
            empty_label=_("None; I write it myself"),
            widget=ReadySelect(attrs={"data-ready": True}),
            help_text=_("Inserted below, where you can change it."),
        )


def offer_ready(form: forms.Form, procedure_id: int, *uses: str) -> None:
    """Offer those of the procedure first, then those of all; without any there is no field `ready`."""
    mine = Q(procedure=None) | Q(procedure=procedure_id)
    found = ReadyReason.objects.filter(mine, use__in=uses)
    if not found.exists():
        del form.fields["ready"]
        return
    # By the alphabet, backwards, asking for something stands before refusing.
    of_procedure_first = F("procedure").asc(nulls_last=True)
    form.fields["ready"].queryset = found.order_by("-use", of_procedure_first, "position", "pk")
    if len(uses) > 1:
        form.fields["ready"].label_from_instance = lambda ready: f"{ready.get_use_display()}: {ready}"


def with_inserted(typed: Mapping[str, str], chosen: str, *uses: str) -> dict[str, str]:
    """The reason and the list as typed with the chosen ready reason in them; nothing when none was chosen."""
    ready = ReadyReason.objects.filter(pk=whole_number(chosen), use__in=uses).first()
    if ready is None:
        return {}
    return {
        "reason": _joined(typed.get("reason", ""), [ready.text]),
        "items": _joined(typed.get("items", ""), ready.items),
    }


class ReadyReasons(forms.Form):
    """Part of a verb's form; `use` says which reasons are offered."""

    use = ""

    ready = ReadyField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offer_ready(self, self.dossier.version.procedure_id, self.use)
        self.order_fields(["ready", *self.fields])

    @classmethod
    def with_ready_reason(cls, data, **kwargs):
        """The form as it was typed, with the chosen reason in it: what the button does without a script."""
        typed = {name: data[name] for name in cls.base_fields if name in data and name != "file"}
        inserted = with_inserted(typed, data.get("ready", ""), cls.use)
        return cls(initial=typed | inserted, **kwargs)

    def answers(self) -> dict:
        """The choice itself is nothing that the service asks for."""
        return {name: value for name, value in super().answers().items() if name != "ready"}


def _joined(typed: str, lines: list[str]) -> str:
    """What was typed stays; each line comes once."""
    there = [line.strip() for line in typed.splitlines() if line.strip()]
    return "\n".join([*there, *(line for line in lines if line not in there)])
