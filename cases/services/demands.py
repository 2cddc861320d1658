"""Papers demanded with a recorded ground: one that could be reused, one beyond the list (R5, R13)."""

import re
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors, rules
from cases.connections.sources import system_of
from cases.enums import DemandKind, EventKind, ReuseGround, Verb
from cases.errors import Invalid
from cases.events import local_text, record
from cases.models import Demand, Dossier
from cases.regime import mechanism_of
from cases.services.base import ask, locked, required_text
from cases.services.outages import running
from cases.services.store import Offer, reuse_offers
from procedures.models import Component
from procedures.regimes import Mechanism
from procedures.text import fold

# A text of law is cited with its article: “Luật X, Điều 5” or “Law X, Article 5”.
ARTICLE = re.compile(r"(?i)\b(điều|article|art\.?)\s*\w")


@transaction.atomic
def demand(
    dossier: Dossier,
    *,
    by,
    component: Component | None = None,
    ground: str = "",
    paper: str = "",
    legal_text: str = "",
    note: str = "",
) -> Demand:
    """Demand a paper that nobody has to bring by rule (yêu cầu giấy tờ); listed for the supervisor.

    A component that a database or the store could give: with one of the three grounds (R13). A paper
    beyond the published list: with text and article (R5; Decree 61/2018 Arts 5.1đ, 6). Nothing is asked of
    the applicant yet: that is what the requests to complete and to supplement are for.
    """
    dossier = locked(dossier)
    ask(dossier, Verb.DEMAND, by)
    note = note.strip()
    if component is not None and (paper.strip() or legal_text.strip()):
        raise Invalid(
            _("Demand either a component of the list, or another paper; not both at once."),
            code="contradictory",
            field="paper",
        )
    if component is None:
        made = _demand_extra(dossier, paper, legal_text, by=by, note=note)
    else:
        offer = reuse_offers(dossier.version, dossier.applicant).get(component.pk)
        if component.version_id != dossier.version_id:
            raise Invalid(
                _("Component %(number)s is not on the published list of this procedure.")
                % {"number": component.pk},
                code="unknown_component",
                field="component",
            )
        if offer is None:
            raise Invalid(
                _("“%(name)s” is to be brought anyhow; no ground is needed.") % {"name": component.name},
                code="nothing_to_reuse",
                field="component",
            )
        if dossier.demands.filter(component=component).exists():
            raise Invalid(
                _("“%(name)s” was already demanded.") % {"name": component.name},
                code="demanded_already",
                field="component",
            )
        made = demand_reusable(dossier, component, offer, ground=ground, by=by, note=note)
    record_demands(dossier, [made])
    return made


def _demand_extra(dossier: Dossier, paper: str, legal_text: str, *, by, note: str) -> Demand:
    paper = _short_text(
        required_text(paper, field="paper", sentence=_("Enter which paper is demanded.")), 500, "paper"
    )
    required_text(legal_text, field="legal_text", sentence=_no_article(paper))
    legal_text = _short_text(legal_text.strip(), 300, "legal_text")
    if not ARTICLE.search(legal_text):
        raise Invalid(_no_article(paper), code="no_article", field="legal_text")
    return Demand.objects.create(
        dossier=dossier,
        kind=DemandKind.EXTRA,
        paper=paper,
        legal_text=legal_text,
        note=note,
        at=timezone.now(),
        by=by,
    )


def _no_article(paper: str) -> str:
    return _(
        "“%(paper)s” is not on the published list of this procedure. Enter the legal text and its article "
        "that allow demanding it, or do without."
    ) % {"paper": paper}


def demand_reusable(
    dossier: Dossier, component: Component, offer: Offer, *, ground: str, by, note: str = ""
) -> Demand:
    """Keep the ground on which a paper is taken although its data are at hand; `Invalid` without one.

    Only staff demands: for a connected system, and for an applicant at home, there is nothing to demand.
    """
    mechanism = mechanism_of(dossier)
    if ground not in mechanism.reuse_grounds:
        raise Invalid(_need_not_be_brought(component, offer, mechanism), code="reusable", field="components")
    if not rules.may(by, Verb.DEMAND, dossier):
        raise errors.not_permitted(Verb.DEMAND)
    return Demand.objects.create(
        dossier=dossier,
        kind=DemandKind.REUSABLE,
        component=component,
        paper=component.name_vi,
        ground=ground,
        note=note,
        at=timezone.now(),
        by=by,
    )


