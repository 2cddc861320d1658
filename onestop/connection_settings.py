"""The part of the settings that says where other systems answer: part of `onestop/settings.py`, which takes it whole.

An address that is empty means: not connected.
"""

from environs import Env

env = Env()

# --- The National Population Database (cases/connections/population/) ------------------------------
POPULATION_URL = env.str("POPULATION_URL", "").rstrip("/")
POPULATION_CLIENT_ID = env.str("POPULATION_CLIENT_ID", "")
POPULATION_CLIENT_SECRET = env.str("POPULATION_CLIENT_SECRET", "")
POPULATION_SECONDS = env.float("POPULATION_SECONDS", 4.0)
POPULATION_PURPOSES = {"settle": "GQTTHC", "identify": "XMDT", **env.dict("POPULATION_PURPOSES", {})}
POPULATION_CONFIRMS_WITHOUT_CONSENT = env.bool("POPULATION_CONFIRMS_WITHOUT_CONSENT", False)
POPULATION_NAMES = env.dict("POPULATION_NAMES", {})
POPULATION_PATHS = env.dict("POPULATION_PATHS", {})

# --- The personal data store (cases/connections/stores/) --------------------------------------------
PERSONAL_STORE_URL = env.str("PERSONAL_STORE_URL", "").rstrip("/")
PERSONAL_STORE_KEY = env.str("PERSONAL_STORE_KEY", "")
