from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest
from django.contrib.auth import get_user_model
from django.urls import path
from hypothesis import example, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.test import APIClient

from pupmatch.lib.models import RequestCounter
from pupmatch.lib.pagination import Cursor, seal

START = datetime(2026, 1, 1, tzinfo=UTC)
ORDERINGS = {
    "newest": ("-window_ends_at", "-key"),
    "busiest": ("-count", "window_ends_at", "key"),
    "key": ("key",),
}


class CounterSerializer(serializers.ModelSerializer):
    class Meta:
        model = RequestCounter
        fields = ("key",)


class CounterList(ListAPIView):
    permission_classes = (AllowAny,)
    serializer_class = CounterSerializer
    queryset = RequestCounter.objects.all()
    ordering: tuple[str, ...] = ()


urlpatterns = [
    path(name, CounterList.as_view(ordering=ordering)) for name, ordering in ORDERINGS.items()
] + [path("twin", CounterList.as_view(ordering=ORDERINGS["newest"]))]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

# Few times and counts, a microsecond apart, so that ties are the rule.
rows = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=12)


def fill(pairs, prefix="") -> None:
    RequestCounter.objects.bulk_create(
        RequestCounter(
            key=f"{prefix}{n:03}", window_ends_at=START + timedelta(microseconds=us), count=count
        )
        for n, (us, count) in enumerate(pairs)
    )


def keys(answer) -> list[str]:
    return [row["key"] for row in answer.data["results"]]


def walk(client, url: str, direction: str = "next") -> tuple[list[list[str]], str]:
    """Every page from `url` on, and the address of the last."""
    pages = []
    while url:
        answer = client.get(url)
        assert answer.status_code == 200, answer.data
        pages.append(keys(answer))
        last, url = url, answer.data[direction]
    return pages, last


@budget(max_examples=60)
@given(pairs=rows, limit=st.integers(1, 5), name=st.sampled_from(sorted(ORDERINGS)))
@example(pairs=[(0, 0), (1, 0), (2, 0)], limit=1, name="newest")
def test_walks_in_both_directions_give_the_whole_list(pairs, limit, name):
    RequestCounter.objects.all().delete()
    fill(pairs)
    client = APIClient()
    everything = list(
        RequestCounter.objects.order_by(*ORDERINGS[name]).values_list("key", flat=True)
    )
    forwards, last = walk(client, f"/{name}?limit={limit}")
    assert [*chain(*forwards)] == everything
    assert all(len(page) == limit for page in forwards[:-1])
    backwards, _ = walk(client, last, "previous")
    assert backwards[::-1] == forwards


@budget(max_examples=40)
@given(pairs=rows, added=rows, limit=st.integers(1, 4), at=st.integers(0, 4))
def test_a_walk_loses_and_doubles_nothing_while_rows_are_added(pairs, added, limit, at):
    RequestCounter.objects.all().delete()
    fill(pairs)
    client, url = APIClient(), f"/newest?limit={limit}"
    before = list(
        RequestCounter.objects.order_by(*ORDERINGS["newest"]).values_list("key", flat=True)
    )
    seen, page = [], 0
    while url:
        if page == at:
            fill(added, prefix="new")
        answer = client.get(url)
        seen += keys(answer)
        url, page = answer.data["next"], page + 1
    assert len(seen) == len(set(seen))
    assert [key for key in seen if not key.startswith("new")] == before


def test_the_default_is_twenty_and_the_most_is_fifty():
    fill([(0, 0)] * 60)
    client = APIClient()
    assert len(keys(client.get("/key"))) == 20
    assert len(keys(client.get("/key?limit=50"))) == 50


@pytest.mark.parametrize(
    "limit",
    ["0", "51", "-1", "1.5", "1e1", "", "x", "9" * 5000, "٣", "1_0", "%2B5", "5%20", "null"],
)
def test_a_limit_that_makes_no_sense_is_refused(limit):
    answer = APIClient().get(f"/key?limit={limit}")
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.data["errors"]] == ["/limit"]


def cursor_of(url: str) -> str:
    return url.split("cursor=")[1].split("&")[0]


def test_a_cursor_fits_its_own_list_and_its_own_reader_only():
    fill([(n, n) for n in range(3)])
    mine, other = (get_user_model()(email=f"{name}@pupmatch.example") for name in "ab")
    client, stranger = APIClient(), APIClient()
    client.force_authenticate(mine)
    stranger.force_authenticate(other)
    cursor = cursor_of(client.get("/newest?limit=1").data["next"])
    assert client.get(f"/newest?cursor={cursor}").status_code == 200
    for reader, url in (
        (client, "/busiest"),
        (client, "/twin"),
        (stranger, "/newest"),
        (APIClient(), "/newest"),
    ):
        answer = reader.get(f"{url}?cursor={cursor}")
        assert answer.status_code == 400
        assert [error["pointer"] for error in answer.data["errors"]] == ["/cursor"]


def test_a_cursor_reveals_nothing_and_stays_the_same():
    fill([(n, n) for n in range(3)])
    texts = {cursor_of(APIClient().get("/newest?limit=1").data["next"]) for _ in range(2)}
    assert len(texts) == 1
    assert b"2026" not in b"".join(text.encode() for text in texts)


@budget(max_examples=100)
@given(text=st.text(max_size=60))
@example(text="0" * 20_000)
@example(text="AAAAAAAAAAAAAAAAAAAAAA")
@example(text="é")
def test_nonsense_is_no_cursor(text):
    answer = APIClient().get("/newest", {"cursor": text})
    assert answer.status_code == (400 if text else 200)


@budget(max_examples=100)
@given(data=st.data())
def test_a_cursor_with_any_letter_changed_is_none(data):
    text = seal(Cursor(["x"], False, None), purpose=f"/key:key:{None}")
    assert APIClient().get(f"/key?cursor={text}").status_code == 200
    at = data.draw(st.integers(0, len(text) - 2))
    letter = data.draw(st.sampled_from("aZ09-_").filter(lambda c: c != text[at]))
    answer = APIClient().get(f"/key?cursor={text[:at] + letter + text[at + 1 :]}")
    assert answer.status_code == 400


def test_other_parameters_stay_in_the_links():
    fill([(n, n) for n in range(3)])
    answer = APIClient().get("/newest?limit=1&q=a%26b")
    assert "limit=1" in answer.data["next"]
    assert "q=a%26b" in answer.data["next"]
    assert answer.data["next"].startswith("http://testserver/newest?")
