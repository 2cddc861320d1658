"""Serializers that say no to what they do not know."""

from collections.abc import Mapping

from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers


class StrictSerializer(serializers.Serializer):
    """Refuses unknown fields: a misspelt optional field must not be dropped in silence."""

    def to_internal_value(self, data):
        if isinstance(data, Mapping):
            unknown = sorted(str(name) for name in data if name not in self.fields)
            if unknown:
                raise serializers.ValidationError(
                    {name: [_("This field is not known here.")] for name in unknown}, code="unknown_field"
                )
        return super().to_internal_value(data)


class MomentField(serializers.DateTimeField):
    """A moment that is sent; refuses the ends of time as well, which the framework's own field runs over."""

    def enforce_timezone(self, value):
        try:
            return super().enforce_timezone(value)
        except OverflowError:
            self.fail("overflow")


class Named(serializers.SlugRelatedField):
    """A row that is named by its code, identifier or user name."""

    default_error_messages = {"invalid": _("This must be a text.")}

    def __init__(self, *, unknown, **kwargs):
        """`unknown` is the sentence for a name that nothing has, with `%(value)s` in it."""
        self.unknown = unknown
        super().__init__(**kwargs)

    def to_internal_value(self, data) -> Model:
        if not isinstance(data, str) or "\x00" in data or not data.isprintable():
            self.fail("invalid")
        row = self.get_queryset().filter(**{self.slug_field: data}).first()
        if row is None:
            raise serializers.ValidationError(str(self.unknown) % {"value": data[:60]}, code="does_not_exist")
        return row
