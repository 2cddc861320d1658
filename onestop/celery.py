"""Celery application and the beat's schedule; the keys are sentences and the times Asia/Ho_Chi_Minh."""

import os

from celery import Celery
from celery.schedules import crontab
from kombu import Queue

from onestop import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onestop.settings")

broker.use()
app = Celery("onestop")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# A worker takes both unless it is told otherwise (`--queues`); where there are several machines, what takes minutes
# has workers of its own, so that no flag and no message waits behind a report.
SLOW = "slow"
QUEUES = ("celery", SLOW)
app.conf.task_queues = [Queue(name) for name in QUEUES]
app.conf.task_routes = {
    f"cases.tasks.{name}": {"queue": SLOW}
    for name in (
        "apply_calendar_revisions",
        "compare_portal_month",
        "compare_with_the_portal",
        "compare_online_payments",
        "check_signatures",
        "count_reports",
        "fetch_portal_files",
        "fill_portal_outbox",
        "keep_reports_anew",
        "keep_rollups",
        "search_waiting_scans",
        "simulate",
        "write_exports",
    )
}

# What asks another system: while that one hangs, those that nobody has begun are dropped, for the next come soon.
WITHIN_A_MINUTE, WITHIN_FIVE_MINUTES = {"expires": 55}, {"expires": 290}  # seconds

app.conf.beat_schedule = {
    "every 10 minutes flag what is overdue": {
        "task": "cases.tasks.flag_overdue",
        "schedule": crontab(minute="*/10"),
    },
    "every hour warn of what is due soon": {
        "task": "cases.tasks.warn_due_soon",
        "schedule": crontab(minute="5"),
    },
    "every hour draft the apologies": {
        "task": "cases.tasks.draft_apologies",
        "schedule": crontab(minute="15"),
    },
    "every hour climb the escalation ladders": {
        "task": "cases.tasks.climb_ladders",
        "schedule": crontab(minute="20"),
    },
    "every hour say which answers of other agencies are late": {
        "task": "cases.tasks.alert_late_consultations",
        "schedule": crontab(minute="25"),
    },
    "at 07:30 remind applicants of what is missing": {
        "task": "cases.tasks.remind_supplements",
        "schedule": crontab(hour="7", minute="30"),
    },
    "every minute deliver messages": {
        "task": "notifications.tasks.deliver_messages",
        "schedule": crontab(minute="*"),
    },
    "at 07:00 send supervisors the morning digest": {
        "task": "cases.tasks.morning_digest",
        "schedule": crontab(hour="7", minute="0"),
    },
    "every minute go on with approved changes of the calendar": {
        "task": "cases.tasks.apply_calendar_revisions",
        "schedule": crontab(minute="*"),
    },
    "at 06:30 give the tasks of who is absent to the substitutes": {
        "task": "cases.tasks.hand_over_for_absences",
        "schedule": crontab(hour="6", minute="30"),
    },
    "at 04:15 ask the procedure database for publication decisions": {
        "task": "cases.tasks.fetch_publication_decisions",
        "schedule": crontab(hour="4", minute="15"),
    },
    "at 01:30 close the log books of the years before": {
        "task": "cases.tasks.close_old_log_books",
        "schedule": crontab(hour="1", minute="30"),
    },
    "every hour forget old idempotency keys": {
        "task": "cases.tasks.forget_old_keys",
        "schedule": crontab(minute="30"),
    },
    "every minute deliver webhooks": {
        "task": "cases.tasks.deliver_webhooks",
        "schedule": crontab(minute="*"),
    },
    "every minute put results into the personal data stores of their owners": {
        "task": "cases.tasks.put_results_back",
        "schedule": crontab(minute="*"),
        "options": WITHIN_A_MINUTE,
    },
    "every minute send packages to other installations": {
        "task": "cases.tasks.send_to_partners",
        "schedule": crontab(minute="*"),
        "options": WITHIN_A_MINUTE,
    },
    "at 02:30 forget old access tokens and deliveries": {
        "task": "cases.tasks.forget_old_access",
        "schedule": crontab(hour="2", minute="30"),
    },
    "every minute ask systems around us that were quiet": {
        "task": "cases.tasks.try_quiet_connections",
        "schedule": crontab(minute="*"),
        "options": WITHIN_A_MINUTE,
    },
    "every minute tell the national portal": {
        "task": "cases.tasks.tell_the_portal",
        "schedule": crontab(minute="*"),
        "options": WITHIN_A_MINUTE,
    },
    "every minute put what was before into the outbox of the national portal": {
        "task": "cases.tasks.fill_portal_outbox",
        "schedule": crontab(minute="*"),
        "options": WITHIN_A_MINUTE,
    },
    "every 5 minutes take over what was filed at the national portal": {
        "task": "cases.tasks.take_portal_filings",
        "schedule": crontab(minute="*/5"),
        "options": WITHIN_FIVE_MINUTES,
    },
    "every minute fetch the files of what was filed at the national portal": {
        "task": "cases.tasks.fetch_portal_files",
        "schedule": crontab(minute="*"),
        "options": WITHIN_A_MINUTE,
    },
    "at 03:00 compare with the national portal": {
        "task": "cases.tasks.compare_with_the_portal",
        "schedule": crontab(hour="3", minute="0"),
    },
    "every minute write the exports of lists that wait": {
        "task": "cases.tasks.write_exports",
        "schedule": crontab(minute="*"),
    },
    "every hour forget old exports of lists": {
        "task": "cases.tasks.forget_old_exports",
        "schedule": crontab(minute="45"),
    },
    "every hour forget old drafts of receptions": {
        "task": "cases.tasks.forget_old_drafts",
        "schedule": crontab(minute="35"),
    },
    "every hour forget old drafts of online filings": {
        "task": "cases.tasks.forget_old_online_drafts",
        "schedule": crontab(minute="50"),
    },
    "every minute look for text in new scans": {
        "task": "cases.tasks.search_waiting_scans",
        "schedule": crontab(minute="*"),
    },
    "every minute look at the signatures of new files": {
        "task": "cases.tasks.check_signatures",
        "schedule": crontab(minute="*"),
        "options": WITHIN_A_MINUTE,
    },
    "at 02:45 forget what is kept no longer": {
        "task": "cases.tasks.apply_retention",
        "schedule": crontab(hour="2", minute="45"),
    },
    "every quarter of an hour count what is new or changed of past days": {
        "task": "cases.tasks.keep_rollups",
        "schedule": crontab(minute="7,22,37,52"),
    },
    "every minute count the parts of reports that wait": {
        "task": "cases.tasks.count_reports",
        "schedule": crontab(minute="*"),
    },
    "at 03:30 have the parts of reports counted anew that people look at": {
        "task": "cases.tasks.keep_reports_anew",
        "schedule": crontab(hour="3", minute="30"),
    },
    "every minute ask how online payments stand, and pay back": {
        "task": "cases.tasks.ask_payment_platform",
        "schedule": crontab(minute="*"),
        "options": WITHIN_A_MINUTE,
    },
    "at 01:15 compare the online payments of the day before": {
        "task": "cases.tasks.compare_online_payments",
        "schedule": crontab(hour="1", minute="15"),
    },
    "every five minutes ask where consignments are": {
        "task": "cases.tasks.ask_post",
        "schedule": crontab(minute="*/5"),
        "options": WITHIN_FIVE_MINUTES,
    },
    "every minute chain what was added to the history": {
        "task": "cases.tasks.chain_audit",
        "schedule": crontab(minute="*"),
    },
    "every minute show that beat and worker live": {
        "task": "cases.tasks.heartbeat",
        "schedule": crontab(minute="*"),
    },
}
