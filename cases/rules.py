"""Who may do what: named predicates, asked by faces to show buttons and by the services before acting."""

from cases.enums import MOVES, EventKind, State, Verb
from cases.feedback import FeedbackVerb
from procedures.enums import DESK_ROLES, Channel, Role

AT_THE_DESK = {
    Verb.SUBMIT,
    Verb.RECEIVE,
    Verb.REFUSE,
    Verb.ASK_TO_COMPLETE,
    Verb.DIGITIZE,
    Verb.RESUME,
    Verb.PAY,
    Verb.SETTLE,
    Verb.RETURN_RESULT,
    Verb.WITHDRAW,
    Verb.WAIVE,
    Verb.REFUND,
}
BY_THE_OFFICER = {
    Verb.START,
    Verb.HAND_OVER,
    Verb.REQUEST_SUPPLEMENT,
    Verb.RECORD_RESULT,
    Verb.EXCLUDE_PERIOD,
    Verb.CONSULT,
    Verb.CLARIFY,
}
# The desk takes feedback in and passes it on (Decree 61/2018 Art 9.2đ); the answer is the agency's own.
WITH_FEEDBACK = {
    **dict.fromkeys(DESK_ROLES, {FeedbackVerb.ASK, FeedbackVerb.TRANSFER}),
    Role.OFFICER: {FeedbackVerb.ASK, FeedbackVerb.TRANSFER, FeedbackVerb.REFUSE, FeedbackVerb.ANSWER},
    Role.SUPERVISOR: {
        FeedbackVerb.ASK,
        FeedbackVerb.TRANSFER,
        FeedbackVerb.REFUSE,
        FeedbackVerb.ANSWER,
        FeedbackVerb.PUBLISH,
    },
}
# What an authorised clerk does alone while the applicant waits (R12).
AT_THE_COUNTER = {Verb.START, Verb.RECORD_RESULT}
# Once there is a result, nothing is asked for, handed over or promised any more.
UNTIL_THE_RESULT = {
    Verb.REQUEST_SUPPLEMENT,
    Verb.RECORD_RESULT,
    Verb.HAND_OVER,
    Verb.WITHDRAW,
    Verb.RESCHEDULE,
    Verb.CONSULT,
    Verb.CLARIFY,
    Verb.DEMAND,
    Verb.ASSIGN,
}


def works_for(user, agency) -> bool:
    """The agency is where the person works today, or lies below it in the tree."""
    if user is None or not user.is_active or not user.workplace_id:
        return False
    return user.workplace_id == agency.pk or agency.pk in user.agencies_below


def _has_role(user, role: Role, agency) -> bool:
    # Somebody who is not logged in has no role at all; the agency costs a query, so it is asked last.
    return user is not None and user.is_active and user.role == role and works_for(user, agency)


def alike(role: str) -> frozenset[str]:
    """The roles that do the same work: both clerks of a desk, else only the role itself."""
    return DESK_ROLES if role in DESK_ROLES else frozenset({role})


def is_clerk_of(user, agency) -> bool:
    """Works at that desk: its own clerk, or the post's who stands in for one."""
    return any(_has_role(user, role, agency) for role in DESK_ROLES)


def is_officer_of(user, agency) -> bool:
    return _has_role(user, Role.OFFICER, agency)


def is_supervisor_of(user, agency) -> bool:
    return _has_role(user, Role.SUPERVISOR, agency)


def is_head_of(user, agency) -> bool:
    """Signs for the agency: apologies, and the approval of a second supplement request.

    Being the head stays at home: whoever is seconded signs for nobody.
    """
    return (
        user is not None
        and user.is_active
        and user.is_head
        and user.seconded_to is None
        and is_supervisor_of(user, agency)
    )


def keeps_machine(user) -> bool:
    """Keeps the whole installation, whatever the agency."""
    return user is not None and user.is_active and (user.is_superuser or user.role == Role.SYSTEM_ADMIN)


