"""The form of a reception: who applies, what was brought, and which outcome it has.

It turns what was typed into the facts that the services take; what is complete and what is owed is for the
services to say.
"""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.admin.checklist_forms import ChecklistForm
from cases.enums import ApplicantKind, CollectionProof, NoticeChannel, ReturnChannel
from cases.models import Applicant
from cases.services.applicants import ApplicantFacts
from onestop.admin_forms import LinesField
from procedures.enums import Channel
from procedures.models import Agency, ProcedureVersion
from procedures.services.competence import decides, default_competent_agency
from procedures.text import fold


class ReceptionForm(ChecklistForm):
    """A new dossier at the desk, on one page: received, asked to be completed, refused or decided at once."""

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
        "full_name",
        "id_number",
        "phone",
        "kind",
        "email",
        "address",
        "notice_channels",
        "name_changed",
    )
    FILING = ("subject", "return_channel", "channel", "reception_place", "receipt_wanted")
    SUBMITTER = ("submitter_name", "submitter_id_number", "submitter_phone", "authorisation")
    AT_ONCE = ("number", "signer", "file", "proof")

    def __init__(
        self, data=None, files=None, *, version: ProcedureVersion, desk: Agency, clerk=None, **kwargs
    ):
        kwargs["initial"] = {
            "signer": str(clerk or ""),
            "proof": CollectionProof.IDENTITY,
            "nonce": uuid.uuid4().hex,
            "channel": Channel.DESK,
            "kind": ApplicantKind.CITIZEN,
            "return_channel": ReturnChannel.DESK,
            **kwargs.get("initial", {}),
        }
        super().__init__(
            data, files, version=version, channel=Channel.DESK, applicant=known_applicant(data), **kwargs
        )
        self.decides_at_once = bool(clerk and clerk.decides_at_counter and version.decided_at_once)
        if not version.received_outside_desk:
            del self.fields["reception_place"]
        if not version.decided_at_once:
            del self.fields["receipt_wanted"]
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
        return [self[name] for name in self.FILING if name in self.fields]

    @property
    def submitter_fields(self) -> list:
        return [self[name] for name in self.SUBMITTER]

    @property
    def incomplete_fields(self) -> list:
        return [self["reason"], self["items"]]

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
            "channel": answers["channel"],
            "fee": self.fee_facts(),
            "reception_place": answers.get("reception_place", ""),
            "receipt_wanted": answers.get("receipt_wanted"),
        }

    def decision(self) -> dict:
        """What `services.decide_at_once` takes beside these and the result."""
        answers = self.cleaned_data
        given = {name: self.files.getlist(name) for name, _label in self.scan_rows}
        scans = {int(name.removeprefix("scan_")): files for name, files in given.items() if files}
        return {"scans": scans, **{name: answers[name] for name in ("number", "signer", "proof")}}


def known_applicant(data) -> Applicant | None:
    """Who was there before with number and name as typed: a number alone does not open somebody's store."""
    number = (data or {}).get("id_number", "").strip().upper()
    if not number:
        return None
    known = Applicant.objects.filter(kind=data.get("kind"), id_number=number).first()
    return known if known and fold(known.full_name) == fold(data.get("full_name", "")) else None
