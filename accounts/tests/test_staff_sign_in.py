"""Password, then a second step, then the admin; never less."""

import pytest
from django.urls import get_resolver, reverse

from accounts.models import AuthenticationAttempt, SecondFactor
from accounts.staff import factors
from accounts.tests.authenticators import app_of, code
from accounts.tests.staff_sign_in import HOME, browser, clerk, give_code, give_password, is_in
from pupmatch.lib.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _required(settings):
    settings.STAFF_SECOND_FACTOR = "required"


def actions():
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def attempts():
    rows = AuthenticationAttempt.objects.order_by("created_at")
    return list(rows.values_list("method", "outcome"))


@pytest.mark.requirement("R12.6")
def test_a_password_and_a_code_open_the_admin():
    user, client = clerk(), browser()
    secret = app_of(user)
    answer = give_password(client, user)
    assert answer["Location"] == reverse("staff:second_step")
    assert not is_in(client)
    assert give_code(client, code(secret))["Location"] == HOME
    assert is_in(client)
    assert attempts() == [("admin", "accepted"), ("factor", "accepted")]
    assert actions() == ["staff.factor_added", "staff.signed_in"]
    entry = AuditEntry.objects.latest("id")
    assert (entry.actor_id, entry.data) == (user.pk, {"factor": "totp"})
    assert entry.ip_address == "127.0.0.1"


def test_between_the_steps_nothing_of_the_admin_opens():
    user, client = clerk(is_superuser=True), browser()
    app_of(user)
    give_password(client, user)
    assert len(PAGES) > 100
    for path in PAGES:
        answer = client.get(path, secure=True)
        assert (answer.status_code, path) in [(302, path), (404, path)]
        assert answer.status_code == 404 or "/admin/login/" in answer["Location"]


def _pages():
    """Every address below /admin that takes nothing, or an id, but those of signing in."""
    for resolver in get_resolver().url_patterns:
        if str(resolver.pattern) == "admin/":
            for pattern in _flat(resolver):
                yield "/admin/" + pattern


def _flat(resolver, prefix=""):
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _flat(pattern, route)
        elif "^" not in route and "(" not in route:
            yield (
                route.replace("<path:object_id>", "1").replace("<id>", "1").replace("<int:pk>", "1")
            )


PAGES = sorted(
    {path for path in _pages() if "<" not in path and not path.startswith("/admin/login/")}
)


@pytest.mark.parametrize("wrong", ["000000", "", "12345", "９９９９９９", "\x00", "x" * 500])
def test_a_wrong_code_opens_nothing(wrong):
    user, client = clerk(), browser()
    app_of(user)
    give_password(client, user)
    assert give_code(client, wrong).status_code == 200
    assert not is_in(client)


def test_spaces_in_a_code_do_not_matter():
    user, client = clerk(), browser()
    secret = app_of(user)
    give_password(client, user)
    digits = code(secret)
    assert give_code(client, f" {digits[:3]} {digits[3:]}")["Location"] == HOME


def test_a_code_without_a_password_opens_nothing():
    user, client = clerk(), browser()
    secret = app_of(user)
    answer = give_code(client, code(secret))
    assert answer["Location"] == reverse("admin:login")
    assert not is_in(client)


def test_one_persons_code_is_not_anothers():
    ada, ben, client = clerk(), clerk(email="ben@pupmatch.example"), browser()
    app_of(ada)
    give_password(client, ada)
    assert give_code(client, code(app_of(ben))).status_code == 200
    assert not is_in(client)


def test_a_code_is_good_once():
    user = clerk()
    secret = app_of(user)
    shown = code(secret)
    for expected in (302, 200):
        client = browser()
        give_password(client, user)
        assert give_code(client, shown).status_code == expected
    later = browser()
    give_password(later, user)
    assert give_code(later, code(secret, steps=-1)).status_code == 200, "older than the last one"
    assert give_code(later, code(secret, steps=1)).status_code == 302


def test_the_code_that_set_the_app_up_does_not_sign_in():
    user, secret = clerk(), factors.new_secret()
    shown = code(secret)
    factors.add_app(user=user, secret=secret, code=shown)
    client = browser()
    give_password(client, user)
    assert give_code(client, shown).status_code == 200


