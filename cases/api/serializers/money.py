"""Bodies of the verbs of money; VND. Shape only: no rule is here."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.api.serializers.strict import Named, StrictSerializer
from cases.enums import PaymentMethod
from cases.models import DossierFee, Payment

# Above every amount that an office can ask for, and inside the database's integers.
MOST_DONG = 10**15


class PaymentSerializer(StrictSerializer):
    amount = serializers.IntegerField(
        min_value=-MOST_DONG, max_value=MOST_DONG, help_text="VND; exactly what is owed."
    )
    method = serializers.ChoiceField(PaymentMethod.choices, required=False)
    part = serializers.BooleanField(
        required=False, help_text="A part payment: less than is owed is taken too."
    )
    reference = serializers.CharField(
        max_length=200, required=False, allow_blank=True, help_text="The bank's number of a transfer."
    )


class FeeField(serializers.PrimaryKeyRelatedField):
    default_error_messages = {
        "does_not_exist": _("This dossier has no such fee."),
        "incorrect_type": _("The id of a fee is a whole number."),
    }


@extend_schema_field(serializers.CharField())
class PaymentField(Named):
    def __init__(self, **kwargs):
        super().__init__(
            slug_field="receipt_number",
            queryset=Payment.objects.all(),
            unknown=_("This dossier has no such payment."),
            **kwargs,
        )


class AmountSerializer(StrictSerializer):
    amount = serializers.IntegerField(
        min_value=-MOST_DONG,
        max_value=MOST_DONG,
        required=False,
        help_text="VND; all that is left when left out.",
    )


class WaiverSerializer(AmountSerializer):
    fee = FeeField(queryset=DossierFee.objects.all(), help_text="`id` of one of `fees.lines` of the dossier.")
    ground = serializers.CharField(max_length=5000, allow_blank=True, help_text="Text and article.")


class RefundSerializer(AmountSerializer):
    payment = PaymentField(help_text="Receipt number of the payment.")
    reason = serializers.CharField(max_length=5000, allow_blank=True)
