"""Passkeys: real ceremonies with a key of software, and what is refused."""

import json

import pytest
from django.urls import reverse
from fido2.utils import websafe_encode

from accounts.models import SecondFactor
from accounts.staff import factors
from accounts.tests.authenticators import Passkey, app_of
from accounts.tests.staff_sign_in import HOME, browser, clerk, give_password, is_in
from pupmatch.lib.models import AuditEntry

pytestmark = pytest.mark.django_db

ADD, STEP = "/admin/security/passkey/", "/admin/login/second-step/"


@pytest.fixture(autouse=True)
def _required(settings):
    settings.STAFF_SECOND_FACTOR = "required"


@pytest.fixture
def client():
    return browser()


@pytest.fixture
def passkey(client):
    """One that somebody of staff has set up by the pages, and signs in with from now on."""
    key = Passkey()
    give_password(client, clerk())
    options = client.get(ADD, secure=True).context["options"]
    form = {"name": "Laptop", "credential": key.create(options)}
    assert client.post(ADD, form, secure=True)["Location"] == reverse("staff:codes")
    return key


def owner():
    return SecondFactor.objects.passkeys().get().user


def asked(client):
    """What the second step asks a browser that has just given the password."""
    give_password(client, owner())
    return client.get(STEP, secure=True).context["options"]


def shows(client, answer):
    return client.post(STEP, {"credential": answer}, secure=True)


def test_a_passkey_is_set_up_and_opens_the_admin(client, passkey):
    assert is_in(client)
    again = browser()
    assert not is_in(again)
    answer = shows(again, passkey.get(asked(again)))
    assert answer["Location"] == HOME
    assert is_in(again)
    assert AuditEntry.objects.latest("id").data == {"factor": "webauthn"}
    factor = SecondFactor.objects.passkeys().get()
    assert (factor.name, factor.data["sign_count"]) == ("Laptop", 1)
    assert factor.last_used_at


def test_what_browsers_are_asked(client, passkey):
    options = asked(browser())["publicKey"]
    assert options["rpId"] == "testserver"
    assert [one["id"] for one in options["allowCredentials"]] == [websafe_encode(passkey.id)]
    assert len(options["challenge"]) >= 43
    again = client.get(ADD, secure=True).context["options"]["publicKey"]
    assert [one["id"] for one in again["excludeCredentials"]] == [websafe_encode(passkey.id)]
    assert again["user"]["name"] == owner().email


@pytest.mark.parametrize(
    "wrong",
    [
        {"challenge": websafe_encode(bytes(32))},
        {"origin": "https://evil.example"},
        {"origin": "http://testserver"},
        {"origin": "https://testserver.evil.example"},
        {"signature": b"0"},
    ],
    ids=str,
)
def test_an_answer_that_is_not_to_this_question_is_refused(client, passkey, wrong):
    again = browser()
    page = shows(again, passkey.get(asked(again), **wrong))
    assert page.status_code == 200
    assert page.context["passkey"].non_field_errors() == ["The passkey did not work. Try again."]
    assert not is_in(again)
    assert shows(again, passkey.get(page.context["options"]))["Location"] == HOME


@pytest.mark.parametrize("wrong", [{"origin": "https://evil.example"}, {"challenge": "AAAA"}])
def test_a_passkey_made_for_elsewhere_is_not_kept(client, wrong):
    give_password(client, clerk())
    options = client.get(ADD, secure=True).context["options"]
    form = {"name": "Laptop", "credential": Passkey().create(options, **wrong)}
    assert client.post(ADD, form, secure=True).status_code == 200
    assert not SecondFactor.objects.exists()


def test_an_answer_is_good_once(passkey):
    first, second = browser(), browser()
    options = asked(first)
    answer = passkey.get(options)
    shows(first, answer)
    asked(second)
    session = second.session
    session["mfa.webauthn.state"]["challenge"] = options["publicKey"]["challenge"]
    session.save()
    assert shows(second, answer).status_code == 200
    assert not is_in(second)


def test_a_copy_of_a_key_is_noticed_by_its_counter(passkey):
    first, second = browser(), browser()
    passkey.uses = 7
    shows(first, passkey.get(asked(first)))
    passkey.uses = 3
    shows(second, passkey.get(asked(second)))
    assert (is_in(first), is_in(second)) == (True, False)


def test_one_persons_passkey_is_not_anothers(passkey):
    other, again = clerk(email="other@pupmatch.example"), browser()
    app_of(other)
    key = Passkey()
    made = json.loads(key.create({"publicKey": {"rp": {"id": "testserver"}, "challenge": "AAAA"}}))
    factors.add_passkey(user=other, name="Phone", credential=made, sign_count=0)
    give_password(again, other)
    options = again.get(STEP, secure=True).context["options"]
    assert shows(again, passkey.get(options)).status_code == 200
    assert not is_in(again)


WRAPPED = '{"id": "AA", "rawId": "AA", "type": "public-key", "response": %s}'
NONSENSE = [
    "", "null", "1", "[]", '"x"', "{}", "{", '{"id": 1}', "[" * 10_000, "x" * 20_000,
    '{"id": "AA", "rawId": "AA", "type": "public-key"}',
    '{"id": null, "rawId": null, "type": null, "response": null}',
    '{"id": {}, "rawId": [], "type": {}, "response": {"clientDataJSON": 5}}',
    *(WRAPPED % response for response in (
        "{}", "[]", '{"clientDataJSON": 5, "attestationObject": 5}',
        '{"clientDataJSON": "AA", "attestationObject": "AA"}',
        '{"clientDataJSON": "AA", "authenticatorData": "AA", "signature": "AA"}',
        '{"clientDataJSON": "e30", "attestationObject": "oA"}',
        '{"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA"}',
        '{"clientDataJSON": "bnVsbA", "attestationObject": "9g"}',
        '{"clientDataJSON": "bnVsbA", "authenticatorData": "", "signature": ""}',
    )),
]  # fmt: skip


@pytest.mark.parametrize("sent", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_is_refused_and_breaks_nothing(client, passkey, sent):
    again = browser()
    asked(again)
    assert shows(again, sent).status_code == 200
    assert not is_in(again)
    client.get(ADD, secure=True)
    form = {"name": "Laptop", "credential": sent}
    assert client.post(ADD, form, secure=True).status_code == 200
    assert SecondFactor.objects.passkeys().count() == 1


def test_cut_and_changed_answers_break_nothing(passkey):
    again = browser()
    options = asked(again)
    whole = json.loads(passkey.get(options))
    for name, value in whole["response"].items():
        for cut in (value[:-1], value[: len(value) // 2], value[4:], "A" + value, value + "AAAA"):
            sent = {**whole, "response": {**whole["response"], name: cut}}
            assert shows(again, json.dumps(sent)).status_code == 200, (name, cut)
    assert not is_in(again)
