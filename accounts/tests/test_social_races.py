"""Sign in with Apple and Google, many times at one instant."""

import random
from functools import partial

import pytest
from allauth.socialaccount.models import SocialAccount
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Session, User
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.openid_provider import OpenIdProvider
from accounts.tests.social import APPLE, GOOGLE, LINK_GOOGLE, enter, shown

pytestmark = pytest.mark.django_db(transaction=True)

REGISTER = "/api/v1/auth/register"


def post(address, body, access=""):
    headers = {"HTTP_AUTHORIZATION": f"Bearer {access}"} if access else {}
    return APIClient().post(address, body, format="json", **headers)


def statuses(answers):
    wrong = [answer for answer in answers if isinstance(answer, Exception)]
    assert not wrong, wrong
    return sorted(answer.status_code for answer in answers)


def test_eight_first_sign_ins_make_one_account(api, at_google, in_parallel, sized):
    for number in range(rounds := sized(1, 50)):
        person = at_google(str(number), email=f"rex{number}@gmail.com")
        bodies = [shown(api, person) for _ in range(8)]
        answers = in_parallel(*(partial(post, GOOGLE, body) for body in bodies))
        assert statuses(answers) == [200] * 7 + [201]
    assert User.objects.count() == SocialAccount.objects.count() == rounds
    assert Session.objects.live().count() == 8 * rounds


def test_one_token_sent_eight_times_signs_in_once(api, at_google, in_parallel):
    body = shown(api, at_google())
    answers = in_parallel(*[partial(post, GOOGLE, body)] * 8)
    assert statuses(answers) == [201] + [400] * 7
    assert Session.objects.count() == 1


def test_both_providers_at_once_make_one_account(api, at_google, at_apple, in_parallel, sized):
    for number in range(sized(2, 50)):
        email = f"rex{number}@gmail.com"
        answers = in_parallel(
            partial(post, GOOGLE, shown(api, at_google(f"g{number}", email=email))),
            partial(post, APPLE, shown(api, at_apple(f"a{number}", email=email))),
        )
        assert statuses(answers) == [200, 201]
        assert User.objects.get(email=email).socialaccount_set.count() == 2


def test_whoever_registers_at_the_same_moment_keeps_no_way_in(api, at_google, in_parallel, sized):
    for number in range(sized(2, 50)):
        stolen = {"email": f"rex{number}@gmail.com", "password": PASSWORD}
        person = at_google(str(number), email=stolen["email"])
        registered, entered = in_parallel(
            partial(post, REGISTER, stolen), partial(post, GOOGLE, shown(api, person))
        )
        assert registered.status_code in {201, 409}
        assert entered.status_code in {200, 201}
        user = User.objects.get(email=stolen["email"])
        assert not user.has_usable_password()
        assert user.sessions.live().count() == 1


def test_one_google_linked_with_many_accounts_at_once_opens_one(
    api, at_google, client_for, in_parallel
):
    people = [client_for(UserFactory()) for _ in range(6)]
    bodies = [{**shown(api, at_google()), "current_password": PASSWORD} for _ in people]
    answers = in_parallel(
        *(
            partial(post, LINK_GOOGLE, body, client.tokens.access)
            for client, body in zip(people, bodies, strict=True)
        )
    )
    assert statuses(answers) == [200] + [409] * 5
    assert SocialAccount.objects.count() == 1


def test_many_googles_linked_with_one_account_at_once_are_one(
    api, at_google, client_for, in_parallel
):
    access = client_for(UserFactory()).tokens.access
    bodies = [
        {**shown(api, at_google(str(number))), "current_password": PASSWORD} for number in range(6)
    ]
    answers = in_parallel(*(partial(post, LINK_GOOGLE, body, access) for body in bodies))
    assert statuses(answers) == [200] + [409] * 5
    assert SocialAccount.objects.count() == 1


def test_two_ways_in_removed_at_once_leave_one(api, at_google, at_apple, client_for, in_parallel):
    enter(api, at_google())
    enter(api, at_apple(email="rex@gmail.com"))
    client = client_for(User.objects.get())

    def remove(name):
        headers = {"HTTP_AUTHORIZATION": f"Bearer {client.tokens.access}"}
        return APIClient().delete(f"/api/v1/me/social/{name}", **headers)

    answers = in_parallel(partial(remove, "google"), partial(remove, "apple"))
    assert statuses(answers) == [204, 409]
    assert SocialAccount.objects.count() == 1


def test_a_sign_in_that_crosses_an_erasure_opens_nothing_that_is_gone(
    api, at_google, client_for, in_parallel, sized
):
    for _ in range(sized(2, 50)):
        enter(api, at_google())
        client = client_for(User.objects.get())
        headers = {"HTTP_AUTHORIZATION": f"Bearer {client.tokens.access}"}
        body, proof = shown(api, at_google()), shown(api, at_google())
        erase = partial(APIClient().delete, "/api/v1/me", proof, format="json", **headers)
        steps = [erase, partial(post, GOOGLE, body)]
        random.shuffle(steps)
        assert set(statuses(in_parallel(*steps))) <= {200, 201, 204}
        # Either the account was still there, and went with its sign-in, or there is a new one.
        assert SocialAccount.objects.count() == User.objects.count() == Session.objects.count()
        User.objects.all().delete()


def test_strangers_wait_for_a_slow_provider_together(api, at_google, provider, in_parallel):
    bodies = [shown(api, at_google(str(n), email=f"n{n}@gmail.com")) for n in range(6)]

    def slowly(request):
        request.server.stopped.wait(0.3)
        OpenIdProvider.keys(request)

    provider.answer(slowly)
    answers = in_parallel(*(partial(post, GOOGLE, body) for body in bodies))
    assert statuses(answers) == [201] * 6
    assert provider.asked == ["/keys"]


def test_a_link_that_crosses_the_handing_over_is_not_left(
    api, at_google, client_for, in_parallel, sized
):
    for number in range(sized(2, 50)):
        user = UserFactory(email=f"victim{number}@gmail.com", email_verified_at=None)
        access = client_for(user).tokens.access
        attack = {
            **shown(api, at_google(f"evil{number}", email="evil@gmail.com")),
            "current_password": PASSWORD,
        }
        victim = at_google(f"victim{number}", email=user.email)
        linked, entered = in_parallel(
            partial(post, LINK_GOOGLE, attack, access), partial(post, GOOGLE, shown(api, victim))
        )
        assert linked.status_code in {200, 400, 401}
        assert entered.status_code == 200
        assert [link.uid for link in user.socialaccount_set.all()] == [f"victim{number}"]
        assert user.sessions.live().count() == 1
        assert timezone.now() >= User.objects.get(pk=user.pk).email_verified_at
