"""Who may open which part of the back office: named predicates by role, not Django's permission rows.

They say which pages a person has. Which dossiers, agencies and people are on them follows from the
agency; what may be done with one dossier is asked of `cases.rules`, and the service asks it again.
"""

from procedures.enums import DESK_ROLES, STAFF_ROLES, Role
from procedures.models import Agency

_WORKING_ON_DOSSIERS = DESK_ROLES | {Role.OFFICER, Role.SUPERVISOR}


def nobody(user) -> bool:
    return False


def everybody(user) -> bool:
    """Every member of staff who works with people's eyes; an integration account has only the API."""
    return user.is_superuser or user.role in set(STAFF_ROLES) - {Role.INTEGRATION}


def sees_dossiers(user) -> bool:
    """Administrators keep the machine; the papers of citizens are not theirs to read."""
    return user.is_superuser or user.role in _WORKING_ON_DOSSIERS | {Role.AUDITOR}


def keeps_log_books(user) -> bool:
    """Prints the log book: the desk, and who supervises or inspects it."""
    return user.workplace_id is not None and user.role in DESK_ROLES | {Role.SUPERVISOR, Role.AUDITOR}


def sees_registers(user) -> bool:
    """Which registers there are and whether they are closed; their lines name people, as the log book does."""
    return keeps_log_books(user) or keeps_people(user)


def sees_copies_to_sign(user) -> bool:
    """What waits for the signature of a head, who is a supervisor."""
    return user.workplace_id is not None and user.role == Role.SUPERVISOR


def sees_demands(user) -> bool:
    """Supervises or inspects what is asked of applicants."""
    return user.is_superuser or user.role in {Role.SUPERVISOR, Role.AUDITOR}


def sees_feedback(user) -> bool:
    """Handles, supervises or inspects what people send to the own agencies; what may be done is in the rules."""
    return user.workplace_id is not None and user.role in _WORKING_ON_DOSSIERS | {Role.AUDITOR}


def sees_ratings(user) -> bool:
    """Supervises or inspects the service that was rated."""
    return user.workplace_id is not None and user.role in {Role.SUPERVISOR, Role.AUDITOR}


def keeps_people(user) -> bool:
    """Records who of the own agencies is away."""
    return user.workplace_id is not None and user.role in {Role.SUPERVISOR, Role.AGENCY_ADMIN}


def inspects_desks(user) -> bool:
    """Sees what each clerk of the own desks did."""
    return user.workplace_id is not None and user.role in {Role.SUPERVISOR, Role.AUDITOR}


def keeps_secondments(user) -> bool:
    """Sees who is seconded from and to the own agencies; who records and who ends one is in the rules."""
    return keeps_people(user) or keeps_system(user)


def keeps_reforms(user) -> bool:
    """Keeps or reports on reform plans and tasks; of which agencies is in the rules."""
    return keeps_people(user) or keeps_system(user)


def sees_reforms(user) -> bool:
    return keeps_reforms(user) or (user.workplace_id is not None and user.role == Role.AUDITOR)


def sees_reports(user) -> bool:
    """Supervises or inspects an agency: what the report of the month says of it and those below."""
    return user.workplace_id is not None and user.role in {Role.SUPERVISOR, Role.AUDITOR}


def posts_procedures(user) -> bool:
    """Prints what is posted at the desks: who works at one, who heads or keeps it, and who keeps the catalogue."""
    at_a_desk = user.role in DESK_ROLES | {Role.SUPERVISOR, Role.AGENCY_ADMIN}
    return (at_a_desk and user.workplace_id is not None) or keeps_catalogue(user)


def receives(user) -> bool:
    """Works at a desk that receives dossiers."""
    return user.role in DESK_ROLES and user.workplace_id is not None


def sees_cash(user) -> bool:
    """Takes money at a desk, or sees what its clerks took."""
    return receives(user) or inspects_desks(user)


def certifies(user) -> bool:
    """Does at the counter of the own desk what is done at once: certified copies, signatures, extracts."""
    return receives(user) and user.decides_at_counter and user.seconded_to is None


def sees_queue(user) -> bool:
    """Works with the queue numbers of a desk, or keeps its services and counters."""
    return receives(user) or keeps_queue(user)


def keeps_queue(user) -> bool:
    """Sets up what a kiosk offers and which counters there are."""
    return user.workplace_id is not None and user.role in {Role.SUPERVISOR, Role.AGENCY_ADMIN}


