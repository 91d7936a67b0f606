"""The settings of tests, with what a test tells its realtime process."""

import os

from pupmatch.settings_for_tests import *  # noqa: F403

ALLOWED_HOSTS = ["127.0.0.1", "localhost", "api.pupmatch.example"]
CSRF_TRUSTED_ORIGINS = ["https://*.pupmatch.example"]
REDIS_URL = os.environ.get("TEST_REDIS_URL", "")
RATE_LIMIT_SCALE = float(os.environ.get("TEST_RATE_LIMIT_SCALE", "1000000"))
LIMITS_FILE = os.environ.get("TEST_LIMITS_FILE", "")
METRICS_TOKEN = "scraper"
