"""Looking after one's second factors, and helping a colleague who has lost them."""

from io import StringIO

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.models import FailedSignIn, SecondFactor, User
from accounts.staff import factors
from accounts.tests.authenticators import Passkey, app_of, code
from accounts.tests.factories import PASSWORD
from accounts.tests.staff_sign_in import browser, clerk, give_code, give_password, is_in
from pupmatch.lib.models import AuditEntry
from pupmatch.lib.tests.admin_pages import address

pytestmark = pytest.mark.django_db

SECURITY = "/admin/security/"
CONFIRM = "/admin/security/confirm/"


@pytest.fixture(autouse=True)
def _required(settings):
    settings.STAFF_SECOND_FACTOR = "required"


class Desk:
    """Somebody of staff at their browser, signed in."""

    def __init__(self, user):
        self.user, self.client, self.secret = user, browser(), app_of(user)
        give_password(self.client, user)
        assert give_code(self.client, code(self.secret)).status_code == 302

    def get(self, path):
        return self.client.get(path, secure=True)

    def post(self, path, **form):
        return self.client.post(path, form, secure=True)

    def add_passkey(self, name="Laptop"):
        key = Passkey()
        options = self.get("/admin/security/passkey/").context["options"]
        answer = self.post("/admin/security/passkey/", name=name, credential=key.create(options))
        assert answer["Location"] == SECURITY
        return SecondFactor.objects.passkeys().filter(user=self.user).latest("pk")


@pytest.fixture
def desk(clock):
    return Desk(clerk())


def actions():
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def test_the_page_says_what_one_signs_in_with(desk):
    desk.add_passkey("My <b>laptop</b>")
    page = desk.get(SECURITY).content.decode()
    assert "Authenticator app" in page
    assert "My &lt;b&gt;laptop&lt;/b&gt;" in page
    assert "10 of them are left" in page
    assert desk.secret not in page
    assert f'href="{SECURITY}"' in desk.get("/admin/").content.decode()


def test_changes_ask_again_after_five_minutes_and_lead_back(desk, clock):
    clock.shift(5 * 60 + 1)
    for path in ("app/", "passkey/", "codes/new/"):
        assert desk.get(SECURITY + path)["Location"] == f"{CONFIRM}?next={SECURITY}{path}"
    assert desk.post(SECURITY + "codes/new/").status_code == 302
    assert actions() == ["staff.factor_added", "staff.signed_in"]
    wanted = SECURITY + "passkey/"
    assert desk.post(CONFIRM, next=wanted, code="000000").status_code == 200
    assert desk.get(wanted).status_code == 302
    assert desk.post(CONFIRM, next=wanted, code=code(desk.secret))["Location"] == wanted
    assert desk.get(wanted).status_code == 200
    assert (
        desk.post(CONFIRM, next="https://evil.example", code=code(desk.secret, 1))["Location"]
        == SECURITY
    )


def test_a_passkey_confirms_too(desk, clock):
    key = Passkey()
    options = desk.get("/admin/security/passkey/").context["options"]
    desk.post("/admin/security/passkey/", name="Laptop", credential=key.create(options))
    clock.shift(6 * 60)
    options = desk.get(CONFIRM).context["options"]
    answer = desk.post(CONFIRM, credential=key.get(options))
    assert answer["Location"] == SECURITY
    assert desk.get(SECURITY + "app/").status_code == 200


def test_the_last_one_cannot_be_removed(desk):
    app = SecondFactor.objects.primary().get()
    path = f"{SECURITY}{app.pk}/remove/"
    assert path not in desk.get(SECURITY).content.decode()
    assert desk.get(path).status_code == 200
    page = desk.client.post(path, secure=True, follow=True)
    assert "This is the last one" in page.content.decode()
    passkey = desk.add_passkey()
    assert path in desk.get(SECURITY).content.decode()
    desk.post(path)
    assert SecondFactor.objects.primary().get() == passkey
    codes = SecondFactor.objects.get(type="recovery_codes")
    for pk in (passkey.pk, codes.pk, app.pk):
        desk.post(f"{SECURITY}{pk}/remove/")
    assert SecondFactor.objects.primary().get() == passkey