def may_propose_calendar(user, agency) -> bool:
    """Proposes changes of an agency's calendar, of the country's for None: its keepers and supervisors."""
    return may_approve_calendar(user, agency) or _answers_for_calendar(user, Role.AGENCY_ADMIN, agency)


def may_approve_calendar(user, agency) -> bool:
    """A supervisor of the calendar: of the agency or one above it, and the system administrator.

    Whoever proposed may approve too, if a supervisor: an office may have only one.
    """
    return keeps_machine(user) or _answers_for_calendar(user, Role.SUPERVISOR, agency)


def _answers_for_calendar(user, role: Role, agency) -> bool:
    if agency is not None:
        return _has_role(user, role, agency)
    # Days of the country reach everybody, so they are for the top of the tree.
    return (
        user is not None
        and user.is_active
        and user.role == role
        and user.workplace_id is not None
        and user.workplace.parent_id is None
    )


def keeps_people_of(user, agency) -> bool:
    """Answers for the people and the books of an agency: its supervisors and its administrators."""
    return is_supervisor_of(user, agency) or _has_role(user, Role.AGENCY_ADMIN, agency)


def may_second(user, home, host) -> bool:
    """Answers for the people of both agencies, or keeps the machine.

    A secondment opens the dossiers of the one to somebody of the other, so neither does it alone.
    """
    return keeps_machine(user) or (keeps_people_of(user, home) and keeps_people_of(user, host))


def may_end_secondment(user, home, host) -> bool:
    """Either of the two: it only takes rights away."""
    return keeps_machine(user) or keeps_people_of(user, home) or keeps_people_of(user, host)


def keeps_reforms_of(user, agency) -> bool:
    """Keeps the reform plans of an agency: its supervisors and administrators, and the machine's."""
    return keeps_machine(user) or keeps_people_of(user, agency)


def reports_reform(user, *, plan_agency, lead) -> bool:
    """Reports on a task: the agency that leads it, and whoever keeps the plan."""
    return keeps_reforms_of(user, plan_agency) or keeps_people_of(user, lead)


def administers(user, agency) -> bool:
    """Keeps the accounts and connections of an agency: its administrator, or one above, or the machine's."""
    return keeps_machine(user) or (agency is not None and _has_role(user, Role.AGENCY_ADMIN, agency))


def may_make_token(user, account) -> bool:
    """For themselves, and for a connected system whose account they administer.

    Nobody makes one for a colleague: what it does would be signed with the colleague's name.
    """
    if not user.is_active or not account.is_active:
        return False
    if user == account:
        return bool(user.role) or user.is_superuser
    return account.role == Role.INTEGRATION and administers(user, account.agency)


def may_revoke_token(user, account) -> bool:
    """It only takes rights away: everybody their own, administrators those of all their accounts."""
    return user == account or (not account.is_superuser and administers(user, account.agency))


def is_owner(user, dossier) -> bool:
    """The applicant, signed in with an account that is known to be this person's."""
    if user is None or not user.is_active or user.role != Role.CITIZEN:
        return False
    account = getattr(user, "citizen", None)
    return account is not None and account.applicant_id == dossier.applicant_id


def may_file(user, desk, channel: str) -> bool:
    """Brings filings in: the clerk of the desk, and a connected system what was filed online there."""
    if is_clerk_of(user, desk):
        return True
    return channel == Channel.ONLINE and _has_role(user, Role.INTEGRATION, desk)


