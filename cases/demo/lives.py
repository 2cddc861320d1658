"""How the life of one dossier goes, told as a generator.

A life yields the moment of its next act and then does it: whoever drives it moves the clock there
first. A life whose next act lies after "now" simply stops where it stands, which is how the
demonstration comes to have dossiers in every state.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from cases import services
from cases.demo.brought import Brought
from cases.demo.papers import scan
from cases.demo.stories import Story
from cases.enums import CollectionProof, PaymentMethod, Provision, ResultKind, ReturnChannel, State
from cases.models import Dossier
from cases.services.clock import running_step, step_after
from procedures.enums import Channel, Role
from procedures.working_time import TZ

Moments = Iterator[datetime]

REFUSAL = "Không thuộc thẩm quyền giải quyết; đề nghị nộp tại nơi cư trú"
WITHDRAWAL = "Người nộp đề nghị rút hồ sơ để bổ sung nội dung khác"
NO_ANSWER = "Quá thời hạn chờ bổ sung, người nộp không hoàn thiện hồ sơ"
SUBSTANCE = "Thông tin trong giấy tờ không khớp dữ liệu đã đăng ký, không đủ điều kiện giải quyết"
VERIFICATION = "Cần xác minh thông tin tại cơ quan lưu giữ hồ sơ gốc"
QUESTION = "Đề nghị xác minh nơi cư trú và thông tin hộ tịch của người yêu cầu"
ANSWER = "Thông tin đúng như người yêu cầu khai báo"
APOLOGY = "Cần thêm thời gian xác minh tại nơi cư trú trước đây"
AUTHORISATION = "Giấy ủy quyền có chứng thực chữ ký, số minh họa 01"
MISSPELT = "Cán bộ ghi sai tên đệm của người yêu cầu trong kết quả"


class Life(Brought):
    """One story being lived; all chance comes from the given generator."""

    def __init__(self, story: Story, rng: Random):
        self.story = story
        self.rng = rng
        self.desk = story.desk
        self.decides = story.decides
        self.clerk = (story.channel == Channel.POST and story.desk.post) or story.desk.clerk
        self.officer = rng.choice(story.decides.officers)
        self.dossier: Dossier | None = None

    def live(self) -> Moments:
        story = self.story
        if story.certified:
            yield story.filed_at
            self._certify()
            return
        if story.at_once:
            yield from self._at_once()
            return
        if story.helped:
            yield story.filed_at
            self._file_at_desk()
            yield from self.after_reception()
            return
        yield from self._arrive()
        yield from self.after_reception()

    def after_reception(self) -> Moments:
        """From the desk to the result, or as far as the story goes."""
        story = self.story
        if self.dossier is None or story.rests_in == State.RECEIVED:
            return
        if self.rng.random() < 0.7 and not story.owes:
            self._pay()
        yield from self._digitize()
        if story.rests_in == State.DIGITIZED:
            return
        yield self._soon(10, 90)
        self.dossier = services.start(self.dossier, by=self.officer)
        if story.extended:
            yield self._soon(20, 60)
            self.dossier = services.extend(self.dossier, by=self.officer, reason=VERIFICATION)
        if story.asks:
            yield from self._ask_others()
        for _turn in range(story.supplements):
            yield from self._supplement()
            if story.rests_in == State.SUPPLEMENT or story.stopped:
                return
        if story.withdrawn:
            yield self._soon(400, 900)
            services.withdraw(self.dossier, by=self.clerk, reason=WITHDRAWAL)
            return
        if story.apology_at:
            yield from self._apologise()
        if story.rests_in == State.PROCESSING:
            return
        yield from self._decide()
        if story.rests_in == State.PAID:
            return
        yield from self._hand_back()
        if story.corrected:
            yield from self._correct()

    # Before and at reception --------------------------------------------------------------------

    def _arrive(self) -> Moments:
        story = self.story
        yield story.filed_at
        places = {"desk": self.desk.agency, "competent_agency": self.decides.agency}
        if story.asked_at_desk:
            yield from self._come_twice(places)
            return
        if story.channel == Channel.DESK:
            self.dossier = services.receive(
                story.version.procedure,
                story.applicant,
                by=self.clerk,
                components=self.components(),
                limit=story.limit,
                fee=self.fee(),
                return_channel=self.rng.choice((ReturnChannel.DESK, ReturnChannel.DESK, ReturnChannel.POST)),
                duplicate_known=True,  # two stories may be of one person
                submitter_name=story.filed_by,
                authorisation=AUTHORISATION if story.filed_by else "",
                **places,
            )
            return
        filing = services.submit(
            story.version.procedure,
            story.applicant,
            channel=story.channel,
            by=self.clerk if story.channel == Channel.POST else None,
            components=self.components(),
            limit=story.limit,
            return_channel=self._wanted_way(),
            **places,
        )
        if story.channel == Channel.ONLINE:
            self._upload(filing)
        if story.rests_in == State.SUBMITTED and not story.asked_before_reception:
            return
        yield from self._answer(filing)

    def _wanted_way(self) -> ReturnChannel:
        """Of whoever files from outside; a few who file online still want the result on paper."""
        if self.story.channel == Channel.POST:
            return ReturnChannel.POST
        return ReturnChannel.DESK if self.rng.random() < 0.1 else ReturnChannel.ONLINE

    def _file_at_desk(self) -> None:
        """Came with papers for a procedure that takes none: the clerk files online for the person."""
        story, components = self.story, self.components()
        names = {component.pk: component.name_vi for component in story.version.components.all()}
        filed = [fact.component_id for fact in components if fact.provision == Provision.ELECTRONIC]
        self.dossier = services.help_to_file(
            story.version.procedure,
            story.applicant,
            desk=self.desk.agency,
            by=self.clerk,
            competent_agency=self.decides.agency,
            components=components,
            fee=self.fee(),
            files={pk: [scan(names[pk], f"{story.applicant.id_number} {pk}")] for pk in filed},
            limit=story.limit,
            return_channel=ReturnChannel.ONLINE,
            duplicate_known=True,
        )

    def _come_twice(self, places: dict) -> Moments:
        """Something is missing at the desk; the applicant comes back with it on another day (R7)."""
        story, clerk = self.story, self.clerk
        reason, items = self._lacking()
        asked = services.ask_at_desk(
            story.version.procedure,
            story.applicant,
            by=clerk,
            reason=reason,
            items=items,
            limit=story.limit,
            **places,
        )
        yield self._soon(400, 900)
        services.complete_filing(asked.dossier, by=clerk)
        self.dossier = services.receive_filing(
            asked.dossier, by=clerk, components=self.components(), fee=self.fee()
        )

    def _at_once(self) -> Moments:
        """Decided while the applicant waits (R12)."""
        story, rng = self.story, self.rng
        yield story.filed_at
        components = self.components()
        names = {component.pk: component for component in story.version.components.all()}
        papers = [names[fact.component_id] for fact in components if fact.provision == Provision.PAPER]
        self.dossier = services.decide_at_once(
            story.version.procedure,
            story.applicant,
            scan(story.version.result_name_vi, f"{story.applicant.id_number} {story.filed_at:%d%m%H%M}"),
            desk=self.desk.agency,
            by=self.clerk,
            competent_agency=self.decides.agency,
            number=f"TC-{rng.randint(100, 999)}",
            signer=self.decides.agency.head_name,
            components=components,
            scans={
                paper.pk: [
                    scan(paper.name_vi, f"{story.applicant.id_number} {paper.pk}-{number}")
                    for number in range(paper.originals)
                ]
                for paper in papers
            },
            fee=self.fee(),
            duplicate_known=True,
        )

    def _answer(self, filing: Dossier) -> Moments:
        """The desk answers a filing: asks to complete it, refuses it or receives it."""
        story, clerk = self.story, self.clerk
        counts_from = self.desk.calendar.counts_as_received_at(story.filed_at)
        if story.asked_before_reception:
            yield self._after(counts_from, 20, 120)
            reason, items = self._lacking()
            services.ask_to_complete(filing, by=clerk, reason=reason, items=items)
            if story.rests_in == State.SUBMITTED:
                return
            yield self._soon(300, 900)
            services.complete_filing(filing)
            counts_from = self._now()
        yield self._after(counts_from, 15, 200)
        if story.refused:
            services.refuse(filing, by=clerk, reason=REFUSAL)
            return
        self.dossier = services.receive_filing(filing, by=clerk, fee=self.fee())

    # At the desk and with the officer ----------------------------------------------------------

    def _digitize(self) -> Moments:
        """Online filings pass at once (R16); papers are scanned first."""
        calendar, clerk = self.desk.calendar, self.clerk
        if self.story.channel != Channel.ONLINE:
            yield self._soon(5, 40)
        for item in self.dossier.components.filter(provision=Provision.PAPER).select_related("component"):
            for number in range(item.originals):
                mark = f"{self.dossier.code} / {item.pk}-{number + 1}"
                file = scan(item.component.name_vi, mark, as_png=self.rng.random() < 0.2)
                services.add_document(self.dossier, file, by=clerk, component=item)
        if self.story.late_transfer:
            day = calendar.next_working_day(self.dossier.transfer_due_at.astimezone(TZ).date())
            yield calendar.opening(day) + timedelta(hours=3)
        self.dossier = services.digitize(self.dossier, by=clerk)

    def _supplement(self) -> Moments:
        """Asked once and fully; a second time only by the head (R9)."""
        story = self.story
        yield self._soon(120, 500)
        reason, items = self._lacking()
        services.request_supplement(
            self.dossier,
            by=self.decides.head if self.dossier.supplements.exists() else self.officer,
            reason=reason,
            items=items,
        )
        if story.reminded:
            calendar = self.decides.calendar
            yield calendar.opening(calendar.working_day_after(self._now().date(), 11))
            services.remind_supplements()
        if story.rests_in == State.SUPPLEMENT:
            return
        if story.stopped:
            calendar = self.decides.calendar
            yield calendar.opening(calendar.working_day_after(self._now().date(), 16)) + timedelta(hours=1)
            services.stop(self.dossier, by=self.decides.head, reason=NO_ANSWER)
            return
        yield self._soon(480, 1600)
        self.dossier = services.resume(self.dossier, by=self.clerk)

    def _ask_others(self) -> Moments:
        """Each has half a day; the last one has not answered yet (R20)."""
        yield self._soon(10, 30)
        questions = []
        for office in self.story.asks:
            questions.append(
                services.consult(
                    self.dossier,
                    by=self.officer,
                    agency=office.agency,
                    question=QUESTION,
                    working_hours=Decimal(4),
                    after=questions[-1] if questions else None,
                )
            )
        for question, office in zip(questions[:-1], self.story.asks, strict=False):
            yield self._soon(60, 120)
            services.answer_consultation(question, by=office.officers[0], answer=ANSWER)

    def _apologise(self) -> Moments:
        """The head signs before the date is missed; three more working days (Decree 61/2018 Art 19.9)."""
        calendar = self.decides.calendar
        yield self.story.apology_at
        due_on = self.dossier.due_at.astimezone(TZ).date()
        services.issue_apology(
            self.dossier,
            by=self.decides.head,
            reason=APOLOGY,
            new_due_at=calendar.closing(calendar.working_day_after(due_on, 3)),
        )
        self.dossier = Dossier.objects.get(pk=self.dossier.pk)

    def _decide(self) -> Moments:
        """Perhaps to the head for signature half-way, then the result; late when the pace says so."""
        if len(self.story.version.steps.all()) > 3 and self.rng.random() < 0.6:
            yield self._at_pace(self.story.pace / 2)
            following = step_after(self.dossier, running_step(self.dossier))
            people = {Role.SUPERVISOR: (self.decides.head, "Trình ký"), Role.CLERK: (self.decides.clerk, "")}
            to, note = people.get(following.role, (None, ""))
            services.hand_over(self.dossier, by=self.officer, to=to, note=note)
        yield self._at_pace(self.story.pace)
        refused = self.story.refused_on_substance
        self.dossier = services.record_result(
            self.dossier,
            scan(self.dossier.version.result_name_vi, f"{self.dossier.code} / KQ"),
            by=self.officer,
            kind=ResultKind.REFUSED if refused else ResultKind.GRANTED,
            number=f"MH-{self.dossier.code}",
            signer=self.decides.agency.head_name,
            reason=SUBSTANCE if refused else "",
        )
        if self.story.rests_in == State.PAID:
            self._pay()

    def _hand_back(self) -> Moments:
        yield self._soon(20, 500)
        self._pay()
        collector = self.story.applicant.full_name
        match self.dossier.return_channel:
            case ReturnChannel.ONLINE:
                how = {"proof": CollectionProof.ELECTRONIC}
            case ReturnChannel.POST:
                how = {
                    "proof": CollectionProof.POST,
                    "tracking_number": f"VIDU{self.rng.randint(0, 9_999_999):07d}VN",
                }
            case _:
                how = {"proof": CollectionProof.RECEIPT}
        services.return_result(self.dossier, by=self.clerk, collector=collector, **how)

    def _correct(self) -> Moments:
        """The applicant finds a mistake of the agency in the result: put right, free of charge (R39)."""
        yield self._soon(500, 900)
        self.dossier = services.receive_correction(self.dossier, by=self.clerk, reason=MISSPELT)
        yield from self._digitize()
        yield self._soon(10, 90)
        self.dossier = services.start(self.dossier, by=self.officer)
        yield from self._decide()
        yield from self._hand_back()

    def _pay(self) -> None:
        """Whatever is owed; nothing when nothing is."""
        owed = self.dossier.balance
        if owed:
            method = PaymentMethod.ONLINE if self.story.channel == Channel.ONLINE else PaymentMethod.CASH
            services.pay(self.dossier, by=self.clerk, amount=owed, method=method)

    # Moments -------------------------------------------------------------------------------------

    def _now(self) -> datetime:
        return datetime.now(TZ)

    def _after(self, moment: datetime, least: int, most: int) -> datetime:
        return self.desk.calendar.add_working_minutes(moment, self.rng.randint(least, most))

    def _soon(self, least: int, most: int) -> datetime:
        """Some working minutes from now; while a promise runs, never more than a tenth of it."""
        minutes = self.rng.randint(least, most)
        if self.dossier is not None and self.dossier.finished_at is None and most <= 120:
            minutes = min(minutes, self._promised_minutes() // 10)
        return self.decides.calendar.add_working_minutes(self._now(), minutes)

    def _promised_minutes(self) -> int:
        return self.decides.calendar.working_minutes_between(
            self.dossier.clock_started_at, self.dossier.due_at
        )

    def _at_pace(self, share: float) -> datetime:
        """The moment at which that share of the promise is used up, but not before now."""
        used = self.decides.calendar.add_working_minutes(
            self.dossier.clock_started_at, int(self._promised_minutes() * share)
        )
        return max(used, self._now() + timedelta(minutes=2))
