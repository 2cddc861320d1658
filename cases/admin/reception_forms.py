"""The forms of a reception: the checklist and fees of one version, and for a new dossier its applicant.

They turn what was typed into the facts that the services take; what is complete and what is owed is
for the services to say.
"""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.enums import ApplicantKind, NoticeChannel, Provision, ReturnChannel
from cases.services.applicants import ApplicantFacts
from cases.services.checklist import ComponentFacts
from cases.services.reception import FeeFacts
from onestop.admin_forms import OfficeForm
from procedures import fees
from procedures.enums import Channel, FeeRule
from procedures.models import Agency, Component, ProcedureVersion
from procedures.services.competence import decides, default_competent_agency

NO_FEE = "none"
# Which quantities a rule of fees depends on, in the order in which they are asked.
QUANTITIES = {
    FeeRule.PER_PAGE: ("pages", "copies"),
    FeeRule.PER_COPY: ("copies",),
    FeeRule.PER_CASE: ("quantity",),
}
QUANTITY_LABELS = {"pages": _("Pages of one copy"), "copies": _("Copies"), "quantity": _("Number of cases")}


class ChecklistForm(OfficeForm):
    """How each component came, which limit and which fees apply; everything that a filing still needs.

    `components` and `fees` are only places for what the services say about the whole of them.
    """

    components = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args, version: ProcedureVersion, channel: str, handed_in: dict | None = None, **kwargs
    ):
        self.version = version
        self.component_rows = list(version.components.all())
        self.limits = list(version.limits.all())
        self.fee_lines = [line for line in version.fees.all() if fees.applies(line, channel)]
        self._handed_in = handed_in or {}
        own_fields = self._checklist_fields() | self._limit_field() | self._fee_fields()
        super().__init__(*args, **kwargs)
        self.fields.update(own_fields)
        self.dress_all()

    def _checklist_fields(self) -> dict:
        fields = {}
        for component in self.component_rows:
            known = self._handed_in.get(component.pk)
            fields[f"provision_{component.pk}"] = forms.ChoiceField(
                label=_("How it came"),
                choices=provisions(component, known),
                initial=known.provision if known else usual_provision(component),
            )
            for name, label in (("originals", _("Originals")), ("copies", _("Copies"))):
                fields[f"{name}_{component.pk}"] = forms.IntegerField(
                    label=label,
                    min_value=0,
                    max_value=1000,
                    required=False,
                    initial=getattr(known or component, name),
                )
        return fields

    def _limit_field(self) -> dict:
        if len(self.limits) < 2:
            return {}
        choices = [(limit.pk, str(limit)) for limit in self.limits]
        return {
            "limit": forms.TypedChoiceField(
                label=_("Time limit"),
                choices=choices,
                coerce=int,
                initial=choices[0][0],
                widget=forms.RadioSelect,
            )
        }

    def _fee_fields(self) -> dict:
        fields = {}
        conditional = [line for line in self.fee_lines if line.condition]
        if conditional:
            fields["fees"] = forms.MultipleChoiceField(
                label=_("Which fees apply"),
                choices=[(str(line.pk), str(line)) for line in conditional]
                + [(NO_FEE, _("None of these (exempt)"))],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        asked = [name for line in self.fee_lines for name in QUANTITIES.get(line.rule, ())]
        for name in dict.fromkeys(asked):
            fields[name] = forms.IntegerField(label=QUANTITY_LABELS[name], min_value=1, initial=1)
        return fields

    @property
    def checklist(self) -> list[dict]:
        """The rows of the table: component and its three bound fields."""
        return [
            {
                "component": component,
                "provision": self[f"provision_{component.pk}"],
                "originals": self[f"originals_{component.pk}"],
                "copies": self[f"copies_{component.pk}"],
            }
            for component in self.component_rows
        ]

    @property
    def case_fields(self) -> list:
        """What the case itself decides: limit, fees and quantities."""
        return [
            self[name] for name in ("limit", "fees", "pages", "copies", "quantity") if name in self.fields
        ]

    def component_facts(self) -> list[ComponentFacts]:
        answers = self.cleaned_data
        return [
            ComponentFacts(
                component_id=component.pk,
                provision=answers[f"provision_{component.pk}"],
                originals=answers[f"originals_{component.pk}"],
                copies=answers[f"copies_{component.pk}"],
            )
            for component in self.component_rows
        ]

    def chosen_limit(self):
        chosen = self.cleaned_data.get("limit")
        return next((limit for limit in self.limits if limit.pk == chosen), None)

    def fee_facts(self) -> FeeFacts:
        answers = self.cleaned_data
        chosen = answers.get("fees")
        quantities = {name: answers[name] for name in QUANTITY_LABELS if answers.get(name)}
        # Nothing ticked is no answer yet; "none of these" is one.
        ids = [int(value) for value in chosen if value != NO_FEE] if chosen else None
        return FeeFacts(fee_ids=ids, quantities=quantities)


class ReceptionForm(ChecklistForm):
    """A new dossier at the desk, on one page."""

    nonce = forms.CharField(widget=forms.HiddenInput, max_length=120)
    channel = forms.ChoiceField(label=_("Filed"), choices=[], widget=forms.RadioSelect)
    kind = forms.ChoiceField(label=_("Applicant is a"), choices=ApplicantKind.choices)
    full_name = forms.CharField(
        label=_("Name of the applicant"), max_length=300, widget=forms.TextInput(attrs={"autofocus": True})
    )
    id_number = forms.CharField(label=_("ID or tax number"), required=False, max_length=40)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=40)
    email = forms.CharField(label=_("E-mail"), required=False, max_length=254)
    address = forms.CharField(label=_("Address"), required=False, max_length=400)
    notice_channels = forms.MultipleChoiceField(
        label=_("Notices by"),
        choices=NoticeChannel.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    name_changed = forms.BooleanField(
        label=_("I have seen the papers: the name belonging to this number has changed"), required=False
    )
    subject = forms.CharField(label=_("Content"), required=False, max_length=500)
    submitter_name = forms.CharField(label=_("Filed by (authorised person)"), required=False, max_length=300)
    submitter_id_number = forms.CharField(
        label=_("ID number of the authorised person"), required=False, max_length=20
    )
    return_channel = forms.ChoiceField(
        label=_("Result goes"), choices=ReturnChannel.choices, widget=forms.RadioSelect
    )

    APPLICANT = (
        "full_name",
        "id_number",
        "phone",
        "kind",
        "email",
        "address",
        "notice_channels",
        "name_changed",
    )
    FILING = ("subject", "submitter_name", "submitter_id_number", "return_channel", "channel")

    def __init__(self, *args, version: ProcedureVersion, desk: Agency, **kwargs):
        kwargs["initial"] = {
            "nonce": uuid.uuid4().hex,
            "channel": Channel.DESK,
            "kind": ApplicantKind.CITIZEN,
            "return_channel": ReturnChannel.DESK,
            **kwargs.get("initial", {}),
        }
        super().__init__(*args, version=version, channel=Channel.DESK, **kwargs)
        # What comes online is filed, not received at the desk.
        self.fields["channel"].choices = [c for c in Channel.choices if c[0] != Channel.ONLINE]
        if default_competent_agency(version, desk) is None:
            candidates = Agency.objects.filter(is_active=True)
            self.fields["competent_agency"] = forms.ModelChoiceField(
                label=_("Competent agency"),
                queryset=Agency.objects.filter(
                    pk__in=[agency.pk for agency in candidates if decides(agency, version)]
                ),
                empty_label=_("Choose the agency that decides"),
            )
        self.dress_all()

    @property
    def case_fields(self) -> list:
        first = [self["competent_agency"]] if "competent_agency" in self.fields else []
        return first + super().case_fields

    @property
    def applicant_fields(self) -> list:
        return [self[name] for name in self.APPLICANT]

    @property
    def filing_fields(self) -> list:
        return [self[name] for name in self.FILING]

    def ask_again(self, sentence: str) -> None:
        """Refuse this page once, with a new number: somebody went back and changed what was sent."""
        self.add_error(None, sentence)
        self.data = self.data.copy()
        self.data["nonce"] = uuid.uuid4().hex

    def applicant_facts(self) -> ApplicantFacts:
        return ApplicantFacts(**{name: self.cleaned_data[name] for name in self.APPLICANT})

    def arguments(self) -> dict:
        """What `services.receive` takes beside procedure, applicant, desk and person."""
        answers = self.cleaned_data
        names = ("channel", "return_channel", "subject", "submitter_name", "submitter_id_number")
        return {
            "components": self.component_facts(),
            "competent_agency": answers.get("competent_agency"),
            "limit": self.chosen_limit(),
            "fee": self.fee_facts(),
            **{name: answers[name] for name in names},
        }


def provisions(component: Component, known=None) -> list[tuple[str, str]]:
    """Ways in which this component can have come; reuse only where there is something to reuse."""
    ways = [Provision.PAPER, Provision.SHOWN]
    if component.electronic_source:
        ways.insert(0, Provision.REUSED)
    if known and known.provision not in ways:
        ways.insert(0, Provision(known.provision))
    choices = [(way.value, way.label) for way in ways if way != Provision.NOT_NEEDED]
    absent = _("Missing") if component.is_mandatory else Provision.NOT_NEEDED.label
    return [*choices, (Provision.NOT_NEEDED.value, absent)]


def usual_provision(component: Component) -> str:
    """What is mostly so and ticked beforehand: nobody is asked for what a database knows (R13)."""
    if not component.is_mandatory:
        return Provision.NOT_NEEDED
    if component.electronic_source:
        return Provision.REUSED
    return Provision.SHOWN if component.shown_only else Provision.PAPER
