"""Settings of the whole project: one flat file, every outside value through a typed helper.

A wrong value refuses to start and names its variable. Without `DATABASE_URL` and `REDIS_URL` the
project runs on private servers under `.data/` (see `onestop/embedded/`): a laptop needs nothing else.
Every variable is listed in `docs/configuration.md`.
"""

from ipaddress import ip_network
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env

from onestop import embedded
from onestop.connection_settings import *  # noqa: F403 - of this file, too long for one
from onestop.database_settings import *  # noqa: F403 - the same
from onestop.logs import FORMATS, logging_at
from onestop.openapi import SPECTACULAR_SETTINGS  # noqa: F401 - read by drf-spectacular
from onestop.sign_in_settings import *  # noqa: F403 - the same
from onestop.signing_settings import *  # noqa: F403 - the same
from onestop.unfold import UNFOLD  # noqa: F401 - read by Unfold

env = Env()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env.path("ONESTOP_DATA_DIR", BASE_DIR / ".data").resolve()

# Embedded servers are for one machine and one person; both facts below follow from them.
DATABASE_URL = env.str("DATABASE_URL", "")
REDIS_URL = env.str("REDIS_URL", "")
USES_EMBEDDED_POSTGRES = not DATABASE_URL
USES_EMBEDDED_REDIS = not REDIS_URL
DATABASE_URL = DATABASE_URL or embedded.database_url(DATA_DIR)
REDIS_URL = REDIS_URL or embedded.redis_url(DATA_DIR)
EMBEDDED_SERVICES = ("postgresql",) * USES_EMBEDDED_POSTGRES + ("redis",) * USES_EMBEDDED_REDIS

# --- Security ---------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "")
if not SECRET_KEY:
    if not (DEBUG or USES_EMBEDDED_POSTGRES):
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. Give the web server, the workers and the beat the same long random text."
        )
    SECRET_KEY = embedded.machine_secret(DATA_DIR)
# Look-up secrets on receipts are derived from this key: changing it makes printed receipts useless.
LOOKUP_KEY = env.str("LOOKUP_KEY", "") or SECRET_KEY
# Secrets of webhooks are derived from this key: changing it means giving all receivers new ones.
WEBHOOK_KEY = env.str("WEBHOOK_KEY", "") or SECRET_KEY
# Personal data at rest (see `onestop/encryption.py`): a ring of keys, the newest first, and two of their own.
# Without them a laptop keeps its own; elsewhere `manage.py check` refuses what is derived here.
FIELD_KEYS = env.list("FIELD_KEYS", [])
if _keys_file := env.str("FIELD_KEYS_FILE", ""):
    try:
        FIELD_KEYS += Path(_keys_file).read_text().split()
    except OSError as error:
        raise ImproperlyConfigured(f"FIELD_KEYS_FILE cannot be read. {error}") from error
ID_HASH_KEY = env.str("ID_HASH_KEY", "")
AUDIT_KEY = env.str("AUDIT_KEY", "")
DERIVED_KEYS = [name for name in ("FIELD_KEYS", "ID_HASH_KEY", "AUDIT_KEY") if not globals()[name]]
_own = (
    embedded.machine_secret(DATA_DIR, "data_key") if DERIVED_KEYS and USES_EMBEDDED_POSTGRES else SECRET_KEY
)
FIELD_KEYS = FIELD_KEYS or [f"fields:{_own}"]
ID_HASH_KEY = ID_HASH_KEY or f"id-hash:{_own}"
AUDIT_KEY = AUDIT_KEY or f"audit:{_own}"

PUBLIC_URL = env.str("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
# The machine itself may always ask: health checks do.
ALLOWED_HOSTS = [*env.list("ALLOWED_HOSTS", []), "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [])
HTTPS = env.bool("HTTPS", False)
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$", "^metrics$"]  # asked from inside, without TLS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", False) else None
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True  # the CSRF token is read by reception.js
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = env.int("SESSION_HOURS", 10) * 3600
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_MINUTES", 120) * 60
CSP_FORM_TARGETS = env.list("CSP_FORM_TARGETS", [])  # where a form may lead besides here: identity providers
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# --- Applications -----------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # not the default one, which puts its own site in place of ours
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "onestop.apps.OnestopAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "axes",
    "django_otp",
    "django_fsm",
    "pgtrigger",
    "tree_queries",
    "django_filters",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "onestop",
    "procedures",
    "notifications",
    "cases",
]

