"""The demonstration: every state and every special story, told by the services, the same for the same seed."""

from datetime import date, datetime
from io import StringIO

import time_machine
from allauth.socialaccount.models import SocialAccount
from django.conf import global_settings
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.db.models import Count, F, Max, Min, Q
from django.test import TestCase, override_settings
from django.utils import timezone, translation

from cases.demo.offices import (
    PAPER_FREE_NOTE,
    PUBLISHED_PASSWORD,
    TARIFF_REFERENCE,
)
from cases.demo.waiting_room import VISITORS
from cases.enums import (
    CollectionProof,
    DocumentSource,
    EventKind,
    GroupKind,
    Provision,
    ReturnChannel,
    State,
)
from cases.facts import facts_of
from cases.feedback import OPEN, FeedbackState
from cases.ledger import clock
from cases.models import (
    Applicant,
    CashReport,
    Consultation,
    Demand,
    Document,
    Dossier,
    DossierComponent,
    DossierEvent,
    Extension,
    Feedback,
    OnlineFiling,
    Payment,
    QueueTicket,
    Rating,
    ReceptionGroup,
    RegisterEntry,
    Reschedule,
    ServiceCounter,
    StoredPaper,
    Supplement,
    SupplementAnswer,
)
from cases.papers import with_paper_inside
from cases.services import sweep
from notifications.enums import LetterKind, LetterState
from notifications.models import Letter, Message
from procedures.calendars import calendar_for, remembered_calendars
from procedures.enums import STAFF_ROLES, Channel, Role
from procedures.models import Absence, FeeTariff, ProcedureVersion, Secondment, Staff
from procedures.services.catalogue import load_catalogue
from procedures.services.substitutes import without_substitute
from procedures.working_time import TZ
from tests.cases.test_demo_builds import told
from tests.procedures.small_seeds import SEEDS

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=TZ)  # a Friday; the Monday after is a working day
DOSSIERS = 60


def promised():
    """The dossiers that were given a due date."""
    return Dossier.objects.exclude(due_at=None).select_related("limit", "competent_agency")


