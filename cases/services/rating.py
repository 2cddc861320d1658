"""Citizens rate: the service of a dossier that was handed over, the answer to feedback; once, for good (R48, R49)."""

from collections.abc import Mapping

from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import lookup, survey
from cases.enums import State
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from cases.models import AnswerRating, Dossier, Feedback, Rating, RatingProof, RatingScore
from cases.services.accounts import applicant_of
from cases.services.base import locked

LONGEST_COMMENT = 2000
PROOF_SECONDS = 3600  # as long as somebody leaves the page of the look-up open
_SALT = "rating"


def rating_proof(dossier: Dossier) -> str:
    """For the page that a look-up with proof has opened: says so for an hour, and names nobody."""
    return signing.dumps(str(dossier.uuid), salt=_SALT)


def proved_dossier(proof: str) -> Dossier | None:
    """The dossier of such a proof; None when it is none, or older than an hour."""
    try:
        uuid = signing.loads(proof, salt=_SALT, max_age=PROOF_SECONDS)
    except signing.BadSignature:
        return None
    return Dossier.objects.filter(uuid=uuid).first()


@transaction.atomic
def rate(
    dossier: Dossier, *, scores: Mapping[str, int], comment: str = "", proof: str = "", account=None
) -> Rating:
    """Keep the one rating of this dossier, by the `proof` of a look-up or by the applicant's `account`.

    Raises `NotPermitted` (neither), `NotPossibleNow` (not handed over yet, or rated already), `Invalid`.
    """
    dossier = locked(dossier)
    by_account = account is not None and applicant_of(account) == dossier.applicant
    if not by_account and proved_dossier(proof) != dossier:
        raise NotPermitted(_("Only the applicant rates the service, after a look-up or signed in."))
    if dossier.state != State.RETURNED:
        raise NotPossibleNow(_("The service is rated after the result was handed over."), code="not_returned")
    if Rating.objects.filter(dossier=dossier).exists():
        raise NotPossibleNow(_("You have rated this dossier already. Thank you."), code="rated_already")
    now = timezone.now()
    asked = survey.survey_on(timezone.localdate(now))
    if survey.faults(scores, asked):
        raise Invalid(_("Answer each question with one of the five answers."), field="scores")
    comment = comment.strip()
    if len(comment) > LONGEST_COMMENT or "\x00" in comment:
        raise Invalid(
            _("The comment has more than %(most)s characters, or some that are no text.")
            % {"most": LONGEST_COMMENT},
            field="comment",
        )
    kept = Rating.objects.create(
        dossier=dossier,
        at=now,
        proof=RatingProof.ACCOUNT if by_account else RatingProof.LOOKUP,
        comment=comment,
    )
    RatingScore.objects.bulk_create(
        RatingScore(rating=kept, question=question.key, score=scores[question.key])
        for question in asked.questions
    )
    return kept


@transaction.atomic
def rate_answer(feedback: Feedback, *, secret: str, satisfied: bool) -> AnswerRating:
    """Keep whether the sender, who knows the secret, is satisfied with how it was handled.

    Raises `NotPermitted`, `NotPossibleNow` with `still_open` or `rated_already`.
    """
    feedback = Feedback.objects.select_for_update().get(pk=feedback.pk)
    if not lookup.matches(feedback, secret):
        raise NotPermitted(_("Only who sent it rates the answer, with the number and the secret."))
    if feedback.is_open:
        raise NotPossibleNow(_("Feedback is rated after it was answered."), code="still_open")
    if AnswerRating.objects.filter(feedback=feedback).exists():
        raise NotPossibleNow(_("You have rated this answer already. Thank you."), code="rated_already")
    return AnswerRating.objects.create(feedback=feedback, at=timezone.now(), satisfied=satisfied)