def may(user, verb: Verb, dossier) -> bool:
    """Does this person's role at this agency allow the verb? Says nothing about the state."""
    if user is None or not user.is_authenticated or not user.is_active:
        return False
    if verb == Verb.ASK_TO_COMPLETE and is_head_of(user, dossier.receiving_desk):
        # The first request is the clerk's; a second one is the head's own act (R9).
        return dossier.supplements.exists()
    if verb == Verb.WITHDRAW and is_owner(user, dossier):
        return True
    if verb in AT_THE_DESK:
        return is_clerk_of(user, dossier.receiving_desk)
    if verb in AT_THE_COUNTER and _decides_at_the_counter(user, dossier):
        return True
    if verb == Verb.REQUEST_SUPPLEMENT and is_head_of(user, dossier.competent_agency):
        # The first request is the officer's; a second one is the head's own act (R9).
        return dossier.supplements.exists()
    if verb == Verb.HAND_OVER and user.pk == dossier.holder_id:
        # A supervisor who holds a step passes it on; officers of the agency may for whoever is absent.
        return works_for(user, dossier.competent_agency)
    if verb in BY_THE_OFFICER:
        return is_officer_of(user, dossier.competent_agency)
    if verb == Verb.EXTEND:
        agency = dossier.competent_agency
        return is_officer_of(user, agency) or is_supervisor_of(user, agency)
    if verb == Verb.DEMAND:
        return handles(user, dossier)
    if verb == Verb.STOP:
        return is_supervisor_of(user, dossier.competent_agency) or is_supervisor_of(
            user, dossier.receiving_desk
        )
    if verb == Verb.RESCHEDULE:
        return is_head_of(user, dossier.competent_agency)
    if verb == Verb.ASSIGN:
        return is_supervisor_of(user, dossier.competent_agency)
    if verb == Verb.UNDO:
        # Whose step it was is for the service to say; a supervisor may have handed one on.
        return handles(user, dossier) or is_supervisor_of(user, dossier.competent_agency)
    return False


def is_possible(verb: Verb, dossier) -> bool:
    """Do state and facts allow the verb? The guards that need more than the dossier are in the services."""
    if State(dossier.state) not in MOVES[verb].sources:
        return False
    has_result = dossier.finished_at is not None
    if verb == Verb.EXTEND:
        return not has_result and bool(dossier.version.extension_mode) and not dossier.extensions.exists()
    if verb == Verb.EXCLUDE_PERIOD:
        return not has_result and dossier.version.has_excluded_periods
    if verb in UNTIL_THE_RESULT:
        return not has_result
    if verb == Verb.SETTLE:
        return has_result and dossier.balance <= 0 and not awaits_signature(dossier)
    if verb == Verb.PAY:
        return dossier.balance > 0
    if verb == Verb.WAIVE:
        return any(fee.left for fee in dossier.fees.all())
    if verb == Verb.REFUND:
        return any(refundable(payment, dossier) for payment in dossier.payments.all())
    return True


def awaits_signature(dossier) -> bool:
    """Its result is a certified copy in electronic form, which is worth nothing before the head signs it."""
    entry = getattr(dossier, "register_entry", None) if dossier.version.register else None
    return entry is not None and entry.awaits_signature


def is_told(event, dossier) -> bool:
    """Whether the owner reads this event now: of what the head has not signed yet there is no result."""
    if event.kind == EventKind.RESULT_RECORDED and awaits_signature(dossier):
        return False
    return event.is_public


def is_unsigned_copy(document, dossier) -> bool:
    """The file of an electronic copy as it lay there for the head's signature: shown to nobody outside."""
    entry = getattr(dossier, "register_entry", None) if dossier.version.register else None
    if entry is None or not entry.is_electronic:
        return False
    return entry.signed_at is None or document.added_at < entry.signed_at


def refundable(payment, dossier) -> int:
    """How much of a payment may be paid back now, VND (R37, R38).

    Before the result all that is left of it: it is owed again. A result that is ready or handed over is not
    taken back for its fee, so then only what was overpaid, as after a waiver. Of a stopped dossier everything.
    """
    if dossier.state in {State.PAID, State.RETURNED}:
        return max(min(payment.left, -dossier.balance), 0)
    return payment.left


