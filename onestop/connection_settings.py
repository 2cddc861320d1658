"""The part of the settings that says where other systems answer: part of `onestop/settings.py`, which takes it whole.

An address that is empty means: not connected.
"""

from django.core.exceptions import ImproperlyConfigured
from environs import Env, validate

env = Env()

# A system with which nobody spoke for so long is asked for a sign of life; 0: never by itself.
CONNECTIONS_TRIED_MINUTES = env.int("CONNECTIONS_TRIED_MINUTES", 5, validate=validate.Range(min=0))

# National Public Service Portal (docs/integrations.md). Its time limits are in seconds.
PORTAL_VARIANT = env.str("PORTAL_VARIANT", "national", validate=validate.OneOf(["national", "moha"]))
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
    "PORTAL_APPLICANT_KINDS",
    {"citizen": "0", "organisation": "1", "business": "1"}
    if PORTAL_VARIANT == "moha"
    else {"citizen": "1", "organisation": "2", "business": "2"},
)
PORTAL_PATHS = env.dict("PORTAL_PATHS", {})
PORTAL_SERVICE_CODES = env.dict("PORTAL_SERVICE_CODES", {})
PORTAL_EXISTS_CODES = env.list("PORTAL_EXISTS_CODES", ["409"])
PORTAL_PLACES = env.dict("PORTAL_PLACES", {"portal": "1", "here": "2"})
PORTAL_FILE_LINKS = env.bool("PORTAL_FILE_LINKS", False)
PORTAL_FILINGS_SERVICE = env.str("PORTAL_FILINGS_SERVICE", "")
PORTAL_FILINGS_TAKEN_SERVICE = env.str("PORTAL_FILINGS_TAKEN_SERVICE", "")
# --- The National Database on Administrative Procedures (cases/connections/procedures/) ----------------
PROCEDURES_URL = env.str("PROCEDURES_URL", "").rstrip("/")
PROCEDURES_KEY = env.str("PROCEDURES_KEY", "")
PROCEDURES_UNIT = env.str("PROCEDURES_UNIT", "")  # whose decisions are asked for; empty: all
# Where its names, words and paths differ: {"code": "…"}, {"unit": {"working_day": "…"}}, {"decisions": "…"}.
PROCEDURES_NAMES = env.json("PROCEDURES_NAMES", {})
PROCEDURES_WORDS = env.json("PROCEDURES_WORDS", {})
PROCEDURES_PATHS = env.json("PROCEDURES_PATHS", {})
# --- The payment platform (cases/connections/payment) --------------------------------------------
PAYMENT_URL = env.str("PAYMENT_URL", "")
PAYMENT_MERCHANT = env.str("PAYMENT_MERCHANT", "")
PAYMENT_SECRET = env.str("PAYMENT_SECRET", "")
PAYMENT_KIND = env.str("PAYMENT_KIND", "national")  # whose platform it is: national or local
PAYMENT_MINUTES = env.int("PAYMENT_MINUTES", 15)  # so long an order may be paid
# Where the platform's words differ from the usual ones: {"order": "vnp_TxnRef", …}.
PAYMENT_FIELDS = env.json("PAYMENT_FIELDS", {})
PAYMENT_PATHS = env.json("PAYMENT_PATHS", {})
PAYMENT_CODES = env.json("PAYMENT_CODES", {})
PAYMENT_STATUSES = env.json("PAYMENT_STATUSES", {})
if PAYMENT_KIND not in {"national", "local"}:
    raise ImproperlyConfigured("PAYMENT_KIND must be 'national' or 'local'.")
if PAYMENT_URL and not (PAYMENT_MERCHANT and PAYMENT_SECRET):
    raise ImproperlyConfigured("PAYMENT_URL needs PAYMENT_MERCHANT and PAYMENT_SECRET.")

# --- The public postal service (cases/connections/post) ------------------------------------------
POST_URL = env.str("POST_URL", "")
POST_TOKEN = env.str("POST_TOKEN", "")
POST_SECRET = env.str("POST_SECRET", "")  # by which the post signs what it tells by itself
POST_CUSTOMER = env.str("POST_CUSTOMER", "")
POST_STEPS = env.json("POST_STEPS", {})  # the post's words for what happens: {"91": "delivered", …}
if POST_URL and not (POST_TOKEN and POST_SECRET):
    raise ImproperlyConfigured("POST_URL needs POST_TOKEN and POST_SECRET.")
