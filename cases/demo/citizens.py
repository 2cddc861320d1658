"""Invented citizens of the demonstration who file online, answer what is asked for and rate the service.

They are the people of the demonstration's own identity provider, so that whoever tries it signs in as one of
them and finds their dossiers.
"""

from dataclasses import dataclass
from datetime import timedelta
from random import Random

from allauth.socialaccount.models import SocialAccount
from django.conf import settings

from cases import services
from cases.demo.around import Around, pay_online
from cases.demo.lives import Life, Moments
from cases.demo.papers import scan
from cases.demo.plan import BIRTH, FIVE_DAYS, THREE_DAYS, Plan, at
from cases.demo.stories import Story
from cases.enums import NoticeChannel, ReturnChannel, State
from cases.models import Dossier
from cases.public.oidc import PROVIDER
from cases.services.accounts import identity_from, new_citizen, sign_in_citizen
from cases.services.applicants import ApplicantFacts
from cases.services.online_drafts import draft_for, keep_data
from cases.services.online_filing import UPLOAD, OnlineFacts, file_online, ways_for
from cases.services.online_uploads import add_whole
from cases.services.store import reuse_offers
from onestop.simulators.oidc import PEOPLE
from procedures.enums import Channel
from procedures.models import Staff

VI_DU, THU = "vi-du", "thu"
MARITAL_STATUS = "1.004873"
STORIES = 8
ROOM_FOR_CITIZENS = 60  # dossiers; fewer are all needed for the special stories
# By the names of the fields of the e-forms; a form takes those that it asks.
ANSWERS = {
    "content": "Đề nghị giải quyết theo hồ sơ đính kèm (nội dung minh họa)",
    "child_name": "Nguyễn Ví Dụ Bé",
    "sex": "Nữ",
    "birthplace": "Bệnh viện Minh Họa, tỉnh Nghệ An",
    "ethnicity": "Kinh",
    "hometown": "Tỉnh Nghệ An",
    "mother": "Nguyễn Thị Ví Dụ, sinh năm 1999",
    "requester_relation": "Mẹ",
    "copies": 2,
    "true_statement": True,
}
HAPPY = {"guidance": 5, "attitude": 5, "time": 4, "components": 5, "fee": 5}
UNHAPPY = {"guidance": 2, "attitude": 3, "time": 2, "components": 4, "fee": 5}
PRAISE = "Nộp ở nhà, nhận kết quả đúng hẹn. Rất thuận tiện."
BLAME = "Hướng dẫn trên trang chưa rõ, phải gọi điện hỏi hai lần."
SENT_LATER = "Tôi gửi bản chụp rõ hơn."


@dataclass(frozen=True, slots=True)
class Citizen:
    """Who files, as the identity provider tells it, and the account that this opens."""

    account: Staff
    facts: ApplicantFacts


def sign_in(key: str) -> Citizen:
    """As at the first sign-in at the demonstration's own provider, where this person is `key`."""
    facts = identity_from(PEOPLE[key], settings.OIDC_CITIZEN_CLAIMS)
    user = new_citizen(Staff(), facts.full_name)
    user.save()
    SocialAccount.objects.create(user=user, provider=PROVIDER, uid=key)
    sign_in_citizen(user, facts)
    return Citizen(user, facts)


