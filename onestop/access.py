"""Who may open which part of the back office: named predicates by role, not Django's permission rows.

They say which pages a person has. Which dossiers, agencies and people are on them follows from the
agency; what may be done with one dossier is asked of `cases.rules`, and the service asks it again.
"""

from procedures.enums import Role
from procedures.models import Agency

_WORKING_ON_DOSSIERS = {Role.CLERK, Role.OFFICER, Role.SUPERVISOR}


def nobody(user) -> bool:
    return False


def everybody(user) -> bool:
    """Every member of staff who works with people's eyes; an integration account has only the API."""
    return user.is_superuser or user.role in set(Role) - {Role.INTEGRATION}


def sees_dossiers(user) -> bool:
    """Administrators keep the machine; the papers of citizens are not theirs to read."""
    return user.is_superuser or user.role in _WORKING_ON_DOSSIERS | {Role.AUDITOR}


def keeps_log_books(user) -> bool:
    """Prints the log book: the desk, and who supervises or inspects it."""
    return user.agency_id is not None and user.role in {Role.CLERK, Role.SUPERVISOR, Role.AUDITOR}


def sees_demands(user) -> bool:
    """Supervises or inspects what is asked of applicants."""
    return user.is_superuser or user.role in {Role.SUPERVISOR, Role.AUDITOR}


def keeps_people(user) -> bool:
    """Records who of the own agencies is away."""
    return user.agency_id is not None and user.role in {Role.SUPERVISOR, Role.AGENCY_ADMIN}


def receives(user) -> bool:
    """Works at a desk that receives dossiers."""
    return user.role == Role.CLERK and user.agency_id is not None


def processes(user) -> bool:
    return user.role == Role.OFFICER


def answers(user) -> bool:
    """Answers what other agencies ask."""
    return user.agency_id is not None and user.role in {Role.OFFICER, Role.SUPERVISOR}


def supervises(user) -> bool:
    return user.role == Role.SUPERVISOR


def sees_messages(user) -> bool:
    """An officer has no business with the outbox; the system administrator mends its gateways."""
    return user.is_superuser or user.role in {
        Role.CLERK,
        Role.SUPERVISOR,
        Role.AUDITOR,
        Role.SYSTEM_ADMIN,
    }


def repeats_messages(user) -> bool:
    return user.is_superuser or user.role in {Role.CLERK, Role.SUPERVISOR, Role.SYSTEM_ADMIN}


def keeps_system(user) -> bool:
    return user.is_superuser or user.role == Role.SYSTEM_ADMIN


def keeps_agencies(user) -> bool:
    """Keeps agencies, their people and their own days: all of them, or those below the own agency."""
    return keeps_system(user) or (user.role == Role.AGENCY_ADMIN and user.agency_id is not None)


def keeps_catalogue(user) -> bool:
    """Keeps what holds for everybody: procedures, days of the country.

    An agency administrator only from the top of the tree: from below, a change would reach over the agency.
    """
    if keeps_system(user):
        return True
    return keeps_agencies(user) and user.agency.parent_id is None


def proposes_calendar(user) -> bool:
    """Has a calendar to propose changes of: keepers of agencies, and supervisors."""
    return keeps_agencies(user) or (supervises(user) and user.agency_id is not None)


def sees_calendar_changes(user) -> bool:
    return proposes_calendar(user) or user.role == Role.AUDITOR


def sees_agencies(user) -> bool:
    return keeps_agencies(user) or user.role == Role.AUDITOR


def agencies_of(user):
    """The agencies that a person answers for or looks at: the own one and those below; all for the system."""
    if user.is_superuser or (user.role == Role.SYSTEM_ADMIN and user.agency_id is None):
        return Agency.objects.all()
    return Agency.objects.below(user.agency)


def may_keep_person(user, person) -> bool:
    """Nobody gets rights over an account that has more than the own one."""
    if person.is_superuser:
        return user.is_superuser
    if keeps_system(user):
        return True
    return keeps_agencies(user) and person.role != Role.SYSTEM_ADMIN


def roles_to_give(user) -> list[Role]:
    """Roles that this person may put on an account."""
    if not keeps_agencies(user):
        return []
    return [role for role in Role if keeps_system(user) or role != Role.SYSTEM_ADMIN]
