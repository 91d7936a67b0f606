"""Every setting, and the only module that reads the environment.

Each variable is described in `.env.example`. Production (DEBUG off, the default) refuses to start
on a missing or default secret.
"""

import re
from datetime import timedelta

from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy
from pythonjsonlogger.core import RESERVED_ATTRS

from pupmatch.environment import (
    BASE_DIR,
    database,
    env,
    folder,
    hash_list,
    number,
    one_of,
    patience_with_buckets,
    secret,
    whole_number,
)
from pupmatch.lib.database.patient import PatientConnection

VERSION = "0.5.0"

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = secret("SECRET_KEY", debug=DEBUG)
JWT_SIGNING_KEY = secret("JWT_SIGNING_KEY", debug=DEBUG, default=SECRET_KEY)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
if not DEBUG and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS is not set: the host names that answer, by commas")
PORT = whole_number("PORT", 8000, least=1, most=65535)

# How many proxies in front of the application append to X-Forwarded-For; 0 trusts none of it.
# The front knows of three, itself included.
PROXY_COUNT = whole_number("PROXY_COUNT", 0, least=0, most=3)

# --- Applications ---------------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "procrastinate.contrib.django",
    "pupmatch.lib",
    "events",
    "screening",
    "accounts.staff.apps.AccountConfig",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.apple",
    "allauth.socialaccount.providers.google",
    "accounts.staff.apps.AxesConfig",
    "accounts",
    "playgrounds",
    "profiles",
    "verification",
    "messaging",
    "matching",
    "moderation",
    "notifications",
    "exports",
    "realtime",
    "demo",
    "pupmatch.lib.staff.apps.StaffConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "django.forms",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_prometheus",
    "anymail",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "pupmatch.lib.middleware.RequestIdMiddleware",
    "pupmatch.lib.bodies.WholeBodyMiddleware",
    "pupmatch.lib.answers.WholeAnswerMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "pupmatch.lib.policies.BrowserPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "pupmatch.lib.outages.OutageMiddleware",
    "pupmatch.lib.middleware.ApiMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "pupmatch.lib.middleware.StaffMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "pupmatch.lib.metrics.ViewMetricsMiddleware",
]

ROOT_URLCONF = "pupmatch.urls"
WSGI_APPLICATION = "pupmatch.wsgi.application"
APPEND_SLASH = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "pupmatch" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- Database -------------------------------------------------------------------------------------

# 0 keeps one persistent connection for each thread; a number makes a pool of that size for each
# process. Both are health-checked before use.
DATABASE_POOL_SIZE = whole_number("DATABASE_POOL_SIZE", 0, least=0, most=30)
# Off behind a pooler that gives each transaction another connection and knows nothing of them.
PREPARED_STATEMENTS = env.bool("PREPARED_STATEMENTS", default=True)
STATEMENT_TIMEOUT_MS = whole_number("STATEMENT_TIMEOUT_MS", 5000, least=0, most=600_000)
LOCK_TIMEOUT_MS = whole_number("LOCK_TIMEOUT_MS", 2000, least=0, most=600_000)
# How long a request waits for the database in all; then it is answered 503. 0 is no limit.
DATABASE_PATIENCE_MS = whole_number("DATABASE_PATIENCE_MS", 2500, least=0, most=600_000)

DATABASES = {"default": database()}
# What the URL says behind its ?, such as sslmode and sslrootcert.
_asked: dict = DATABASES["default"].get("OPTIONS", {})
DATABASES["default"].update(
    ENGINE="pupmatch.lib.database",
    CONN_MAX_AGE=0 if DATABASE_POOL_SIZE else None,
    CONN_HEALTH_CHECKS=True,
    OPTIONS={
        # JIT costs seconds where the planner overestimates the deck's rows.
        "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c lock_timeout={LOCK_TIMEOUT_MS}"
        " -c idle_in_transaction_session_timeout=30000 -c jit=off"
        # What nobody waits for any more is done no further.
        " -c client_connection_check_interval=500 " + _asked.pop("options", ""),
        "connect_timeout": 2,
        # A server that vanished without a word is noticed by the system, within half a minute.
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
        **(
            {
                "pool": {
                    "min_size": 2,
                    "max_size": DATABASE_POOL_SIZE,
                    "timeout": 2,
                    # After that whoever needs a connection asks for a new one, at once.
                    "reconnect_timeout": 2,
                    "connection_class": PatientConnection,
                }
            }
            if DATABASE_POOL_SIZE
            else {}
        ),
        # For statements whose values the server binds (pupmatch.lib.documents): prepared when they
        # come a second time.
        "prepare_threshold": 1 if PREPARED_STATEMENTS else None,
        **_asked,
    },
)

