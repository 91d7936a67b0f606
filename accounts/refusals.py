"""What is answered to whom staff have limited, suspended or banned."""

from datetime import datetime

from accounts.models import User
from pupmatch.lib.problems import Forbidden, NotSignedIn

# In SQL, of a row of accounts_user: whether whatever the person writes is stored. To be asked by a
# statement that begins under the locks which `accounts.barriers` takes, or it sees what was before.
MAY_WRITE = "is_active AND (limited_until IS NULL OR limited_until <= clock_timestamp())"


class SignInEnded(NotSignedIn):
    """The token is good, but what it belongs to is over."""

    default_code = "session_ended"
    default_detail = "This sign-in has ended; sign in again."


class AccountBanned(Forbidden):
    """For good, unless an appeal is granted."""

    default_code = "account_banned"
    default_detail = "This account is banned. You can see why, and appeal."


class AccountSuspended(Forbidden):
    """Until a time, which the problem tells."""

    default_code = "account_suspended"
    default_detail = "This account is suspended for a while. You can see why, and appeal."

    def __init__(self, until: datetime) -> None:
        super().__init__(until=until)


class AccountLimited(Forbidden):
    """Likes and messages are refused until a time, which the problem tells."""

    default_code = "account_limited"
    default_detail = "You cannot like or write for a while. You can see why, and appeal."

    def __init__(self, until: datetime) -> None:
        super().__init__(until=until)


class RegistrationRefused(Forbidden):
    """The same words for an address and for a device that is not to come back."""

    default_code = "registration_refused"
    default_detail = "No account can be made with this address or on this device."


class AddressRefused(Forbidden):
    """The address is not to come back by way of another account either."""

    default_code = "address_refused"
    default_detail = "This address cannot be used."


class StaffAccount(Forbidden):
    """An account of staff is looked after in the admin: the app asks for no second factor."""

    default_code = "staff_account"
    default_detail = "This account works for PupMatch; ask an administrator to change or close it."


def check_standing(user: User) -> None:
    """Raise AccountBanned or AccountSuspended for whoever may sign in for little."""
    if user.banned_at:
        raise AccountBanned
    if user.suspended_until:
        raise AccountSuspended(user.suspended_until)


def check_may_write(user: User) -> None:
    """The same and AccountLimited, for what others get to see; SignInEnded for a closed account."""
    check_standing(user)
    if not user.is_active:
        raise SignInEnded
    if user.limited_until and user.is_limited:
        raise AccountLimited(user.limited_until)
