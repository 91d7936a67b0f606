"""Each kind of nonsense in a variable is answered with a sentence that says what to do."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from pupmatch import environment


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
    monkeypatch.setenv("THING", "")
    assert environment.folder("THING", tmp_path / "usual") == tmp_path / "usual"
    monkeypatch.setenv("THING", str(tmp_path / "new" / "folder"))
    assert environment.folder("THING", None).is_dir()
    (tmp_path / "file").write_text("")
    message = refusal(str(tmp_path / "file"), lambda: environment.folder("THING", None))
    assert "cannot be used as a folder" in message


@pytest.mark.parametrize(
    "begins", ["", "password\n", "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8:3\n", "\x00"]
)
def test_a_list_of_passwords_that_is_none_is_refused(refusal, tmp_path, begins):
    path = tmp_path / "list"
    path.write_text(begins)
    assert "SHA-1" in refusal(str(path), lambda: environment.hash_list("THING"))
    path.unlink()
    assert "cannot be read" in refusal(str(path), lambda: environment.hash_list("THING"))
    assert "cannot be read" in refusal(str(tmp_path), lambda: environment.hash_list("THING"))


def test_a_list_of_passwords_is_found(monkeypatch, tmp_path):
    path = tmp_path / "list"
    path.write_text("000000005AD76BD555C1D6D771DE417A4B87E4B4:10\r\n")
    monkeypatch.setenv("THING", str(path))
    assert environment.hash_list("THING") == path
    monkeypatch.setenv("THING", "")
    assert environment.hash_list("THING") is None


def test_development_needs_no_secret(monkeypatch):
    monkeypatch.setenv("THING", "")
    assert environment.secret("THING", debug=True) == environment.DEVELOPMENT_SECRET
