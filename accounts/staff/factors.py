"""Adding, checking and removing second factors of staff.

Each change is on record, and mailed to its owner. The account's row is locked first, so that of two
changes at once the second sees the first.
"""

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import SecondFactor, User
from accounts.staff import lockout
from accounts.staff.models import SecondFactorQuerySet
from pupmatch.lib.audit import record
from pupmatch.lib.jobs import enqueue
from pupmatch.lib.seals import NotSealed

Type = Authenticator.Type

new_secret = totp.generate_totp_secret


class WrongCode(ValidationError):
    """No code of this person's, or one that was used before."""

    def __init__(self) -> None:
        super().__init__("This code is not right, or was used already.", code="wrong_code")


class NotTheFirst(ValidationError):
    """Before the second step of signing in, only somebody without a second factor may add one."""

    def __init__(self) -> None:
        super().__init__("There is a second factor already. Sign in with it.", code="not_first")


class LastOne(ValidationError):
    """Nobody is left without."""

    def __init__(self) -> None:
        super().__init__("This is the last one: add another before you remove it.", code="last_one")


# --- Checking -------------------------------------------------------------------------------------


@transaction.atomic
def check_code(*, user: User, code: str) -> SecondFactor:
    """The second factor that this code is of, which is used up by it. Raises WrongCode."""
    mine = SecondFactor.objects.with_codes().filter(user=user)
    for factor in mine.select_for_update().order_by("pk"):
        accepts = _accepts_app_code if factor.type == Type.TOTP else _accepts_recovery_code
        if accepts(factor, code):
            factor.record_usage()
            return factor
    raise WrongCode


def _accepts_app_code(factor: SecondFactor, code: str) -> bool:
    try:
        secret = totp.decrypt(factor.data["secret"])
    except NotSealed:
        return False
    counter = _counter_of(secret, code)
    # Kept in the row and not in a cache, as allauth's is: that may be gone, or each process's own.
    if counter is None or counter <= factor.data["counter"]:
        return False
    factor.data["counter"] = counter
    factor.save(update_fields=["data"])
    return True


def _counter_of(secret: str, code: str) -> int | None:
    """The step of time that a code stands for (RFC 6238), of those that are near enough."""
    for counter in totp.yield_hotp_counters_from_time():
        expected = totp.format_hotp_value(totp.hotp_value(secret, counter))
        if totp.compare_user_code(actual=code, expected=expected):
            return counter
    return None


def _accepts_recovery_code(factor: SecondFactor, code: str) -> bool:
    codes = RecoveryCodes(factor)
    try:
        is_right = codes.validate_code(code)
    except NotSealed:
        return False
    factor.data = codes.instance.data
    return is_right


# --- Changing -------------------------------------------------------------------------------------


@transaction.atomic
def add_app(*, user: User, secret: str, code: str, is_first: bool = False) -> SecondFactor:
    """An authenticator app that shows this code, in place of the one before it, if any.

    Raises WrongCode, and NotTheFirst where it has to be.
    """
    _lock(user, is_first=is_first)
    counter = _counter_of(secret, code)
    if counter is None:
        raise WrongCode
    _of(user).filter(type=Type.TOTP).delete()
    made = totp.TOTP.activate(user, secret).instance
    made.data["counter"] = counter
    made.save(update_fields=["data"])
    return _added(user, made)


@transaction.atomic
def add_passkey(
    *, user: User, name: str, credential: dict, sign_count: int, is_first: bool = False
) -> SecondFactor:
    """A passkey whose registration was checked. Raises NotTheFirst where it has to be the first."""
    _lock(user, is_first=is_first)
    data = {"name": name, "credential": credential, "sign_count": sign_count}
    return _added(user, SecondFactor.objects.create(user=user, type=Type.WEBAUTHN, data=data))


def _added(user: User, made: Authenticator) -> SecondFactor:
    RecoveryCodes.activate(user)
    _tell(user, by=user, action="staff.factor_added", change="added", factor=made.type)
    return SecondFactor.objects.get(pk=made.pk)


@transaction.atomic
def remove(*, user: User, factor_id: int) -> None:
    """Take one away; nothing where it is gone. Raises LastOne."""
    _lock(user)
    primary = _of(user).primary()
    factor = primary.filter(pk=factor_id).first()
    if factor is None:
        return
    if primary.count() == 1:
        raise LastOne
    factor.delete()
    _tell(user, by=user, action="staff.factor_removed", change="removed", factor=factor.type)


@transaction.atomic
def renew_codes(*, user: User) -> SecondFactor:
    """Other recovery codes, in place of the ones before."""
    _lock(user)
    _of(user).filter(type=Type.RECOVERY_CODES).delete()
    made = RecoveryCodes.activate(user).instance
    _tell(user, by=user, action="staff.codes_renewed", change="renewed")
    return SecondFactor.objects.get(pk=made.pk)


@transaction.atomic
def reset(*, user: User, by: User | None, reason: str = "") -> int:
    """Take all of them away, with every sign-in to the admin; `by` None: from the console.

    The next sign-in begins with setting one up. Failures of the account are forgotten, too.
    """
    _lock(user)
    removed = _of(user).delete()[0]
    lockout.forgive(user.email)
    _tell(user, by=by, action="staff.factors_reset", change="reset", reason=reason)
    return removed


def codes_left(user: User) -> list[str]:
    """The recovery codes that are good for a sign-in."""
    kept = _of(user).filter(type=Type.RECOVERY_CODES).first()
    try:
        return RecoveryCodes(kept).get_unused_codes() if kept else []
    except NotSealed:
        return []


def _of(user: User) -> SecondFactorQuerySet:
    return SecondFactor.objects.filter(user=user)


def _lock(user: User, *, is_first: bool = False) -> None:
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if is_first and _of(user).primary().exists():
        raise NotTheFirst


def _tell(
    user: User, *, by: User | None, action: str, change: str, reason: str = "", **data: str
) -> None:
    record(by=by, action=action, subject=user, reason=reason, **data)
    enqueue("accounts.tasks.mail_factor_changed", user_id=user.pk, change=change)
