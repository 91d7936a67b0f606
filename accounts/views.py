"""Signing up, in and out, and the account itself."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.generics import get_object_or_404
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import credentials, services
from accounts.attempts import Method, Outcome
from accounts.authentication import SignedInRequest
from accounts.models import AuthenticationAttempt, Session, SessionQuerySet
from accounts.permissions import IsSignedIn
from accounts.serializers import (
    AccountChangeSerializer,
    AccountSerializer,
    AddressSerializer,
    CredentialsSerializer,
    LinkTokenSerializer,
    PasswordChangeSerializer,
    PasswordResetSerializer,
    PasswordSerializer,
    RefreshSerializer,
    RegistrationSerializer,
    SessionSerializer,
    SignInAttemptSerializer,
    TokenPairSerializer,
)
from pupmatch.lib.parsers import parsed
from pupmatch.lib.requests import caller
from pupmatch.lib.schema import DeleteWithBodySchema

# Tokens are for the app alone, not for any cache on the way.
NO_STORE = {"Cache-Control": "no-store"}


class PublicView(APIView):
    """Answers whoever asks; an expired token that happens to be sent along does no harm."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


class RegisterView(PublicView):
    throttle_scope = "register"

    @extend_schema(
        operation_id="auth_register",
        request=CredentialsSerializer,
        responses={201: RegistrationSerializer},
    )
    def post(self, request: Request) -> Response:
        """Make an account and sign it in.

        A link that verifies the address is mailed; nothing waits for it. A known address is
        409 `email_taken`; one that was banned, or a device that was, is 403
        `registration_refused`. Passwords have 8 to 128 characters and are neither common nor the
        address itself.
        """
        fields = parsed(CredentialsSerializer, request)
        user, pair = services.register(**fields, caller=caller(request))
        answer = RegistrationSerializer({"user": user, **pair._asdict()}).data
        return Response(answer, status=status.HTTP_201_CREATED, headers=NO_STORE)


class TokenView(PublicView):
    throttle_scope = "sign_in"

    @extend_schema(
        operation_id="auth_token", request=CredentialsSerializer, responses=TokenPairSerializer
    )
    def post(self, request: Request) -> Response:
        """Sign in.

        A wrong password, an unknown address and a closed account are all 401
        `invalid_credentials`. After five of them from one network it is 429 `sign_in_locked` for up
        to a quarter of an hour, right or wrong; `Retry-After` says how long, and a new password
        ends it. Send `device_id`: guesses from elsewhere do not lock a device on which somebody
        was signed in before. Whoever is suspended or banned may sign in to read what was decided
        (`GET /me/decisions`), appeal, and erase the account; anything else is then 403
        `account_suspended`, with `until`, or `account_banned`.
        """
        fields = parsed(CredentialsSerializer, request)
        pair = services.sign_in(**fields, caller=caller(request))
        return Response(TokenPairSerializer(pair).data, headers=NO_STORE)


class RefreshView(PublicView):
    throttle_scope = "refresh"

    @extend_schema(
        operation_id="auth_token_refresh", request=RefreshSerializer, responses=TokenPairSerializer
    )
    def post(self, request: Request) -> Response:
        """Spend a refresh token for a new pair.

        Spent again within ten seconds (an app that lost the answer) it gives the refresh token that
        followed it once more, with an access token of its own. Later it ends the sign-in with all its
        tokens, because somebody has a copy: 401 `refresh_refused`, as for an expired or ended one.
        """
        token = parsed(RefreshSerializer, request)["refresh"]
        pair = services.refresh(token=token, caller=caller(request))
        return Response(TokenPairSerializer(pair).data, headers=NO_STORE)


class LogoutView(APIView):
    permission_classes = (IsSignedIn,)

    @extend_schema(operation_id="auth_logout", request=None, responses={204: None})
    def post(self, request: SignedInRequest) -> Response:
        """Sign out here, at once: the access token is dead, too."""
        here = request.user.sessions.filter(pk=request.auth.pk)
        services.end_sessions(here, Session.EndReason.LOGOUT)
        return Response(status=status.HTTP_204_NO_CONTENT)


class LogoutAllView(APIView):
    permission_classes = (IsSignedIn,)

    @extend_schema(operation_id="auth_logout_all", request=None, responses={204: None})
    def post(self, request: SignedInRequest) -> Response:
        """Sign out everywhere, at once, here included."""
        services.end_sessions(request.user.sessions.all(), Session.EndReason.LOGOUT)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PasswordResetView(PublicView):
    throttle_scope = "mail"

    @extend_schema(
        operation_id="auth_password_reset", request=AddressSerializer, responses={202: None}
    )
    def post(self, request: Request) -> Response:
        """Ask for a mail with a link that sets a new password.

        Answers alike whether or not the address has an account. The link leads to
        `/reset-password#token=…` of the app.
        """
        credentials.request_password_reset(**parsed(AddressSerializer, request))
        return Response(status=status.HTTP_202_ACCEPTED)