class TestDemo(TestCase):
    """One build of sixty dossiers, looked at from many sides."""

    @classmethod
    def setUpTestData(cls):
        load_catalogue(SEEDS, today=date(2026, 9, 1))
        with time_machine.travel(NOW, tick=False), translation.override("en"):
            cls.output = cls.run_command()

    @staticmethod
    def run_command() -> list[str]:
        out = StringIO()
        call_command("seed_demo", dossiers=DOSSIERS, seed=7, stdout=out)
        return out.getvalue().splitlines()

    def test_all_states_are_there(self):
        assert Dossier.objects.count() == DOSSIERS
        assert set(Dossier.objects.values_list("state", flat=True)) == set(State.values)

    def test_all_channels_and_several_desks_are_there(self):
        assert set(Dossier.objects.values_list("channel", flat=True)) == set(Channel.values)
        assert Dossier.objects.values("receiving_desk").distinct().count() >= 4

    def test_the_cash_of_every_day_but_the_newest_is_closed_and_balances(self):
        taken = Payment.objects.filter(taken_by__isnull=False)
        open_entries, reports = taken.filter(cash_report=None), CashReport.objects.all()

        assert {timezone.localdate(entry.paid_at) for entry in open_entries} <= {NOW.date()}
        assert reports
        assert all(report.counted_cash == report.expected_cash for report in reports)

    def test_whoever_drew_a_number_on_the_days_before_was_called_before_the_desk_closed(self):
        numbers = QueueTicket.objects.filter(day__lt=NOW.date())

        assert numbers.count() == 2 * VISITORS
        assert not numbers.filter(Q(called_at=None) | Q(ended_at=None)).exists()
        assert {number.came for number in numbers} == {True, False}
        clerks = ServiceCounter.objects.filter(is_open=True).values_list("clerk__username", flat=True)
        assert set(clerks) == {"motcua.thanhvinh", "motcua2.thanhvinh"}  # it is half past ten
        assert all(
            timezone.localdate(one.opened_at) == NOW.date()
            for one in ServiceCounter.objects.filter(is_open=True)
        )

    def test_something_is_overdue_and_nobody_has_flagged_it(self):
        overdue = Dossier.objects.overdue(NOW)

        assert {d.state for d in overdue} > {State.PROCESSING}
        assert not overdue.filter(overdue_flagged_at__isnull=False).exists()

    def test_something_is_due_today_and_on_the_next_working_day(self):
        due_on = {timezone.localdate(d.due_at) for d in Dossier.objects.running().filter(due_at__gt=NOW)}

        assert {date(2026, 11, 20), date(2026, 11, 23)} <= due_on

    def test_one_is_rescheduled_by_an_issued_apology_and_still_runs(self):
        rescheduled = Dossier.objects.running().filter(reschedules__isnull=False)

        assert rescheduled.count() == 1
        issued = Letter.objects.filter(kind=LetterKind.APOLOGY, state=LetterState.ISSUED)
        assert Reschedule.objects.count() == issued.count() == 2
        assert all(r.new_due_at > r.old_due_at and r.signed_by.is_head for r in Reschedule.objects.all())

    def test_every_due_date_is_what_the_pure_clock_gives_for_the_facts(self):
        with remembered_calendars():
            counted = {d: clock(facts_of(d), calendar_for(d.competent_agency)) for d in promised()}

        assert len(counted) > DOSSIERS / 2
        assert {d: (c.due_at, c.provisional) for d, c in counted.items()} == {
            d: (d.due_at, d.due_is_provisional) for d in counted
        }
        assert all(c.proof[-1].date == timezone.localdate(d.due_at) for d, c in counted.items())
        assert all(c.counts_as_received_at == d.clock_started_at for d, c in counted.items())

    def test_ends_without_a_result_are_there(self):
        kinds = set(DossierEvent.objects.values_list("kind", flat=True))

        assert {EventKind.REFUSED, EventKind.WITHDRAWN, EventKind.STOPPED} <= kinds
        assert Dossier.objects.filter(result_kind="refused", state=State.RETURNED).exists()

    def test_second_supplement_has_the_approval_of_the_head(self):
        twice = Dossier.objects.annotate(asked=Count("supplements")).filter(asked=2).get()
        first, second = twice.supplements.order_by("asked_at")

        assert (first.approved_by, second.approved_by.is_head) == (None, True)
        assert Supplement.objects.filter(before_reception=True).exists()

    def test_one_limit_is_extended_and_still_runs(self):
        extension = Extension.objects.get()

        assert extension.dossier in Dossier.objects.running()
        assert extension.dossier.due_at == extension.new_due_at > extension.old_due_at

    def test_one_answer_of_another_agency_is_late_and_two_agencies_are_asked_in_turn(self):
        late, answered, following = Consultation.objects.order_by("asked_at")

        assert late.punctuality == "late"
        assert (late.answered_at, late.alerted_at) == (None, None)
        assert (following.after, following.asked_at) == (answered, answered.answered_at)

    def test_one_applicant_was_reminded_of_the_supplement(self):
        assert Supplement.objects.filter(answered_at=None, reminded_at__isnull=False).exists()

    def test_boundary_free_dossiers_are_decided_elsewhere(self):
        elsewhere = Dossier.objects.exclude(receiving_desk=F("competent_agency"))

        assert {d.receiving_desk.identifier for d in elsewhere} == {"H41.12", "H41.101"}
        assert elsewhere.filter(transferred_at__isnull=False).exists()

    def test_a_saturday_reception_counts_from_the_days_after(self):
        saturday = Dossier.objects.filter(received_at__iso_week_day=6).first()

        assert saturday.receiving_desk.identifier == "H41.103"
        assert timezone.localdate(saturday.clock_started_at).isoweekday() == 6

    def test_every_dossier_has_its_history_in_order_and_nothing_lies_in_the_future(self):
        for dossier in Dossier.objects.all():
            kinds = list(dossier.events.values_list("kind", flat=True))
            assert kinds[0] in {EventKind.SUBMITTED, EventKind.RECEIVED}
            moments = list(dossier.events.order_by("pk").values_list("at", flat=True))
            assert moments == sorted(moments)
        last = DossierEvent.objects.aggregate(last=Max("at"))["last"]
        assert last <= NOW

    def test_dossiers_are_spread_over_eight_weeks(self):
        first = timezone.localdate(Dossier.objects.aggregate(first=Min("filed_at"))["first"])

        assert date(2026, 9, 20) < first < date(2026, 10, 15)

    def test_codes_run_in_the_order_of_reception(self):
        received = Dossier.objects.exclude(code=None).order_by("receiving_desk", "received_at", "pk")
        by_desk: dict[int, list[str]] = {}
        for dossier in received:
            by_desk.setdefault(dossier.receiving_desk_id, []).append(dossier.code)

        assert all(codes == sorted(codes) for codes in by_desk.values())

    def test_papers_are_scanned_and_results_are_there(self):
        left_the_desk = Dossier.objects.filter(transferred_at__isnull=False)
        papers = DossierComponent.objects.filter(
            dossier__in=left_the_desk, provision=Provision.PAPER, originals__gt=0
        )

        assert papers.exists()
        assert not papers.filter(documents=None).exists()
        made = Document.objects.exclude(source=DocumentSource.REUSED)  # reused is the file that was there
        assert made.values("sha256").distinct().count() == made.count()
        assert {"application/pdf", "image/png"} == set(Document.objects.values_list("mime_type", flat=True))

    def test_somebody_was_asked_at_the_desk_and_came_back(self):
        asked = Dossier.objects.filter(channel=Channel.DESK, supplements__before_reception=True)

        assert asked.exclude(code=None).exists()

    def test_somebody_filed_for_another_with_an_authorisation(self):
        delegated = Dossier.objects.exclude(submitter_name="").get()

        assert delegated.authorisation

    def test_one_was_decided_at_once_and_needed_no_receipt(self):
        at_once = Dossier.objects.filter(version__decided_at_once=True, state=State.RETURNED).first()

        assert not at_once.receipt_wanted
        assert timezone.localdate(at_once.received_at) == timezone.localdate(at_once.returned_at)

    def test_the_quick_service_of_the_first_ward_has_lines_of_today_in_every_register(self):
        today = RegisterEntry.objects.filter(at__date=NOW.date(), book__agency__identifier="H41.101")

        assert {entry.book.kind for entry in today} == {"copies", "signatures", "extracts"}

    def test_a_paper_was_demanded_with_a_ground_and_another_reused_from_the_store(self):
        assert {demand.ground for demand in Demand.objects.all()} == {"system_failure"}
        reused = Document.objects.filter(source=DocumentSource.REUSED).first()
        kept = StoredPaper.objects.get(document__sha256=reused.sha256)
        assert kept.applicant == reused.dossier.applicant
        assert kept.result_of == reused.component.component.result_of

    def test_a_mistake_of_the_agency_was_corrected_free_of_charge(self):
        correction = Dossier.objects.exclude(corrects=None).get()

        assert (correction.state, correction.fee_total) == (State.RETURNED, 0)
        assert correction.corrects.applicant == correction.applicant

    def test_officers_stand_in_for_each_other(self):
        assert not without_substitute(Staff.objects.filter(role=Role.OFFICER)).exists()

    def test_every_desk_has_somebody_to_stand_in(self):
        with time_machine.travel(NOW, tick=False):
            assert not without_substitute().exists()

    def test_a_village_was_received_this_morning_as_one_group(self):
        village = ReceptionGroup.objects.get(kind=GroupKind.PEOPLE)

        assert (village.desk.identifier, timezone.localdate(village.at)) == ("H41.101", NOW.date())
        assert village.dossiers.count() == village.dossiers.values("applicant").distinct().count() == 8
        assert set(village.dossiers.values_list("state", "receipt_wanted")) == {(State.RECEIVED, True)}

    def test_one_person_came_for_three_procedures(self):
        group = ReceptionGroup.objects.get(kind=GroupKind.PROCEDURES)

        assert set(group.dossiers.values_list("applicant__full_name", flat=True)) == {group.name}
        assert group.dossiers.values("version__procedure").distinct().count() == 3

    def test_one_procedure_takes_no_paper_and_says_that_this_is_invented(self):
        version = ProcedureVersion.objects.exclude(paper_free_from=None).get()

        assert PAPER_FREE_NOTE in version.note
        since = Dossier.objects.filter(version=version, reception_day__gte=version.paper_free_from)
        assert set(since.values_list("channel", flat=True)) == {Channel.ONLINE}
        assert since.filter(helped_to_file=True).exists()

    def test_what_was_filed_online_goes_back_online(self):
        returned = Dossier.objects.filter(channel=Channel.ONLINE, state=State.RETURNED)

        assert returned.filter(collection_proof=CollectionProof.ELECTRONIC).exists()
        assert not with_paper_inside(returned.filter(return_channel=ReturnChannel.ONLINE)).exists()

    def test_the_post_brings_and_takes_away(self):
        by_post = Dossier.objects.filter(channel=Channel.POST, state=State.RETURNED)

        assert by_post.exists()
        assert not by_post.filter(tracking_number="").exists()

    def test_somebody_is_seconded_and_somebody_away_from_the_next_working_day(self):
        secondment, absence = Secondment.objects.get(), Absence.objects.get()

        assert secondment.first <= NOW.date() <= secondment.last
        assert secondment.substitute.agency == secondment.staff.agency != secondment.agency
        assert (absence.first, absence.substitute.role) == (date(2026, 11, 23), Role.OFFICER)

    def test_people_are_plainly_invented(self):
        for applicant in Applicant.objects.all():
            numbers = ("0400000", "2900000", "040199000", "040099000")
            assert applicant.id_number.startswith(numbers)
            assert applicant.phone.startswith("0900000")
        assert {t.legal_reference for t in FeeTariff.objects.all()} == {TARIFF_REFERENCE}

    def test_only_the_last_days_left_messages_in_the_outbox(self):
        assert 0 < Message.objects.count() < 200

    def test_citizens_of_the_demonstrations_provider_have_dossiers_at_every_point(self):
        vi_du = Applicant.objects.get(full_name="Nguyễn Thị Ví Dụ", accounts__isnull=False)

        assert SocialAccount.objects.get(uid="vi-du").user.citizen.applicant == vi_du
        filed = OnlineFiling.objects.filter(dossier__applicant=vi_du).order_by("filed_at")
        assert [filing.dossier.state for filing in filed] == [
            "returned",
            "returned",
            "supplement",
            "processing",
            "submitted",
        ]
        assert filed.last().answers["child_name"] == "Nguyễn Ví Dụ Bé"

    def test_two_in_process_at_the_ward_owe_a_fee_that_can_be_paid_online(self):
        owing = Dossier.objects.filter(
            receiving_desk__name_vi__contains="Thành Vinh", state=State.PROCESSING, online__isnull=False
        )

        owners = {one.applicant.full_name for one in owing if one.balance > 0}
        assert owners == {"Nguyễn Thị Ví Dụ", "Trần Văn Thử"}

    def test_one_supplement_was_answered_online_and_waits_for_the_desk(self):
        answer = SupplementAnswer.objects.get()

        assert answer.supplement.answered_at is None
        assert answer.supplement.dossier.state == State.SUPPLEMENT

    def test_one_applicant_was_happy_and_one_was_not(self):
        assert Rating.objects.count() == 2
        assert Rating.objects.low().count() == 1

    def test_feedback_is_there_in_every_state_and_one_answer_is_late(self):
        assert set(Feedback.objects.values_list("state", flat=True)) == set(FeedbackState.values)
        assert Feedback.objects.filter(state__in=OPEN, answer_by__lt=NOW).count() == 1

    def test_two_agencies_have_an_account_for_every_role(self):
        roles = set(STAFF_ROLES) - {Role.SYSTEM_ADMIN}

        for identifier in ("H41.101", "H41.102"):
            staff = Staff.objects.filter(agency__identifier=identifier)
            assert set(staff.values_list("role", flat=True)) == roles
            assert staff.filter(is_head=True).count() == 1
        assert Staff.objects.get(role=Role.SYSTEM_ADMIN).is_superuser

    def test_accounts_open_with_the_password_that_the_command_prints(self):
        assert f"Accounts, all with the password {PUBLISHED_PASSWORD}:" in self.output
        assert any("motcua.thanhvinh" in line for line in self.output)
        # The demonstration was built with the hashers of the settings, the tests have cheaper ones.
        with override_settings(PASSWORD_HASHERS=global_settings.PASSWORD_HASHERS):
            clerk = authenticate(username="motcua.thanhvinh", password=PUBLISHED_PASSWORD)
        assert clerk.role == Role.CLERK

    def test_command_says_what_it_built(self):
        assert self.output[0] == "Building 60 dossiers; the clock stands at:"
        assert f"Overdue and not flagged yet: {Dossier.objects.overdue(NOW).count()}" in self.output

    def test_second_run_changes_nothing(self):
        before = told(), Staff.objects.count(), Document.objects.count()

        with translation.override("en"):
            assert self.run_command() == ["There are already 60 dossiers; nothing was changed."]
        assert (told(), Staff.objects.count(), Document.objects.count()) == before

    def test_first_sweep_flags_and_drafts(self):
        overdue = Dossier.objects.overdue(NOW).count()

        with time_machine.travel(NOW, tick=False):
            counts = sweep()

        assert counts.flagged == overdue
        assert counts.drafted >= overdue
