"""The form of a reception: who applies, what was brought, and which outcome it has.

It turns what was typed into the facts that the services take; what is complete and what is owed is for the
services to say.
"""

import uuid

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from cases.admin.checklist_forms import ChecklistForm
from cases.admin.ready_reasons import ReadyField, offer_ready
from cases.connections.population.facts import FIELDS, Purpose
from cases.desk import tidy_number
from cases.enums import ApplicantKind, CollectionProof, NoticeChannel, ReturnChannel
from cases.models import Applicant
from cases.services import population
from cases.services.applicants import ApplicantFacts
from onestop.admin_forms import LinesField
from procedures.enums import Channel, ReasonUse
from procedures.models import Agency, ProcedureVersion
from procedures.text import fold

# What the desk gives a reason for before anything is received.
READY_USES = (ReasonUse.SUPPLEMENT, ReasonUse.REFUSAL)


class ReceptionForm(ChecklistForm):
    """A new dossier at the desk, on one page: received, asked to be completed, refused or decided at once."""

    nonce = forms.CharField(widget=forms.HiddenInput, max_length=120)
    filled_for = forms.CharField(widget=forms.HiddenInput, required=False)
    population = forms.CharField(widget=forms.HiddenInput, required=False)
    consent = forms.BooleanField(
        label=_("The person agrees to be looked up in the population database"),
        required=False,
        widget=forms.CheckboxInput(attrs={"data-key": "y"}),
    )
    purpose = forms.ChoiceField(label=_("Looked up for"), choices=Purpose.choices, required=False)
    birth_date = forms.CharField(
        label=_("Date of birth"),
        required=False,
        max_length=10,
        help_text=_("dd/mm/yyyy, if it is to be compared; it is not kept"),
    )
    card = forms.CharField(
        label=_("Citizen card"),
        required=False,
        help_text=_("Scan the QR of the card here, or while you are in any field of the applicant."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-key": "q", "data-takes-scan": ""}),
    )
    channel = forms.ChoiceField(label=_("Filed"), choices=[], widget=forms.RadioSelect)
    kind = forms.ChoiceField(label=_("Applicant is a"), choices=ApplicantKind.choices)
    full_name = forms.CharField(label=_("Name of the applicant"), max_length=300)
    id_number = forms.CharField(
        label=_("ID or tax number"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"data-key": "i", "data-looks-up": ""}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"data-looks-up": ""}),
    )
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
    duplicate_known = forms.BooleanField(
        label=_("I know of the open dossier; this is another one"),
        required=False,
        widget=forms.CheckboxInput(attrs={"data-key": "k"}),
    )
    subject = forms.CharField(
        label=_("Content"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"data-key": "s"}),
    )
    submitter_name = forms.CharField(
        label=_("Filed by (authorised person)"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"data-key": "u"}),
    )
    submitter_id_number = forms.CharField(
        label=_("ID number of the authorised person"), required=False, max_length=20
    )
    submitter_phone = forms.CharField(
        label=_("Phone of the authorised person"), required=False, max_length=40
    )
    authorisation = forms.CharField(
        label=_("Authorisation"),
        required=False,
        max_length=300,
        help_text=_("Which paper authorises: kind, number, date"),
    )
    reception_place = forms.CharField(
        label=_("Received at the place"),
        required=False,
        max_length=300,
        help_text=_("Outside the desk: mobile or on-site reception"),
    )
    receipt_wanted = forms.BooleanField(
        label=_("The applicant wants a receipt"), required=False, help_text=_("Decided at once: only then")
    )
    ready = ReadyField()
    reason = forms.CharField(label=_("Reason"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    items = LinesField(
        label=_("What is missing"),
        required=False,
        help_text=_("One paper on each line, named as on the published list; the law lets you ask once."),
    )
    number = forms.CharField(label=_("Number of the result"), required=False, max_length=60)
    signer = forms.CharField(label=_("Signed by"), required=False, max_length=150)
    proof = forms.ChoiceField(label=_("Checked"), choices=CollectionProof.choices, required=False)
    file = forms.FileField(label=_("Result document"), required=False, allow_empty_file=True)
    return_channel = forms.ChoiceField(
        label=_("Result goes"), choices=ReturnChannel.choices, widget=forms.RadioSelect
    )

    APPLICANT = (
        "id_number",
        "phone",
        "full_name",
        "kind",
        "email",
        "address",
        "notice_channels",
        "name_changed",
    )
    LOOK_UP = ("consent", "purpose", "birth_date")
    FILING = ("subject", "return_channel", "channel", "reception_place", "receipt_wanted")
    SUBMITTER = ("submitter_name", "submitter_id_number", "submitter_phone", "authorisation")
    INCOMPLETE = ("ready", "reason", "items")
    AT_ONCE = ("number", "signer", "file", "proof")

    def __init__(
        self,
        data=None,
        files=None,
        *,
        version: ProcedureVersion,
        desk: Agency,
        clerk=None,
        values: QueryDict | None = None,
        takes_paper: bool = True,
        **kwargs,
    ):
        """`values` were typed before and are shown again without being judged: a draft, a person looked up."""
        kwargs["initial"] = {
            "signer": str(clerk or ""),
            "proof": CollectionProof.IDENTITY,
            "nonce": uuid.uuid4().hex,
            "channel": Channel.DESK,
            "kind": ApplicantKind.CITIZEN,
            "return_channel": ReturnChannel.DESK,
            **kwargs.get("initial", {}),
        }
        self.looked_up = _looked_up(data or values, version, clerk)
        super().__init__(
            data,
            files,
            answered=self.looked_up.answered if self.looked_up else frozenset(),
            version=version,
            channel=Channel.DESK if takes_paper else Channel.ONLINE,
            desk=desk,
            applicant=known_applicant(data or values),
            takes_paper=takes_paper,
            **kwargs,
        )
        self.decides_at_once = bool(clerk and clerk.decides_at_counter and version.decided_at_once)
        if not population.is_connected():
            for name in ("population", *self.LOOK_UP):
                del self.fields[name]
        offer_ready(self, version.procedure_id, *READY_USES)
        if not version.received_outside_desk:
            del self.fields["reception_place"]
        if not version.decided_at_once:
            del self.fields["receipt_wanted"]
        if takes_paper:
            # What comes online is filed, not received at the desk.
            self.fields["channel"].choices = [c for c in Channel.choices if c[0] != Channel.ONLINE]
        else:
            for name in ("channel", "reception_place", "receipt_wanted"):
                self.fields.pop(name, None)
        for name in (*self.APPLICANT, *self.SUBMITTER):
            # A scanner types a whole card into one field; what is too long is refused, not cut off.
            self.fields[name].widget.attrs.pop("maxlength", None)
        if self.component_rows:
            self.fields[f"provision_{self.component_rows[0].pk}"].widget.attrs["data-key"] = "p"
        if values is not None:
            self._show_again(values)
        self.dress_all()
        self.focus_on("id_number")

    def clean(self):
        """Fields that were filled in for one number are not received under another one, unlooked at."""
        cleaned = super().clean()
        filled_for, number = cleaned.get("filled_for"), tidy_number(cleaned.get("id_number", ""))
        if filled_for and number != filled_for:
            self.add_error(
                "id_number",
                _t(
                    "Phone, e-mail and address were filled in for %(number)s. Press Enter in this field: the "
                    "data of the person with this number come instead, or the fields are emptied."
                )
                % {"number": filled_for},
            )
        return cleaned

    def _show_again(self, values: QueryDict) -> None:
        for name, field in self.fields.items():
            if not field.widget.value_omitted_from_data(values, {}, name):
                self.initial[name] = field.widget.value_from_datadict(values, {}, name)

    def focus_on_refusal(self) -> None:
        """The first field with a sentence; a refusal of the whole leaves the focus at the beginning."""
        if wrong := next((name for name in self.fields if self.has_error(name)), None):
            self.focus_on(wrong)

    def next_question(self) -> str:
        """What is asked first of a known applicant: which fee it is, else how the first paper came."""
        asked = ["fees"] + [f"provision_{component.pk}" for component in self.component_rows[:1]]
        return next((name for name in asked if name in self.fields), "subject")

    def focus_on(self, name: str) -> None:
        """Where the next key goes when the page is there; one field only."""
        for field in self.fields.values():
            field.widget.attrs.pop("autofocus", None)
        self.fields[name].widget.attrs["autofocus"] = True

    @property
    def applicant_fields(self) -> list:
        return [self[name] for name in self.APPLICANT]

    @property
    def look_up_fields(self) -> list:
        """Empty where the population database is not connected."""
        return [self[name] for name in self.LOOK_UP if name in self.fields]

    @property
    def verified_fields(self) -> list[str]:
        """The labels of what stands there as the population database answered it."""
        typed = {name: str(self[name].value() or "") for name in FIELDS}
        return [str(FIELDS[name]) for name in self.looked_up.verified(typed)] if self.looked_up else []

    @property
    def filing_fields(self) -> list:
        return [self[name] for name in self.FILING if name in self.fields]

    @property
    def submitter_fields(self) -> list:
        return [self[name] for name in self.SUBMITTER]

    @property
    def incomplete_fields(self) -> list:
        return [self[name] for name in self.INCOMPLETE if name in self.fields]

    @property
    def at_once_fields(self) -> list:
        return [self[name] for name in self.AT_ONCE] if self.decides_at_once else []

    @property
    def scan_rows(self) -> list[tuple[str, str]]:
        """Name of the file field and of the paper, for what may have to be scanned before it is decided."""
        return [
            (f"scan_{component.pk}", component.name)
            for component in self.component_rows
            if not component.shown_only
        ]

    def ask_again(self, sentence: str) -> None:
        """Refuse this page once, with a new number: somebody went back and changed what was sent."""
        self.add_error(None, sentence)
        self.data = self.data.copy()
        self.data["nonce"] = uuid.uuid4().hex

    def applicant_facts(self) -> ApplicantFacts:
        return ApplicantFacts(**{name: self.cleaned_data[name] for name in self.APPLICANT})

    def filed(self) -> dict:
        """What every outcome at the desk keeps beside procedure, applicant, desk and person."""
        answers = self.cleaned_data
        return {
            "components": self.component_facts(),
            "competent_agency": answers.get("competent_agency"),
            "limit": self.chosen_limit(),
            **{name: answers[name] for name in ("return_channel", "subject", *self.SUBMITTER)},
        }

    def arguments(self) -> dict:
        """What `services.receive` takes beside procedure, applicant, desk and person."""
        answers = self.cleaned_data
        return {
            **self.filed(),
            "duplicate_known": answers["duplicate_known"],
            "channel": answers["channel"],
            "fee": self.fee_facts(),
            "reception_place": answers.get("reception_place", ""),
            "receipt_wanted": answers.get("receipt_wanted"),
        }

    def online(self) -> dict:
        """What `services.help_to_file` takes beside procedure, applicant, desk and person."""
        return {
            **self.filed(),
            "duplicate_known": self.cleaned_data["duplicate_known"],
            "fee": self.fee_facts(),
            "files": self.scans(),
        }

    def scans(self) -> dict[int, list]:
        """The files that were chosen, by the id of their component."""
        given = {name: self.files.getlist(name) for name, _label in self.scan_rows}
        return {int(name.removeprefix("scan_")): files for name, files in given.items() if files}

    def decision(self) -> dict:
        """What `services.decide_at_once` takes beside these and the result."""
        answers = self.cleaned_data
        return {"scans": self.scans(), **{name: answers[name] for name in ("number", "signer", "proof")}}


def known_applicant(data) -> Applicant | None:
    """Who was there before with number and name as typed: a number alone does not open somebody's store."""
    data = data or {}
    known = Applicant.objects.with_id_number(data.get("id_number", "")).filter(kind=data.get("kind")).first()
    return known if known and fold(known.full_name) == fold(data.get("full_name", "")) else None


def _looked_up(data, version: ProcedureVersion, clerk) -> population.Told | None:
    """What this page carries of its look-up, as long as the number is the one that was looked up."""
    if not data or not clerk:
        return None
    reception = population.Reception(clerk.pk, version.procedure.code, data.get("nonce", ""))
    told = population.carried_back(data.get("population", ""), reception)
    return told if told and told.is_about(data.get("id_number", "")) else None