MIDDLEWARE = [
    "onestop.request_ids.RequestIds",
    "onestop.metrics.requests.Measured",
    "django.middleware.security.SecurityMiddleware",
    "onestop.headers.SecureHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "onestop.sessions.SessionAge",
    "onestop.second_factor.SecondFactor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "onestop.faults.DatabaseAway",
    "onestop.reading.ReadAccessMiddleware",
]

ROOT_URLCONF = "onestop.urls"
WSGI_APPLICATION = "onestop.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "onestop" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Data -------------------------------------------------------------------------------------
DATABASES = databases(  # noqa: F405
    DATABASE_URL, embedded=USES_EMBEDDED_POSTGRES, test_name=env.str("ONESTOP_TEST_DB", "test_onestop")
)

CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "onestop",
        "OPTIONS": {
            # A desk must go on receiving dossiers when Redis is away: the cache is then empty and
            # says so in the log; throttles open until it is back.
            "IGNORE_EXCEPTIONS": True,
            "SOCKET_CONNECT_TIMEOUT": 0.5,
            "SOCKET_TIMEOUT": 0.5,
        },
    }
}
DJANGO_REDIS_LOG_IGNORED_EXCEPTIONS = True
DJANGO_REDIS_LOGGER = "onestop.cache"
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# --- Language and time ------------------------------------------------------------------------
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Vietnamese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
FORMAT_MODULE_PATH = ["onestop.formats"]