# Limits are counted there, and realtime is woken by it: numbers and ids, never anything that Python
# would load as an object. So Django's cache is not in it.
REDIS_URL = env.str("REDIS_URL", default="")

# --- Jobs -----------------------------------------------------------------------------------------

# procrastinate's own migrations have no way back.
MIGRATION_MODULES = {"procrastinate": "pupmatch.lib.jobs.migrations"}
# A daily task is caught up with by a worker that starts within the day.
PROCRASTINATE_PERIODIC_DEFAULTS = {"max_delay": 24 * 60 * 60}
WORKER_CONCURRENCY = whole_number("WORKER_CONCURRENCY", 4, least=1, most=64)
# Seconds that jobs may take to finish once the worker was told to stop; then they go back.
WORKER_GRACE = whole_number("WORKER_GRACE", 10, least=0, most=600)

# --- Accounts and tokens --------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = [
    "accounts.hashers.OwaspArgon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # only to read imported hashes
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email"]},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 8},
    },
    {"NAME": "accounts.passwords.GuessableValidator"},
]
# The Pwned Passwords, downloaded: passwords in it are refused (accounts.passwords).
BREACHED_PASSWORDS_FILE = hash_list("BREACHED_PASSWORDS_FILE")
PASSWORD_RESET_TIMEOUT = 60 * 60
EMAIL_VERIFICATION_TIMEOUT = 3 * 24 * 60 * 60

ACCESS_TOKEN_LIFETIME = whole_number("ACCESS_TOKEN_LIFETIME", 900, least=1, most=86_400)
# A refresh token used again within this time is an app that lost the answer, not a thief.
REFRESH_REUSE_LEEWAY = timedelta(seconds=10)
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(seconds=ACCESS_TOKEN_LIFETIME),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=60),
    "ALGORITHM": "HS256",
    "SIGNING_KEY": JWT_SIGNING_KEY,
    "ISSUER": "pupmatch",
    "AUDIENCE": "pupmatch-app",
    "USER_ID_CLAIM": "sub",
    "UPDATE_LAST_LOGIN": False,
}

# --- How staff sign in ----------------------------------------------------------------------------

# Without a second factor nobody reaches a page of the admin; a demo in development may do without.
STAFF_SECOND_FACTOR = one_of("STAFF_SECOND_FACTOR", "required", "optional")
if STAFF_SECOND_FACTOR == "optional" and not DEBUG:
    raise ImproperlyConfigured("STAFF_SECOND_FACTOR=optional is for development: DEBUG is off")
# A sign-in ends so long after its last request, and so long after it began at the latest.
STAFF_IDLE_MINUTES = whole_number("STAFF_IDLE_MINUTES", 30, least=1, most=24 * 60)
STAFF_SIGN_IN_HOURS = whole_number("STAFF_SIGN_IN_HOURS", 10, least=1, most=7 * 24)
SESSION_COOKIE_AGE = STAFF_SIGN_IN_HOURS * 60 * 60
SESSION_ENGINE = "accounts.staff.session_store"
MESSAGE_STORAGE = "pupmatch.lib.staff.messages.Messages"
# Around every page of the admin, and of nothing else (pupmatch.lib.middleware.StaffMiddleware).
STAFF_MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.staff.middleware.SignedInStaffMiddleware",
    "pupmatch.lib.throttling.views.LimitedStaffMiddleware",
]

# django-allauth keeps and checks second factors; none of its pages has an address.
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
MFA_ADAPTER = "accounts.staff.adapter.StaffAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "PupMatch"
MFA_TOTP_TOLERANCE = 0  # a code is good for its own 30 s

# --- Lockout --------------------------------------------------------------------------------------

# Failures that are let in within a quarter of an hour, for members and staff alike, by what they are
# counted on (accounts.lockout); RATE_LIMIT_SCALE multiplies these, too.
SIGN_IN_LOCKS = {"place": 5, "network": 20, "account": 50, "codes": 5}
SIGN_IN_LOCK_SECONDS = 15 * 60
# They are kept in django-axes' table, which its own commands list and reset.
AXES_COOLOFF_TIME = timedelta(seconds=SIGN_IN_LOCK_SECONDS)
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False

