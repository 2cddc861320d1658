"""The form of a quick service: whose wish it is, which paper, how many, how it is paid."""

import uuid

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.citizen_card import looks_like_a_card, read_card
from cases.enums import PaymentMethod
from cases.errors import CaseError
from cases.registers import quantities_of
from cases.services.applicants import ApplicantFacts
from cases.services.fee_lines import FeeFacts
from onestop.admin_forms import OfficeForm
from onestop.numbers import whole_number
from procedures.enums import RegisterKind
from procedures.models import ProcedureVersion
from procedures.registers import REGISTER_FORMS

METHODS = [choice for choice in PaymentMethod.choices if choice[0] != PaymentMethod.ONLINE]


def _number(label, **attributes) -> forms.IntegerField:
    """A number of pages or copies; what is too small or too large says the service."""
    widget = forms.NumberInput(attrs={"inputmode": "numeric", "min": 1, **attributes})
    return forms.IntegerField(label=label, initial=1, widget=widget)


class QuickServiceForm(OfficeForm):
    """One certification or extract; Enter goes from field to field (quick_service.js)."""

    nonce = forms.CharField(widget=forms.HiddenInput, max_length=120)
    procedure = forms.ChoiceField(label=_("What is wanted"), widget=forms.RadioSelect)
    full_name = forms.CharField(
        label=_("Name, or the code of the citizen card"),
        max_length=1000,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    id_number = forms.CharField(
        label=_("ID number"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    address = forms.CharField(
        label=_("Address"),
        required=False,
        max_length=400,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    paper = forms.CharField(
        label=_("Which paper"),
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Its name, or its number on the list"),
    )
    pages = _number(_("Pages of one copy"))
    copies = _number(_("Copies"))
    method = forms.ChoiceField(
        label=_("Paid by"), choices=METHODS, initial=PaymentMethod.CASH, widget=forms.RadioSelect
    )
    signer = forms.CharField(label=_("Signed by"), max_length=150)
    receipt_wanted = forms.BooleanField(label=_("The person wants a receipt"), required=False)
    name_changed = forms.BooleanField(
        label=_("I have seen the papers: the name belonging to this number has changed"), required=False
    )

    PERSON = ("full_name", "id_number", "address")
    PAPER = ("paper", "pages", "copies")
    REST = ("method", "signer", "receipt_wanted")

    def __init__(self, data=None, *, versions: list[ProcedureVersion], **kwargs):
        first = versions[0].procedure.code if versions else ""
        kwargs["initial"] = {"nonce": uuid.uuid4().hex, "procedure": first, **kwargs.get("initial", {})}
        super().__init__(data, **kwargs)
        self.versions = {version.procedure.code: version for version in versions}
        self.fields["procedure"].choices = [(code, version.name) for code, version in self.versions.items()]
        self.asks_for_changed_name = False

    def clean(self) -> dict:
        """A card scanned into the field of the name fills number and address too."""
        answers = super().clean()
        if looks_like_a_card(answers.get("full_name", "")):
            try:
                card = read_card(answers["full_name"], today=timezone.localdate())
            except CaseError as error:
                self.add_error("full_name", str(error.sentence))
            else:
                answers |= {"full_name": card.name, "id_number": card.number, "address": card.address}
        version = self.versions.get(answers.get("procedure"))
        listed = whole_number(answers.get("paper"))
        if version and listed:
            usual = REGISTER_FORMS[RegisterKind(version.register)].usual_papers
            if listed <= len(usual):
                answers["paper"] = usual[listed - 1]
        return answers

    def show_refusal(self, error) -> None:
        super().show_refusal(error)
        self.asks_for_changed_name = error.code == "other_person"

    def ask_again(self, sentence: str) -> None:
        """Refuse this page once, with a new number: somebody went back and changed what was sent."""
        self.add_error(None, sentence)
        self.data = self.data.copy()
        self.data["nonce"] = uuid.uuid4().hex

    @property
    def person_fields(self) -> list:
        shown = [*self.PERSON, "name_changed"] if self.asks_for_changed_name else self.PERSON
        return [self[name] for name in shown]

    @property
    def paper_fields(self) -> list:
        return [self[name] for name in self.PAPER]

    @property
    def rest_fields(self) -> list:
        return [self[name] for name in self.REST]

    @property
    def usual_papers(self) -> list[tuple[ProcedureVersion, tuple[str, ...]]]:
        """For each service the papers that are chosen by their number."""
        return [
            (version, REGISTER_FORMS[RegisterKind(version.register)].usual_papers)
            for version in self.versions.values()
        ]

    def chosen(self) -> ProcedureVersion | None:
        return self.versions.get(self.cleaned_data.get("procedure"))

    def fee_facts(self) -> FeeFacts | None:
        """What the fee is reckoned with, once both numbers are there."""
        pages, copies = self.cleaned_data.get("pages"), self.cleaned_data.get("copies")
        version = self.chosen()
        if version is None or pages is None or copies is None:
            return None
        return FeeFacts(quantities=quantities_of(version.register, pages=pages, copies=copies))

    def applicant_facts(self) -> ApplicantFacts:
        names = ("full_name", "id_number", "address", "name_changed")
        return ApplicantFacts(**{name: self.cleaned_data[name] for name in names})

    def arguments(self) -> dict:
        """What the service takes beside procedure, person, desk and clerk."""
        return {name: self.cleaned_data[name] for name in (*self.PAPER, *self.REST)}
