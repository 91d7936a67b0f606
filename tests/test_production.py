"""The settings of production, as a process of its own sees them."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "a secret of more than forty characters, for this test alone 5f1c",
    "ALLOWED_HOSTS": "api.pupmatch.example",
    "APP_URL": "https://pupmatch.example",
    "PROXY_COUNT": "1",
    "STAFF_SECOND_FACTOR": "required",
    "METRICS_TOKEN": "",
    "MAIL_DIR": "",
    "EMAIL_URL": "smtp+tls://user:password@mail.pupmatch.example:587",
}


def run(*arguments, **changed):
    surroundings = {
        **os.environ,
        **PRODUCTION,
        "DJANGO_SETTINGS_MODULE": "pupmatch.settings",
        **changed,
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.requirement("R12.2", "R12.7")
def test_djangos_checks_for_deployment_find_nothing():
    checked = run("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert checked.returncode == 0, checked.stderr


ASK = """
import django
from django.test import Client
django.setup()
plain = Client().get("/api/v1/deck", headers={"host": "api.pupmatch.example"})
print(plain.status_code, plain.json()["code"])
page = Client().get("/admin/login/", headers={"host": "api.pupmatch.example"})
print(page.status_code, page["Location"])
secure = Client().get(
    "/api/v1/deck", headers={"host": "api.pupmatch.example", "x-forwarded-proto": "https"}
)
print(secure.status_code, secure["Strict-Transport-Security"])
from django.conf import settings
import logging, sys
record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Unauthorized", (), None)
record.request, record.request_id = "GET '/api/v1/playgrounds?near=47.1,11.2'", "-"
line = logging.getLogger().handlers[0].formatter.format(record)
print("near" in line)
print(settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE)
from accounts.staff import lockout
from django.contrib.messages.storage import default_storage
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token
request, page = HttpRequest(), HttpResponse()
request.session, request.remembered_browser = {}, "some browser"
get_token(request)
CsrfViewMiddleware(lambda request: page)(request)
lockout.set_cookie(request, page)
messages = default_storage(request)
messages.add(20, "Sign in again.")
messages.update(page)
for name, cookie in sorted(page.cookies.items()):
    print(name, cookie["path"], cookie["secure"], cookie["httponly"], cookie["domain"] or "no domain")
print(settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_PATH, settings.SESSION_COOKIE_HTTPONLY, settings.SESSION_COOKIE_DOMAIN)
print(settings.MFA_TOTP_TOLERANCE, settings.SPECTACULAR_SETTINGS["SWAGGER_UI_SETTINGS"]["persistAuthorization"])
print(Client().get("/metrics", headers={"host": "api.pupmatch.example", "x-forwarded-proto": "https"}).status_code)
"""


@pytest.mark.requirement("R12.2")
def test_production_speaks_https_alone():
    asked = run("-c", ASK)
    assert asked.stdout.splitlines() == [
        "403 https_required",
        "301 https://api.pupmatch.example/admin/login/",
        "401 max-age=31536000; includeSubDomains; preload",
        "False",
        "True True",
        "__Host-csrftoken / True True no domain",
        "__Host-messages / True True no domain",
        "__Host-staff_browser / True True no domain",
        "__Host-sessionid / True None",
        "0 False",
        "404",
    ], asked.stderr


ASK_FOR_THE_DATABASE = """
import django
django.setup()
from django.db import connection
asked = connection.get_connection_params()
print(asked["sslmode"], asked["sslrootcert"], asked["application_name"], asked["keepalives_idle"])
print("statement_timeout=5000" in asked["options"], asked["options"].endswith(" -c search_path=public"))
"""


def test_what_the_database_url_asks_for_besides_is_done():
    asks = "sslmode=verify-full&sslrootcert=/ca.pem&application_name=web&options=-c%20search_path%3Dpublic"
    asked = run(
        "-c",
        ASK_FOR_THE_DATABASE,
        DATABASE_URL=f"postgis://user:secret@db.pupmatch.example:5432/pupmatch?{asks}",
        STATEMENT_TIMEOUT_MS="5000",
    )
    assert asked.stdout.splitlines() == [
        "verify-full /ca.pem web 10",
        "True True",
    ], asked.stderr


ASK_FOR_PHOTOS = """
import django
from django.test import Client
django.setup()
from django.core.files.storage import default_storage
print(default_storage.url("photos/ab/dog.webp"))
for host, path in [
    ("photos.pupmatch.example", "/media/photos/ab/dog.webp"), ("photos.pupmatch.example", "/health/live"),
    ("PHOTOS.pupmatch.example.", "/media/photos/ab/dog.webp"), ("photos.pupmatch.example:443", "/health/live"),
    ("api.pupmatch.example", "/media/photos/ab/dog.webp"), ("api.pupmatch.example", "/health/live"),
]:
    answer = Client().get(path, headers={"host": host, "x-forwarded-proto": "https"})
    print(host.partition(".")[0], path, answer.status_code)