# Whether a mail tells of a sign-in on a device, or in a network, where there was none before.
NEW_SIGN_IN_MAIL = env.bool("NEW_SIGN_IN_MAIL", default=True)

# --- Sign in with Apple and Google ----------------------------------------------------------------

# Of the apps whose ID tokens are taken; without any, the provider is switched off.
APPLE_CLIENT_IDS = env.list("APPLE_CLIENT_IDS", default=[])
GOOGLE_CLIENT_IDS = env.list("GOOGLE_CLIENT_IDS", default=[])
SOCIALACCOUNT_PROVIDERS = {
    "apple": {
        "provider_class": "accounts.social.providers.Apple",
        "CLIENT_IDS": [client_id.strip() for client_id in APPLE_CLIENT_IDS],
        "KEYS_URL": "https://appleid.apple.com/auth/keys",
    },
    "google": {
        "provider_class": "accounts.social.providers.Google",
        "CLIENT_IDS": [client_id.strip() for client_id in GOOGLE_CLIENT_IDS],
        "KEYS_URL": "https://www.googleapis.com/oauth2/v3/certs",
    },
}
SOCIALACCOUNT_STORE_TOKENS = False

# --- The API --------------------------------------------------------------------------------------

RATE_LIMIT_SCALE = number("RATE_LIMIT_SCALE", 1, least=0.001, most=1_000_000)
# scope: (requests, seconds) of one person, or of an address without a sign-in. `pupmatch.lib.throttling`
# says what else counts, and multiplies by RATE_LIMIT_SCALE; docs/operations.md explains each.
RATE_LIMITS = {
    # Everything counts as one of these, beside what its view names.
    "read": (600, 60),
    "write": (240, 60),
    "refused": (300, 60),
    "admin": (600, 60),
    "register": (20, 3600),
    "sign_in": (10, 60),
    "nonce": (20, 60),
    "refresh": (60, 60),
    "mail": (5, 3600),
    "mail_to_address": (5, 3600),
    "token_check": (20, 3600),
    "password": (10, 3600),
    "location": (60, 3600),
    "upload": (60, 3600),
    "verification": (10, 3600),
    "playground": (60, 3600),
    "review": (60, 3600),
    "report": (20, 3600),
    "report_daily": (60, 86400),
    "device": (120, 3600),
    "appeal": (20, 3600),
    "export": (5, 86400),
    "export_fetch": (120, 3600),
    "deck": (120, 60),
    "hints": (60, 60),
    "search": (60, 60),
    "places": (240, 60),
    "lists": (120, 60),
    "card": (240, 60),
    "like": (120, 60),
    # Of the same two people: how often a like, or a match, is news that a telephone rings for.
    "news_of_like": (1, 86400),
    "news_of_match": (1, 86400),
    "message": (120, 60),
    "message_in_conversation": (60, 60),
    "events": (300, 60),
    "ticket": (60, 60),
}
# Where the processes of one machine count what is read; in its shared memory if left out.
LIMITS_FILE = env.str("LIMITS_FILE", default="")
# New likes of one person in a day; 0: as many as they like.
if LIKES_PER_DAY := whole_number("LIKES_PER_DAY", 500, least=0, most=100_000):
    RATE_LIMITS["likes_a_day"] = (LIKES_PER_DAY, 86_400)
# Cards that decks show one person in a day; 0: as many as they like. Whoever likes one dog in twenty
# uses up these and the likes together; at one a second they last for three hours.
if CARDS_PER_DAY := whole_number("CARDS_PER_DAY", 10_000, least=0, most=10_000_000):
    RATE_LIMITS["cards_a_day"] = (CARDS_PER_DAY, 86_400)
