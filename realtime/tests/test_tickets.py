from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import standing
from accounts.tests.factories import SessionFactory, UserFactory
from events.models import Stream
from realtime import tasks
from realtime.models import Ticket
from realtime.services import SignInEnded, TicketRefused, issue_ticket, redeem

pytestmark = pytest.mark.django_db
URL = "/api/v1/realtime/ticket"


def ticket(**fields):
    return issue_ticket(session=SessionFactory(**fields), base_url="https://x/").secret


def test_a_ticket_leads_to_the_socket_beside_the_api(client_for):
    answer = client_for(UserFactory()).post(URL)
    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {"ticket", "url", "expires_at"}
    assert body["url"] == f"ws://testserver/ws?ticket={body['ticket']}"
    assert body["ticket"] not in str(list(Ticket.objects.values()))
    assert Ticket.objects.get().expires_at - timezone.now() <= timedelta(seconds=30)


def test_over_tls_the_socket_is_too(client_for):
    answer = client_for(UserFactory()).post(URL, secure=True)
    assert answer.json()["url"].startswith("wss://testserver/ws?ticket=")


def test_the_settings_may_say_where_the_socket_is(client_for, settings):
    settings.REALTIME_URL = "wss://live.pupmatch.example/ws"
    url = client_for(UserFactory()).post(URL).json()["url"]
    assert url.startswith("wss://live.pupmatch.example/ws?ticket=")


@pytest.mark.requirement("R12.3", "R12.4")
def test_tickets_are_limited_for_each_person(client_for, real_limits, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"ticket": (2, 60)}
    mine, yours = client_for(UserFactory()), client_for(UserFactory())
    assert [mine.post(URL).status_code for _ in range(3)] == [201, 201, 429]
    assert yours.post(URL).status_code == 201


def test_a_ticket_tells_whose_it_is_and_where_their_stream_stands():
    session = SessionFactory()
    Stream.objects.create(user=session.user, last_position=7, acknowledged_position=5)
    entry = redeem(issue_ticket(session=session, base_url="https://x/").secret)
    assert entry == (session.user_id, session.pk, "https://x/", 7, 5)


def test_a_ticket_opens_once():
    secret = ticket()
    assert redeem(secret).end == 0
    with pytest.raises(TicketRefused):
        redeem(secret)


@pytest.mark.parametrize("secret", ["", "x", "\udcff", "é" * 3000])
def test_what_is_no_ticket_opens_nothing(secret):
    with pytest.raises(TicketRefused):
        redeem(secret)


def test_an_old_ticket_opens_nothing():
    secret = ticket()
    Ticket.objects.update(expires_at=timezone.now())
    with pytest.raises(TicketRefused):
        redeem(secret)
    assert not Ticket.objects.exists()


def test_a_ticket_ends_with_its_sign_in():
    session = SessionFactory()
    secrets = [issue_ticket(session=session, base_url="https://x/").secret for _ in range(2)]
    standing.end_session(session=session)
    for secret in secrets:
        with pytest.raises(SignInEnded):
            redeem(secret)


def test_whoever_is_banned_gets_no_ticket_and_the_one_they_have_opens_nothing(client_for):
    session = SessionFactory()
    secret = issue_ticket(session=session, base_url="https://x/").secret
    standing.ban(user=session.user)
    with pytest.raises(SignInEnded):
        redeem(secret)
    answer = client_for(session.user).post(URL)
    assert (answer.status_code, answer.json()["code"]) == (403, "account_banned")
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("expired", [True, False])
def test_a_ticket_is_worth_nothing_once_nobody_could_sign_in(expired):
    session = SessionFactory()
    secret = issue_ticket(session=session, base_url="https://x/").secret
    if expired:
        type(session).objects.update(expires_at=timezone.now())
    else:
        type(session.user).objects.update(is_active=False)
    with pytest.raises(SignInEnded):
        redeem(secret)


@pytest.mark.django_db(transaction=True)
def test_of_eight_sockets_with_one_ticket_one_opens(in_parallel):
    secret = ticket()
    outcomes = in_parallel(*[lambda: redeem(secret)] * 8)
    assert sum(isinstance(outcome, TicketRefused) for outcome in outcomes) == 7


def test_tickets_that_nobody_used_are_cleared():
    ticket()
    Ticket.objects.update(expires_at=timezone.now())
    kept = ticket()
    tasks.forget_expired_tickets()
    assert redeem(kept)
