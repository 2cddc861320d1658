"""The checklist of a reception: what came, how it came, what is missing (R7, R13, R14)."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from cases.enums import NEEDS_SCAN, Provision
from cases.errors import ComponentMissing, Invalid
from cases.models import Dossier, DossierComponent
from procedures.models import Component


@dataclass(frozen=True, slots=True)
class ComponentFacts:
    """How one component of the version came; counts of papers."""

    component_id: int
    provision: str = Provision.PAPER
    originals: int | None = None
    copies: int | None = None


def keep_checklist(dossier: Dossier, facts: list[ComponentFacts]) -> None:
    """Store the checklist; a later one replaces the rows it names. `Invalid` for strangers."""
    known = {component.pk: component for component in dossier.version.components.all()}
    rows: dict[int, DossierComponent] = {}
    for fact in facts:
        component = known.get(fact.component_id)
        if component is None:
            raise Invalid(
                _("Component %(number)s is not on the published list of this procedure.")
                % {"number": fact.component_id},
                code="unknown_component",
                field="components",
            )
        if fact.provision not in Provision.values:
            raise Invalid(
                _("Unknown way of handing in: %(provision)s.") % {"provision": fact.provision},
                field="components",
            )
        on_paper = fact.provision in {Provision.PAPER, Provision.SHOWN}
        originals = component.originals if fact.originals is None else fact.originals
        copies = component.copies if fact.copies is None else fact.copies
        if not 0 <= originals <= 1000 or not 0 <= copies <= 1000:
            raise Invalid(_("Numbers of originals and copies lie between 0 and 1,000."), field="components")
        _plausible(component, fact.provision, originals, copies)
        rows[component.pk] = DossierComponent(
            dossier=dossier,
            component=component,
            provision=fact.provision,
            originals=originals if on_paper else 0,
            copies=copies if on_paper else 0,
        )
    DossierComponent.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["dossier", "component"],
        update_fields=["provision", "originals", "copies"],
    )


def _plausible(component: Component, provision: str, originals: int, copies: int) -> None:
    """What is ticked as handed in is there in full; what is reused has a source (R7, R13)."""
    if provision in {Provision.PAPER, Provision.SHOWN} and (
        originals < component.originals or copies < component.copies
    ):
        raise ComponentMissing(
            _("“%(name)s” needs %(originals)s original(s) and %(copies)s copy(ies).")
            % {"name": component.name, "originals": component.originals, "copies": component.copies},
            field="components",
        )
    if provision == Provision.REUSED and not component.electronic_source:
        raise Invalid(
            _("“%(name)s” is in no connected database: it cannot be reused.") % {"name": component.name},
            code="no_source",
            field="components",
        )


def require_complete(dossier: Dossier) -> None:
    """Every mandatory component is there or reused, else `ComponentMissing` that names all (R7)."""
    there = set(
        dossier.components.exclude(provision=Provision.NOT_NEEDED).values_list("component_id", flat=True)
    )
    missing = [
        component.name
        for component in dossier.version.components.all()
        if component.is_mandatory and component.pk not in there
    ]
    if missing:
        raise ComponentMissing(
            _("Not complete, missing: %(names)s. Ask the applicant for all of it, or tick how it came.")
            % {"names": "; ".join(missing)},
            field="components",
        )


def missing_scans(dossier: Dossier) -> list[str]:
    """For each paper with fewer scans than originals: "1 of 2 scans of …" (R14)."""
    missing = []
    for item in dossier.components.select_related("component").prefetch_related("documents"):
        if item.provision not in NEEDS_SCAN:
            continue
        scans = len(item.documents.all())
        if scans < item.originals:
            missing.append(
                _("%(scans)s of %(originals)s scans of “%(name)s”")
                % {"scans": scans, "originals": item.originals, "name": item.component.name}
            )
    return missing