# Whether the deck waits until the mail address is verified.
DECK_NEEDS_VERIFIED_ADDRESS = env.bool("DECK_NEEDS_VERIFIED_ADDRESS", default=False)
# JSON and forms; with a photo, its envelope too. deploy/haproxy.cfg says the same.
MAX_BODY_BYTES = DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
MAX_PHOTO_BYTES = 10 * 1024 * 1024
MAX_UPLOAD_BYTES = MAX_PHOTO_BYTES + 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.SessionTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.permissions.InGoodStanding"],
    "DEFAULT_PARSER_CLASSES": ["pupmatch.lib.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["pupmatch.lib.renderers.OrjsonRenderer"],
    "DEFAULT_THROTTLE_CLASSES": ["pupmatch.lib.throttling.ScopedThrottle"],
    "DEFAULT_METADATA_CLASS": "pupmatch.lib.options.NoMetadata",
    "DEFAULT_PAGINATION_CLASS": "pupmatch.lib.pagination.KeysetPagination",
    "DEFAULT_SCHEMA_CLASS": "pupmatch.lib.schema.ProblemAutoSchema",
    "EXCEPTION_HANDLER": "pupmatch.lib.handler.exception_handler",
    "NUM_PROXIES": PROXY_COUNT,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "URL_FORMAT_OVERRIDE": None,
    "COERCE_DECIMAL_TO_STRING": False,
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "pupmatch.lib.handler.ProblemHandler",
    "EXCEPTION_FORMATTER_CLASS": "pupmatch.lib.handler.ProblemFormatter",
    "NESTED_FIELD_SEPARATOR": "/",
    "ENABLE_IN_DEBUG_FOR_UNHANDLED_EXCEPTIONS": True,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "PupMatch",
    "VERSION": VERSION,
    "DESCRIPTION": "Playmates for dogs: profiles, the deck, matches, conversations, playgrounds.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "PATH_CONVERTER_OVERRIDES": {"id": {"type": "string", "format": "uuid"}},
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"persistAuthorization": DEBUG, "displayRequestDuration": True},
    "ENUM_NAME_OVERRIDES": {
        "CompatibilityPartEnum": "matching.compatibility.PARTS",
        "DistanceUnitEnum": "profiles.choices.DistanceUnit",
        "HintPreferenceEnum": ["max_distance", "min_age", "max_age"],
        "MessageKindEnum": "messaging.models.Message.Kind",
        "PlayStyleEnum": "profiles.choices.PlayStyle",
        "PlaygroundFeatureEnum": "playgrounds.models.Feature",
        "ProviderEnum": "notifications.models.people.Provider",
        "SignInProviderEnum": "accounts.social.providers.NAMES",
        "VerificationKindEnum": "verification.models.Verification.Kind",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "pupmatch.lib.schema.require_what_is_answered",
        "pupmatch.lib.schema.name_what_is_discriminated",
        "pupmatch.lib.schema.add_examples",
    ],
}

SILENCED_SYSTEM_CHECKS = [
    # GDAL before 3.9 follows addresses inside spatial references; no text of a user reaches GDAL:
    # points are made from checked numbers only. The production image has 3.10.
    "gis.W001",
    # Sessions, sign-in, messages and the protection of forms are in STAFF_MIDDLEWARE.
    "admin.E408",
    "admin.E409",
    "admin.E410",
    "security.W003",
]

# --- Files ----------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = folder("STATIC_ROOT", BASE_DIR / ".local" / "static")
STATICFILES_DIRS = [BASE_DIR / "pupmatch" / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = folder("MEDIA_ROOT", BASE_DIR / ".local" / "media")
FILE_UPLOAD_PERMISSIONS = 0o644
# An upload, with the place in its EXIF, is never written to a temporary file.
FILE_UPLOAD_MAX_MEMORY_SIZE = MAX_UPLOAD_BYTES

S3_BUCKET = env.str("S3_BUCKET", default="")
STORAGES: dict[str, dict] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
S3_ACCESS = {
    "endpoint_url": env.str("S3_ENDPOINT_URL", default="") or None,
    "region_name": env.str("S3_REGION", default="") or None,
    "access_key": env.str("S3_ACCESS_KEY_ID", default="") or None,
    "secret_key": env.str("S3_SECRET_ACCESS_KEY", default="") or None,
    "default_acl": None,
    "file_overwrite": False,
}
if S3_BUCKET:
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            **S3_ACCESS,
            "client_config": patience_with_buckets(),
            "bucket_name": S3_BUCKET,
            # The public host of the bucket or its CDN; names are unguessable, so nothing is signed.
            "custom_domain": env.str("S3_PUBLIC_HOST", default="") or None,
            "querystring_auth": False,
            "object_parameters": {"CacheControl": "public, max-age=31536000, immutable"},
        },
    }

