"""Sign in with Apple and Google, and the links with them."""

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import credentials
from accounts.authentication import SignedInRequest
from accounts.refusals import StaffAccount
from accounts.serializers import RegistrationSerializer
from accounts.social import nonces, services
from accounts.social.providers import NAMES, is_on, switched_on
from accounts.social.serializers import (
    LinkedProviderSerializer,
    LinkSerializer,
    NonceSerializer,
    SocialSignInSerializer,
    WaysInSerializer,
)
from accounts.views import NO_STORE, PublicView
from pupmatch.lib.parsers import parsed
from pupmatch.lib.requests import caller

PROVIDER = OpenApiParameter("provider", str, OpenApiParameter.PATH, enum=NAMES)


class NonceView(PublicView):
    throttle_scope = "nonce"

    @extend_schema(operation_id="auth_social_nonce", request=None, responses={201: NonceSerializer})
    def post(self, request: Request) -> Response:
        """Begin to sign in with Apple or Google.

        Hand `hashed_nonce` to the provider's SDK, which writes it into the ID token; send the token
        together with `nonce`. Each is good for one attempt, within ten minutes.
        """
        nonce, row = nonces.hand_out()
        answer = {
            "nonce": nonce,
            "hashed_nonce": row.digest,
            "expires_at": row.expires_at,
            "providers": [name for name in NAMES if is_on(name)],
        }
        body = NonceSerializer(answer).data
        return Response(body, status=status.HTTP_201_CREATED, headers=NO_STORE)


class SocialSignInView(PublicView):
    throttle_scope = "sign_in"

    @extend_schema(
        operation_id="auth_social",
        parameters=[PROVIDER],
        request=SocialSignInSerializer,
        responses={200: RegistrationSerializer, 201: RegistrationSerializer},
    )
    def post(self, request: Request, provider: str) -> Response:
        """Sign in with an ID token of Apple or Google; 201 where that makes an account.

        A token or nonce that is not good is 400, code `invalid_token` or `invalid_nonce`: begin
        again. 409 `email_taken`: there is an account with the address that only its password (or
        the other provider) opens; sign in by that, then `POST /me/social/{provider}`. 403
        `address_unverified`: the provider told no confirmed address, so no account can be made. 404
        `provider_off`: not on this server. 503 `provider_unavailable`: the provider does not answer.
        Otherwise as `POST /auth/register` and `/auth/token`; accounts of staff are 403
        `staff_account`.
        """
        switched_on(provider)
        fields = parsed(SocialSignInSerializer, request)
        user, pair, is_new = services.sign_in(provider=provider, **fields, caller=caller(request))
        answer = RegistrationSerializer({"user": user, **pair._asdict()}).data
        made = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(answer, status=made, headers=NO_STORE)


class WaysInView(APIView):
    @extend_schema(operation_id="me_social", responses=WaysInSerializer)
    def get(self, request: SignedInRequest) -> Response:
        """What opens my account: whether there is a password, and which providers."""
        has_password = request.user.has_usable_password()
        linked: QuerySet = services.linked(request.user)
        return Response(WaysInSerializer({"has_password": has_password, "linked": linked}).data)


class LinkViewSet(viewsets.ViewSet):
    throttle_scope = {"create": "password", "destroy": "password"}

    @extend_schema(
        operation_id="me_social_create",
        parameters=[PROVIDER],
        request=LinkSerializer,
        responses={200: LinkedProviderSerializer},
    )
    def create(self, request: SignedInRequest, provider: str) -> Response:
        """Let Apple or Google open my account, too; harmless to repeat. A mail tells of it.

        It needs the current password, or an ID token of the provider that is linked already, with
        a nonce of its own. 409 `provider_taken`: it opens another account; `provider_linked`: mine
        has another one of that provider. Accounts of staff are 403 `staff_account`.
        """
        switched_on(provider)
        if request.user.is_staff:
            raise StaffAccount
        fields = parsed(LinkSerializer, request)
        seen, proof = caller(request), fields.pop("proof")
        credentials.confirm(request.user, field="current_password", caller=seen, **proof)
        link = services.link(user=request.user, provider=provider, **fields, caller=seen)
        return Response(LinkedProviderSerializer(link).data)

    @extend_schema(operation_id="me_social_destroy", parameters=[PROVIDER], responses={204: None})
    def destroy(self, request: SignedInRequest, provider: str) -> Response:
        """Let a provider open my account no more. A mail tells of it.

        409 `last_way_in` where nothing else does; `POST /auth/password/reset` mails a link that sets
        a first password.
        """
        services.unlink(user=request.user, provider=provider)
        return Response(status=status.HTTP_204_NO_CONTENT)
