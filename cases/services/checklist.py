"""The checklist of a reception: what came, how it came, what is missing (R5, R7, R13, R14)."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from cases import rules
from cases.enums import ON_PAPER, Provision, ReuseGround
from cases.errors import ComponentMissing, Invalid
from cases.models import Demand, Dossier, DossierComponent
from cases.regime import needs_scan
from cases.services.demands import demand_reusable, outage_in_words
from cases.services.store import Offer, reuse_offers, take_from_store
from procedures.models import Component


@dataclass(frozen=True, slots=True)
class ComponentFacts:
    """How one component of the version came; counts of papers.

    `ground` says why a paper was demanded although its data are at hand (see `ReuseGround`; R13). `is_answered`:
    its database has answered for this applicant, so that it need not be brought, connected for all or not.
    """

    component_id: int
    provision: str = Provision.PAPER
    originals: int | None = None
    copies: int | None = None
    ground: str = ""
    is_answered: bool = False


def keep_checklist(
    dossier: Dossier,
    facts: list[ComponentFacts],
    *,
    by=None,
    from_store: bool = False,
    is_owner: bool = False,
) -> list[Demand]:
    """Store the checklist; a later one replaces the rows it names. `Invalid` for strangers.

    `from_store`: paper that lies in the store already is reused; only a ground that was given demands it.

    What is reused from the applicant's store brings its file along when the desk handles the list, or its
    owner, who has signed in. Whoever else files from outside has only said whose papers they are: for them the store stays closed. Returns the
    demands that were made, for the caller to record after its own event.
    """
    known = {component.pk: component for component in dossier.version.components.all()}
    opens_store = is_owner or rules.handles(by, dossier)
    offers = reuse_offers(dossier.version, dossier.applicant if opens_store else None)
    demands: list[Demand] = []
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
        offer = offers.get(component.pk)
        if offer is None and fact.is_answered and component.electronic_source:
            offer = Offer(component.electronic_source)
        if from_store and offer and offer.paper and fact.provision == Provision.PAPER and not fact.ground:
            fact = replace(fact, provision=Provision.REUSED)
        on_paper = fact.provision in ON_PAPER
        originals = component.originals if fact.originals is None else fact.originals
        copies = component.copies if fact.copies is None else fact.copies
        if not 0 <= originals <= 1000 or not 0 <= copies <= 1000:
            raise Invalid(_("Numbers of originals and copies lie between 0 and 1,000."), field="components")
        _plausible(component, fact.provision, originals, copies, offer, opens_store=opens_store)
        demands += _demanded(dossier, component, offer, fact, by=by)
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
    # Also what an earlier list from outside named.
    for row in dossier.components.filter(provision=Provision.REUSED):
        offer = offers.get(row.component_id)
        if offer and offer.paper:
            take_from_store(row, offer.paper, by=by)
    return demands


def _demanded(
    dossier: Dossier, component: Component, offer: Offer | None, fact: ComponentFacts, *, by
) -> list[Demand]:
    """What can be reused is not taken on paper, unless one of the legal grounds is recorded (R13)."""
    if offer is None or fact.provision != Provision.PAPER:
        if fact.ground:
            raise Invalid(
                _("A ground is only given for a paper that could be reused; “%(name)s” is none here.")
                % {"name": component.name},
                code="ground_without_demand",
                field="components",
            )
        return []
    if dossier.demands.filter(component=component).exists():
        return []
    note = outage_in_words(component) if fact.ground == ReuseGround.SYSTEM_FAILURE else ""
    return [demand_reusable(dossier, component, offer, ground=fact.ground, by=by, note=note)]


def _plausible(
    component: Component,
    provision: str,
    originals: int,
    copies: int,
    offer: Offer | None,
    *,
    opens_store: bool,
) -> None:
    """What is ticked as handed in is there in full; what is reused has a source (R7, R13)."""
    if provision in ON_PAPER and (originals < component.originals or copies < component.copies):
        raise ComponentMissing(
            _("“%(name)s” needs %(originals)s original(s) and %(copies)s copy(ies).")
            % {"name": component.name, "originals": component.originals, "copies": component.copies},
            field="components",
        )
    # A database that is not connected may have been looked up in its own program.
    if provision == Provision.REUSED and not offer and not component.electronic_source:
        sentence = (
            _("“%(name)s” is in no database and not in the applicant's store: it cannot be reused.")
            if opens_store
            else _(
                "“%(name)s” is in no database. Leave it out: the desk looks into the applicant's store when it "
                "receives the filing."
            )
        )
        raise Invalid(
            sentence % {"name": component.name},
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
        if not needs_scan(dossier, item.provision):
            continue
        scans = len(item.documents.all())
        if scans < item.originals:
            missing.append(
                _("%(scans)s of %(originals)s scans of “%(name)s”")
                % {"scans": scans, "originals": item.originals, "name": item.component.name}
            )
    return missing