# Photos of the folder from a host of their own, so that nothing that was uploaded shares an origin
# with the API or the pages of staff. A bucket has one anyway.
PHOTO_HOST = "" if S3_BUCKET else env.str("PHOTO_HOST", default="").lower()
# Where photos come from, beside this server itself: what pages of staff may show.
PHOTO_ORIGINS: list[str] = []
if PHOTO_HOST:
    PHOTO_ORIGINS = [f"https://{PHOTO_HOST}"]
    MEDIA_URL = f"https://{PHOTO_HOST}{MEDIA_URL}"
    ALLOWED_HOSTS = [*ALLOWED_HOSTS, PHOTO_HOST]
    # Before anything that answers.
    MIDDLEWARE.insert(
        MIDDLEWARE.index("pupmatch.lib.policies.BrowserPolicyMiddleware") + 1,
        "pupmatch.lib.media.PhotoHostMiddleware",
    )
if S3_BUCKET:
    photo_host = STORAGES["default"]["OPTIONS"]["custom_domain"]
    endpoint = STORAGES["default"]["OPTIONS"]["endpoint_url"] or "https://*.amazonaws.com"
    PHOTO_ORIGINS = [f"https://{photo_host}" if photo_host else endpoint]

# What only staff and its owner may see: in a folder that no server serves, or a bucket of its own
# that nobody may read but by these keys. `pupmatch.lib.private` shows it.
PRIVATE_ROOT = folder("PRIVATE_ROOT", BASE_DIR / ".local" / "private")
S3_PRIVATE_BUCKET = env.str("S3_PRIVATE_BUCKET", default="")
STORAGES["private"] = {"BACKEND": "pupmatch.lib.private.PrivateFolder"}
for served in (MEDIA_ROOT, STATIC_ROOT):
    if PRIVATE_ROOT and served and PRIVATE_ROOT.is_relative_to(served):
        raise ImproperlyConfigured("PRIVATE_ROOT must not lie inside MEDIA_ROOT or STATIC_ROOT")
if S3_PRIVATE_BUCKET:
    if S3_PRIVATE_BUCKET == S3_BUCKET:
        raise ImproperlyConfigured("S3_PRIVATE_BUCKET must be another bucket than S3_BUCKET")
    STORAGES["private"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            **S3_ACCESS,
            "client_config": patience_with_buckets(),
            "bucket_name": S3_PRIVATE_BUCKET,
            "object_parameters": {"CacheControl": "private, no-store"},
        },
    }

# --- Mail -----------------------------------------------------------------------------------------

MAIL_DIR = folder("MAIL_DIR", None)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="PupMatch <hello@pupmatch.example>")
# Where the links in mails lead: the app, or the site that opens it.
APP_URL = env.str("APP_URL", default=f"http://localhost:{PORT}" if DEBUG else "").rstrip("/")
if not DEBUG and not APP_URL.startswith("https://"):
    raise ImproperlyConfigured("APP_URL must be the https address that links in mails lead to")
if MAIL_DIR:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = MAIL_DIR
elif email_backend := env.str("EMAIL_BACKEND", default=""):
    EMAIL_BACKEND = email_backend
    ANYMAIL = env.dict("ANYMAIL", default={})
elif email_url := env.str("EMAIL_URL", default=""):
    vars().update(env.email_url_config(email_url))
else:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
EMAIL_TIMEOUT = 10

# --- Push -----------------------------------------------------------------------------------------

EXPO_PUSH_URL = env.str("EXPO_PUSH_URL", default="").rstrip("/") or "https://exp.host"
EXPO_ACCESS_TOKEN = env.str("EXPO_ACCESS_TOKEN", default="")
# Web Push is off without a key; .env.example says how to make one.
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", default="").rstrip("=")
VAPID_SUBJECT = env.str("VAPID_SUBJECT", default="")
# Whom the server sends requests to because a browser says so: nobody else.
WEBPUSH_HOSTS = env.list("WEBPUSH_HOSTS", default=[]) or [
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "web.push.apple.com",
    "*.notify.windows.com",
]
# Where mail programs reach this server by themselves, to unsubscribe.
API_URL = env.str("API_URL", default="").rstrip("/") or APP_URL
if VAPID_PRIVATE_KEY and not re.fullmatch(r"[A-Za-z0-9_-]{43}", VAPID_PRIVATE_KEY):
    raise ImproperlyConfigured("VAPID_PRIVATE_KEY must be the 32 bytes of a P-256 key in base64url")
if VAPID_PRIVATE_KEY and not re.match(r"mailto:.+@.+|https://.+", VAPID_SUBJECT):
    raise ImproperlyConfigured("VAPID_SUBJECT must be a mailto: or https: address of yours")
