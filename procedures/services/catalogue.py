"""Loading the seeds: agencies, calendar, versions of procedures. Safe to repeat; all or nothing."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from procedures.calendars import changing_calendars
from procedures.enums import VersionStatus
from procedures.models import (
    Agency,
    CalendarDay,
    Component,
    ElectronicSource,
    FeeLine,
    OfficeSession,
    Procedure,
    ProcedureForm,
    ProcedureStep,
    ProcedureVersion,
    ReadyReason,
    TimeLimit,
)
from procedures.seeds.agencies import AgencyFacts, read_agencies
from procedures.seeds.calendar import read_calendar
from procedures.seeds.catalogue import VersionFacts, read_catalogue
from procedures.seeds.files import Place, SeedsRefused
from procedures.seeds.reasons import read_reasons
from procedures.services.forms import forget_file
from procedures.signals import calendar_changed

_LOCK = 0x5EED  # any number, the same for every loader: two of them at once would both create


@dataclass
class LoadCounts:
    """What one load did."""

    agencies_created: int = 0
    agencies_kept: int = 0
    days_created: int = 0
    days_changed: int = 0
    days_unchanged: int = 0
    days_withdrawn: int = 0
    days_kept_off: list[date] = field(default_factory=list)
    procedures_created: int = 0
    versions_created: int = 0
    drafts_replaced: int = 0
    versions_ended: int = 0
    ended_kept: list[str] = field(default_factory=list)  # codes
    unchanged: int = 0
    reasons_created: int = 0


def load_catalogue(path: Path, *, today: date | None = None) -> LoadCounts:
    """Read and check everything under `path`, then load it in one transaction.

    A record whose content changed makes a new version, in force from its `in_force_from` or today (local
    date), and ends the one before; drafts are replaced in place; published versions are never edited.
    Agencies are only created. A calendar day is updated except for its switch, which is the administrator's.

    Raises SeedsRefused with one sentence for each problem; then nothing was changed.
    """
    today = today or timezone.localdate()
    problems: list[str] = []
    agencies = read_agencies(path, problems)
    days = read_calendar(path, problems)
    records, default_start = read_catalogue(path, problems)
    reasons = read_reasons(path, problems)
    if problems:
        raise SeedsRefused(problems)
    counts = LoadCounts()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        _load_agencies(agencies, counts)
        changing_calendars()
        _load_calendar(days, counts, Place(problems, "calendar.yaml"))
        known = {p.code: p for p in Procedure.objects.prefetch_related("versions")}
        for facts in records:
            _load_record(facts, known.get(facts.code), today, default_start, counts)
        _load_sources(records)
        _link_results(records)
        counts.reasons_created = _load_reasons(reasons)
        if problems:
            raise SeedsRefused(problems)
        if counts.days_created or counts.days_changed or counts.days_withdrawn:
            reason = _("The official calendar was loaded again from the seeds.")
            calendar_changed.send(CalendarDay, agency=None, reason=reason)
    return counts


def _load_reasons(reasons: list[dict]) -> int:
    """Only into an installation that has none: afterwards they are the office's own."""
    if ReadyReason.objects.exists():
        return 0
    rows = [ReadyReason(position=position, **columns) for position, columns in enumerate(reasons)]
    return len(ReadyReason.objects.bulk_create(rows))


def _load_sources(records: list[VersionFacts]) -> None:
    """Each database that a record names, not connected until an administrator says so."""
    names = {row.get("electronic_source") for facts in records for row in facts.components} - {None, ""}
    known = set(ElectronicSource.objects.values_list("name", flat=True))
    ElectronicSource.objects.bulk_create(ElectronicSource(name=name) for name in sorted(names - known))


