"""Queue numbers of a reception desk (số thứ tự): tickets, counters, who was called when."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models.triggers import only_if
from procedures.models import Agency
from procedures.models.catalogue import LocalName


class WaitingRoom(models.Model):
    """What a desk has one of: the lock under which its numbers are drawn, and the turn of its links.

    The links of kiosk and screen are signed with the turn; a new turn makes all older links useless.
    """

    desk = models.OneToOneField(
        Agency, on_delete=models.CASCADE, primary_key=True, related_name="waiting_room"
    )
    turn = models.PositiveIntegerField(default=1)


class ServiceCounter(models.Model):
    """One counter of a desk (quầy) and the services that it calls; all of them when none is named."""

    desk = models.ForeignKey(
        Agency, on_delete=models.CASCADE, related_name="counters", verbose_name=_("receiving desk")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=100, blank=True)
    is_open = models.BooleanField(_("is open"), default=False)
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    clerk = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="counters",
        verbose_name=_("clerk"),
    )
    services = models.ManyToManyField(
        "QueueService", blank=True, related_name="counters", verbose_name=_("services")
    )

    class Meta:
        verbose_name = _("counter")
        verbose_name_plural = _("counters")
        ordering = ["desk", "number"]
        constraints = [
            models.UniqueConstraint(name="counter_number_once", fields=["desk", "number"]),
            # A clerk sits at one counter at a time.
            models.UniqueConstraint(
                name="counter_one_per_clerk", fields=["clerk"], condition=Q(clerk__isnull=False)
            ),
            models.CheckConstraint(
                name="counter_open_with_a_clerk",
                condition=Q(is_open=True, opened_at__isnull=False, clerk__isnull=False)
                | Q(is_open=False, opened_at__isnull=True, clerk__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(_("Counter %(number)s") % {"number": self.number})


class QueueService(LocalName):
    """What people come for, as the kiosk offers it; each has its letter before the number."""

    desk = models.ForeignKey(
        Agency, on_delete=models.CASCADE, related_name="queue_services", verbose_name=_("receiving desk")
    )
    letter = models.CharField(_("letter before the number"), max_length=1)
    name_vi = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_offered = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("queue service")
        verbose_name_plural = _("queue services")
        ordering = ["desk", "position", "letter"]
        constraints = [
            models.UniqueConstraint(name="queue_service_letter_once", fields=["desk", "letter"]),
            models.CheckConstraint(name="queue_service_letter", condition=Q(letter__regex="^[A-Z]$")),
        ]

    def __str__(self) -> str:
        return f"{self.letter} {self.name}"


class QueueDay(models.Model):
    """The last number of a service on a day; its row is locked until the ticket commits."""

    service = models.ForeignKey(QueueService, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    last_number = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(name="queue_day_once", fields=["service", "day"])]


class QueueTicket(models.Model):
    """One number that somebody took; names nobody."""

    service = models.ForeignKey(
        QueueService, on_delete=models.PROTECT, related_name="tickets", db_index=False
    )
    desk = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="tickets", db_index=False)
    day = models.DateField(_("day"))
    number = models.PositiveIntegerField(_("number"))
    has_priority = models.BooleanField(
        _("goes first"),
        default=False,
        help_text=_("Old, disabled or pregnant people, and those with small children"),
    )
    taken_at = models.DateTimeField(_("taken at"))
    queued_at = models.DateTimeField(
        _("in the queue since"), help_text=_("When it was taken, or put back behind those who wait")
    )
    nonce = models.UUIDField(null=True, editable=False)  # of the kiosk's page: a double tap is one number
    called_at = models.DateTimeField(_("called at"), null=True, blank=True)
    calls = models.PositiveSmallIntegerField(_("times called"), default=0)
    counter = models.ForeignKey(
        ServiceCounter,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("counter"),
    )
    called_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    came = models.BooleanField(_("came"), null=True)

    class Meta:
        verbose_name = _("queue ticket")
        verbose_name_plural = _("queue tickets")
        ordering = ["taken_at", "pk"]
        constraints = [
            models.UniqueConstraint(name="ticket_number_once", fields=["service", "day", "number"]),
            models.UniqueConstraint(name="ticket_nonce_once", fields=["desk", "day", "nonce"]),
            models.CheckConstraint(name="ticket_number_from_one", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="ticket_called_at_a_counter",
                condition=Q(called_at__isnull=True, counter__isnull=True, calls=0)
                | Q(called_at__gte=F("taken_at"), counter__isnull=False, calls__gte=1),
            ),
            models.CheckConstraint(
                name="ticket_ended_says_whether_somebody_came",
                condition=Q(ended_at__isnull=True, came__isnull=True)
                | Q(ended_at__gte=F("taken_at"), came__isnull=False),
            ),
            models.UniqueConstraint(
                name="ticket_one_at_a_counter",
                fields=["counter"],
                condition=Q(called_at__isnull=False, ended_at__isnull=True),
            ),
        ]
        indexes = [
            # Who waits at a desk today, in the order of their turn.
            models.Index(
                fields=["desk", "day", "-has_priority", "queued_at"],
                name="ticket_waiting",
                condition=Q(called_at__isnull=True, ended_at__isnull=True),
            ),
            # The figures of a day, and the screen of the waiting room.
            models.Index(fields=["desk", "day"], name="ticket_of_the_day"),
        ]

        triggers = [
            only_if(
                "ticket_of_the_desk_of_its_service",
                """
                EXISTS (SELECT 1 FROM cases_queueservice service
                         WHERE service.id = NEW.service_id AND service.desk_id = NEW.desk_id)
                """,
                "a ticket belongs to the desk of its service",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service.letter}{self.number:03d}"