def has_role_of(user, role: str, agency) -> bool:
    """Works in this role for the agency; who takes a step has the role that the step is for (R18)."""
    return any(_has_role(user, one, agency) for one in alike(role))


def is_kept_for_another(user, dossier) -> bool:
    """Given to somebody by a supervisor and not taken over yet: nobody else takes it."""
    return dossier.state == State.DIGITIZED and dossier.holder_id not in (None, user.pk)


def may_answer(user, consultation, dossier) -> bool:
    """Officers and supervisors of the asked agency; an officer of the deciding one enters a letter (R20)."""
    asked = consultation.agency
    return (
        is_officer_of(user, asked)
        or is_supervisor_of(user, asked)
        or is_officer_of(user, dossier.competent_agency)
    )


def _decides_at_the_counter(user, dossier) -> bool:
    """A clerk of desk and deciding agency, authorised to decide what is decided at once (61/2018 Art 17.5).

    The own agency gave the authority, so it does not go along to another one.
    """
    return (
        user.decides_at_counter
        and user.seconded_to is None
        and dossier.version.decided_at_once
        and is_clerk_of(user, dossier.receiving_desk)
        and works_for(user, dossier.competent_agency)
    )


def handles(user, dossier) -> bool:
    """The desk's clerks and the agency's officers, who see who the applicant is; only they open the store (R13)."""
    return is_clerk_of(user, dossier.receiving_desk) or is_officer_of(user, dossier.competent_agency)


def may_handle_feedback(user, verb: FeedbackVerb, agency) -> bool:
    """Works for the agency that has the feedback, in a role that does this (R48)."""
    return any(verb in verbs and _has_role(user, role, agency) for role, verbs in WITH_FEEDBACK.items())


def may_report_loss(user, dossier) -> bool:
    """Those who work on the dossier, and those who supervise them (R39)."""
    desk, agency = dossier.receiving_desk, dossier.competent_agency
    return (
        is_clerk_of(user, desk)
        or is_officer_of(user, agency)
        or is_supervisor_of(user, desk)
        or is_supervisor_of(user, agency)
    )


def may_press(user, dossier) -> bool:
    """Reminds of a delay and reports it upwards: who supervises the agency, or the desk where it lies."""
    return is_supervisor_of(user, dossier.competent_agency) or is_supervisor_of(user, dossier.receiving_desk)


def may_print_receipt(user, dossier) -> bool:
    """Only the desk: the receipt carries the owner's look-up secret."""
    return is_clerk_of(user, dossier.receiving_desk)


def may_print_money(user, dossier) -> bool:
    """Receipts of payments: the desk that took them, and who supervises or inspects it."""
    desk = dossier.receiving_desk
    return is_clerk_of(user, desk) or any(
        _has_role(user, role, desk) for role in (Role.SUPERVISOR, Role.AUDITOR)
    )


def may_see_cash_report(user, report) -> bool:
    """Whose report it is, and who supervises or inspects the desk."""
    return user.pk == report.clerk_id or sees_cash_of(user, report.desk)


def sees_cash_of(user, desk) -> bool:
    return any(_has_role(user, role, desk) for role in (Role.SUPERVISOR, Role.AUDITOR))


def may_print_log_book(user, desk) -> bool:
    """The desk itself, who supervises it and who inspects it."""
    return is_clerk_of(user, desk) or any(
        _has_role(user, role, desk) for role in (Role.SUPERVISOR, Role.AUDITOR)
    )


def possible_verbs(user, dossier) -> list[Verb]:
    """The verbs to offer as buttons on the page of this dossier."""
    return [
        verb
        for verb in MOVES
        if is_possible(verb, dossier)
        and may(user, verb, dossier)
        and not (verb == Verb.START and is_kept_for_another(user, dossier))
    ]


def may_see(user, dossier) -> bool:
    return dossier.__class__.objects.visible_to(user).filter(pk=dossier.pk).exists()
