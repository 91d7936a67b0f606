"""Who is asking: access tokens, checked against the sign-in that they belong to."""

from django.db.models import UUIDField
from django.utils import timezone
from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError

from accounts.models import Session, SessionQuerySet, User
from accounts.refusals import SignInEnded
from accounts.tokens import Claims, read_claims
from pupmatch.lib.documents import Instances, Param
from pupmatch.lib.documents.expressions import NOW
from pupmatch.lib.logs import current_user_id

# Who asks, by what the access token says.
USER = Param("user", UUIDField())
SESSION = Param("session", UUIDField())


def signed_in() -> SessionQuerySet:
    """The sign-in that the token names, if it has not ended; also of somebody who is barred."""
    return Session.objects.live(NOW).filter(pk=SESSION, user=USER)


def asking() -> SessionQuerySet:
    """The sign-in that the token names, if it opens everything."""
    return signed_in().filter(user__is_active=True)


SIGN_INS = Instances(lambda: signed_in().select_related("user"))


class SignedInRequest(Request):
    """A request as views behind SessionTokenAuthentication see it; for annotations."""

    user: User
    auth: Session


class SessionTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access>`. `request.auth` is the Session.

    A token is worth nothing once its sign-in ended, so signing out, changing the password and
    deleting the account take effect at the next request. This costs one query. What is left to
    somebody who is barred, `accounts.permissions` say.
    """

    def __init__(self, sessions: Instances[Session] = SIGN_INS) -> None:
        """`sessions` finds the sign-in; a view that wants more may bring it along in the query."""
        self.sessions = sessions

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return 'Bearer realm="api"'

    def authenticate(self, request: Request) -> tuple[User, Session] | None:
        claims = self.claims(request)
        if claims is None:
            return None
        session = self.sessions.first({**claims._asdict(), "now": timezone.now()})
        if session is None or not session.user.may_sign_in:
            raise SignInEnded
        current_user_id.set(str(session.user_id))
        return session.user, session

    def claims(self, request: Request) -> Claims | None:
        """What the token says, which is worth nothing until the sign-in was looked up."""
        scheme, _, raw_token = get_authorization_header(request).partition(b" ")
        return _claims(raw_token.strip()) if scheme.lower() == b"bearer" else None


def _claims(raw_token: bytes) -> Claims:
    """An expired token and a false one are told apart, so that apps can refresh."""
    try:
        return read_claims(raw_token)
    except ExpiredTokenError as error:
        raise AuthenticationFailed("The access token has expired.", "token_expired") from error
    except TokenError as error:
        raise AuthenticationFailed("This is no access token.", "token_invalid") from error


class BearerScheme(SimpleJWTScheme):
    """How the schema names it."""

    target_class = "accounts.authentication.SessionTokenAuthentication"
    name = "bearerAuth"
