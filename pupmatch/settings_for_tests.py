"""The settings that tests run under: the product's, whatever the shell or `.env` happens to say.

Only the database is taken from outside; `bin/test` names it.
"""

import os

# Set before the real settings read them. Empty means unset.
os.environ.update(
    DEBUG="true",
    SECRET_KEY="",
    JWT_SIGNING_KEY="",
    ALLOWED_HOSTS="*",
    CSRF_TRUSTED_ORIGINS="",
    PORT="8000",
    PROXY_COUNT="0",
    RATE_LIMIT_SCALE="1",
    LIKES_PER_DAY="500",
    CARDS_PER_DAY="10000",
    DECK_NEEDS_VERIFIED_ADDRESS="false",
    LIMITS_FILE="",
    PREPARED_STATEMENTS="true",
    # Generous: on a busy machine they would tell of the machine.
    STATEMENT_TIMEOUT_MS="60000",
    LOCK_TIMEOUT_MS="20000",
    DATABASE_PATIENCE_MS="0",
    STAFF_SECOND_FACTOR="optional",
    STAFF_IDLE_MINUTES="30",
    STAFF_SIGN_IN_HOURS="10",
    APPLE_CLIENT_IDS="",
    GOOGLE_CLIENT_IDS="",
    ACCESS_TOKEN_LIFETIME="900",  # noqa: S106 (seconds)
    BREACHED_PASSWORDS_FILE="",
    NEW_SIGN_IN_MAIL="false",
    MAIL_DIR="",
    EMAIL_BACKEND="",
    EMAIL_URL="",
    APP_URL="https://pupmatch.example",
    REDIS_URL="",
    REALTIME_URL="",
    EXPO_PUSH_URL="",
    EXPO_ACCESS_TOKEN="",
    VAPID_PRIVATE_KEY="",
    VAPID_SUBJECT="mailto:push@pupmatch.example",
    WEBPUSH_HOSTS="",
    API_URL="https://api.pupmatch.example",
    S3_BUCKET="",
    S3_PRIVATE_BUCKET="",
    PRIVATE_ROOT="",
    PHOTO_HOST="",
    METRICS_TOKEN="",
    PHOTO_REVIEW="",
    CONTACTS_IN_PROFILES="",
    LINKS_IN_PROFILES="",
    CONTACTS_IN_OPENERS="",
    LINKS_IN_OPENERS="",
    CASES_KEPT_DAYS="180",
    FOUR_EYES_AFTER_DAYS="30",
    WORKER_CONCURRENCY="4",
    WORKER_GRACE="10",
    LOG_LEVEL="INFO",
)

from pupmatch.settings import *  # noqa: F403, TID251 (all of them, and from here)

# In the middle of a test the next half minute may begin.
MFA_TOTP_TOLERANCE = 1

# Nobody listens there: a test that pushes names a provider of its own.
EXPO_PUSH_URL = "http://127.0.0.1:9"

# Tasks that show what a worker does with them.
PROCRASTINATE_IMPORT_PATHS = ["pupmatch.lib.tests.probes"]