def _link_results(records: list[VersionFacts]) -> None:
    """Components that are the result of another procedure, once all procedures are there (R13)."""
    procedures = {p.code: p for p in Procedure.objects.all()}
    for facts in records:
        for position, code in facts.results_of.items():
            if code not in procedures:
                facts.place.refuse(_("result_of: no record has the code “%(code)s”.") % {"code": code})
                continue
            Component.objects.filter(
                version__procedure__code=facts.code, version__facts_hash=facts.hash, position=position
            ).update(result_of=procedures[code])


# --- Agencies and calendar --------------------------------------------------------------------------


def _load_agencies(agencies: list[AgencyFacts], counts: LoadCounts) -> None:
    known = {agency.identifier: agency for agency in Agency.objects.all()}
    for facts in agencies:
        identifier = facts.columns["identifier"]
        if identifier in known:
            counts.agencies_kept += 1
            continue
        if facts.parent and facts.parent not in known:
            facts.place.refuse(
                _("the agency above it, %(parent)s, is neither known nor listed before.")
                % {"parent": facts.parent}
            )
            continue
        known[identifier] = Agency.objects.create(parent=known.get(facts.parent), **facts.columns)
        OfficeSession.objects.bulk_create(
            OfficeSession(agency=known[identifier], days=days, opens_at=opens, closes_at=closes)
            for days, (opens, closes) in facts.sessions
        )
        counts.agencies_created += 1


def _load_calendar(days: list[dict], counts: LoadCounts, place: Place) -> None:
    of_country = CalendarDay.objects.filter(agency=None)
    counts.days_withdrawn = _withdraw_estimates(of_country, days)
    known = {(row.date, row.key): row for row in of_country}
    in_force = {row.date: row for row in known.values() if row.enabled}
    for columns in days:
        row = known.get((columns["date"], columns["key"]))
        if row is not None:
            _update_day(row, columns, counts)
        elif columns["enabled"] and columns["date"] in in_force:
            place.within(record=f"{columns['date']:%d/%m/%Y}").refuse(
                _("the calendar already has “%(day)s” on this day; switch that off first.")
                % {"day": in_force[columns["date"]].name}
            )
        else:
            CalendarDay.objects.create(agency=None, **columns)
            counts.days_created += 1


def _withdraw_estimates(of_country, days: list[dict]) -> int:
    """An estimated day that the official list of its year does not have was a wrong guess."""
    listed = {(row["date"], row["key"]) for row in days}
    years = {row["date"].year for row in days}
    wrong = [
        row.pk
        for row in of_country.filter(provisional=True, enabled=True, date__year__in=years)
        if (row.date, row.key) not in listed
    ]
    return of_country.filter(pk__in=wrong).update(enabled=False)


def _update_day(row: CalendarDay, columns: dict, counts: LoadCounts) -> None:
    """Everything but the switch: a day that an administrator switched off stays off."""
    facts = {name: value for name, value in columns.items() if name != "enabled"}
    changed = [name for name, value in facts.items() if getattr(row, name) != value]
    if columns["enabled"] and not row.enabled:
        counts.days_kept_off.append(row.date)
    if not changed:
        counts.days_unchanged += 1
        return
    for name in changed:
        setattr(row, name, facts[name])
    row.save(update_fields=changed)
    counts.days_changed += 1


# --- Procedures ---------------------------------------------------------------------------------------


