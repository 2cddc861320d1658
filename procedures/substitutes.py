"""Who has nobody to stand in (R44)."""

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from procedures.enums import DESK_ROLES, Role
from procedures.models import Secondment, Staff

# Desks and officers never stop; who signs is represented by deputies as the law on agencies says.
WITH_SUBSTITUTES = DESK_ROLES | {Role.OFFICER}


def without_substitute(people: QuerySet[Staff] | None = None) -> QuerySet[Staff]:
    """Active clerks and officers among these with fewer substitutes at work than the office wants.

    Whoever is seconded stands in for nobody at home.
    """
    away = Secondment.objects.on(timezone.localdate()).values("staff")
    there = Count(
        "substitutes",
        filter=Q(substitutes__substitute__is_active=True) & ~Q(substitutes__substitute__in=away),
    )
    people = Staff.objects.all() if people is None else people
    return (
        people.filter(is_active=True, role__in=WITH_SUBSTITUTES, agency__isnull=False)
        .annotate(substitutes_there=there)
        .filter(substitutes_there__lt=settings.MIN_SUBSTITUTES)
    )
