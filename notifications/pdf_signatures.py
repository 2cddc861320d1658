"""What the signatures inside a PDF file are worth: who signed, when, changed since or not, certified by whom.

Files come from anybody, so each is looked at in a process of its own with little memory and little time
(`python -m notifications.pdf_signatures`), which knows no settings, no database and no network. What cannot be
known without a network is said to be unknown: whether a certificate was revoked is known only when the signer
has put the authority's word into the file.
"""

import json
import resource
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

MOST_SIGNATURES = 50
LONGEST_NAME = 300

# Integrity: every byte as it was signed; or something was added that takes nothing away (another signature, a time
# stamp); or the content was changed afterwards; or what was signed is not there any more; or it is so unusual that
# nobody here can tell.
INTACT, ADDED_TO, CHANGED, BROKEN, UNJUDGED = "intact", "added_to", "changed", "broken", "unjudged"
# Trust: certified by a configured root when it was used; by nobody whom we know; no root is configured; the
# certificate had ended before the file came here, and only the signer says that it was signed earlier.
TRUSTED, UNTRUSTED, NO_ROOTS, ENDED = "trusted", "untrusted", "no_roots", "ended"
# Revocation: the authority's word in the file says no, or yes; or there is no such word.
NOT_REVOKED, REVOKED, UNKNOWN = "not_revoked", "revoked", "unknown"
# Why a file could not be looked at.
UNREADABLE, ENCRYPTED, TOO_MUCH = "unreadable", "encrypted", "too_much"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a look at one file may take; `memory` in bytes of address space."""

    cpu_seconds: int = 20
    wall_seconds: float = 40
    memory: int = 2 * 1024**3


FOR_WORKERS = Limits()
WHILE_SOMEBODY_WAITS = Limits(cpu_seconds=5, wall_seconds=15, memory=512 * 1024**2)


@dataclass(frozen=True, slots=True)
class FoundSignature:
    """One signature; moments in UTC. `claimed_at` is what the signer's own clock said, `stamped_at` what a time
    stamp authority says that is trusted too."""

    signer: str
    issuer: str
    serial: str
    claimed_at: datetime | None
    stamped_at: datetime | None
    valid_from: datetime | None
    valid_until: datetime | None
    integrity: str
    trust: str
    revocation: str

    @property
    def holds(self) -> bool:
        return holds(self)

    @property
    def is_open(self) -> bool:
        return is_open(self)


def holds(one) -> bool:
    """Unchanged, certified by somebody who is trusted, and not known to be revoked.

    `one` is a `FoundSignature` or whatever was kept of it.
    """
    return _is_whole(one) and one.trust == TRUSTED


def is_open(one) -> bool:
    """Nothing speaks against it and nothing for it: no authority is configured, or nobody here can judge it."""
    return one.integrity == UNJUDGED or (_is_whole(one) and one.trust == NO_ROOTS)


def _is_whole(one) -> bool:
    return one.integrity in {INTACT, ADDED_TO} and one.revocation != REVOKED


@dataclass(frozen=True, slots=True)
class Findings:
    """The signatures in the order of signing, or else why nothing can be said (`fault`)."""

    signatures: tuple[FoundSignature, ...] = ()
    fault: str = ""


def looks_signed(content: bytes) -> bool:
    """Whether it may be a signed PDF at all: a signature names the bytes it covers, never in compressed parts."""
    return content[:1024].find(b"%PDF") >= 0 and b"/ByteRange" in content


def look_into(content: bytes, *, roots: Path | None, at: datetime, limits: Limits = FOR_WORKERS) -> Findings:
    """The signatures of a file that was here at `at`; never raises for what is inside the file.

    Raises `OSError` where no process can be started.
    """
    if not looks_signed(content):
        return Findings()
    command = [sys.executable, "-m", "notifications.pdf_signatures", str(roots or ""), at.isoformat()]
    command += [str(limits.cpu_seconds), str(limits.memory)]
    try:
        done = subprocess.run(
            command,
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # of any length, and about files of others
            timeout=limits.wall_seconds,
            cwd=Path(__file__).resolve().parent.parent,
            env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
        )
    except subprocess.TimeoutExpired:
        return Findings(fault=TOO_MUCH)
    if done.returncode:
        return Findings(fault=TOO_MUCH if done.returncode < 0 else UNREADABLE)
    told = json.loads(done.stdout)
    return Findings(tuple(_read(one) for one in told["signatures"]), told["fault"])


def _read(told: dict) -> FoundSignature:
    moments = ("claimed_at", "stamped_at", "valid_from", "valid_until")
    return FoundSignature(
        **{**told, **{name: told[name] and datetime.fromisoformat(told[name]) for name in moments}}
    )


# In the process of its own ---------------------------------------------------------------------------


def main() -> None:
    roots, at, cpu_seconds, memory = sys.argv[1:5]
    resource.setrlimit(resource.RLIMIT_CPU, (int(cpu_seconds), int(cpu_seconds)))
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    try:
        findings = _findings(
            sys.stdin.buffer.read(), Path(roots).read_bytes() if roots else None, datetime.fromisoformat(at)
        )
    except MemoryError:
        findings = Findings(fault=TOO_MUCH)
    json.dump(asdict(findings), sys.stdout, default=lambda moment: moment.isoformat())


def _findings(content: bytes, roots: bytes | None, at: datetime) -> Findings:
    from pyhanko.pdf_utils.reader import PdfFileReader

    anchors = _certificates(roots) if roots else []
    try:
        reader = PdfFileReader(BytesIO(content), strict=False)
        if reader.encrypted:
            return Findings(fault=ENCRYPTED)
        embedded = reader.embedded_regular_signatures
        evidence = _evidence(reader)
    except _damage():
        return Findings(fault=UNREADABLE)
    if len(embedded) > MOST_SIGNATURES:
        return Findings(fault=TOO_MUCH)
    if not embedded:  # it names the bytes of one, which are gone
        return Findings(fault=UNREADABLE)
    return Findings(tuple(_one(signature, anchors, evidence, at) for signature in embedded))


def _damage() -> tuple[type[Exception], ...]:
    """What damage in a file leads to, somewhere in the library."""
    from pyhanko.pdf_utils.misc import PdfError

    return (
        PdfError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        ArithmeticError,
        AssertionError,
        RuntimeError,
        EOFError,
    )


def _evidence(reader) -> dict:
    """Certificates and words on revocation that the file brings along (its document security store)."""
    from pyhanko.sign.validation.dss import DocumentSecurityStore
    from pyhanko.sign.validation.errors import NoDSSFoundError

    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return {}
    context = store.as_validation_context({"trust_roots": []})
    return {
        "other_certs": list(store.load_certs()),
        "ocsps": context.ocsps,
        "crls": context.crls,
    }


def _one(signature, anchors: list, evidence: dict, at: datetime) -> FoundSignature:
    try:
        certificate = signature.signer_cert
        facts = {
            "signer": _words(certificate.subject),
            "issuer": _words(certificate.issuer),
            "serial": f"{certificate.serial_number:X}"[:80],
            "valid_from": certificate.not_valid_before,
            "valid_until": certificate.not_valid_after,
            "claimed_at": _utc(signature.self_reported_timestamp),
        }
    except _damage():  # a signature that cannot be taken apart says nothing about anybody
        return FoundSignature("", "", "", None, None, None, None, UNJUDGED, UNTRUSTED, UNKNOWN)
    try:
        integrity, trust, revocation, stamped = _judged(signature, anchors, evidence, at, facts)
    except _damage():
        integrity, trust, revocation, stamped = UNJUDGED, UNTRUSTED, UNKNOWN, None
    return FoundSignature(
        **facts, stamped_at=stamped, integrity=integrity, trust=trust, revocation=revocation
    )


def _judged(signature, anchors: list, evidence: dict, at: datetime, facts: dict) -> tuple:
    """Integrity, trust, revocation and the stamped moment."""
    status = _status(signature, anchors, evidence, at)
    stamp = status.timestamp_validity
    stamped = (
        stamp.timestamp.astimezone(UTC) if stamp and stamp.valid and stamp.intact and stamp.trusted else None
    )
    ended = facts["valid_until"] < (stamped or at)
    if stamped:
        status = _status(signature, anchors, evidence, stamped)
    elif ended and facts["claimed_at"]:
        status = _status(signature, anchors, evidence, min(facts["claimed_at"], at))
    trust = NO_ROOTS if not anchors else TRUSTED if status.trusted else UNTRUSTED
    if trust == TRUSTED and ended:
        trust = ENDED
    revocation = UNKNOWN
    if _is_revoked(status):
        revocation, trust = REVOKED, UNTRUSTED
    elif trust in {TRUSTED, ENDED} and (evidence.get("crls") or evidence.get("ocsps")):
        strict = _status(signature, anchors, evidence, stamped or at, revocation_mode="hard-fail")
        revocation = REVOKED if _is_revoked(strict) else NOT_REVOKED if strict.trusted else UNKNOWN
    return _integrity(status), trust, revocation, stamped


def _status(signature, anchors: list, evidence: dict, moment: datetime, **mode):
    from pyhanko.sign.validation import KeyUsageConstraints, validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    usage = KeyUsageConstraints(
        key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False
    )

    def context():
        return ValidationContext(trust_roots=anchors, moment=moment, allow_fetching=False, **evidence, **mode)

    return validate_pdf_signature(
        signature,
        signer_validation_context=context(),
        ts_validation_context=context(),
        key_usage_settings=usage,
        diff_policy=_what_takes_nothing_away(),
    )


def _what_takes_nothing_away():
    """The library's rules for later additions, without its leave to fill in fields: the amount in a form counts."""
    from pyhanko.sign import diff_analysis as rules

    harmless = [
        rules.DocInfoRule(),
        rules.XrefStreamRule(),
        rules.ObjectStreamRule(),
        rules.DSSCompareRule(),
        rules.MetadataUpdateRule(),
    ]
    archiving = rules.ModificationLevel.LTA_UPDATES
    return rules.StandardDiffPolicy(
        global_rules=[
            rules.CatalogModificationRule(),
            *(rule.as_qualified(archiving) for rule in harmless),
        ],
        form_rule=rules.FormUpdatingRule(
            field_rules=[rules.SigFieldCreationRule(), rules.SigFieldModificationRule()]
        ),
    )


def _is_revoked(status) -> bool:
    return status.revocation_details is not None or "REVOKED" in str(status.trust_problem_indic or "")


def _integrity(status) -> str:
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    if not (status.intact and status.valid):
        return BROKEN
    if status.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return INTACT
    harmless = {ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING}
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_REVISION
    return ADDED_TO if whole and status.modification_level in harmless and status.docmdp_ok else CHANGED


def _certificates(content: bytes) -> list:
    from asn1crypto import pem, x509

    return [x509.Certificate.load(der) for _kind, _heads, der in pem.unarmor(content, multiple=True)]


def _words(name) -> str:
    """Common name and organization; never the numbers of people that certificates hold as well."""
    native = name.native
    parts = [native.get("common_name", ""), native.get("organization_name", "")]
    words = [", ".join(part) if isinstance(part, list) else part for part in parts]
    return "".join(c if c.isprintable() else " " for c in ", ".join(filter(None, words)))[:LONGEST_NAME]


def _utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


if __name__ == "__main__":
    main()
