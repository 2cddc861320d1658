"""The forms of a group: one procedure for a list of people, and one person with several procedures."""

import uuid
from dataclasses import asdict

from django import forms
from django.conf import settings
from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from cases.admin.checklist_forms import ChecklistForm, KeyedChoices
from cases.admin.reception_forms import ReceptionForm, known_applicant
from cases.enums import ApplicantKind, NoticeChannel, ReturnChannel
from cases.errors import CaseError, Invalid
from cases.group_files import FileRow, columns_of, read_list
from cases.services.applicants import ApplicantFacts
from cases.services.groups import GroupRow
from cases.services.versions import version_in_force
from onestop.admin_forms import LinesField, OfficeForm
from procedures.enums import Channel
from procedures.models import Agency, Procedure, ProcedureVersion
from procedures.services.competence import decides, default_competent_agency

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


class PeopleForm(AskedOnce, ChecklistForm):
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
        super().__init__(data, files, version=version, channel=Channel.DESK, initial=initial)
        self._salt = f"people of a group:{clerk.pk}:{version.pk}"
        if not version.decided_at_once:
            del self.fields["receipt_wanted"]
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
    def columns(self):
        return columns_of(self.quantities)

    @property
    def case_fields(self) -> list:
        first = [self["competent_agency"]] if "competent_agency" in self.fields else []
        return first + super().case_fields

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
        label=_("Procedures that this desk receives most"), required=False, widget=KeyedChoices
    )
    codes = LinesField(
        label=_("Other procedures"), required=False, help_text=_("Their codes, one on each line")
    )

    def __init__(self, data=None, *, versions: list[ProcedureVersion]):
        initial = {
            "nonce": uuid.uuid4().hex,
            "kind": ApplicantKind.CITIZEN,
            "return_channel": ReturnChannel.DESK,
        }
        super().__init__(data, initial=initial)
        self.fields["chosen"].choices = [
            (version.procedure.code, f"{version.procedure.code} {version.name}") for version in versions
        ]
        self.fields["codes"].widget.attrs["rows"] = 3
        self.fields["id_number"].widget.attrs["autofocus"] = True

    @property
    def applicant_fields(self) -> list:
        return [self[name] for name in (*ReceptionForm.APPLICANT, "return_channel", "duplicate_known")]

    @property
    def procedure_fields(self) -> list:
        return [self["chosen"], self["codes"]]

    def clean(self) -> dict:
        answers = super().clean()
        codes = list(dict.fromkeys([*answers.get("chosen", []), *answers.get("codes", [])]))
        if not codes and "chosen" not in self.errors:
            self.add_error("codes", _t("Choose at least one procedure."))
        if len(codes) > MOST_PROCEDURES:
            self.add_error(
                "codes", _t("Choose at most %(most)s procedures at once.") % {"most": MOST_PROCEDURES}
            )
            return answers
        self.versions = []
        for code in codes:
            try:
                self.versions.append(_version(code))
            except CaseError as error:
                self.add_error("codes", str(error.sentence))
        return answers

    def checklists(self) -> list[ChecklistForm]:
        """One for each procedure: as it was sent, or as it usually is when it is asked for the first time."""
        applicant = known_applicant(self.data)
        return [_checklist(version, self.data, applicant) for version in self.versions]

    def group_row(self, checklist: ChecklistForm) -> GroupRow:
        answers = self.cleaned_data
        return GroupRow(
            checklist.version.procedure.code,
            checklist.version.procedure,
            ApplicantFacts(**{name: answers[name] for name in ReceptionForm.APPLICANT}),
            checklist.component_facts(),
            {
                "limit": checklist.chosen_limit(),
                "fee": checklist.fee_facts(),
                "return_channel": answers["return_channel"],
                "duplicate_known": answers["duplicate_known"],
                "receipt_wanted": True,
            },
        )


def _version(code: str) -> ProcedureVersion:
    procedure = Procedure.objects.filter(code=code).first() if "\x00" not in code else None
    if procedure is None:
        raise Invalid(_t("There is no procedure %(code)s in the catalogue.") % {"code": code[:40]})
    return version_in_force(procedure, timezone.localdate())


def _checklist(version: ProcedureVersion, data, applicant) -> ChecklistForm:
    options = {
        "version": version,
        "channel": Channel.DESK,
        "applicant": applicant,
        "prefix": f"v{version.pk}",
    }
    if any(name.startswith(f"v{version.pk}-") for name in data):
        return ChecklistForm(data, **options)
    usual = ChecklistForm(**options)
    values = {usual.add_prefix(name): usual[name].value() for name in usual.fields}
    return ChecklistForm({name: value for name, value in values.items() if value is not None}, **options)