page = Client().get("/admin/jsi18n/", headers={"host": "api.pupmatch.example", "x-forwarded-proto": "https"})
print("blob: https://photos.pupmatch.example;" in page["Content-Security-Policy"])
"""


def test_photos_may_have_a_host_of_their_own(tmp_path):
    (tmp_path / "photos" / "ab").mkdir(parents=True)
    (tmp_path / "photos" / "ab" / "dog.webp").write_bytes(b"RIFF")
    # Without limits, so that the database is not asked, which may not be there.
    host = {
        "PHOTO_HOST": "photos.pupmatch.example",
        "MEDIA_ROOT": str(tmp_path),
        "RATE_LIMIT_SCALE": "1000000",
    }
    asked = run("-c", ASK_FOR_PHOTOS, **host)
    assert asked.stdout.splitlines() == [
        "https://photos.pupmatch.example/media/photos/ab/dog.webp",
        "photos /media/photos/ab/dog.webp 200",
        "photos /health/live 404",
        "PHOTOS /media/photos/ab/dog.webp 200",
        "photos /health/live 404",
        "api /media/photos/ab/dog.webp 404",
        "api /health/live 200",
        "True",
    ], asked.stderr


@pytest.mark.requirement("R12.7")
@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is a default or shorter than 40 characters"),
        (
            {"SECRET_KEY": "development-only-secret-that-production-refuses-to-start-with"},
            "SECRET_KEY is a default",
        ),
        ({"JWT_SIGNING_KEY": "short"}, "JWT_SIGNING_KEY is a default or shorter than 40"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is not set"),
        ({"APP_URL": "http://pupmatch.example"}, "APP_URL must be the https address"),
        ({"DATABASE_URL": ""}, "DATABASE_URL is not set"),
        ({"DATABASE_URL": "mysql://u@h/d"}, "PupMatch runs on PostGIS only"),
        ({"DATABASE_URL": "postgis://u@h:5432/"}, "names no database"),
        ({"RATE_LIMIT_SCALE": "nan"}, "RATE_LIMIT_SCALE=nan is outside"),
        ({"RATE_LIMIT_SCALE": "fast"}, "RATE_LIMIT_SCALE='fast' is not a number"),
        ({"ACCESS_TOKEN_LIFETIME": "-5"}, "ACCESS_TOKEN_LIFETIME=-5 is outside"),
        ({"STAFF_SECOND_FACTOR": "optional"}, "STAFF_SECOND_FACTOR=optional is for development"),
        ({"STAFF_SECOND_FACTOR": "never"}, "STAFF_SECOND_FACTOR='never' is none of required"),
        ({"STAFF_IDLE_MINUTES": "0"}, "STAFF_IDLE_MINUTES=0 is outside 1 to 1440"),
        ({"STAFF_SIGN_IN_HOURS": "1.5"}, "STAFF_SIGN_IN_HOURS=1.5 is not a whole number"),
        ({"PORT": "80.5"}, "PORT=80.5 is not a whole number"),
        ({"DATABASE_POOL_SIZE": "31"}, "DATABASE_POOL_SIZE=31 is outside 0 to 30"),
        ({"EXPO_PUSH_URL": "http://exp.host"}, "must be reached by https"),
        ({"WEBPUSH_HOSTS": "http://127.0.0.1:9000"}, "must be reached by https"),
        ({"VAPID_PRIVATE_KEY": "short"}, "VAPID_PRIVATE_KEY must be the 32 bytes"),
        ({"VAPID_PRIVATE_KEY": "x" * 43, "VAPID_SUBJECT": "me"}, "VAPID_SUBJECT must be a mailto"),
        ({"PROXY_COUNT": "4"}, "PROXY_COUNT"),
        ({"MEDIA_ROOT": ".local"}, "PRIVATE_ROOT must not lie inside MEDIA_ROOT"),
        ({"S3_BUCKET": "dogs", "S3_PRIVATE_BUCKET": "dogs"}, "must be another bucket than"),
        ({"MAIL_DIR": "/dev/null/mails"}, "MAIL_DIR=/dev/null/mails cannot be used as a folder"),
    ],
)
def test_production_does_not_start_on_nonsense_and_says_why(changed, sentence):
    started = run("manage.py", "check", **changed)
    assert started.returncode != 0
    assert sentence in started.stderr


def test_every_variable_is_described():
    code = "".join(
        (settings.BASE_DIR / "pupmatch" / name).read_text()
        for name in ("settings.py", "environment.py")
    )
    example = (settings.BASE_DIR / ".env.example").read_text()
    used = set(
        re.findall(
            r'(?:env\.\w+|secret|folder|hash_list|number|one_of|whole_number|database)\(\s*"([A-Z0-9_]+)"',
            code,
        )
    )
    # These are read elsewhere: by a helper of the settings, the front, and the web process's server.
    used |= {"DATABASE_URL", "FRONT_OPEN", "FRONT_RATE", "FRONT_UPLOAD_TIME"}
    used |= {"WEB_ADDRESS_2", "REALTIME_ADDRESS_2", "GRANIAN_WORKERS", "GRANIAN_BLOCKING_THREADS"}
    described = set(re.findall(r"^([A-Z0-9_]+)=", example, re.M))
    assert used == described
