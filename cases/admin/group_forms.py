"""The forms of a group: one procedure for a list of people, and one person with several procedures."""

import uuid
from dataclasses import asdict

from django import forms
from django.conf import settings
from django.core import signing
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from cases.admin.checklist_forms import ChecklistForm
from cases.admin.reception_forms import ReceptionForm, known_applicant
from cases.desk import procedure_of, procedures_found
from cases.enums import ApplicantKind, NoticeChannel, ReturnChannel
from cases.errors import CaseError, Invalid
from cases.group_files import FileRow, columns_of, read_list
from cases.services.applicants import ApplicantFacts
from cases.services.groups import GroupRow
from cases.services.versions import version_in_force
from onestop.admin_forms import OfficeForm
from procedures.enums import Channel
from procedures.models import Agency, Procedure, ProcedureVersion

SINGLE = ReceptionForm.declared_fields
MOST_PROCEDURES = 20  # that one person comes for


class AskedOnce:
    """A page that was received already and comes with other data is asked for once more, under a new number."""

    def ask_again(self) -> None:
        self.add_error(
            None,
            _t(
                "This page has already received a group, with other data. If this is another one, press "
                "“Receive all” again; nothing was saved yet."
            ),
        )
        self.data = self.data.copy()
        self.data["nonce"] = uuid.uuid4().hex


class WishForm(ChecklistForm):
    """The checklist of one procedure, and the agency that decides where from this desk there are several."""

    def __init__(self, *args, version: ProcedureVersion, desk: Agency, **kwargs):
        super().__init__(*args, version=version, channel=Channel.DESK, desk=desk, **kwargs)


