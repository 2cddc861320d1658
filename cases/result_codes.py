"""The code of a result (mã kết quả, R36), and what stands for the file on its paper."""

from django.conf import settings

from cases.models import Dossier

PROOF_DIGITS = 16  # of the hash in hexadecimal digits, as the paper shows it
LEAST_PROOF_DIGITS = 12  # 48 bits: nobody finds them by trying


def result_code(dossier: Dossier) -> str:
    """The code of the result by the pattern of the office: issuer, procedure, code of the dossier."""
    return settings.RESULT_CODE_PATTERN.format(
        issuer=dossier.competent_agency.identifier,
        procedure=dossier.version.procedure.code,
        dossier=dossier.code,
    )