def outage_in_words(component: Component) -> str:
    """Since when the database of this component has been silent; empty while no outage of it is known."""
    system = system_of(component.electronic_source)
    outage = running(system) if system else None
    if outage is None:
        return ""
    return _("%(system)s: no answer since %(since)s") % {
        "system": system.label,
        "since": local_text(outage.since),
    }


def _need_not_be_brought(component: Component, offer: Offer, mechanism: Mechanism) -> str:
    facts = {
        "name": component.name,
        "source": offer.source,
        "citation": mechanism.reuse or mechanism.whole,
        "grounds": ", ".join(str(ReuseGround(ground).label) for ground in mechanism.reuse_grounds),
    }
    if not mechanism.reuse_grounds:
        return _("“%(name)s” need not be brought, it can be reused from %(source)s (%(citation)s).") % facts
    return (
        _(
            "“%(name)s” need not be brought, it can be reused from %(source)s. Demanding it needs a ground: "
            "%(grounds)s (%(citation)s)."
        )
        % facts
    )


def record_demands(dossier: Dossier, demands: Iterable[Demand]) -> None:
    """One event for each demand that was made."""
    for made in demands:
        record(
            dossier, EventKind.DEMANDED, by=made.by, paper=made.paper, ground=made.ground or made.legal_text
        )


def check_items(dossier: Dossier, items: list[str]) -> None:
    """`Invalid` for the first item that may not be asked for (R5, R13).

    Each speaks of a component of the version or of a paper demanded before, and of nothing that can be
    reused unless that was demanded.
    """
    components = list(dossier.version.components.all())
    demands = list(dossier.demands.all())
    offers = reuse_offers(dossier.version, dossier.applicant)
    free = offers.keys() - {made.component_id for made in demands}
    for item in items:
        spoken_of = [
            component
            for component in components
            if speaks_of(item, component.name_vi) or speaks_of(item, component.name_en)
        ]
        if not spoken_of and not any(speaks_of(item, made.paper) for made in demands):
            raise Invalid(
                _(
                    "“%(item)s” is not on the published list of this procedure: %(names)s. Name the paper as "
                    "the list does, or record the demand with its legal text first."
                )
                % {"item": item, "names": "; ".join(component.name for component in components)},
                code="beyond_the_list",
                field="items",
            )
        for component in spoken_of:
            if component.pk in free:
                raise Invalid(
                    _need_not_be_brought(component, offers[component.pk], mechanism_of(dossier)),
                    code="reusable",
                    field="items",
                )


# Declaration, application, request: how the names of forms begin that an applicant fills in.
_FORMS_TO_FILL_IN = (" to khai ", " don de nghi ", " don xin ", " giay de nghi ", " phieu yeu cau ")


def speaks_of(item: str, name: str) -> bool:
    """Does a line of a request mean the paper of that name? Pure; accents, case and signs do not matter.

    It contains the name, with or without what that has in brackets; or is itself a part of the name, of
    two words at least; or both begin like a form that people fill in, as "Tờ khai có chữ ký" does. Other
    papers need more of their name: "Giấy chứng …" begins a dozen.
    """
    said, whole, short = _words(item), _words(name), _words(re.sub(r"\([^)]*\)", " ", name))
    if any(known.strip() and known in said for known in (whole, short)):
        return True
    if len(said.split()) >= 2 and said in whole:
        return True
    return any(said.startswith(form) and whole.startswith(form) for form in _FORMS_TO_FILL_IN)


def _words(text: str) -> str:
    """The words between blanks, so that a part of a word is none."""
    return " " + " ".join(re.findall(r"\w+", fold(text))) + " "


def _short_text(text: str, longest: int, field: str) -> str:
    if len(text) > longest:
        raise Invalid(
            _("This text has %(length)s characters; at most %(longest)s are possible.")
            % {"length": len(text), "longest": longest},
            code="too_long",
            field=field,
        )
    return text