def _load_record(
    facts: VersionFacts, procedure: Procedure | None, today: date, default_start: date, counts: LoadCounts
) -> None:
    versions = sorted(procedure.versions.all(), key=lambda v: v.number) if procedure else []
    # Versions made by hand in the admin have no hash: they are the office's own and not compared.
    loaded = next((v for v in reversed(versions) if v.facts_hash), None)
    if loaded is not None and loaded.facts_hash == facts.hash:
        counts.unchanged += 1
        if facts.last_day:
            counts.versions_ended += _end(procedure, facts.last_day)
        return
    version = loaded
    if loaded is None or loaded is not versions[-1] or loaded.status == VersionStatus.PUBLISHED:
        version = ProcedureVersion(number=versions[-1].number + 1 if versions else 1)
    published = [v for v in versions if v.status == VersionStatus.PUBLISHED]
    if published and facts.last_day and facts.last_day < (facts.in_force_from or today):
        # It has ended: what the record says differently now would hold on no day.
        counts.versions_ended += _end(procedure, facts.last_day)
        counts.ended_kept.append(facts.code)
        return
    start = _start(facts, published, today, default_start)
    if start is None:
        return
    if version.pk:
        counts.drafts_replaced += 1
    elif procedure:
        counts.versions_created += 1
    else:
        counts.procedures_created += 1
    procedure = procedure or Procedure.objects.create(code=facts.code)
    if facts.is_published:
        _end(procedure, start - timedelta(days=1))
    write_version(procedure, version, facts, start, facts_hash=facts.hash)


def _start(
    facts: VersionFacts, published: list[ProcedureVersion], today: date, default_start: date
) -> date | None:
    """First day in force; None, with the problem noted, when the version could never be in force."""
    start = facts.in_force_from or (today if published else default_start)
    if published:
        latest = max(version.in_force_from for version in published)
        if facts.in_force_from and start <= latest:
            facts.place.refuse(
                _(
                    "the content changed, but in_force_from %(start)s is not later than that of the version"
                    " before, %(latest)s. Give the day on which the change takes effect."
                )
                % {"start": f"{start:%d/%m/%Y}", "latest": f"{latest:%d/%m/%Y}"}
            )
            return None
        # Two changes on one day: the first of them holds for the day, because dossiers may have used it.
        start = max(start, latest + timedelta(days=1))
    if facts.last_day and facts.last_day < start:
        facts.place.refuse(
            _(
                "the content changed, but the procedure ended on %(end)s: a version from %(start)s is never in force."
            )
            % {"end": f"{facts.last_day:%d/%m/%Y}", "start": f"{start:%d/%m/%Y}"}
        )
        return None
    return start


def _end(procedure: Procedure, last_day: date) -> int:
    """Versions that would be in force after the day end on it; nothing else about them changes."""
    return procedure.versions.filter(
        Q(in_force_to__isnull=True) | Q(in_force_to__gt=last_day),
        status=VersionStatus.PUBLISHED,
        in_force_from__lte=last_day,
    ).update(in_force_to=last_day)


def write_version(
    procedure: Procedure, version: ProcedureVersion, facts: VersionFacts, start: date, *, facts_hash: str = ""
) -> ProcedureVersion:
    """Save the version with its rows; a draft loses all that it had. `save()` fills the search text.

    Without a hash of the facts the version is the office's own, and the seeds do not compare it.
    """
    written = ProcedureVersion(
        pk=version.pk,
        procedure=procedure,
        number=version.number,
        status=VersionStatus.PUBLISHED if facts.is_published else VersionStatus.DRAFT,
        in_force_from=start,
        in_force_to=facts.last_day,
        facts_hash=facts_hash,
        **facts.version,
    )
    written.save()
    for model, rows in (
        (TimeLimit, facts.limits),
        (Component, facts.components),
        (FeeLine, facts.fees),
        (ProcedureStep, facts.steps),
    ):
        if version.pk:
            model.objects.filter(version=written).delete()
        model.objects.bulk_create(
            model(version=written, position=position, **row) for position, row in enumerate(rows)
        )
    _write_forms(written, facts.forms)
    return written


def _write_forms(version: ProcedureVersion, rows: list[dict]) -> None:
    for form in version.forms.all():
        form.delete()
        forget_file(form.file.name)
    papers = {paper.position: paper for paper in version.components.all()}
    ProcedureForm.objects.bulk_create(
        ProcedureForm(
            version=version,
            position=position,
            component=papers.get(row["component_position"]),
            **{column: value for column, value in row.items() if column != "component_position"},
        )
        for position, row in enumerate(rows)
    )