@pytest.mark.django_db(transaction=True)
def test_of_two_removed_at_once_one_stays(in_parallel):
    user = clerk()
    app_of(user)
    factors.add_passkey(user=user, name="Laptop", credential={}, sign_count=0)
    pks = list(SecondFactor.objects.primary().values_list("pk", flat=True))
    results = in_parallel(*(lambda pk=pk: factors.remove(user=user, factor_id=pk) for pk in pks))
    assert sorted(type(one).__name__ for one in results) == ["LastOne", "NoneType"]
    assert SecondFactor.objects.primary().count() == 1


def test_what_is_removed_ends_the_sign_ins_that_stand_on_it(desk):
    passkey = desk.add_passkey()
    other = browser()
    give_password(other, desk.user)
    give_code(other, code(desk.secret, 1))
    assert is_in(other)
    app = SecondFactor.objects.get(type="totp")
    desk.client.post(CONFIRM, {"code": factors.codes_left(desk.user)[0]}, secure=True)
    desk.post(f"{SECURITY}{app.pk}/remove/")
    assert not is_in(other)
    assert is_in(desk.client), "confirmed by something else, which it stands on from then on"
    assert SecondFactor.objects.primary().get() == passkey
    assert actions()[-1] == "staff.factor_removed"


def test_a_new_telephone_takes_the_place_of_the_old_one(desk):
    other = browser()
    give_password(other, desk.user)
    give_code(other, code(desk.secret, 1))
    secret = desk.get(SECURITY + "app/").context["secret"].replace(" ", "")
    assert desk.post(SECURITY + "app/", code=code(secret))["Location"] == SECURITY
    assert SecondFactor.objects.primary().count() == 1
    assert is_in(desk.client)
    assert not is_in(other)
    again = browser()
    give_password(again, desk.user)
    assert give_code(again, code(desk.secret, 1)).status_code == 200
    assert give_code(again, code(secret, 1)).status_code == 302


def test_a_secret_that_was_never_shown_is_not_taken(desk):
    assert desk.post(SECURITY + "app/", code="123456").status_code == 200
    assert SecondFactor.objects.primary().count() == 1


def test_new_recovery_codes_take_the_place_of_the_old_ones(desk):
    old = factors.codes_left(desk.user)
    by_code = browser()
    give_password(by_code, desk.user)
    give_code(by_code, old[0])
    assert is_in(by_code)
    assert desk.get(SECURITY + "codes/new/").status_code == 200
    assert factors.codes_left(desk.user) == old[1:]
    assert desk.post(SECURITY + "codes/new/")["Location"] == SECURITY + "codes/"
    shown = [one.replace(" ", "") for one in desk.get(SECURITY + "codes/").context["codes"]]
    assert shown == factors.codes_left(desk.user)
    assert not set(shown) & set(old)
    assert desk.get(SECURITY + "codes/")["Location"] == SECURITY
    assert is_in(desk.client)
    assert not is_in(by_code)


def test_nobody_removes_what_is_anothers(desk):
    other = clerk(email="other@pupmatch.example")
    app_of(other)
    desk.add_passkey()
    theirs = SecondFactor.objects.primary().get(user=other)
    assert desk.post(f"{SECURITY}{theirs.pk}/remove/").status_code == 404
    factors.remove(user=desk.user, factor_id=theirs.pk)
    assert SecondFactor.objects.filter(pk=theirs.pk).exists()


def test_every_change_is_told_by_mail(desk, mails):
    desk.add_passkey()
    factors.renew_codes(user=desk.user)
    factors.remove(user=desk.user, factor_id=SecondFactor.objects.get(type="totp").pk)
    factors.reset(user=desk.user, by=None)
    sent = mails()
    assert [message.to for message in sent] == [[desk.user.email]] * 5
    words = [message.body.splitlines()[2] for message in sent]
    assert [line.split(" your ")[0].split(" for")[0] for line in words] == [
        "A passkey or an authenticator app was added to",
        "A passkey or an authenticator app was added to",
        "New recovery codes were made",
        "A passkey or an authenticator app was removed from",
        "The second factors of",
    ]


