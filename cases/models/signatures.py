"""What the signatures inside files are worth, and the register of issued results (R36)."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.enums import ResultKind
from cases.models.papers import Document
from cases.signature_enums import Integrity, Revocation, SignatureFault, Trust
from notifications import pdf_signatures
from onestop.triggers import not_emptied
from procedures.models import Agency, ProcedureVersion


class SignatureCheck(models.Model):
    """A file that seems to be signed waits for a look at its signatures, or had it; goes with its file.

    `attempts` is counted before each look: what has taken a worker down is not tried for ever.
    """

    document = models.OneToOneField(Document, on_delete=models.CASCADE, related_name="signature_check")
    attempts = models.PositiveSmallIntegerField(default=0)
    checked_at = models.DateTimeField(_("checked at"), null=True)
    fault = models.CharField(_("fault"), max_length=10, choices=SignatureFault.choices, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="signature_fault_known", condition=Q(fault__in=["", *SignatureFault.values])
            )
        ]
        indexes = [
            # What waits for a look, which is little.
            models.Index(
                fields=["document"], name="signature_check_waiting", condition=Q(checked_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.get_fault_display() or str(self.checked_at or "")


class DocumentSignature(models.Model):
    """One signature inside a file, as it was judged when the file came; never changed, and goes with its file only.

    Moments in UTC; `claimed_at` is what the signer's own clock said.
    """

    # Its index is `signature_once`.
    document = models.ForeignKey(
        Document, on_delete=models.CASCADE, related_name="signatures", db_index=False
    )
    position = models.PositiveSmallIntegerField()
    signer = models.CharField(_("signer"), max_length=300, blank=True)
    issuer = models.CharField(_("certified by"), max_length=300, blank=True)
    serial = models.CharField(_("serial number"), max_length=80, blank=True)
    claimed_at = models.DateTimeField(_("signed at, by the signer's clock"), null=True)
    stamped_at = models.DateTimeField(_("signed at, by a time stamp"), null=True)
    valid_from = models.DateTimeField(_("certificate valid from"), null=True)
    valid_until = models.DateTimeField(_("certificate valid until"), null=True)
    integrity = models.CharField(max_length=10, choices=Integrity.choices)
    trust = models.CharField(max_length=10, choices=Trust.choices)
    revocation = models.CharField(max_length=12, choices=Revocation.choices)
    checked_at = models.DateTimeField(_("checked at"))

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["document", "position"]
        constraints = [
            models.UniqueConstraint(name="signature_once", fields=["document", "position"]),
            models.CheckConstraint(
                name="signature_verdict_known",
                condition=Q(
                    integrity__in=Integrity.values, trust__in=Trust.values, revocation__in=Revocation.values
                ),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="signature_is_not_changed", operation=pgtrigger.Update),
        ]

    def __str__(self) -> str:
        return self.signer

    @property
    def holds(self) -> bool:
        """Unchanged, certified by somebody who is trusted, and not known to be revoked."""
        return pdf_signatures.holds(self)

    @property
    def is_open(self) -> bool:
        """Nothing speaks against it and nothing for it."""
        return pdf_signatures.is_open(self)


class IssuedResult(models.Model):
    """One file of a result that was issued (kết quả đã ban hành), by its hash and result code.

    Knows codes, no dossier and no person: it stays where it is when the dossier goes to the archive, and
    anybody who holds the file may ask about it. A signed copy is a second row of the same code. `corrects` is
    the result code that this one takes the place of (R39).
    """

    code = models.CharField(_("result code"), max_length=160)
    reference = models.CharField(_("dossier"), max_length=60)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("agency"))
    version = models.ForeignKey(
        ProcedureVersion, on_delete=models.PROTECT, related_name="+", verbose_name=_("procedure")
    )
    kind = models.CharField(_("result"), max_length=10, choices=ResultKind.choices)
    sha256 = models.CharField(max_length=64)
    certificate = models.CharField(_("signed by"), max_length=300, blank=True)
    corrects = models.CharField(_("corrects"), max_length=160, blank=True)
    issued_at = models.DateTimeField(_("issued at"))
    taken_back_at = models.DateTimeField(_("taken back at"), null=True)

    class Meta:
        verbose_name = _("issued result")
        verbose_name_plural = _("issued results")
        constraints = [
            # Also the look-up by the code on the paper.
            models.UniqueConstraint(
                name="issued_result_once",
                fields=["code", "sha256"],
                condition=Q(taken_back_at__isnull=True),
            ),
            models.CheckConstraint(name="issued_result_kind_known", condition=Q(kind__in=ResultKind.values)),
            models.CheckConstraint(
                name="issued_result_has_a_hash", condition=Q(sha256__regex="^[0-9a-f]{64}$")
            ),
            models.CheckConstraint(name="issued_result_has_a_code", condition=~Q(code="")),
        ]
        indexes = [
            models.Index(fields=["code"], name="issued_result_by_code"),
            models.Index(fields=["sha256"], name="issued_result_by_hash"),
            models.Index(fields=["reference"], name="issued_result_of_dossier"),
            models.Index(fields=["corrects"], name="issued_result_corrections", condition=~Q(corrects="")),
        ]
        triggers = [
            not_emptied("issued_result_not_emptied"),
            pgtrigger.Protect(name="issued_result_not_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="issued_result_only_taken_back", exclude=["taken_back_at"]),
            pgtrigger.Protect(
                name="issued_result_taken_back_for_good",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__taken_back_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.code
