"""Citizens who sign in: the identity that the provider vouches for, and the applicant that it is."""

import uuid
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import get_language

from cases.enums import IdentificationLevel
from cases.errors import Invalid
from cases.models import Applicant, CitizenAccount
from cases.services.applicants import ApplicantFacts, find_or_add, tidy_phone
from procedures.enums import Role
from procedures.models import Staff

# Claims that a provider may have asked the person for without checking them itself.
CHECKED_BY = {"phone": "phone_number_verified", "email": "email_verified"}


def identity_from(claims: Mapping, names: Mapping[str, str]) -> ApplicantFacts:
    """What the claims tell of a person; `names` says which claim is which, `a.b` for one within another.

    Left out: what is no text, and a phone number or e-mail address that the provider says it has not verified.
    """
    facts = {field: _text_of(claims, path) for field, path in names.items()}
    for field, flag in CHECKED_BY.items():
        if claims.get(flag) is False:
            facts[field] = ""
    return ApplicantFacts(
        full_name=facts.get("name", ""),
        id_number=facts.get("id_number", ""),
        phone=facts.get("phone", ""),
        email=facts.get("email", ""),
        address=facts.get("address", ""),
        language=(get_language() or "vi")[:2],
    )


def _text_of(claims: Mapping, path: str) -> str:
    found: object = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found.strip() if isinstance(found, str) else ""


def new_citizen(user: Staff, full_name: str) -> Staff:
    """The unsaved account of somebody who comes for the first time: no password, no agency, no rights."""
    user.username = f"citizen-{uuid.uuid4().hex}"
    user.full_name = " ".join(full_name.split())[:150]
    user.first_name = user.last_name = user.email = ""
    user.role = Role.CITIZEN
    user.is_staff = user.is_superuser = False
    user.agency = None
    user.set_unusable_password()
    return user


def level_from(claims: Mapping, path: str, levels: Mapping[str, str]) -> str:
    """The level of identification that the claims tell, in our words; empty for none and for an unknown word."""
    found = levels.get(_text_of(claims, path), "") if path else ""
    return found if found in IdentificationLevel.values else ""


@transaction.atomic
def sign_in_citizen(user: Staff, identity: ApplicantFacts, *, level: str = "") -> CitizenAccount:
    """Keep who this account is, once the provider has vouched for name and ID number.

    The provider counts as somebody who has seen the papers: phone, e-mail and address of a known applicant
    become those of the provider at the first sign-in, and stay as they are later. Number and name that do
    not fit together leave the account without an applicant; a desk has to look at the papers. The `level` of
    identification is that of the last sign-in.
    """
    account, _new = CitizenAccount.objects.select_for_update().get_or_create(user=user)
    if account.level != level:
        account.level = level
        account.save(update_fields=["level"])
    if account.applicant_id or not (identity.id_number and identity.full_name):
        return account
    try:
        with transaction.atomic():
            account.applicant = find_or_add(_usable(identity), seen=True)
    except Invalid:
        return account
    account.save(update_fields=["applicant"])
    return account


def _usable(identity: ApplicantFacts) -> ApplicantFacts:
    """Without a phone number that is none: a provider's typing error keeps nobody out."""
    try:
        tidy_phone(identity.phone, field="phone")
    except Invalid:
        return ApplicantFacts(
            full_name=identity.full_name,
            id_number=identity.id_number,
            email=identity.email,
            address=identity.address,
            language=identity.language,
        )
    return identity


def applicant_of(user) -> Applicant | None:
    """Who a signed-in citizen is; None for staff, for strangers and for an account without a verified number."""
    if not user.is_authenticated or not user.is_active or user.role != Role.CITIZEN:
        return None
    account = CitizenAccount.objects.select_related("applicant").filter(user=user).first()
    return account and account.applicant
