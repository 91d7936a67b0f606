"""Whatever goes wrong is answered as a problem document, and never as an error of ours."""

import psycopg
import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError, connection
from django.http import Http404, UnreadablePostError
from django.urls import path
from rest_framework import exceptions, serializers
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from pupmatch.lib.problems import NotFound, NotSignedIn, Problem
from pupmatch.lib.tests.failures import MISTAKES, OUTAGES


class TooManyDogs(Problem):
    default_code = "too_many_dogs"
    default_detail = "One dog at a time."


class LoginFirst(NotSignedIn):
    default_code = "login_first"
    default_detail = "Who are you?"


class PromptSerializer(serializers.Serializer):
    answer = serializers.CharField(max_length=3)


class DogSerializer(serializers.Serializer):
    name = serializers.CharField()
    prompts = PromptSerializer(many=True, required=False)

    def validate(self, attrs):
        if attrs["name"] == "cat":
            raise serializers.ValidationError("This is no dog.", code="cat")
        return attrs


FAILURE: list[Exception] = []


class DogView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get(self, request):
        raise FAILURE[0]

    def post(self, request):
        form = DogSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return Response(form.data)


def broken(request):
    raise FAILURE[0]


urlpatterns = [path("dog", DogView.as_view()), path("plain", broken), path("admin/x", broken)]
handler400 = "pupmatch.lib.problems.bad_request"
handler403 = "pupmatch.lib.problems.permission_denied"
handler404 = "pupmatch.lib.problems.not_found"
handler500 = "pupmatch.lib.problems.server_error"

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def fail(monkeypatch):
    def with_(error, url="/dog"):
        monkeypatch.setattr(f"{__name__}.FAILURE", [error])
        return APIClient(raise_request_exception=False).get(url)

    return with_


def assert_problem(answer, status, code) -> dict:
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert list(body)[:6] == ["type", "title", "status", "detail", "code", "request_id"]
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"].endswith(f"/problems/{code}")
    assert body["request_id"] == answer["X-Request-ID"]
    assert body["title"] != "Error"
    return body


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (TooManyDogs(), 409, "too_many_dogs"),
        (NotFound(), 404, "not_found"),
        (Http404(), 404, "not_found"),
        (PermissionDenied(), 403, "not_allowed"),
        (exceptions.PermissionDenied(), 403, "not_allowed"),
        (LoginFirst(), 401, "login_first"),
        (exceptions.MethodNotAllowed("GET"), 405, "method_not_allowed"),
        (exceptions.NotAcceptable(), 406, "not_acceptable"),
        (exceptions.Throttled(3), 429, "throttled"),
        (SuspiciousOperation(), 400, "invalid"),
        (UnreadablePostError(), 400, "invalid"),
        (RequestDataTooBig(), 413, "too_large"),
        (ZeroDivisionError("secret"), 500, "error"),
    ],
)
def test_each_refusal_is_a_problem(fail, error, status, code):
    body = assert_problem(fail(error), status, code)
    assert "secret" not in str(body)


def test_a_problem_carries_members_of_its_own(fail):
    body = fail(TooManyDogs("Two are too many.", missing=["leash"])).json()
    assert (body["detail"], body["missing"]) == ("Two are too many.", ["leash"])


def test_a_401_says_how_to_do_better(fail):
    assert fail(LoginFirst())["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("error", OUTAGES, ids=repr)
@pytest.mark.parametrize("url", ["/dog", "/plain"])
def test_what_is_away_or_full_is_503_with_retry_after(fail, error, url):
    answer = fail(error, url)
    body = assert_problem(answer, 503, "unavailable")
    assert int(answer["Retry-After"]) >= 1
    assert "secret" not in str(body)


@pytest.mark.parametrize("error", MISTAKES, ids=repr)
@pytest.mark.parametrize("url", ["/dog", "/plain"])
def test_what_is_our_mistake_is_500(fail, error, url):
    assert_problem(fail(error, url), 500, "error")


def test_staff_see_a_page_while_something_is_away(fail):
    answer = fail(OperationalError("secret"), "/admin/x")
    assert answer.status_code == 503
    assert answer["Content-Type"].startswith("text/html")
    assert int(answer["Retry-After"]) >= 1
    assert answer["Cache-Control"] == "no-store"
    assert "We cannot answer right now" in answer.text
    assert "secret" not in answer.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("SET LOCAL statement_timeout = 20; SELECT pg_sleep(2)", psycopg.errors.QueryCanceled),
        (
            "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'lock_not_available'; END $$",
            psycopg.errors.LockNotAvailable,
        ),
    ],
)
def test_time_outs_of_statements_and_locks_are_errors_of_that_kind(sql, kind):
    with pytest.raises(OperationalError) as caught, connection.cursor() as cursor:
        cursor.execute(sql)
    assert isinstance(caught.value.__cause__, kind)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (SuspiciousOperation(), 400, "invalid"),
        (PermissionDenied(), 403, "not_allowed"),
        (Http404(), 404, "not_found"),
        (ZeroDivisionError(), 500, "error"),
    ],
)
def test_plain_views_fail_as_problems_too_and_the_admin_in_html(fail, error, status, code):
    assert_problem(fail(error, "/plain"), status, code)
    assert fail(error, "/admin/x")["Content-Type"].startswith("text/html")