def sees_queue_figures(user) -> bool:
    return keeps_queue(user) or (user.workplace_id is not None and user.role == Role.AUDITOR)


def processes(user) -> bool:
    return user.role == Role.OFFICER


def answers(user) -> bool:
    """Answers what other agencies ask."""
    return user.workplace_id is not None and user.role in {Role.OFFICER, Role.SUPERVISOR}


def supervises(user) -> bool:
    return user.role == Role.SUPERVISOR


def sees_messages(user) -> bool:
    """An officer has no business with the outbox; the system administrator mends its gateways."""
    return user.is_superuser or user.role in DESK_ROLES | {Role.SUPERVISOR, Role.AUDITOR, Role.SYSTEM_ADMIN}


def repeats_messages(user) -> bool:
    return user.is_superuser or user.role in DESK_ROLES | {Role.SUPERVISOR, Role.SYSTEM_ADMIN}


def inspects_reading(user) -> bool:
    """Sees who read which personal data: inspectors, and whoever protects the data of an agency."""
    return user.is_superuser or (
        user.workplace_id is not None and (user.role == Role.AUDITOR or user.protects_data)
    )


def keeps_system(user) -> bool:
    return user.is_superuser or user.role == Role.SYSTEM_ADMIN


def keeps_agencies(user) -> bool:
    """Keeps agencies, their people and their own days: all of them, or those below the own agency."""
    return keeps_system(user) or (user.role == Role.AGENCY_ADMIN and user.workplace_id is not None)


def keeps_catalogue(user) -> bool:
    """Keeps what holds for everybody: procedures, days of the country.

    An agency administrator only from the top of the tree: from below, a change would reach over the agency.
    """
    if keeps_system(user):
        return True
    return keeps_agencies(user) and user.workplace.parent_id is None


def keeps_notices(user) -> bool:
    """Writes the texts of notices to applicants: they hold for everybody, as the catalogue does."""
    return keeps_catalogue(user)


def proposes_calendar(user) -> bool:
    """Has a calendar to propose changes of: keepers of agencies, and supervisors."""
    return keeps_agencies(user) or (supervises(user) and user.workplace_id is not None)


def sees_calendar_changes(user) -> bool:
    return proposes_calendar(user) or user.role == Role.AUDITOR


def sees_agencies(user) -> bool:
    return keeps_agencies(user) or user.role == Role.AUDITOR


def makes_tokens(user) -> bool:
    """Has access tokens of the API, for themselves or for the connected systems of the own agencies."""
    return everybody(user)


def sees_ladders(user) -> bool:
    """Reads who is told of delays: keepers of agencies, and who supervises or inspects them."""
    return keeps_agencies(user) or inspects_desks(user)


def keeps_webhooks(user) -> bool:
    """Says which systems are told of what happens to the dossiers of the own agencies."""
    return keeps_agencies(user)


def sees_connections(user) -> bool:
    """How the connections to other systems stand: who supervises, inspects or keeps the machine."""
    return keeps_agencies(user) or inspects_desks(user)


def keeps_connections(user) -> bool:
    """Tries them, sends again and parks what another system refused."""
    return keeps_system(user)


def sees_online_payments(user) -> bool:
    """What came online and does not fit: the desks pay back, and who supervises them or keeps the machine looks on."""
    return sees_connections(user) or receives(user)


def settles_online_payments(user) -> bool:
    """Says what became of a difference with the payment platform, and has refunds sent again."""
    return keeps_connections(user) or (supervises(user) and user.workplace_id is not None)


def agencies_of(user):
    """The agencies that a person answers for or looks at: the own one and those below; all for the system."""
    if user.is_superuser or (user.role == Role.SYSTEM_ADMIN and user.workplace_id is None):
        return Agency.objects.all()
    return Agency.objects.below(user.workplace)


def may_keep_person(user, person) -> bool:
    """Nobody gets rights over an account that has more than the own one, nor over a citizen's."""
    if person.role == Role.CITIZEN:
        return False
    if person.is_superuser:
        return user.is_superuser
    if keeps_system(user):
        return True
    return keeps_agencies(user) and person.role != Role.SYSTEM_ADMIN


def roles_to_give(user) -> list[Role]:
    """Roles that this person may put on an account."""
    if not keeps_agencies(user):
        return []
    return [role for role in STAFF_ROLES if keeps_system(user) or role != Role.SYSTEM_ADMIN]