def test_a_code_is_good_for_its_own_half_minute(settings, time_machine):
    settings.MFA_TOTP_TOLERANCE = 0
    time_machine.move_to("2026-11-21T08:00:29Z", tick=False)
    user = clerk()
    for steps, expected in ((-1, 200), (1, 200), (0, 302)):
        secret, client = app_of(user), browser()
        give_password(client, user)
        assert give_code(client, code(secret, steps)).status_code == expected, steps


def test_a_recovery_code_is_good_once():
    user = clerk()
    app_of(user)
    first = factors.codes_left(user)[0]
    for expected in (302, 200):
        client = browser()
        give_password(client, user)
        assert give_code(client, f"{first[:4]} {first[4:]}").status_code == expected
    assert len(factors.codes_left(user)) == 9
    assert AuditEntry.objects.latest("id").data == {"factor": "recovery_codes"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_one_code_in_several_browsers_one_gets_in(in_parallel, kind):
    user = clerk()
    secret = app_of(user)
    shown = code(secret) if kind == "app" else factors.codes_left(user)[0]
    browsers = [browser() for _ in range(6)]
    for client in browsers:
        give_password(client, user)
    answers = in_parallel(*(lambda c=c: give_code(c, shown).status_code for c in browsers))
    assert sorted(answers) == [200] * 5 + [302]
    assert sum(is_in(client) for client in browsers) == 1


@pytest.mark.requirement("R12.7")
def test_secrets_are_sealed_where_they_are_stored():
    user = clerk()
    secret = app_of(user)
    for factor in SecondFactor.objects.filter(user=user):
        assert secret not in str(factor.data)
    for recovery_code in factors.codes_left(user):
        assert recovery_code not in str(list(SecondFactor.objects.values_list("data", flat=True)))


def test_after_a_change_of_the_secret_key_codes_are_wrong_and_break_nothing():
    user, client = clerk(), browser()
    secret = app_of(user)
    for factor in SecondFactor.objects.filter(user=user):
        factor.data |= {"secret": "AAAA", "seed": "AAAA"}
        factor.save()
    give_password(client, user)
    assert give_code(client, code(secret)).status_code == 200
    assert factors.codes_left(user) == []


# --- The first time -------------------------------------------------------------------------------


def test_somebody_without_a_second_factor_sets_one_up_and_is_in():
    user, client = clerk(), browser()
    assert give_password(client, user)["Location"] == reverse("staff:set_up")
    assert client.get(reverse("staff:set_up"), secure=True).status_code == 200
    assert not is_in(client)
    path = reverse("staff:add_app")
    page = client.get(path, secure=True)
    secret = page.context["secret"].replace(" ", "")
    assert b"<svg" in page.content
    assert (
        client.post(path, {"code": "000000"}, secure=True).context["secret"]
        == page.context["secret"]
    )
    assert not is_in(client)
    answer = client.post(path, {"code": code(secret)}, secure=True)
    assert answer["Location"] == reverse("staff:codes")
    shown = client.get(reverse("staff:codes"), secure=True)
    assert shown.context["leads_to"] == HOME
    given = [one.replace(" ", "") for one in shown.context["codes"]]
    assert given == factors.codes_left(user)
    assert len(set(given)) == 10
    assert client.get(reverse("staff:codes"), secure=True).status_code == 302, "shown once"
    assert is_in(client)
    assert actions() == ["staff.factor_added", "staff.signed_in"]
    assert attempts() == [("admin", "accepted"), ("factor", "accepted")]


def test_a_password_alone_adds_no_factor_beside_one_that_is_there():
    user, client = clerk(), browser()
    give_password(client, user)
    path = reverse("staff:add_app")
    secret = client.get(path, secure=True).context["secret"].replace(" ", "")
    app_of(user)
    for request in (client.get, client.post):
        assert request(path, {"code": code(secret)}, secure=True)["Location"] == reverse(
            "staff:second_step"
        )
    with pytest.raises(factors.NotTheFirst):
        factors.add_app(user=user, secret=secret, code=code(secret), is_first=True)
    assert SecondFactor.objects.primary().count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_first_factors_at_once_one_is_kept(in_parallel):
    user = clerk()
    secrets = [factors.new_secret() for _ in range(4)]
    results = in_parallel(
        *(
            lambda s=s: factors.add_app(user=user, secret=s, code=code(s), is_first=True)
            for s in secrets
        )
    )
    assert sum(isinstance(result, SecondFactor) for result in results) == 1
    assert SecondFactor.objects.primary().count() == 1
