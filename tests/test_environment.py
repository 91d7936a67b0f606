"""Each nonsense in the environment stops the start with a sentence that says what to do."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from pupmatch import environment

PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "not a real one, but long enough to be: 0123456789abcdef",
    "ALLOWED_HOSTS": "pupmatch.example",
    "APP_URL": "https://pupmatch.example",
    "DATABASE_URL": "postgis://user@localhost/pupmatch",
}


SHOW = ("-c", "import pupmatch.settings as s; print(s.SECRET_KEY)")


def start(*command: str, **changes: str) -> subprocess.CompletedProcess:
    """Load the settings as a new process would, in production but for `changes`."""
    return subprocess.run(
        [sys.executable, *(command or SHOW)],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], **PRODUCTION, **changes},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.requirement("R12.7")
def test_production_starts_with_its_secrets_and_no_sooner():
    assert start().stdout.strip() == PRODUCTION["SECRET_KEY"]


@pytest.mark.requirement("R12.2", "R12.7")
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "short"}, "shorter than 40 characters"),
        ({"SECRET_KEY": environment.DEVELOPMENT_SECRET}, "SECRET_KEY is a default"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is not set"),
        ({"APP_URL": ""}, "APP_URL must be the https address"),
        ({"APP_URL": "http://pupmatch.example"}, "APP_URL must be the https address"),
        ({"DATABASE_URL": ""}, "DATABASE_URL is not set"),
        ({"RATE_LIMIT_SCALE": "nan"}, "RATE_LIMIT_SCALE=nan is outside"),
        ({"ACCESS_TOKEN_LIFETIME": "0"}, "ACCESS_TOKEN_LIFETIME=0 is outside"),
    ],
)
def test_production_refuses_to_start(changes, sentence):
    outcome = start(**changes)
    assert outcome.returncode != 0
    assert f"ImproperlyConfigured: {changes.popitem()[0]}"[:26] in outcome.stderr
    assert sentence in outcome.stderr


@pytest.mark.requirement("R12.2", "R12.7")
def test_production_passes_djangos_own_deployment_checks():
    outcome = start("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert outcome.returncode == 0, outcome.stderr


@pytest.mark.requirement("R12.2")
def test_the_proxys_word_about_https_counts_only_where_there_is_a_proxy():
    show = ("-c", "import pupmatch.settings as s; print(s.SECURE_PROXY_SSL_HEADER)")
    assert start(*show).stdout.strip() == "None"
    assert "HTTP_X_FORWARDED_PROTO" in start(*show, PROXY_COUNT="1").stdout


@pytest.fixture
def refusal(monkeypatch):
    def of(value, read) -> str:
        monkeypatch.setenv("THING", value)
        with pytest.raises(ImproperlyConfigured) as caught:
            read()
        return str(caught.value)

    return of


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("sqlite:///db.sqlite3", "starts with 'sqlite'; PupMatch runs on PostGIS only"),
        ("mysql://u@h/d", "starts with 'mysql'"),
        ("nonsense", "starts with 'nonsense'"),
        ("postgis://user@host:5432/", "names no database"),
        ("postgis://user@host:port/x", "cannot be read"),
        ("postgis://user@host:99999/x", "cannot be read"),
        ("postgis://user@[::1/x", "cannot be read"),
    ],
)
def test_a_database_url_that_cannot_be_used_is_named_with_an_example(refusal, url, sentence):
    message = refusal(url, lambda: environment.database("THING"))
    assert sentence in message
    assert "postgis://user:password@host:5432/pupmatch" in message


@pytest.mark.parametrize(
    ("url", "host", "name"),
    [
        ("postgis://user:p%40ss@db.example:5433/pups", "db.example", "pups"),
        ("postgres://user@db.example/pups", "db.example", "pups"),
        ("postgresql://user@db.example/pups", "db.example", "pups"),
        ("postgis://user@//run/pg socket/pups", "/run/pg socket", "pups"),
    ],
)
def test_a_database_url_names_a_host_or_a_socket(monkeypatch, url, host, name):
    monkeypatch.setenv("THING", url)
    config = environment.database("THING")
    assert (config["HOST"], config["NAME"], config["USER"]) == (host, name, "user")


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("many", "THING='many' is not a number"),
        ("1,5", "is not a number"),
        ("0", "THING=0 is outside 1 to 10"),
        ("11", "is outside 1 to 10"),
        ("inf", "is outside"),
        ("-inf", "is outside"),
        ("nan", "is outside"),
        ("1e400", "is outside"),
        ("2.5", "is not a whole number"),
    ],
)
def test_a_number_out_of_bounds_is_refused(refusal, value, sentence):
    read = lambda: environment.whole_number("THING", 5, least=1, most=10)  # noqa: E731
    assert sentence in refusal(value, read)


def test_a_number_is_read_or_defaults(monkeypatch):
    assert environment.whole_number("THING", 5, least=1, most=10) == 5
    monkeypatch.setenv("THING", "7")
    assert environment.whole_number("THING", 5, least=1, most=10) == 7
    assert environment.number("THING", 0.5, least=0, most=10) == 7.0


def test_a_folder_is_made_and_a_file_in_its_place_is_named(monkeypatch, refusal, tmp_path):
    assert environment.folder("THING", None) is None
    monkeypatch.setenv("THING", str(tmp_path / "new" / "folder"))
    assert environment.folder("THING", None).is_dir()
    (tmp_path / "file").write_text("")
    message = refusal(str(tmp_path / "file"), lambda: environment.folder("THING", None))
    assert "cannot be used as a folder" in message


def test_development_needs_no_secret(monkeypatch):
    monkeypatch.setenv("THING", "")
    assert environment.secret("THING", debug=True) == environment.DEVELOPMENT_SECRET
