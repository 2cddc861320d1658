"""Applicants: found again by their number, kept up to date."""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.utils.translation import gettext as _

from cases.enums import ApplicantKind, NoticeChannel
from cases.errors import Invalid
from cases.models import Applicant, Dossier, NoticeChange
from cases.services.notice_choices import record_channels
from procedures.text import fold, one_line


@dataclass(frozen=True, slots=True)
class ApplicantFacts:
    """What is known of an applicant (chủ hồ sơ)."""

    full_name: str
    id_number: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    kind: str = ApplicantKind.CITIZEN
    language: str = "vi"
    notice_channels: list[str] = field(default_factory=list)
    name_changed: bool = False  # confirmed by the clerk for a number that is known with another name


def tidy_name(name: str) -> str:
    """The name as a register can hold it, however it was typed."""
    return one_line(name)


def is_same_person(name: str, other: str) -> bool:
    """Whether two names are one, however they were typed."""
    return tidy_name(name).casefold() == tidy_name(other).casefold()


def tidy_phone(given: str, *, field: str) -> str:
    """The digits of a phone number, perhaps with + in front; `Invalid` when it is none."""
    phone = "".join(c for c in given if c not in " .-()")
    if phone and (
        not phone.removeprefix("+").isdecimal() or not phone.isascii() or not 8 <= len(phone) <= 16
    ):
        raise Invalid(
            _("The phone number “%(phone)s” is not one: 8 to 15 digits, perhaps with + in front.")
            % {"phone": given[:30]},
            field=field,
        )
    return phone


def check_authorised(dossier: Dossier) -> None:
    """Somebody else files only with a paper that authorises (ủy quyền; Decree 61/2018 Art 6); else `Invalid`."""
    name, owner = dossier.submitter_name, dossier.applicant.full_name
    if name and not dossier.authorisation and not is_same_person(name, owner):
        raise Invalid(
            _(
                "%(name)s files for %(applicant)s. Enter the paper that authorises: which one, its number "
                "and date."
            )
            % {"name": name, "applicant": owner},
            code="authorisation_missing",
            field="authorisation",
        )


def check(facts: ApplicantFacts) -> ApplicantFacts:
    """The same facts without blanks around them; `Invalid` names the first field that cannot be."""
    name = tidy_name(facts.full_name)
    if not name:
        raise Invalid(_("Enter the name of the applicant."), code="required", field="full_name")
    if len(name) > 300:
        raise Invalid(_("The name of the applicant is longer than 300 characters."), field="full_name")
    number = facts.id_number.strip().upper()
    if number and (not number.replace("-", "").isalnum() or not number.isascii() or len(number) > 20):
        raise Invalid(
            _("The ID or tax number “%(number)s” may only have letters, digits and hyphens, at most 20.")
            % {"number": number[:30]},
            field="id_number",
        )
    phone = tidy_phone(facts.phone, field="phone")
    email = facts.email.strip()
    if email:
        try:
            MaxLengthValidator(254)(email)  # longer ones pass as addresses but not into the column
            validate_email(email)
        except ValidationError as error:
            raise Invalid(
                _("“%(email)s” is not an e-mail address.") % {"email": email[:80]}, field="email"
            ) from error
    if facts.kind not in ApplicantKind.values:
        raise Invalid(_("Unknown kind of applicant: %(kind)s.") % {"kind": facts.kind}, field="kind")
    unknown = [channel for channel in facts.notice_channels if channel not in NoticeChannel.values]
    if unknown:
        raise Invalid(
            _("Unknown channel of notices: %(channels)s.") % {"channels": ", ".join(unknown)},
            field="notice_channels",
        )
    return ApplicantFacts(
        full_name=name,
        id_number=number,
        phone=phone,
        email=email,
        address=" ".join(facts.address.split())[:400],
        kind=facts.kind,
        language=facts.language if facts.language in {"vi", "en"} else "vi",
        notice_channels=list(dict.fromkeys(facts.notice_channels)),
        name_changed=facts.name_changed,
    )


def find_or_add(facts: ApplicantFacts, *, seen: bool) -> Applicant:
    """The applicant with this number; a new row for a new number and for somebody without one.

    Only what a clerk has `seen` the papers for brings a known applicant up to date: whoever merely knows
    an ID number must not turn that person's notices to another phone.
    """
    facts = check(facts)
    values = {name: getattr(facts, name) for name in ApplicantFacts.__slots__ if name != "name_changed"}
    if not facts.id_number:
        return Applicant.objects.create(**values)
    known = Applicant.objects.with_id_number(facts.id_number).filter(kind=facts.kind).first()
    if known and fold(known.full_name) != fold(facts.full_name) and not (seen and facts.name_changed):
        # A mistyped number must not hand one person's dossiers and notices to another.
        raise Invalid(
            _(
                "This ID or tax number is known with another name. Check both; if the name really changed, "
                "the clerk who has seen the papers confirms it."
            ),
            code="other_person",
            field="id_number",
        )
    if not seen:
        return Applicant.objects.get_or_create(kind=facts.kind, id_number=facts.id_number, defaults=values)[0]
    given = {name: value for name, value in values.items() if value not in ("", [])}
    applicant, _created = Applicant.objects.update_or_create(
        kind=facts.kind, id_number=facts.id_number, defaults=given, create_defaults=values
    )
    if known:
        record_channels(applicant, known.notice_channels, via=NoticeChange.Via.FILING)
    return applicant


def keep_contact(applicant: Applicant, *, phone: str, email: str, notice_channels: list[str]) -> Applicant:
    """How to reach somebody who has signed in, as they say it now; `Invalid` as in `check`."""
    facts = check(
        ApplicantFacts(
            applicant.full_name,
            phone=phone,
            email=email,
            kind=applicant.kind,
            notice_channels=notice_channels,
        )
    )
    before = applicant.notice_channels
    applicant.phone, applicant.email = facts.phone, facts.email
    applicant.notice_channels = facts.notice_channels
    applicant.save()
    record_channels(applicant, before, via=NoticeChange.Via.FILING)
    return applicant
