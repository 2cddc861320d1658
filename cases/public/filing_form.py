"""What the page of an online filing shows and what comes back from it; no rule, only names and texts."""

from collections.abc import Mapping

from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases.enums import NoticeChannel, ReturnChannel
from cases.errors import CaseError, Invalid
from cases.models import OnlineDraft
from cases.services.online_filing import (
    EFORM,
    NOT_NEEDED,
    ON_PAPER,
    REUSE,
    UPLOAD,
    OnlineFacts,
    WrongAnswers,
    ways_for,
)
from cases.services.store import reuse_offers
from procedures import eforms
from procedures.enums import AgencyKind, Level
from procedures.models import Agency, ProcedureVersion
from procedures.services.competence import decides, deciding_agencies
from procedures.words import source_text

LONGEST = 6000  # characters of one entry that are kept; no field asks for more
# Where a refusal is shown, by the name that the services give the field.
PLACES = {"components": "papers"}


class FilingForm:
    """One page: the e-form, where to file, the papers, how the result and the notices come."""

    def __init__(self, version: ProcedureVersion, draft: OnlineDraft | None, applicant, post=None):
        self.version, self.draft, self.applicant = version, draft, applicant
        self.schema = version.eform
        self.post = post
        self.data = (
            (draft.data if draft else {}) or self._beginning() if post is None else self._entered(post)
        )
        self.faults: dict[str, str] = {}

    def _beginning(self) -> dict:
        return {
            "phone": self.applicant.phone,
            "email": self.applicant.email,
            "notice_channels": self.applicant.notice_channels or [NoticeChannel.EMAIL.value],
            "return_channel": ReturnChannel.DESK.value,
        }

    def _entered(self, post) -> dict:
        def text(name: str) -> str:
            return post.get(name, "").replace("\x00", "")[:LONGEST]

        return {
            "answers": {name: text(f"f-{name}") for name in self.schema["properties"]},
            "ways": {str(item.pk): text(f"way-{item.pk}") for item in self.version.components.all()},
            **{name: text(name) for name in ("desk", "competent_agency", "return_channel", "phone", "email")},
            "notice_channels": [
                one for one in post.getlist("notice_channels") if one in NoticeChannel.values
            ],
        }

    # --- What is filed ----------------------------------------------------------------------------
    def facts(self) -> OnlineFacts:
        """What was entered, for the service; `Invalid` when no desk is chosen."""
        desk = self._chosen(self.data["desk"], self.desks)
        if desk is None:
            raise Invalid(_("Choose where to file."), code="required", field="desk")
        return OnlineFacts(
            desk=desk,
            competent_agency=self._chosen(self.data["competent_agency"], deciding_agencies(self.version)),
            answers=eforms.read(self.schema, self.data["answers"]),
            ways={int(number): way for number, way in self.data["ways"].items()},
            return_channel=self.data["return_channel"] or ReturnChannel.DESK,
            notice_channels=self.data["notice_channels"],
            phone=self.data["phone"],
            email=self.data["email"],
            consent=self.post is not None and self.post.get("consent") == "yes",
        )

    @staticmethod
    def _chosen(identifier: str, agencies) -> Agency | None:
        return next((agency for agency in agencies if agency.identifier == identifier), None)

    def blame(self, error: CaseError) -> None:
        """Put a refusal where it belongs on the page."""
        if not isinstance(error, WrongAnswers):
            self.faults[PLACES.get(error.field, error.field)] = str(error.sentence)
        answers = eforms.read(self.schema, self.data["answers"])
        for name, sentence in eforms.faults(self.schema, answers).items():  # everything at once
            self.faults.setdefault(f"f-{name}", sentence)

    # --- What is shown ----------------------------------------------------------------------------
    @cached_property
    def desks(self) -> list[Agency]:
        """Desks that the procedure can be filed at: of a commune its own, else every one."""
        desks = Agency.objects.reception_desks().order_by("name_vi")
        if self.version.level == Level.COMMUNE:
            return [desk for desk in desks if desk.kind == AgencyKind.COMMUNE and decides(desk, self.version)]
        return list(desks)

    @cached_property
    def competents(self) -> list[Agency]:
        """Only where the service cannot tell from the desk who decides."""
        if "competent_agency" not in self.faults and not self.data.get("competent_agency"):
            return []
        return list(deciding_agencies(self.version))

    @property
    def questions(self) -> list[dict]:
        given: Mapping = self.data.get("answers", {})
        return [
            {
                "field": field,
                "id": f"f-{field.name}",
                "value": given.get(field.name, ""),
                "fault": self.faults.get(f"f-{field.name}", ""),
            }
            for field in eforms.fields(self.schema, get_language() or "vi")
        ]

    @cached_property
    def papers(self) -> list[dict]:
        offers = reuse_offers(self.version, self.applicant)
        uploads = list(self.draft.uploads.all()) if self.draft else []
        rows = []
        for item in self.version.components.all():
            ways = ways_for(item, self.version, offers)
            chosen = self.data.get("ways", {}).get(str(item.pk))
            rows.append(
                {
                    "item": item,
                    "ways": [(way, self._way(way, offers.get(item.pk))) for way in ways],
                    "chosen": chosen if chosen in ways else ways[0],
                    "takes_files": UPLOAD in ways,
                    "uploads": [upload for upload in uploads if upload.component_id == item.pk],
                    "fault": self.faults.get(f"file-{item.pk}", ""),
                }
            )
        return rows

    @staticmethod
    def _way(way: str, offer) -> str:
        if way == REUSE:
            return _("Nothing to send: it is in %(source)s") % {"source": source_text(offer.source)}
        return {
            EFORM: _("It is the e-form above: nothing to send"),
            UPLOAD: _("I upload it"),
            ON_PAPER: _("I hand it in or show it at the desk, or send it by post"),
            NOT_NEEDED: _("Not needed in my case"),
        }[way]

    @property
    def summary(self) -> list[dict]:
        """Every refusal with a link to its place, in the order of the page."""
        titles = {row["id"]: row["field"].title for row in self.questions}
        titles |= {f"file-{row['item'].pk}": row["item"].name for row in self.papers}
        places = {place: number for number, place in enumerate([*titles, "papers", "consent"])}
        return [
            {"place": place, "title": titles.get(place, ""), "sentence": sentence}
            for place, sentence in sorted(self.faults.items(), key=lambda fault: places.get(fault[0], -1))
        ]

    @property
    def return_channels(self) -> list[tuple[str, str, bool]]:
        chosen = self.data.get("return_channel")
        return [(value, label, value == chosen) for value, label in ReturnChannel.choices]

    @property
    def notice_channels(self) -> list[tuple[str, str, bool]]:
        chosen = self.data.get("notice_channels", [])
        return [(value, label, value in chosen) for value, label in NoticeChannel.choices]