def citizens_lives(plan: Plan, total: int, seed: int, around: Around) -> list[Moments]:
    """Their dossiers at the ward whose clerk everybody looks at first; none when there is no room."""
    if not room_for_citizens(total):
        return []
    desk = plan.wards[0]
    vi_du, thu = sign_in(VI_DU), sign_in(THU)

    def life(citizen: Citizen, code: str, days: int, rests_in: State | None = None, **more) -> Moments:
        evening = plan.calendar.previous_working_day(plan.ago(days)) if days else plan.last_evening()
        story = Story(
            desk,
            desk,
            plan.versions[code],
            citizen.facts,
            at(evening, 19, 30 + days),
            channel=Channel.ONLINE,
            rests_in=rests_in,
            supplements=int(rests_in == State.SUPPLEMENT),
            owes=rests_in == State.PROCESSING or "pays_at" in more,
        )
        return OnlineLife(story, Random(f"{seed}:{citizen.facts.full_name}:{code}"), citizen, **more).live()

    return [
        life(vi_du, THREE_DAYS, 22, scores=HAPPY, comment=PRAISE),
        life(thu, FIVE_DAYS, 18, scores=UNHAPPY, comment=BLAME),
        life(vi_du, THREE_DAYS, 12, pays_at=around),
        life(thu, THREE_DAYS, 6, State.SUPPLEMENT, answers=True),
        life(vi_du, MARITAL_STATUS, 4, State.SUPPLEMENT),
        life(vi_du, THREE_DAYS, 2, State.PROCESSING),
        life(thu, MARITAL_STATUS, 1, State.PROCESSING),
        life(vi_du, BIRTH, 0, State.SUBMITTED),
    ]


def room_for_citizens(total: int) -> int:
    """How many of so many dossiers are theirs."""
    return STORIES if total >= ROOM_FOR_CITIZENS else 0


class OnlineLife(Life):
    """Somebody who signed in: fills in the e-form, uploads, perhaps answers a supplement, perhaps rates."""

    def __init__(
        self,
        story: Story,
        rng: Random,
        citizen: Citizen,
        *,
        answers: bool = False,
        scores: dict[str, int] | None = None,
        comment: str = "",
        pays_at: Around | None = None,
    ):
        super().__init__(story, rng)
        self.account, self.pays_at = citizen.account, pays_at
        self.answers, self.scores, self.comment = answers, scores, comment

    def live(self) -> Moments:
        yield from super().live()
        if self.answers:
            yield self._soon(300, 700)
            self._answer_online()
        if self.scores:
            yield self._soon(60, 600)
            services.rate(self._as_it_is(), scores=self.scores, comment=self.comment, account=self.account)

    def _arrive(self) -> Moments:
        yield self.story.filed_at
        filing = self._file()
        if self.story.rests_in != State.SUBMITTED:
            yield from self._answer(filing)

    def _digitize(self) -> Moments:
        """Perhaps paid before, on the page of the platform."""
        if self.pays_at:
            yield self._soon(20, 60)
            pay_online(self.pays_at, self.dossier, by=self.account)
            self.dossier = self._as_it_is()
        yield from super()._digitize()

    def _file(self) -> Dossier:
        """A draft, its uploads, and the filing, as the pages do it."""
        version = self.story.version
        draft = draft_for(self.account, version.procedure)
        offers = reuse_offers(version, None)
        ways = {}
        for component in version.components.all():
            ways[component.pk] = ways_for(component, version, offers)[0]  # the usual one
            if ways[component.pk] == UPLOAD:
                mark = f"{self.story.applicant.id_number} {component.pk}"
                add_whole(draft, scan(component.name_vi, mark), component=component)
        keep_data(draft, {})
        fields = version.eform["properties"]
        answers = {name: ANSWERS[name] for name in fields if name in ANSWERS}
        if "born_on" in fields:
            answers["born_on"] = f"{self.story.filed_at - timedelta(days=12):%Y-%m-%d}"
        facts = OnlineFacts(
            desk=self.desk.agency,
            competent_agency=self.decides.agency,
            answers=answers,
            ways=ways,
            return_channel=ReturnChannel.ONLINE,
            notice_channels=[NoticeChannel.EMAIL],
            phone=self.story.applicant.phone,
            email=self.story.applicant.email,
            consent=True,
        )
        return file_online(self.account, draft.key, facts).dossier

    def _answer_online(self) -> None:
        dossier = self._as_it_is()
        paper = dossier.components.select_related("component").first()
        file = scan(paper.component.name_vi, f"{dossier.code} / BS")
        services.answer_supplement(dossier, by=self.account, papers=[(paper, file)], note=SENT_LATER)

    def _as_it_is(self) -> Dossier:
        return Dossier.objects.get(pk=self.dossier.pk)
