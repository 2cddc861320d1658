"""Who has nobody to stand in (R44)."""

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from procedures.enums import Role
from procedures.models import Staff

# Desks and officers never stop; who signs is represented by deputies as the law on agencies says.
WITH_SUBSTITUTES = (Role.CLERK, Role.OFFICER)


def without_substitute(people: QuerySet[Staff] | None = None) -> QuerySet[Staff]:
    """Active clerks and officers among these with fewer active substitutes than the office wants."""
    there = Count("substitutes", filter=Q(substitutes__substitute__is_active=True))
    people = Staff.objects.all() if people is None else people
    return (
        people.filter(is_active=True, role__in=WITH_SUBSTITUTES, agency__isnull=False)
        .annotate(substitutes_there=there)
        .filter(substitutes_there__lt=settings.MIN_SUBSTITUTES)
    )