# --- The National Population Database (cases/connections/population/) ------------------------------
POPULATION_URL = env.str("POPULATION_URL", "").rstrip("/")
POPULATION_CLIENT_ID = env.str("POPULATION_CLIENT_ID", "")
POPULATION_CLIENT_SECRET = env.str("POPULATION_CLIENT_SECRET", "")
POPULATION_SECONDS = env.float("POPULATION_SECONDS", 4.0)
POPULATION_PURPOSES = {"settle": "GQTTHC", "identify": "XMDT", **env.dict("POPULATION_PURPOSES", {})}
POPULATION_CONFIRMS_WITHOUT_CONSENT = env.bool("POPULATION_CONFIRMS_WITHOUT_CONSENT", False)
POPULATION_NAMES = env.dict("POPULATION_NAMES", {})
POPULATION_PATHS = env.dict("POPULATION_PATHS", {})

# --- Personal data store, civil status, business registration (cases/connections/stores/) ----------
STORES_SECONDS = env.float("STORES_SECONDS", 4.0, validate=validate.Range(min=0.1))  # so long a desk waits
STORES_PURPOSE = env.str("STORES_PURPOSE", "GQTTHC")
PERSONAL_STORE_URL = env.str("PERSONAL_STORE_URL", "").rstrip("/")
PERSONAL_STORE_KEY = env.str("PERSONAL_STORE_KEY", "")
PERSONAL_STORE_PATHS = env.dict("PERSONAL_STORE_PATHS", {})
CIVIL_STATUS_URL = env.str("CIVIL_STATUS_URL", "").rstrip("/")
CIVIL_STATUS_KEY = env.str("CIVIL_STATUS_KEY", "")
CIVIL_STATUS_PATHS = env.dict("CIVIL_STATUS_PATHS", {})
CIVIL_STATUS_FIELDS = env.list("CIVIL_STATUS_FIELDS", ["Hộ tịch"])  # of the catalogue, whose results go there
BUSINESS_URL = env.str("BUSINESS_URL", "").rstrip("/")
BUSINESS_KEY = env.str("BUSINESS_KEY", "")
BUSINESS_PATHS = env.dict("BUSINESS_PATHS", {})
BUSINESS_FIELDS = env.list("BUSINESS_FIELDS", ["Thành lập và hoạt động của hộ kinh doanh"])
# What gateways of messages tell us is believed only when it is signed with this secret.
SMS_CALLBACK_SECRET = env.str("SMS_CALLBACK_SECRET", "")
ZALO_CALLBACK_SECRET = env.str("ZALO_CALLBACK_SECRET", "")

# --- The exchange of documents with other installations (cases/connections/exchange/) ---------------
EXCHANGE_UNIT = env.str("EXCHANGE_UNIT", "")  # the identifier of our own uppermost agency
EXCHANGE_PKCS12 = env.str("EXCHANGE_PKCS12", "")
EXCHANGE_PASSPHRASE = env.str("EXCHANGE_PASSPHRASE", "")
# {"H29": {"url": "https://…/api/v1/exchange/", "certificate": "/path/h29.pem"}}; without a url: by files.
EXCHANGE_PARTNERS = env.json("EXCHANGE_PARTNERS", {})
EXCHANGE_SECONDS = env.float("EXCHANGE_SECONDS", 60.0, validate=validate.Range(min=0.1))
EXCHANGE_MAX_BYTES = env.int("EXCHANGE_MAX_MB", 60, validate=validate.Range(min=1)) * 1024 * 1024
if not isinstance(EXCHANGE_PARTNERS, dict) or not all(
    isinstance(one, dict) and one.get("certificate") and set(one) <= {"url", "certificate"}
    for one in EXCHANGE_PARTNERS.values()
):
    raise ImproperlyConfigured(
        'EXCHANGE_PARTNERS must be JSON such as {"H29": {"url": "https://…", "certificate": "/path/h29.pem"}}.'
    )
if EXCHANGE_PARTNERS and not (EXCHANGE_UNIT and EXCHANGE_PKCS12):
    raise ImproperlyConfigured("EXCHANGE_PARTNERS needs EXCHANGE_UNIT and EXCHANGE_PKCS12.")
if EXCHANGE_UNIT in EXCHANGE_PARTNERS:
    raise ImproperlyConfigured("EXCHANGE_UNIT is this installation; it cannot be one of EXCHANGE_PARTNERS.")