class PasswordResetConfirmView(PublicView):
    throttle_scope = "token_check"

    @extend_schema(
        operation_id="auth_password_reset_confirm",
        request=PasswordResetSerializer,
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        """Set a new password with the token of a mailed link.

        It works once, within an hour, ends every sign-in, and verifies the address. A link that
        is no longer good is 400, code `invalid_token`.
        """
        fields = parsed(PasswordResetSerializer, request)
        credentials.confirm_password_reset(**fields, caller=caller(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PasswordChangeView(APIView):
    throttle_scope = "password"

    @extend_schema(
        operation_id="auth_password_change",
        request=PasswordChangeSerializer,
        responses={204: None},
    )
    def post(self, request: SignedInRequest) -> Response:
        """Set a new password and end every other sign-in.

        A wrong current password is 400, code `wrong_password`. An `id_token` with its `nonce` of a
        provider that is linked does in its place, as for `DELETE /me`. Accounts of staff are 403
        `staff_account`.
        """
        fields = parsed(PasswordChangeSerializer, request)
        credentials.change_password(session=request.auth, **fields, caller=caller(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class EmailVerifyView(PublicView):
    throttle_scope = "token_check"

    @extend_schema(
        operation_id="auth_email_verify", request=LinkTokenSerializer, responses={204: None}
    )
    def post(self, request: Request) -> Response:
        """Verify the address with the token of a mailed link; harmless to repeat.

        The link leads to `/verify-email#token=…` of the app and works for three days, as long as
        the account keeps that address. One that is no longer good is 400, code `invalid_token`.
        """
        credentials.verify_email(**parsed(LinkTokenSerializer, request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class EmailResendView(APIView):
    throttle_scope = "mail"

    @extend_schema(operation_id="auth_email_resend", request=None, responses={202: None})
    def post(self, request: SignedInRequest) -> Response:
        """Mail the link that verifies my address again; nothing is sent for a verified one."""
        credentials.send_verification(request.user)
        return Response(status=status.HTTP_202_ACCEPTED)


class SessionViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    serializer_class = SessionSerializer
    queryset = Session.objects.none()
    ordering = ("-last_used_at", "-id")

    request: SignedInRequest

    def get_queryset(self) -> SessionQuerySet:
        return self.request.user.sessions.live()

    @extend_schema(operation_id="auth_sessions_list")
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Where I am signed in, last used first."""
        return super().list(request, *args, **kwargs)

    @extend_schema(operation_id="auth_sessions_destroy", responses={204: None})
    def destroy(self, request: SignedInRequest, *args: Any, **kwargs: Any) -> Response:
        """End one sign-in, at once."""
        session = get_object_or_404(self.get_queryset(), pk=kwargs["pk"])
        mine = self.get_queryset().filter(pk=session.pk)
        services.end_sessions(mine, Session.EndReason.LOGOUT)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SignInLogViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    serializer_class = SignInAttemptSerializer
    queryset = AuthenticationAttempt.objects.none()
    ordering = ("-created_at", "-id")

    request: SignedInRequest

    def get_queryset(self) -> QuerySet[AuthenticationAttempt]:
        attempts = AuthenticationAttempt.objects.told_to(self.request.user)
        return attempts.exclude(method=Method.REFRESH, outcome=Outcome.ACCEPTED)

    @extend_schema(operation_id="auth_sign_ins_list")
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Every attempt of the last 90 days to sign in to my account, newest first.

        Refused ones included, whoever made them, and every time the password was asked again. Of
        refreshes only those that were refused. Before the address is verified, none that needed only
        the address: they may be of somebody else, whose it is.
        """
        return super().list(request, *args, **kwargs)


class AccountViewSet(viewsets.GenericViewSet):
    serializer_class = AccountSerializer
    throttle_scope = {"partial_update": "password", "destroy": "password"}
    schema = DeleteWithBodySchema()

    def get_permissions(self) -> Any:
        """Whoever is barred may still go for good."""
        return [IsSignedIn()] if self.action == "destroy" else super().get_permissions()

    @extend_schema(operation_id="me_retrieve", responses=AccountSerializer)
    def retrieve(self, request: SignedInRequest) -> Response:
        """My account."""
        return Response(AccountSerializer(request.user).data)

    @extend_schema(
        operation_id="me_partial_update",
        request=AccountChangeSerializer,
        responses=AccountSerializer,
    )
    def partial_update(self, request: SignedInRequest) -> Response:
        """Move my account to another address, with the current password or a fresh ID token.

        The new address is mailed a link and counts as unverified until then; the old one is told.
        One that has an account is 409 `email_taken`, one that was banned 403 `address_refused`; a
        wrong password is 400, code `wrong_password`. Accounts of staff are 403 `staff_account`.
        """
        user, fields = request.user, parsed(AccountChangeSerializer, request)
        if "email" in fields:
            user = credentials.change_email(user=user, **fields, caller=caller(request))
        return Response(AccountSerializer(user).data)

    @extend_schema(operation_id="me_destroy", request=PasswordSerializer, responses={204: None})
    def destroy(self, request: SignedInRequest) -> Response:
        """Erase my account and everything that belongs to it, photos included, for good.

        A wrong password is 400, code `wrong_password`. Whoever signs in with Apple or Google sends
        a fresh `id_token` with its `nonce` instead (`POST /auth/social/nonce`). Accounts of staff
        are 403 `staff_account`.
        """
        fields = parsed(PasswordSerializer, request)
        credentials.erase(user=request.user, **fields, caller=caller(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
