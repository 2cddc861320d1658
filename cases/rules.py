"""Who may do what: named predicates, asked by faces to show buttons and by the services before acting."""

from cases.enums import MOVES, State, Verb
from procedures.enums import Channel, Role

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
}


def works_for(user, agency) -> bool:
    """The agency is the person's own or lies below it in the tree."""
    if user is None or not user.is_active or not user.agency_id:
        return False
    if user.agency_id == agency.pk:
        return True
    return agency.ancestors().filter(pk=user.agency_id).exists()


def _has_role(user, role: Role, agency) -> bool:
    # Somebody who is not logged in has no role at all; the agency costs a query, so it is asked last.
    return user is not None and user.is_active and user.role == role and works_for(user, agency)


def is_clerk_of(user, agency) -> bool:
    return _has_role(user, Role.CLERK, agency)


def is_officer_of(user, agency) -> bool:
    return _has_role(user, Role.OFFICER, agency)


def is_supervisor_of(user, agency) -> bool:
    return _has_role(user, Role.SUPERVISOR, agency)


def is_head_of(user, agency) -> bool:
    """Signs for the agency: apologies, and the approval of a second supplement request."""
    return is_supervisor_of(user, agency) and user.is_head


def may_file(user, desk, channel: str) -> bool:
    """Brings filings in: the clerk of the desk, and a connected system what was filed online there."""
    if is_clerk_of(user, desk):
        return True
    return channel == Channel.ONLINE and _has_role(user, Role.INTEGRATION, desk)


def may(user, verb: Verb, dossier) -> bool:
    """Does this person's role at this agency allow the verb? Says nothing about the state."""
    if user is None or not user.is_authenticated or not user.is_active:
        return False
    if verb in AT_THE_DESK:
        return is_clerk_of(user, dossier.receiving_desk)
    if verb == Verb.REQUEST_SUPPLEMENT and is_head_of(user, dossier.competent_agency):
        # The first request is the officer's; a second one is the head's own act (R9).
        return dossier.supplements.filter(before_reception=False).exists()
    if verb in BY_THE_OFFICER:
        return is_officer_of(user, dossier.competent_agency)
    if verb == Verb.EXTEND:
        agency = dossier.competent_agency
        return is_officer_of(user, agency) or is_supervisor_of(user, agency)
    if verb == Verb.DEMAND:
        return is_clerk_of(user, dossier.receiving_desk) or is_officer_of(user, dossier.competent_agency)
    if verb == Verb.STOP:
        return is_supervisor_of(user, dossier.competent_agency) or is_supervisor_of(
            user, dossier.receiving_desk
        )
    if verb == Verb.RESCHEDULE:
        return is_head_of(user, dossier.competent_agency)
    return False


def is_possible(verb: Verb, dossier) -> bool:
    """Do state and facts allow the verb? The guards that need more than the dossier are in the services."""
    if State(dossier.state) not in MOVES[verb].sources:
        return False
    has_result = dossier.finished_at is not None
    if verb == Verb.EXTEND:
        return not has_result and bool(dossier.version.extension_mode)
    if verb == Verb.EXCLUDE_PERIOD:
        return not has_result and dossier.version.has_excluded_periods
    if verb in UNTIL_THE_RESULT:
        return not has_result
    if verb == Verb.SETTLE:
        return has_result and dossier.balance == 0
    if verb == Verb.PAY:
        return dossier.balance > 0
    return True


def may_print_receipt(user, dossier) -> bool:
    """Only the desk: the receipt carries the owner's look-up secret."""
    return is_clerk_of(user, dossier.receiving_desk)


def possible_verbs(user, dossier) -> list[Verb]:
    """The verbs to offer as buttons on the page of this dossier."""
    return [verb for verb in MOVES if is_possible(verb, dossier) and may(user, verb, dossier)]


def may_see(user, dossier) -> bool:
    return dossier.__class__.objects.visible_to(user).filter(pk=dossier.pk).exists()
