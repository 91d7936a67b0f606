import threading
import time
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import path
from django.utils import timezone
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from pupmatch.lib.idempotency import earlier_answer, forget_expired_answers, idempotent
from pupmatch.lib.models import DiscardedFile, IdempotentAnswer
from pupmatch.lib.parsers import StrictJSONParser
from pupmatch.lib.problems import Problem


class Refused(Problem):
    default_code = "refused"
    default_detail = "No."


WORK_TAKES = 0.0
lock = threading.Lock()


class DogView(APIView):
    """Each POST writes one row, so that what was done can be counted."""

    parser_classes = (StrictJSONParser, MultiPartParser)

    @idempotent
    def post(self, request):
        time.sleep(WORK_TAKES)
        count = DiscardedFile.objects.count() + 1
        DiscardedFile.objects.create(name=f"{count}-{time.monotonic_ns()}")
        if request.data.get("refuse"):
            raise Refused
        if request.data.get("empty"):
            return Response(status=204)
        return Response({"count": count, "at": timezone.now()}, status=201)


class SlowDogView(APIView):
    """Does its long work before the idempotent part, as an upload does."""

    def post(self, request):
        if answer := earlier_answer(request):
            return answer
        DiscardedFile.objects.create(name=f"{time.monotonic_ns()}")
        return self._once(request)

    @idempotent
    def _once(self, request):
        return Response({"count": DiscardedFile.objects.count()}, status=201)


urlpatterns = [
    path("slow", SlowDogView.as_view()),
    path("dogs", DogView.as_view()),
    path("cats", DogView.as_view()),
]

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


def new_client():
    client = APIClient()
    user = get_user_model().objects.create(email=f"{time.monotonic_ns()}@pupmatch.example")
    client.force_authenticate(user)
    return client


def send(client, body=None, key="walk-1", url="/dogs", **extra):
    headers = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    return client.post(url, body or {}, **headers, **extra)


def test_a_repeat_answers_the_same_and_does_nothing():
    client = new_client()
    first, again = send(client, {"a": [1, {"b": 2}]}), send(client, {"a": [1, {"b": 2}]})
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert DiscardedFile.objects.count() == 1


def test_without_a_key_every_request_does_its_work():
    client = new_client()
    assert [client.post("/dogs", {}).json()["count"] for _ in range(2)] == [1, 2]


@pytest.mark.parametrize(
    "other",
    [
        {"body": {"a": 2}},
        {"body": {"a": "1"}},
        {"body": {}},
        {"body": [1]},
        {"url": "/cats", "body": {"a": 1}},
        {"url": "/dogs?x=1", "body": {"a": 1}},
    ],
)
def test_the_same_key_with_another_request_is_a_conflict(other):
    client = new_client()
    send(client, {"a": 1})
    answer = send(client, **other)
    assert (answer.status_code, answer.data["code"]) == (409, "idempotency_key_reused")
    assert DiscardedFile.objects.count() == 1


def test_the_order_of_names_makes_no_other_request():
    client = new_client()
    for body in ('{"a": {"b": 1, "c": 2}}', '{ "a": {"c":2,"b":1} }'):
        answer = client.generic(
            "POST", "/dogs", body, content_type="application/json", HTTP_IDEMPOTENCY_KEY="k"
        )
        assert answer.status_code == 201


def test_files_count_by_their_content():
    client = new_client()

    def upload(content):
        file = SimpleUploadedFile("dog.jpg", content)
        return send(client, {"image": file, "note": "x"}, format="multipart")

    assert [upload(b"a").status_code, upload(b"a").status_code] == [201, 201]
    assert upload(b"b").status_code == 409
    assert DiscardedFile.objects.count() == 1


def test_keys_of_others_are_none_of_ours():
    assert [send(new_client()).json()["count"] for _ in range(2)] == [1, 2]


def test_a_refusal_is_not_remembered_and_leaves_nothing():
    client = new_client()
    assert [send(client, {"refuse": True}).status_code for _ in range(2)] == [409, 409]
    assert not DiscardedFile.objects.exists()
    assert send(client, {"refuse": False}).status_code == 201


def test_an_answer_without_a_body_is_repeated_too():
    client = new_client()
    assert [send(client, {"empty": True}).status_code for _ in range(2)] == [204, 204]
    assert DiscardedFile.objects.count() == 1


@pytest.mark.requirement("R12.5")
@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
def test_a_key_that_is_none_is_refused(key):
    answer = send(new_client(), key=key)
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.data["errors"]] == ["/Idempotency-Key"]


def test_a_key_is_free_again_after_a_day():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = new_client()
        send(client)
        clock.shift(timedelta(days=1))
        assert send(client).json()["count"] == 1
        assert forget_expired_answers() == 0
        clock.shift(timedelta(seconds=1))
        assert send(client).json()["count"] == 2
        clock.shift(timedelta(days=2))
        assert forget_expired_answers() == 1


def test_long_work_before_the_idempotent_part_is_not_repeated_either():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = new_client()
        answers = [send(client, {"a": 1}, url="/slow") for _ in range(2)]
        assert [answer.json() for answer in answers] == [{"count": 1}] * 2
        assert send(client, {"a": 2}, url="/slow").data["code"] == "idempotency_key_reused"
        clock.shift(timedelta(days=1, seconds=1))
        assert send(client, {"a": 2}, url="/slow").json() == {"count": 2}
        assert send(client, key=None, url="/slow").json() == {"count": 3}


@pytest.mark.django_db(transaction=True)
def test_eight_repeats_at_one_instant_do_the_work_once(in_parallel, monkeypatch):
    monkeypatch.setattr(f"{__name__}.WORK_TAKES", 0.05)
    client = new_client()
    user = client.handler._force_user

    def ask():
        one = APIClient()
        one.force_authenticate(user)
        return send(one).json()

    outcomes = in_parallel(*[ask] * 8)
    assert outcomes[0]["count"] == 1
    assert outcomes == outcomes[:1] * 8
    assert (DiscardedFile.objects.count(), IdempotentAnswer.objects.count()) == (1, 1)
