"""Who is asking: access tokens, checked against the sign-in that they belong to."""

from typing import Any

from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError

from accounts.models import Session, User
from accounts.tokens import read_access, session_id


class SignedInRequest(Request):
    """A request as views behind SessionTokenAuthentication see it; for annotations."""

    user: User
    auth: Session


class SessionTokenAuthentication(JWTAuthentication):
    """`Authorization: Bearer <access>`. `request.auth` is the Session.

    A token is worth nothing once its sign-in ended, so signing out, changing the password and
    deleting the account take effect at the next request. This costs one query.
    """

    def authenticate(self, request: Request) -> tuple[User, Session] | None:  # type: ignore[override]
        raw_token = self.get_raw_token(self.get_header(request) or b"")
        if raw_token is None:
            return None
        token = self.get_validated_token(raw_token)
        session = (
            Session.objects.live()
            .select_related("user")
            .filter(pk=session_id(token), user_id=token["sub"], user__is_active=True)
            .first()
        )
        if session is None:
            raise AuthenticationFailed("This sign-in has ended; sign in again.", "session_ended")
        return session.user, session

    def get_raw_token(self, header: bytes) -> bytes | None:
        """What follows `Bearer`; nothing for another scheme."""
        scheme, _, raw_token = header.partition(b" ")
        return raw_token.strip() if scheme.lower() == b"bearer" else None

    def get_validated_token(self, raw_token: bytes) -> Any:
        """The claims; an expired token and a false one are told apart, so that apps can refresh."""
        try:
            return read_access(raw_token)
        except ExpiredTokenError as error:
            raise AuthenticationFailed("The access token has expired.", "token_expired") from error
        except TokenError as error:
            raise AuthenticationFailed("This is no access token.", "token_invalid") from error


class BearerScheme(SimpleJWTScheme):
    """How the schema names it."""

    target_class = "accounts.authentication.SessionTokenAuthentication"
    name = "bearerAuth"
