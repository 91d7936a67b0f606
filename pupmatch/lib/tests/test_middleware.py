import logging
import re

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from pupmatch.lib.logs import RequestIdFilter
from pupmatch.lib.middleware import ApiMiddleware
from pupmatch.lib.requests import caller, client_ip, client_network
from pupmatch.wsgi import application

UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def echo(request):
    record = logging.LogRecord("x", 20, "x", 1, "x", None, None)
    RequestIdFilter().filter(record)
    return HttpResponse(record.request_id)


def public(request):
    return HttpResponse("", headers={"Cache-Control": "no-store"})


urlpatterns = [path("api/v1/echo", echo), path("api/v1/public", public), path("outside", echo)]

pytestmark = pytest.mark.urls(__name__)


def test_every_answer_says_its_request_id_and_so_does_the_log():
    answer = Client().get("/api/v1/echo")
    assert UUID7.fullmatch(answer["X-Request-ID"])
    assert answer.content.decode() == answer["X-Request-ID"]


@pytest.mark.parametrize("offered", ["a1b2c3d4", "trace-1.2_3" * 11])
def test_a_callers_request_id_is_kept(offered):
    assert Client().get("/outside", HTTP_X_REQUEST_ID=offered)["X-Request-ID"] == offered


@pytest.mark.parametrize("offered", ["short", "x" * 129, "a b c d e f", "x" * 20 + "\n", "é" * 9])
def test_a_request_id_that_could_confuse_a_log_is_replaced(offered):
    answer = Client().get("/outside", HTTP_X_REQUEST_ID=offered)
    assert UUID7.fullmatch(answer["X-Request-ID"])


def test_answers_are_private_unless_the_view_says_otherwise():
    private = Client().get("/api/v1/echo")
    assert "private" in private["Cache-Control"]
    assert "Authorization" in private["Vary"]
    assert Client().get("/api/v1/public")["Cache-Control"] == "no-store"
    assert not Client().get("/outside").has_header("Cache-Control")


@pytest.mark.parametrize("query", ["q=%ff", "q=%ed%a0%80", "%c3=1", "q=a%e2%82"])
def test_an_address_that_is_no_text_is_refused(query):
    assert Client().get(f"/outside?{query}").json()["detail"] == "The address is not in UTF-8."
    assert Client().get("/outside?q=%F0%9F%90%95%zz%").status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"HTTP_CONTENT_ENCODING": "gzip"}, 415),
        ({"HTTP_CONTENT_ENCODING": "identity"}, 200),
        ({"CONTENT_LENGTH": "1e3"}, 400),
        ({"CONTENT_LENGTH": "-1"}, 400),
        ({"CONTENT_LENGTH": "9" * 5000}, 400),
        ({"HTTP_IF_UNMODIFIED_SINCE": "Thu, 01 Jan 1970 00:00:00 GMT"}, 200),
    ],
)
def test_bodies_come_as_they_are_and_as_long_as_is_said(headers, status):
    assert Client().get("/api/v1/echo", **headers).status_code == status


def test_what_a_request_makes_a_condition_is_refused_as_a_problem():
    answer = Client().get("/api/v1/echo", HTTP_IF_MATCH='"x"')
    assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed")


@pytest.mark.requirement("R12.5")
@pytest.mark.parametrize("url", ["/outside?q=%00", "/outside?%00", "/api/v1/%00", "/a%00b?x=1"])
def test_an_address_that_postgresql_could_not_hold_is_refused(url):
    answer = Client().get(url)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


@pytest.mark.requirement("R12.5")
@pytest.mark.parametrize(
    ("content_type", "size", "status"),
    [
        ("application/json", 64 * 1024, 200),
        ("application/json", 64 * 1024 + 1, 413),
        ("application/x-www-form-urlencoded", 64 * 1024 + 1, 413),
        ("multipart/form-data; boundary=x", 11 * 1024 * 1024, 200),
        ("multipart/form-data; boundary=x", 11 * 1024 * 1024 + 1, 413),
    ],
)
def test_bodies_are_refused_by_their_announced_size(content_type, size, status):
    answer = Client().post("/outside", b"x" * size, content_type=content_type)
    assert answer.status_code == status


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "idna", "x-none"])
def test_text_is_utf_8(charset):
    answer = Client().get("/outside?q=x", CONTENT_TYPE=f"text/plain; charset={charset}")
    assert answer.status_code == 415


@pytest.mark.parametrize("charset", ["zlib", "hex"])
def test_no_codec_of_pythons_is_the_callers_to_choose(charset):
    environ = RequestFactory()._base_environ(
        QUERY_STRING="q=x", CONTENT_TYPE=f"text/plain; charset={charset}"
    )
    assert application.request_class(environ).GET == {"q": ["x"]}
    assert ApiMiddleware(echo)(application.request_class(environ)).status_code == 415


@pytest.mark.requirement("R12.3")
@pytest.mark.parametrize(
    ("proxies", "forwarded", "peer", "expected"),
    [
        (0, "203.0.113.9", "192.0.2.1", "192.0.2.1"),
        (1, "203.0.113.9", "192.0.2.1", "203.0.113.9"),
        (1, "forged, 203.0.113.9", "192.0.2.1", "203.0.113.9"),
        (2, "203.0.113.9, 10.0.0.1", "192.0.2.1", "203.0.113.9"),
        (1, "nonsense", "192.0.2.1", "127.0.0.1"),
        (1, None, "192.0.2.1", "192.0.2.1"),
        (0, None, "", "127.0.0.1"),
        (0, None, "unix:", "127.0.0.1"),
        (0, None, "::ffff:192.0.2.1", "192.0.2.1"),
        (0, None, "fe80::1%eth0", "fe80::1"),
    ],
)
def test_the_callers_address_is_what_a_trusted_proxy_saw(
    settings, proxies, forwarded, peer, expected
):
    settings.PROXY_COUNT = proxies
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": proxies}
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    request = RequestFactory().get("/", REMOTE_ADDR=peer, **headers)
    assert client_ip(request) == expected


def test_ipv6_callers_are_limited_by_network():
    networks = {
        client_network(RequestFactory().get("/", REMOTE_ADDR=address))
        for address in ("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1", "192.0.2.1")
    }
    assert networks == {"2001:db8::/64", "2001:db8:0:1::/64", "192.0.2.1"}


def test_a_caller_is_cut_to_what_the_tables_hold():
    request = RequestFactory().get("/", HTTP_USER_AGENT="a\x00" + "b" * 300)
    assert caller(request) == ("127.0.0.1", "a" + "b" * 198)
