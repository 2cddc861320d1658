"""What the National Database on Administrative Procedures proposes: nothing of it holds before a person accepts it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procedures.enums import DecisionKind, ProposalState
from procedures.models.catalogue import ProcedureVersion


class Proposal(models.Model):
    """One procedure of one publication decision (quyết định công bố), as the database told it (R1, R4).

    The same text is kept once, by its hash; a changed text of the same decision is another row.
    """

    number = models.CharField(_("publication decision"), max_length=200, blank=True)
    signed_on = models.DateField(_("decision signed on"), null=True, blank=True)
    agency = models.CharField(_("published by"), max_length=255, blank=True)
    effective_on = models.DateField(_("in force from"), null=True, blank=True)
    loaded_on = models.DateField(
        _("loaded into the national database on"), null=True, blank=True, help_text=_("As the database says")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=DecisionKind.choices, blank=True)
    code = models.CharField(_("code"), max_length=30, blank=True)
    replaces = models.JSONField(_("replaces"), default=list, blank=True)  # codes
    replaced_by = models.CharField(_("replaced by"), max_length=30, blank=True)
    content = models.JSONField(_("content"), default=dict, blank=True)  # a record as the seeds have it
    raw = models.TextField(_("as it came"), blank=True)  # only of what cannot be read
    problems = models.JSONField(_("what cannot be read"), default=list, blank=True)  # sentences
    payload_hash = models.CharField(max_length=64, unique=True, editable=False)
    fetched_at = models.DateTimeField(_("fetched"))
    state = models.CharField(
        _("state"), max_length=10, choices=ProposalState.choices, default=ProposalState.WAITING
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    version = models.ForeignKey(
        ProcedureVersion,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="proposals",
        verbose_name=_("version made of it"),
    )
    # What held when the draft was made of it: a draft of something else would take back what came between.
    base = models.ForeignKey(
        ProcedureVersion, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("proposal of the national database")
        verbose_name_plural = _("proposals of the national database")
        default_permissions = ()
        ordering = ["effective_on", "signed_on", "pk"]
        constraints = [
            models.CheckConstraint(name="proposal_state_known", condition=Q(state__in=ProposalState.values)),
            models.CheckConstraint(name="proposal_kind_known", condition=Q(kind__in=["", *DecisionKind])),
            models.CheckConstraint(
                name="proposal_is_whole_or_broken",
                condition=~Q(problems=[]) | (Q(effective_on__isnull=False) & ~Q(kind="") & ~Q(code="")),
            ),
            models.CheckConstraint(
                name="proposal_decided_by_somebody",
                condition=~Q(state__in=[ProposalState.ACCEPTED, ProposalState.REJECTED])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="proposal_rejected_with_reason",
                condition=~Q(state=ProposalState.REJECTED) | ~Q(reason=""),
            ),
        ]
        indexes = [
            # What waits for a person: the page of proposals and its count on the page of connections.
            models.Index(
                fields=["effective_on", "signed_on"],
                name="proposal_waiting",
                condition=Q(state__in=["waiting", "broken"]),
            ),
            # The other texts of the same decision.
            models.Index(fields=["code", "number"], name="proposal_by_code"),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.number, self.code)))


class DecisionCursor(models.Model):
    """Up to where the decisions of the national database are read: its own mark; one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    value = models.CharField(max_length=500, blank=True)
    moved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "cursor of publication decisions"
        verbose_name_plural = "cursors of publication decisions"
        default_permissions = ()
        constraints = [models.CheckConstraint(name="decision_cursor_is_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return self.value