# --- Files ------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", DATA_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "onestop" / "static"]
STORAGES = {
    # Scans and letters: outside the web root, served only by views that ask who wants them.
    "default": {
        "BACKEND": "onestop.storage.WholeFiles",
        "OPTIONS": {"location": str(env.path("DOCUMENT_ROOT", DATA_DIR / "documents")), "base_url": None},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True  # no collectstatic needed on a laptop; the container runs it at build time
WORD_TEMPLATES_DIR = env.str("WORD_TEMPLATES_DIR", "")  # of the office; else the built-in ones
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_MB", 20) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
READ_ACCESS_KEPT_DAYS = env.int("READ_ACCESS_KEPT_DAYS", 730)  # who read which personal data
MESSAGE_BODY_KEPT_DAYS = env.int("MESSAGE_BODY_KEPT_DAYS", 365)  # what a delivered message said
ARCHIVE_AFTER_YEARS = env.int("ARCHIVE_AFTER_YEARS", 2)  # whole years between the archived one and this one
EXPORT_KEPT_HOURS = env.int("EXPORT_KEPT_HOURS", 24)
ONLINE_QUOTA_BYTES = env.int("ONLINE_QUOTA_MB", 100) * 1024 * 1024  # in the drafts of one citizen
ONLINE_DRAFT_KEPT_DAYS = env.int("ONLINE_DRAFT_KEPT_DAYS", 30)  # of a filing that was begun online
SCANNER_FOLDER = env.str("SCANNER_FOLDER", "")  # where scanners of the desks put their files; empty = none
CLAMD = env.str("CLAMD", "")  # unix:///run/clamav/clamd.ctl or tcp://host:3310; empty = nobody scans
CLAMD_REQUIRED = env.bool("CLAMD_REQUIRED", True)
if CLAMD and not CLAMD.startswith(("unix:///", "tcp://")):
    raise ImproperlyConfigured("CLAMD must be a unix:/// or tcp:// address, or empty.")
OCR = env.str("OCR", "auto")  # text in scans, where ocrmypdf is installed
OCR_LANGUAGES = env.str("OCR_LANGUAGES", "vie+eng")  # names of tesseract
if OCR not in {"auto", "off"}:
    raise ImproperlyConfigured("OCR must be 'auto' or 'off'.")

# --- Workers ----------------------------------------------------------------------------------
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", embedded.broker_url(REDIS_URL))
CELERY_TIMEZONE = TIME_ZONE
CELERY_ENABLE_UTC = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True  # every task is safe to run twice, so a killed worker loses nothing
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 900
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_connect_timeout": 0.5,  # seconds
    # Who asks a worker from a page is told at once that the broker is away; without this kombu tries for
    # seconds, whatever `retry=False` says. Workers and the beat reconnect by BROKER_CONNECTION_MAX_RETRIES.
    "max_retries": 0,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
HEARTBEAT_MAX_AGE_SECONDS = env.int("HEARTBEAT_MAX_AGE_SECONDS", 300)
OUTAGE_AFTER_SECONDS = env.int("OUTAGE_AFTER_SECONDS", 600)  # then the operators are written to
OPERATOR_EMAILS = env.list("OPERATOR_EMAILS", [])
# /metrics answers to who brings the token, or asks from one of the networks; on a laptop to the machine itself.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
METRICS_NETWORKS = env.list("METRICS_NETWORKS", ["127.0.0.0/8", "::1/128"] if USES_EMBEDDED_POSTGRES else [])
METRICS_CACHE_SECONDS = env.int("METRICS_CACHE_SECONDS", 5)
try:
    METRICS_NETWORKS = [ip_network(network) for network in METRICS_NETWORKS]
except ValueError as error:
    raise ImproperlyConfigured(f"METRICS_NETWORKS names what is no network. {error}") from error

# --- Messages to applicants -------------------------------------------------------------------
# Without a mail server mails are files that can be opened; a log must not hold what they say.
EMAIL_BACKEND = env.str("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_HOST = env.str("EMAIL_HOST", "localhost")
EMAIL_PORT = env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "motcua@onestop.example")
# Empty = the console gateway: the worker logs that a text would go out and counts it as sent.
SMS_GATEWAY_URL = env.str("SMS_GATEWAY_URL", "")
SMS_GATEWAY_TOKEN = env.str("SMS_GATEWAY_TOKEN", "")
ZALO_GATEWAY_URL = env.str("ZALO_GATEWAY_URL", "")
ZALO_GATEWAY_TOKEN = env.str("ZALO_GATEWAY_TOKEN", "")
# What a gateway's JSON answer must hold for a message to count as taken, such as {"CodeResult": "100"}.
SMS_GATEWAY_SUCCESS = env.json("SMS_GATEWAY_SUCCESS", {"ok": True})
ZALO_GATEWAY_SUCCESS = env.json("ZALO_GATEWAY_SUCCESS", {"ok": True})
MESSAGE_MAX_ATTEMPTS = env.int("MESSAGE_MAX_ATTEMPTS", 8)
SMS_MAX_SEGMENTS = env.int("SMS_MAX_SEGMENTS", 4)  # longer texts are saved with a warning
QUIET_HOURS_FROM = env.str("QUIET_HOURS_FROM", "21:00")
QUIET_HOURS_TO = env.str("QUIET_HOURS_TO", "07:00")
QUIET_HOURS_URGENT = env.list("QUIET_HOURS_URGENT", [])  # kinds of messages that go at once all the same

# --- The law's parameters that an office may configure (see the rules named) --------------------
ONLINE_LAST_MINUTES = env.int("ONLINE_LAST_MINUTES", 0)  # R11
ONLINE_ANSWER_WORKING_HOURS = env.int("ONLINE_ANSWER_WORKING_HOURS", 8)  # R10, also by post
BOUNDARY_FREE_NATION = env.list("BOUNDARY_FREE_NATION", [])  # R15, codes of procedures
RESULT_CODE_PATTERN = env.str("RESULT_CODE_PATTERN", "{issuer}.{procedure}.{dossier}")  # R36
LOOKUP_PROOF = env.list("LOOKUP_PROOF", ["secret", "person"])  # R40
MIN_SUBSTITUTES = env.int("MIN_SUBSTITUTES", 1)  # R44
LOG_BOOKS_CLOSE_ON_JANUARY = env.int("LOG_BOOKS_CLOSE_ON_JANUARY", 15)  # R42; 0 = only by hand
RESCHEDULE_SCOPE = env.str("RESCHEDULE_SCOPE", "cycle")  # R30, T11: cycle or dossier
SCORECARD_PARAMETERS = env.str("SCORECARD_PARAMETERS", "")  # R51: a JSON file; empty = built in
MAX_SUPPLEMENT_REQUESTS = env.int("MAX_SUPPLEMENT_REQUESTS", 1)  # R9
UNDO_MINUTES = env.int("UNDO_MINUTES", 30)  # one's own last step; 0 = never
RECEPTION_BACKDATE_WORKING_DAYS = env.int("RECEPTION_BACKDATE_WORKING_DAYS", 5)  # paper entered later
DRAFT_KEPT_HOURS = env.int("DRAFT_KEPT_HOURS", 24)  # of a reception that was begun; it names people
REMINDER_AFTER_WORKING_DAYS = env.int("REMINDER_AFTER_WORKING_DAYS", 10)  # R28
CLOSE_AFTER_WORKING_DAYS = env.int("CLOSE_AFTER_WORKING_DAYS", 15)  # R28
APOLOGY_PROPOSED_WORKING_DAYS = env.int("APOLOGY_PROPOSED_WORKING_DAYS", 3)  # a proposal, open to change
APOLOGY_SHORT_LIMIT_MINUTES = env.int("APOLOGY_SHORT_LIMIT_MINUTES", 60)  # R29, limits shorter than a day
GROUP_MAX_ROWS = env.int("GROUP_MAX_ROWS", 200)  # dossiers that are received together
QUEUE_LAST_NUMBER_MINUTES = env.int("QUEUE_LAST_NUMBER_MINUTES", 15)
QUEUE_PRIORITY_IN_A_ROW = env.int("QUEUE_PRIORITY_IN_A_ROW", 3)
QUEUE_CALLS_BEFORE_NO_SHOW = env.int("QUEUE_CALLS_BEFORE_NO_SHOW", 2)
QUEUE_MOST_WAITING = env.int("QUEUE_MOST_WAITING", 300)
if not LOOKUP_PROOF or not set(LOOKUP_PROOF) <= {"secret", "person"}:
    raise ImproperlyConfigured("LOOKUP_PROOF is 'secret', 'person', or both with a comma between.")
if RESCHEDULE_SCOPE not in {"cycle", "dossier"}:
    raise ImproperlyConfigured("RESCHEDULE_SCOPE must be 'cycle' or 'dossier'.")
try:
    _result_code = RESULT_CODE_PATTERN.format(issuer="H41.101", procedure="1.001193", dossier="<code>")
except (LookupError, ValueError, AttributeError) as _error:
    raise ImproperlyConfigured(
        "RESULT_CODE_PATTERN may only name {issuer}, {procedure} and {dossier}."
    ) from _error
if "<code>" not in _result_code:
    raise ImproperlyConfigured("RESULT_CODE_PATTERN must name {dossier}: two results may not share a code.")
if not 0 <= LOG_BOOKS_CLOSE_ON_JANUARY <= 31:
    raise ImproperlyConfigured("LOG_BOOKS_CLOSE_ON_JANUARY is a day of January, or 0.")

# --- API --------------------------------------------------------------------------------------
KNOX_TOKEN_MODEL = "cases.AccessToken"
REST_KNOX = {"TOKEN_MODEL": KNOX_TOKEN_MODEL, "AUTH_HEADER_PREFIX": "Bearer"}
MIGRATION_MODULES = {"knox": None}  # its own table is not used, so it is not made
TOKEN_DAYS = env.int("TOKEN_DAYS", 90)
TOKEN_MAX_DAYS = env.int("TOKEN_MAX_DAYS", 366)
IF_MATCH_REQUIRED = env.bool("IF_MATCH_REQUIRED", False)
WEBHOOK_MAX_ATTEMPTS = env.int("WEBHOOK_MAX_ATTEMPTS", 12)
WEBHOOK_ALLOW_PRIVATE = env.bool("WEBHOOK_ALLOW_PRIVATE", False)
WEBHOOK_LOG_KEPT_DAYS = env.int("WEBHOOK_LOG_KEPT_DAYS", 30)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # Tokens first: they make a missing sign-in 401 with a header that says how.
        "cases.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "cases.api.problems.handle",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_THROTTLE_RATES": {
        "lookup": env.str("THROTTLE_LOOKUP", "600/min"),
        "lookup-code": env.str("THROTTLE_LOOKUP_CODE", "20/min"),
        "staff": env.str("THROTTLE_STAFF", "1200/min"),
        "catalogue": env.str("THROTTLE_CATALOGUE", "240/min"),
        "pages": env.str("THROTTLE_PAGES", "600/min"),
        "filing": env.str("THROTTLE_FILING", "60/hour"),
        "kiosk": env.str("THROTTLE_KIOSK", "60/min"),
        "feedback": env.str("THROTTLE_FEEDBACK", "60/hour"),
        "notices": env.str("THROTTLE_NOTICES", "1200/min"),
        "verify": env.str("THROTTLE_VERIFY", "30/min"),
        "exchange": env.str("THROTTLE_EXCHANGE", "240/min"),
        "sms": env.str("THROTTLE_SMS", "10/min"),
        "sign-in": env.str("THROTTLE_FAILED_SIGN_IN", "60/min"),
    },
    # Without a proxy in front, X-Forwarded-For is whatever the sender likes to write.
    "NUM_PROXIES": 1 if SECURE_PROXY_SSL_HEADER else 0,
}

# --- Log --------------------------------------------------------------------------------------
LOG_FORMAT = env.str("LOG_FORMAT", "") or ("text" if DEBUG or USES_EMBEDDED_POSTGRES else "json")
if LOG_FORMAT not in FORMATS:
    raise ImproperlyConfigured("LOG_FORMAT must be 'json' or 'text', or empty.")
LOGGING = logging_at(env.str("LOG_LEVEL", "INFO"), LOG_FORMAT)