def test_optional_asks_the_password_before_the_first_one_is_added(settings, clock):
    settings.STAFF_SECOND_FACTOR = "optional"
    user, client = clerk(), browser()
    give_password(client, user)
    assert client.get(SECURITY, secure=True).status_code == 200
    clock.shift(6 * 60)
    assert client.get(SECURITY + "app/", secure=True).status_code == 302
    assert client.post(CONFIRM, {"password": "wrong"}, secure=True).status_code == 200
    form = {"password": PASSWORD, "next": SECURITY + "app/"}
    assert client.post(CONFIRM, form, secure=True)["Location"] == SECURITY + "app/"
    secret = client.get(SECURITY + "app/", secure=True).context["secret"].replace(" ", "")
    answer = client.post(SECURITY + "app/", {"code": code(secret)}, secure=True)
    assert answer["Location"] == SECURITY + "codes/"
    assert len(client.get(SECURITY + "codes/", secure=True).context["codes"]) == 10


@pytest.mark.parametrize(
    "path", ["", "confirm/", "app/", "passkey/", "codes/", "codes/new/", "1/remove/"]
)
def test_nobody_sees_these_pages_without_signing_in(path):
    for request in (browser().get, browser().post):
        assert request(SECURITY + path, secure=True)["Location"].startswith(reverse("admin:login"))


def test_forms_from_elsewhere_are_refused(desk):
    strict = browser().__class__(enforce_csrf_checks=True)
    strict.cookies = desk.client.cookies
    for path in ("confirm/", "app/", "passkey/", "codes/new/", "1/remove/"):
        assert strict.post(SECURITY + path, secure=True).status_code == 403
    for path in ("/admin/login/", "/admin/login/second-step/", "/admin/logout/"):
        assert strict.post(path, secure=True).status_code == 403


def test_the_pages_are_not_stored(desk):
    for path in (SECURITY, SECURITY + "app/", CONFIRM, "/admin/login/"):
        assert "no-store" in desk.get(path)["Cache-Control"]


# --- Help for a colleague -------------------------------------------------------------------------


def reset_of(desk, user, reason="Lost the telephone, rang me up"):
    path = reverse("admin:accounts_user_reset_factors", args=[user.pk])
    return desk.post(path, _form_submitted="True", reason=reason)


def test_a_superuser_resets_a_colleague(clock):
    boss, ada = Desk(clerk(email="boss@pupmatch.example", is_superuser=True)), Desk(clerk())
    assert "Reset second factors" in boss.get(address(ada.user, "change")).content.decode()
    assert reset_of(boss, ada.user, reason="").status_code == 200
    assert is_in(ada.client)
    reset_of(boss, ada.user)
    assert not is_in(ada.client)
    assert not SecondFactor.objects.filter(user=ada.user).exists()
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.actor_id) == ("staff.factors_reset", boss.user.pk)
    assert (entry.subject_id, entry.reason) == (str(ada.user.pk), "Lost the telephone, rang me up")
    assert give_password(browser(), ada.user)["Location"] == reverse("staff:set_up")


def test_nobody_else_resets_anybody(clock):
    clerks, ada = Desk(clerk()), Desk(clerk(email="ada@pupmatch.example"))
    rights = Permission.objects.filter(codename__in=["view_user", "change_user"])
    clerks.user.user_permissions.set(rights)
    assert reset_of(clerks, ada.user).status_code == 403
    boss = Desk(clerk(email="boss@pupmatch.example", is_superuser=True))
    assert reset_of(boss, boss.user).status_code == 403
    assert is_in(ada.client)


@pytest.mark.usefixtures("real_locks")
def test_the_console_helps_the_only_superuser(desk):
    for _ in range(5):
        give_password(browser(), desk.user, "wrong")
    out = StringIO()
    call_command("reset_second_factor", desk.user.email.upper(), "--reason", "Lost", stdout=out)
    assert "2 removed" in out.getvalue()
    assert not FailedSignIn.objects.exclude(username="").exists()
    assert not is_in(desk.client)
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.actor_id, entry.reason) == ("staff.factors_reset", None, "Lost")
    assert give_password(browser(), desk.user)["Location"] == reverse("staff:set_up")


def test_the_console_helps_staff_alone():
    User.objects.create_user("owner@pupmatch.example")
    for email in ("owner@pupmatch.example", "nobody@pupmatch.example"):
        with pytest.raises(CommandError, match="no account of staff"):
            call_command("reset_second_factor", email)
