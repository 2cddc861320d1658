"""The part of the settings that says who gets in, and how: part of `onestop/settings.py`, which takes it whole."""

from datetime import timedelta

from environs import Env

env = Env()

# --- Accounts of the offices --------------------------------------------------------------------
AUTH_USER_MODEL = "procedures.Staff"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["onestop.signin.Guard", "django.contrib.auth.backends.ModelBackend"]
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # a ward behind one address goes on working
AXES_FAILURE_LIMIT = env.int("SIGN_IN_FAILURES", 10)
AXES_COOLOFF_TIME = timedelta(minutes=env.int("SIGN_IN_LOCK_MINUTES", 15))
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # "wait 15 minutes" stays true for who tries again
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "onestop.signin.account_of"
AXES_CLIENT_IP_CALLABLE = "onestop.signin.address_of"
AXES_DISABLE_ACCESS_LOG = True  # who signed in when is in the session and the history
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS = ["axes.W002"]  # its middleware answers with a bare text; our doors say it themselves
OTP_REQUIRED_ROLES = env.list("OTP_REQUIRED_ROLES", [])  # of staff who get in with a second factor only
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

# --- Sign-in of citizens (OpenID Connect, cases/public/oidc.py) ---------------------------------
OIDC_CITIZEN_ISSUER = env.str("OIDC_CITIZEN_ISSUER", "").rstrip("/")
OIDC_CITIZEN_CLIENT_ID = env.str("OIDC_CITIZEN_CLIENT_ID", "")
OIDC_CITIZEN_CLIENT_SECRET = env.str("OIDC_CITIZEN_CLIENT_SECRET", "")
OIDC_CITIZEN_NAME = env.str("OIDC_CITIZEN_NAME", "VNeID")
OIDC_CITIZEN_SCOPES = env.list("OIDC_CITIZEN_SCOPES", ["openid", "profile", "email", "phone", "address"])
OIDC_CITIZEN_CLAIMS = {
    "name": "name",
    "id_number": "id_number",
    "phone": "phone_number",
    "email": "email",
    "address": "address.formatted",
    **env.dict("OIDC_CITIZEN_CLAIMS", {}),
}
OIDC_CITIZEN_LEVEL_CLAIM = env.str("OIDC_CITIZEN_LEVEL_CLAIM", "acr")
# Which word of the claim is which level (1 or 2).
OIDC_CITIZEN_LEVELS = {"1": "1", "2": "2", "loa1": "1", "loa2": "2", **env.dict("OIDC_CITIZEN_LEVELS", {})}
# --- Sign-in of staff by the province's own provider (cases/admin/staff_sign_in.py) ----------------
OIDC_STAFF_ISSUER = env.str("OIDC_STAFF_ISSUER", "").rstrip("/")
OIDC_STAFF_CLIENT_ID = env.str("OIDC_STAFF_CLIENT_ID", "")
OIDC_STAFF_CLIENT_SECRET = env.str("OIDC_STAFF_CLIENT_SECRET", "")
OIDC_STAFF_NAME = env.str("OIDC_STAFF_NAME", "SSO")
OIDC_STAFF_SCOPES = env.list("OIDC_STAFF_SCOPES", ["openid", "profile", "email"])
OIDC_STAFF_CLAIM = env.str("OIDC_STAFF_CLAIM", "preferred_username")  # which is the name of the account here
# In `amr` or `acr`: then no code is asked here.
OIDC_STAFF_SECOND_FACTOR = env.list("OIDC_STAFF_SECOND_FACTOR", [])

SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "citizen",
                "name": OIDC_CITIZEN_NAME,
                "client_id": OIDC_CITIZEN_CLIENT_ID,
                "secret": OIDC_CITIZEN_CLIENT_SECRET,
                "settings": {"server_url": OIDC_CITIZEN_ISSUER, "scope": OIDC_CITIZEN_SCOPES},
            },
            {
                "provider_id": "staff",
                "name": OIDC_STAFF_NAME,
                "client_id": OIDC_STAFF_CLIENT_ID,
                "secret": OIDC_STAFF_CLIENT_SECRET,
                "settings": {"server_url": OIDC_STAFF_ISSUER, "scope": OIDC_STAFF_SCOPES},
            },
        ],
    }
}
SOCIALACCOUNT_ADAPTER = "cases.public.oidc.SocialAdapter"
SOCIALACCOUNT_EMAIL_REQUIRED = False
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10  # seconds
ACCOUNT_ADAPTER = "cases.public.oidc.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