def test_an_unknown_address_is_a_problem():
    assert_problem(APIClient().get("/nowhere"), 404, "not_found")


@pytest.mark.requirement("R12.5")
def test_each_wrong_field_has_a_pointer_a_code_and_a_sentence():
    body = {"name": "", "prompts": [{"answer": "ok"}, {"answer": "long"}]}
    answer = APIClient().post("/dog", body)
    errors = assert_problem(answer, 400, "invalid")["errors"]
    assert [(e["pointer"], e["code"]) for e in errors] == [
        ("/name", "blank"),
        ("/prompts/1/answer", "max_length"),
    ]
    assert all(error["detail"] for error in errors)


@pytest.mark.parametrize("body", [{"name": "cat"}, [], "x", 7, None, True])
def test_what_is_wrong_with_the_whole_document_points_at_it(body):
    answer = APIClient().post("/dog", body, format="json")
    errors = assert_problem(answer, 400, "invalid")["errors"]
    assert [error["pointer"] for error in errors] in ([""], ["/name"])


@pytest.mark.requirement("R12.5")
@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"{", "application/json", 400, "parse_error"),
        (b"", "application/json", 400, "invalid"),
        (b"\xff", "application/json", 400, "parse_error"),
        (b'{"name": "a\\u0000"}', "application/json", 400, "parse_error"),
        (b'{"name": "a\\ud800"}', "application/json", 400, "parse_error"),
        (b'{"na\\ud800me": "a"}', "application/json", 400, "parse_error"),
        (b'{"name": NaN}', "application/json", 400, "parse_error"),
        (b'{"name": -Infinity}', "application/json", 400, "parse_error"),
        (b'{"name": "a", "name": "b"}', "application/json", 400, "parse_error"),
        (b'{"name": ' + b"9" * 5000 + b"}", "application/json", 400, "parse_error"),
        (b"[" * 60_000, "application/json", 400, "parse_error"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "application/json", 400, "parse_error"),
        (b'{"name": ' + b"[" * 30 + b"]" * 30 + b"}", "application/json", 400, "parse_error"),
        (b'\xef\xbb\xbf{"name": "a"}', "application/json", 400, "parse_error"),
        ('{"name": "a"}'.encode("utf-16"), "application/json", 400, "parse_error"),
        (b"{}", "application/json; charset=utf-16", 415, "unsupported_media_type"),
        (b"{}", "application/json; charset=zlib", 415, "unsupported_media_type"),
        (b"name=a", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b"a", "text/plain", 415, "unsupported_media_type"),
        (b"a", "nonsense", 415, "unsupported_media_type"),
        (b" " * (64 * 1024 + 1), "application/json", 413, "too_large"),
    ],
)
def test_what_cannot_be_read_is_refused(body, content_type, status, code):
    answer = APIClient().generic("POST", "/dog", body, content_type=content_type)
    assert_problem(answer, status, code)


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", "; charset=UTF8"])
def test_every_text_of_every_script_comes_through(charset):
    body = '{"name": "Škoda 🐕 كلب ‮ \\ud83d\\udc36"}'.encode()
    answer = APIClient().generic("POST", "/dog", body, content_type=f"application/json{charset}")
    assert answer.json() == {"name": "Škoda 🐕 كلب ‮ 🐶"}


def test_wrong_methods_and_unknown_media_are_problems():
    assert_problem(APIClient().delete("/dog"), 405, "method_not_allowed")
    answer = APIClient().post("/dog", {"name": "a"}, HTTP_ACCEPT="text/html")
    assert_problem(answer, 406, "not_acceptable")


def test_what_is_wrong_is_told_in_few_words(fail):
    much = {f"field {number} {'x' * 5000}": ["y" * 5000] for number in range(200)}
    answer = fail(exceptions.ValidationError(much))
    assert len(answer.content) < 50_000
    assert len(answer.json()["errors"]) == 50
