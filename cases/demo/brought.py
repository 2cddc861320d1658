"""What somebody brings to the desk in the demonstration: papers, reused data, fees, uploads."""

from random import Random

from cases import services
from cases.demo.papers import scan
from cases.enums import DocumentSource, PaymentMethod, Provision
from cases.models import Applicant, Dossier
from cases.services.checklist import ComponentFacts
from cases.services.fee_lines import FeeFacts
from cases.services.store import Offer, reuse_offers
from procedures import fees
from procedures.enums import Channel, FeeRule, RegisterKind
from procedures.regimes import mechanism_on
from procedures.registers import REGISTER_FORMS

# Why a paper is asked for again, and how it is then to be.
LACKING = (
    ("Hồ sơ thiếu chữ ký của người yêu cầu", "có đủ chữ ký của người yêu cầu"),
    ("Giấy tờ nộp kèm không đọc được", "bản rõ, đọc được"),
    ("Nội dung kê khai chưa đầy đủ", "kê khai đủ các mục"),
)


class Brought:
    """The part of a life that knows what its applicant has in the hands."""

    rng: Random

    def components(self) -> list[ComponentFacts]:
        """Everything mandatory and some of the rest, each in the way that the channel suggests."""
        facts = []
        offers = self._offers(from_outside=self.story.channel == Channel.ONLINE)
        grounds = mechanism_on(self._now().date()).reuse_grounds
        for component in self.story.version.components.all():
            offer = offers.get(component.pk)
            from_store = offer and offer.paper
            if not component.is_mandatory and not from_store and self.rng.random() < 0.6:
                continue
            if offer and component.is_mandatory and self.story.demands and grounds:
                facts.append(ComponentFacts(component.pk, Provision.PAPER, ground=grounds[0]))
                continue
            if (
                offer
                or component.electronic_source
                and (self.story.channel != Channel.DESK or self.rng.random() < 0.4)
            ):
                provision = Provision.REUSED
            elif self.story.channel == Channel.ONLINE:
                provision = Provision.ELECTRONIC
            else:
                provision = Provision.SHOWN if component.shown_only else Provision.PAPER
            facts.append(ComponentFacts(component.pk, provision))
        return facts

    def _offers(self, *, from_outside: bool = False) -> dict[int, Offer]:
        """What a database or the applicant's own store has already; the store opens at the desk only (R13)."""
        person = self.story.applicant
        known = Applicant.objects.with_id_number(person.id_number).filter(kind=person.kind)
        return reuse_offers(self.story.version, None if from_outside else known.first())

    def _lacking(self) -> tuple[str, list[str]]:
        """Reason and list of a request: a paper of the published list that nothing else can give (R5, R13)."""
        reason, how = self.rng.choice(LACKING)
        offers = self._offers()
        paper = next(paper for paper in self.story.version.components.all() if paper.pk not in offers)
        return reason, [f"{paper.name_vi}, {how}"]

    def fee(self) -> FeeFacts:
        """Where every line has a condition, one of them is chosen; pages and copies where they matter."""
        lines = [line for line in self.story.version.fees.all() if fees.applies(line, self.story.channel)]
        conditional = [line.pk for line in lines if line.condition]
        quantities = {}
        if any(line.rule in {FeeRule.PER_PAGE, FeeRule.PER_COPY} for line in lines):
            quantities = {"pages": self.rng.randint(1, 8), "copies": self.rng.randint(1, 3)}
        return FeeFacts([self.rng.choice(conditional)] if conditional else None, quantities)

    def _certify(self) -> None:
        """Quick service: one of the usual papers, for whoever comes with it (R12)."""
        story, rng = self.story, self.rng
        papers = REGISTER_FORMS[RegisterKind(story.version.register)].usual_papers
        services.certify(
            story.version.procedure,
            story.applicant,
            desk=story.desk.agency,
            by=story.desk.clerk,
            paper=rng.choice(papers),
            pages=rng.choice((1, 1, 2, 2, 4, 12)),
            copies=rng.randint(1, 3),
            signer=story.desk.agency.head_name,
            method=rng.choice((PaymentMethod.CASH, PaymentMethod.CASH, PaymentMethod.TRANSFER)),
        )

    def _upload(self, filing: Dossier) -> None:
        for item in filing.components.filter(provision=Provision.ELECTRONIC):
            file = scan(item.component.name_vi, f"hs {filing.pk}-{item.pk}")
            services.add_document(filing, file, by=None, component=item, source=DocumentSource.UPLOAD)
