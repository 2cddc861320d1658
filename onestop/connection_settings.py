"""The part of the settings that says where other systems answer: part of `onestop/settings.py`, which takes it whole.

An address that is empty means: not connected.
"""

from environs import Env, validate

env = Env()

# National Public Service Portal (docs/integrations.md). Its time limits are in seconds.
PORTAL_URL = env.str("PORTAL_URL", "").rstrip("/")
PORTAL_LOGIN_URL = env.str("PORTAL_LOGIN_URL", "").rstrip("/")
PORTAL_USERNAME = env.str("PORTAL_USERNAME", "")
PORTAL_PASSWORD = env.str("PORTAL_PASSWORD", "")
PORTAL_UNIT = env.str("PORTAL_UNIT", "")  # madonvi
PORTAL_READ_SECONDS = env.float("PORTAL_READ_SECONDS", 60.0, validate=validate.Range(min=0.1))
PORTAL_BATCH = env.int("PORTAL_BATCH", 1, validate=validate.Range(min=1))
PORTAL_BACKLOG = env.bool("PORTAL_BACKLOG", False)
PORTAL_SESSION_CODES = env.list("PORTAL_SESSION_CODES", [])
PORTAL_APPLICANT_KINDS = env.dict(
    "PORTAL_APPLICANT_KINDS", {"citizen": "1", "organisation": "2", "business": "2"}
)
PORTAL_PLACES = env.dict("PORTAL_PLACES", {"portal": "1", "here": "2"})
PORTAL_PAID_ONLINE = env.str("PORTAL_PAID_ONLINE", "2")
PORTAL_FILE_LINKS = env.bool("PORTAL_FILE_LINKS", False)
PORTAL_FILINGS_SERVICE = env.str("PORTAL_FILINGS_SERVICE", "")
PORTAL_FILINGS_TAKEN_SERVICE = env.str("PORTAL_FILINGS_TAKEN_SERVICE", "")