class PeopleForm(AskedOnce, WishForm):
    """What holds for everybody on the list, and the file; a list that was read comes back signed in `people`."""

    nonce = forms.CharField(widget=forms.HiddenInput, max_length=120)
    people = forms.CharField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(
        label=_("Name of the group"),
        max_length=200,
        help_text=_("Such as the class or the village"),
        widget=forms.TextInput(attrs={"autofocus": True}),
    )
    file = forms.FileField(
        label=_("List of people (.xlsx)"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx", "data-key": "f"}),
    )
    kind = forms.ChoiceField(label=_("Applicant is a"), choices=ApplicantKind.choices)
    return_channel = forms.ChoiceField(
        label=_("Result goes"), choices=ReturnChannel.choices, widget=forms.RadioSelect
    )
    notice_channels = forms.MultipleChoiceField(
        label=_("Notices by"),
        choices=NoticeChannel.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    duplicate_known = forms.BooleanField(
        label=_("I know of open dossiers of these people; these are others"), required=False
    )
    receipt_wanted = SINGLE["receipt_wanted"]
    submitter_name = SINGLE["submitter_name"]
    submitter_id_number = SINGLE["submitter_id_number"]
    submitter_phone = SINGLE["submitter_phone"]
    authorisation = SINGLE["authorisation"]

    GROUP = ("name", "kind", "notice_channels", "return_channel", "receipt_wanted", "duplicate_known")

    def __init__(self, data=None, files=None, *, version: ProcedureVersion, desk: Agency, clerk):
        initial = {
            "nonce": uuid.uuid4().hex,
            "kind": ApplicantKind.CITIZEN,
            "return_channel": ReturnChannel.DESK,
        }
        super().__init__(data, files, version=version, desk=desk, initial=initial)
        self._salt = f"people of a group:{clerk.pk}:{version.pk}"
        if not version.decided_at_once:
            del self.fields["receipt_wanted"]

    @property
    def columns(self):
        return columns_of(self.quantities)

    @property
    def group_fields(self) -> list:
        return [self[name] for name in self.GROUP if name in self.fields]

    @property
    def submitter_fields(self) -> list:
        return [self[name] for name in ReceptionForm.SUBMITTER]

    def list_of_people(self) -> list[FileRow]:
        """The rows of the file, or of the one that was read before. Raises `BadFile`, `Invalid`."""
        if file := self.cleaned_data["file"]:
            return read_list(file, self.columns)
        if not self.cleaned_data["people"]:
            raise Invalid(_t("Choose the file with the list."), code="required", field="file")
        try:
            kept = signing.loads(
                self.cleaned_data["people"], salt=self._salt, max_age=settings.DRAFT_KEPT_HOURS * 3600
            )
        except signing.BadSignature as error:
            raise Invalid(
                _t("The list was checked too long ago or on another page. Choose the file again."),
                field="file",
            ) from error
        return [FileRow(row["number"], row["values"], tuple(row["problems"])) for row in kept]

    def keep(self, people: list[FileRow]) -> None:
        """The page brings this list along, so that the file need not be chosen twice."""
        self.data = self.data.copy()
        self.data["people"] = signing.dumps([asdict(row) for row in people], salt=self._salt, compress=True)

    def group_row(self, row: FileRow) -> GroupRow:
        answers, values = self.cleaned_data, row.values
        facts = {
            name: values.get(name, "") for name in ("full_name", "id_number", "phone", "email", "address")
        }
        fee = self.fee_facts()
        for name in self.quantities:
            if name in values:
                fee.quantities[name] = values[name]
        return GroupRow(
            _t("Row %(number)s") % {"number": row.number},
            self.version.procedure,
            ApplicantFacts(**facts, kind=answers["kind"], notice_channels=answers["notice_channels"]),
            self.component_facts(),
            {
                "competent_agency": answers.get("competent_agency"),
                "limit": self.chosen_limit(),
                "fee": fee,
                "subject": values.get("subject", ""),
                "return_channel": answers["return_channel"],
                "receipt_wanted": answers.get("receipt_wanted"),
                "duplicate_known": answers["duplicate_known"],
                **{name: answers[name] for name in ReceptionForm.SUBMITTER},
            },
        )


class PersonForm(AskedOnce, OfficeForm):
    """One applicant and what they came for; each procedure has its checklist below."""

    nonce = forms.CharField(widget=forms.HiddenInput, max_length=120)
    id_number = SINGLE["id_number"]
    full_name = SINGLE["full_name"]
    phone = SINGLE["phone"]
    kind = SINGLE["kind"]
    email = SINGLE["email"]
    address = SINGLE["address"]
    notice_channels = SINGLE["notice_channels"]
    return_channel = SINGLE["return_channel"]
    name_changed = SINGLE["name_changed"]
    duplicate_known = SINGLE["duplicate_known"]
    chosen = forms.MultipleChoiceField(
        label=_("Chosen procedures"),
        required=False,
        help_text=_("Take the tick away from what is not wanted after all."),
        widget=forms.CheckboxSelectMultiple,
    )
    find = forms.CharField(
        label=_("Code, name or field, with or without accents"),
        required=False,
        help_text=_(
            "Enter takes the first, Alt and a digit another one. What this desk receives most stands first."
        ),
        widget=forms.TextInput(
            attrs={"type": "search", "autocomplete": "off", "data-results": "", "data-key": "/"}
            | {"hx-trigger": "input changed delay:150ms", "hx-target": "#results"}
        ),
    )

    def __init__(self, data=None, *, desk: Agency):
        """`added` says that a procedure was chosen just now, by its button or by Enter in the search box."""
        initial = {
            "nonce": uuid.uuid4().hex,
            "kind": ApplicantKind.CITIZEN,
            "return_channel": ReturnChannel.DESK,
        }
        self.desk = desk
        data, self.added = (None, False) if data is None else _with_wish(data, desk)
        super().__init__(data, initial=initial)
        self.fields["chosen"].choices = _named(data.getlist("chosen")) if data is not None else []
        self.fields["find"].widget.attrs["hx-post"] = reverse("admin:group_search")
        self.fields["find" if self.added else "id_number"].widget.attrs["autofocus"] = True

    @property
    def applicant_fields(self) -> list:
        return [self[name] for name in (*ReceptionForm.APPLICANT, "return_channel", "duplicate_known")]

    @property
    def procedure_fields(self) -> list:
        return ([self["chosen"]] if self.fields["chosen"].choices else []) + [self["find"]]

    def clean(self) -> dict:
        answers = super().clean()
        codes = list(dict.fromkeys(answers.get("chosen", [])))
        if answers.get("find"):
            self.add_error("find", _t("No procedure in force fits. Try fewer words."))
        elif not codes and "chosen" not in self.errors:
            self.add_error("find", _t("Choose at least one procedure."))
        if len(codes) > MOST_PROCEDURES:
            self.add_error(
                "chosen", _t("Choose at most %(most)s procedures at once.") % {"most": MOST_PROCEDURES}
            )
            return answers
        self.versions = []
        for code in codes:
            try:
                self.versions.append(_version(code))
            except CaseError as error:
                self.add_error("chosen", str(error.sentence))
        return answers

    def checklists(self) -> list[WishForm]:
        """One for each procedure: as it was sent, or as it usually is when it is asked for the first time."""
        applicant = known_applicant(self.data)
        return [_checklist(version, self.data, applicant, self.desk) for version in self.versions]

    def group_row(self, checklist: WishForm) -> GroupRow:
        answers = self.cleaned_data
        return GroupRow(
            checklist.version.procedure.code,
            checklist.version.procedure,
            ApplicantFacts(**{name: answers[name] for name in ReceptionForm.APPLICANT}),
            checklist.component_facts(),
            {
                "competent_agency": checklist.cleaned_data.get("competent_agency"),
                "limit": checklist.chosen_limit(),
                "fee": checklist.fee_facts(),
                "return_channel": answers["return_channel"],
                "duplicate_known": answers["duplicate_known"],
                "receipt_wanted": True,
            },
        )


def _version(code: str) -> ProcedureVersion:
    return version_in_force(procedure_of(code), timezone.localdate())


def _with_wish(data: QueryDict, desk: Agency) -> tuple[QueryDict, bool]:
    """What was sent with one procedure more: the one whose button was pressed, else the first that was found."""
    data, text = data.copy(), data.get("find", "").strip()
    code = data.get("add", "")
    if text and not code:
        code = next((version.procedure.code for version in procedures_found(text, desk)), "")
    if not code:
        return data, False
    data["find"] = ""
    if code not in data.getlist("chosen"):
        data.appendlist("chosen", code)
    return data, True


def _named(codes: list[str]) -> list[tuple[str, str]]:
    """Codes with the names that they have today; what is no code of the catalogue is no choice."""
    known = Procedure.objects.in_bulk(codes, field_name="code")
    return [(code, f"{code} {_name(known[code])}") for code in dict.fromkeys(codes) if code in known]


def _name(procedure: Procedure) -> str:
    version = procedure.versions.in_force_on(timezone.localdate()).order_by("-number").first()
    return version.name if version else ""


def _checklist(version: ProcedureVersion, data, applicant, desk: Agency) -> WishForm:
    options = {
        "version": version,
        "desk": desk,
        "applicant": applicant,
        "prefix": f"v{version.pk}",
    }
    if any(name.startswith(f"v{version.pk}-") for name in data):
        return WishForm(data, **options)
    usual = WishForm(**options)
    values = {usual.add_prefix(name): usual[name].value() for name in usual.fields}
    return WishForm({name: value for name, value in values.items() if value is not None}, **options)
