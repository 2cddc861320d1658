"""The forms of a checklist: how each component came, which limit and which fees apply (R7, R13)."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.connections.sources import system_of
from cases.connections.systems import System
from cases.enums import Provision, ReuseGround
from cases.models import Applicant
from cases.services.checklist import ComponentFacts
from cases.services.fee_lines import FeeFacts
from cases.services.store import Offer, reuse_offers
from cases.services.stores import connected_store
from onestop.admin_forms import OfficeForm
from procedures import fees
from procedures.enums import QUANTITY_LABELS, FeeRule
from procedures.models import Agency, Component, ProcedureVersion
from procedures.services.competence import deciding_agencies, default_competent_agency

NO_FEE = "none"
# Which quantities a rule of fees depends on, in the order in which they are asked.
QUANTITIES = {
    FeeRule.PER_PAGE: ("pages", "copies"),
    FeeRule.PER_COPY: ("copies",),
    FeeRule.PER_CASE: ("quantity",),
}


class KeyedChoices(forms.CheckboxSelectMultiple):
    """Boxes that the keys 1, 2, 3 … tick (keys.js)."""

    def create_option(self, name, value, label, selected, index, **kwargs):
        option = super().create_option(name, value, label, selected, index, **kwargs)
        if index < 9:
            option["attrs"]["data-key"] = str(index + 1)
        return option


class ChecklistForm(OfficeForm):
    """How each component came, which limit and which fees apply; everything that a filing still needs.

    With `desk` also which agency decides, where from there it could be several.
    `components` and `fees` are only places for what the services say about the whole of them.
    """

    components = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args,
        version: ProcedureVersion,
        channel: str,
        desk: Agency | None = None,
        applicant: Applicant | None = None,
        handed_in: dict | None = None,
        takes_paper: bool = True,
        answered: frozenset[System] = frozenset(),
        **kwargs,
    ):
        """`answered` are the systems that have answered for this applicant: what they have is not asked for."""
        self.version = version
        self.channel = channel
        self.takes_paper = takes_paper
        self.offers = reuse_offers(version, applicant, answered=answered)
        self._answered = answered
        self.component_rows = list(version.components.all())
        self.limits = list(version.limits.all())
        self.fee_lines = [line for line in version.fees.all() if fees.applies(line, channel)]
        self._handed_in = handed_in or {}
        own_fields = self._checklist_fields() | self._limit_field() | self._fee_fields()
        if desk and default_competent_agency(version, desk) is None:
            own_fields["competent_agency"] = forms.ModelChoiceField(
                label=_("Competent agency"),
                queryset=deciding_agencies(version),
                empty_label=_("Choose the agency that decides"),
            )
        super().__init__(*args, **kwargs)
        self.fields.update(own_fields)
        self.dress_all()

    def _checklist_fields(self) -> dict:
        fields = {}
        for component in self.component_rows:
            known, offer = self._handed_in.get(component.pk), self.offers.get(component.pk)
            fields[f"provision_{component.pk}"] = forms.ChoiceField(
                label=_("How it came"),
                choices=provisions(component, offer, known, paper=self.takes_paper),
                initial=known.provision
                if known
                else usual_provision(component, offer, paper=self.takes_paper),
            )
            if offer:
                fields[f"ground_{component.pk}"] = forms.ChoiceField(
                    label=_("Ground for demanding it on paper"),
                    choices=[("", _("No ground: it is reused")), *ReuseGround.choices],
                    required=False,
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
                widget=KeyedChoices,
            )
        self.quantities = [name for line in self.fee_lines for name in QUANTITIES.get(line.rule, ())]
        if self.version.limit_quantity:
            self.quantities.insert(0, self.version.limit_quantity)
        for name in dict.fromkeys(self.quantities):
            label = QUANTITY_LABELS.get(name, name)
            fields[name] = forms.IntegerField(label=label, min_value=1, initial=1)
        return fields

    @property
    def checklist(self) -> list[dict]:
        """The rows of the table: component and its three bound fields."""
        return [
            {
                "component": component,
                "offer": self.offers.get(component.pk),
                "store": connected_store(component),
                "ground": self[f"ground_{component.pk}"] if component.pk in self.offers else None,
                "provision": self[f"provision_{component.pk}"],
                "originals": self[f"originals_{component.pk}"],
                "copies": self[f"copies_{component.pk}"],
            }
            for component in self.component_rows
        ]

    @property
    def case_fields(self) -> list:
        """What the case itself decides: agency, limit, fees and quantities."""
        names = ("competent_agency", "limit", "fees", *dict.fromkeys(self.quantities))
        return [self[name] for name in names if name in self.fields]

    def component_facts(self) -> list[ComponentFacts]:
        answers = self.cleaned_data
        return [
            ComponentFacts(
                component_id=component.pk,
                provision=answers[f"provision_{component.pk}"],
                originals=answers[f"originals_{component.pk}"],
                copies=answers[f"copies_{component.pk}"],
                ground=answers.get(f"ground_{component.pk}", ""),
                is_answered=system_of(component.electronic_source) in self._answered,
            )
            for component in self.component_rows
        ]

    def relies_on_an_answer(self) -> bool:
        """Something counts as reused only because a system has answered for this applicant."""
        return any(fact.is_answered and fact.provision == Provision.REUSED for fact in self.component_facts())

    def chosen_limit(self):
        chosen = self.cleaned_data.get("limit")
        return next((limit for limit in self.limits if limit.pk == chosen), None)

    def fee_facts(self) -> FeeFacts:
        answers = self.cleaned_data
        chosen = answers.get("fees")
        quantities = {name: answers[name] for name in self.quantities if answers.get(name)}
        # Nothing ticked is no answer yet; "none of these" is one.
        ids = [int(value) for value in chosen if value != NO_FEE] if chosen else None
        return FeeFacts(fee_ids=ids, quantities=quantities)


class FilingForm(ChecklistForm):
    """The checklist of a filing; the authorisation of somebody else who filed it is seen at reception."""

    authorisation = forms.CharField(
        label=_("Authorisation"),
        required=False,
        max_length=300,
        help_text=_("Which paper authorises: kind, number, date"),
    )

    def __init__(self, *args, dossier, **kwargs):
        handed_in = {item.component_id: item for item in dossier.components.all()}
        super().__init__(
            *args,
            version=dossier.version,
            channel=dossier.channel,
            applicant=dossier.applicant,
            handed_in=handed_in,
            initial={"authorisation": dossier.authorisation},
            **kwargs,
        )
        if not dossier.submitter_name:
            del self.fields["authorisation"]

    @property
    def case_fields(self) -> list:
        first = [self["authorisation"]] if "authorisation" in self.fields else []
        return first + super().case_fields

    def arguments(self) -> dict:
        """What `services.receive_filing` takes beside dossier and person."""
        return {
            "components": self.component_facts(),
            "limit": self.chosen_limit(),
            "fee": self.fee_facts(),
            "authorisation": self.cleaned_data.get("authorisation", ""),
        }


def provisions(
    component: Component, offer: Offer | None, known=None, *, paper: bool = True
) -> list[tuple[str, str]]:
    """Ways in which this component can have come; reuse only where there is something to reuse.

    Without `paper` a file stands in its place: the procedure is filed online only.
    """
    ways = [Provision.PAPER if paper else Provision.ELECTRONIC, Provision.SHOWN]
    if component.electronic_source or offer:
        ways.insert(0, Provision.REUSED)
    if known and known.provision not in ways:
        ways.insert(0, Provision(known.provision))
    choices = [(way.value, way.label) for way in ways if way != Provision.NOT_NEEDED]
    absent = _("Missing") if component.is_mandatory else Provision.NOT_NEEDED.label
    return [*choices, (Provision.NOT_NEEDED.value, absent)]


def usual_provision(component: Component, offer: Offer | None, *, paper: bool = True) -> str:
    """What is mostly so and ticked beforehand: nobody is asked for what a database knows (R13)."""
    if not component.is_mandatory:
        return Provision.NOT_NEEDED
    if component.electronic_source or offer:
        return Provision.REUSED
    if component.shown_only:
        return Provision.SHOWN
    return Provision.PAPER if paper else Provision.ELECTRONIC
