"""What a dossier of the demonstration goes through, told before it happens."""

from dataclasses import dataclass
from datetime import datetime

from cases.demo.offices import Office
from cases.enums import State
from cases.services.applicants import ApplicantFacts
from procedures.enums import Channel
from procedures.models import ProcedureVersion, TimeLimit


@dataclass
class Story:
    """What happens to one dossier. Without anything special it is decided in time and returned."""

    desk: Office
    decides: Office
    version: ProcedureVersion
    applicant: ApplicantFacts
    filed_at: datetime
    channel: str = Channel.DESK
    limit: TimeLimit | None = None
    rests_in: State | None = None
    pace: float = 0.6  # share of the limit that is used until the result; above 1 is late
    refused: bool = False
    asked_before_reception: bool = False
    supplements: int = 0
    withdrawn: bool = False
    stopped: bool = False
    late_transfer: bool = False
    apology_at: datetime | None = None
    refused_on_substance: bool = False
    asked_at_desk: bool = False
    filed_by: str = ""  # somebody else, with an authorisation
    at_once: bool = False
    helped: bool = False  # files online at the desk: the procedure takes no paper
    certified: bool = False  # quick service, with a number of its register
    demands: bool = False  # what a database has is demanded on paper, with a ground
    corrected: bool = False  # makes one dossier more
    extended: bool = False
    asks: tuple[Office, ...] = ()  # other agencies, in turn; all but the last one answer
    reminded: bool = False
    owes: bool = False  # has not paid at reception