if not DEBUG and any(
    address.startswith("http://") for address in [EXPO_PUSH_URL, API_URL, *WEBPUSH_HOSTS]
):
    raise ImproperlyConfigured("EXPO_PUSH_URL, API_URL and WEBPUSH_HOSTS must be reached by https")

# --- Language and time ----------------------------------------------------------------------------

LANGUAGE_CODE = "en-us"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Safety of the transport ----------------------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if not DEBUG:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    # Containers ask for their health without TLS, on the loopback address. The API refuses in place of
    # redirecting (pupmatch.lib.middleware): an app that begins with http is to be noticed.
    SECURE_REDIRECT_EXEMPT = [r"^health/", r"^api/v1/"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXY_COUNT else None
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    # Browsers take such a cookie by https from this very host alone.
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True

# A scraper shows this token as `Authorization: Bearer …`; without one only DEBUG shows figures.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
PROMETHEUS_EXPORT_MIGRATIONS = False

# --- Logs -----------------------------------------------------------------------------------------

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "pupmatch.lib.logs.RequestIdFilter"},
        "without_data": {"()": "pupmatch.lib.logs.WithoutData"},
    },
    "formatters": {
        "plain": {"format": "%(levelname)s %(name)s [%(request_id)s] %(message)s"},
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(request_id)s %(message)s",
            # Django hangs the request on its records: its query string may hold where somebody is.
            "reserved_attrs": [*RESERVED_ATTRS, "request"],
        },
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["request_id", "without_data"],
            "formatter": "plain" if DEBUG else "json",
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # Django's own handlers would write every line a second time.
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        # It tells of every step of every job; `pupmatch.lib.jobs` tells what matters.
        "procrastinate": {"level": "WARNING"},
        # It calls every attempt a failure, until it is taken back; `accounts.attempts` tells.
        "axes": {"level": "ERROR"},
        # It writes down the name of every passkey.
        "fido2": {"level": "WARNING"},
    },
}

# --- The realtime process -------------------------------------------------------------------------

# Where tickets lead, when the socket is not at /ws beside the API.
REALTIME_URL = env.str("REALTIME_URL", default="")
if REALTIME_URL and not REALTIME_URL.startswith(("ws://", "wss://")):
    raise ImproperlyConfigured("REALTIME_URL must be a ws:// or wss:// address, such as wss://…/ws")

# --- The staff desk -------------------------------------------------------------------------------

# How long a closed case is kept, with its reports and evidence; docs/moderation.md publishes it.
CASES_KEPT_DAYS = whole_number("CASES_KEPT_DAYS", 180, least=1, most=3650)

# Whether a new photo is shown until staff have looked at it ("after"), or held until then ("before").
PHOTO_REVIEW = one_of("PHOTO_REVIEW", "after", "before")

# What follows when contact details or a link are found in a profile, or in what somebody writes who
# has no answer yet: "flag" shows it and tells staff, "hold" waits for them.
SCREENING = {
    ("profile", "contact"): one_of("CONTACTS_IN_PROFILES", "hold", "flag"),
    ("profile", "link"): one_of("LINKS_IN_PROFILES", "hold", "flag"),
    ("opener", "contact"): one_of("CONTACTS_IN_OPENERS", "flag", "hold"),
    ("opener", "link"): one_of("LINKS_IN_OPENERS", "flag", "hold"),
}

# A ban of an account that is older waits for a second pair of eyes; 0: every ban does.
FOUR_EYES_AFTER_DAYS = whole_number("FOUR_EYES_AFTER_DAYS", 30, least=0, most=3650)

# --- The staff's admin ----------------------------------------------------------------------------

UNFOLD = {
    "SITE_TITLE": "PupMatch",
    "SITE_HEADER": "PupMatch",
    "SITE_SUBHEADER": "Staff",
    "SITE_SYMBOL": "pets",
    "SITE_URL": "/api/docs",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("staff/icon.svg")}
    ],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "ACCOUNT": {
        "navigation": [
            {"title": "Sign-in security", "link": reverse_lazy("staff:security")},
            {"title": "Change password", "link": reverse_lazy("staff:change_password")},
        ]
    },
    "STYLES": [
        lambda request: static("staff/colours.css"),
        lambda request: static("staff/staff.css"),
        lambda request: static("staff/desk.css"),
    ],
    "SCRIPTS": [lambda request: static("staff/policy.js")],
    "DASHBOARD_CALLBACK": "moderation.admin.dashboard.dashboard",
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": "pupmatch.lib.admin.index.navigation",
    },
}
