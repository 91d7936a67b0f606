"""Apple and Google, as django-allauth knows them, with a check of tokens that is our own."""

from typing import Any, ClassVar

from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers import registry
from allauth.socialaccount.providers.apple.provider import AppleProvider
from allauth.socialaccount.providers.google.provider import GoogleProvider

from accounts.models import AuthenticationAttempt
from accounts.social import id_tokens
from pupmatch.lib.problems import NotFound

Method = AuthenticationAttempt.Method
NAMES = (Method.APPLE.value, Method.GOOGLE.value)


class ProviderOff(NotFound):
    """The server has no client id with the provider."""

    default_code = "provider_off"
    default_detail = "Signing in this way is switched off."


class TakesIdTokens:
    """For allauth's providers: ID tokens that a native app got by the provider's own SDK."""

    id: str
    issuers: ClassVar[frozenset[str]]
    get_settings: Any
    sociallogin_from_response: Any

    @property
    def client_ids(self) -> list[str]:
        """Of the apps whose tokens are taken; without any, the provider is switched off."""
        return self.get_settings().get("CLIENT_IDS", [])

    def verify_token(self, request: Any, token: dict[str, str]) -> SocialLogin:
        """Whom `token` (`id_token` and `nonce`) speaks of. Raises TokenRefused, ProviderUnavailable."""
        claims = id_tokens.read(
            token["id_token"],
            nonce=token["nonce"],
            keys_url=self.get_settings()["KEYS_URL"],
            issuers=self.issuers,
            client_ids=self.client_ids,
        )
        login = self.sociallogin_from_response(request, _told(claims))
        login.state["is_authoritative"] = self.is_authoritative(claims)
        return login

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """What is stored of the claims as they came: nothing."""
        return {}

    def is_authoritative(self, data: dict[str, Any]) -> bool:
        """Whether the provider knows better than a mail of ours whose the address is today."""
        raise NotImplementedError


class Apple(TakesIdTokens, AppleProvider):
    """Apple, which verifies every address that it tells, and hands out those of its relay itself."""

    issuers = frozenset({"https://appleid.apple.com"})

    def is_authoritative(self, data: dict[str, Any]) -> bool:
        """As far as it was verified at all."""
        return True


class Google(TakesIdTokens, GoogleProvider):
    """Google, which hosts some of the addresses, and has asked the others once upon a time."""

    issuers = frozenset({"https://accounts.google.com", "accounts.google.com"})

    def is_authoritative(self, data: dict[str, Any]) -> bool:
        """Gmail's, and those of organisations whose mail it hosts (`hd`), as Google says itself."""
        return bool(data.get("hd")) or str(data.get("email")).lower().endswith("@gmail.com")


def _told(claims: dict[str, Any]) -> dict[str, Any]:
    """Of all the claims those that we look at, with a yes that is one: Apple also says "true"."""
    email = claims.get("email")
    return {
        "sub": claims["sub"],
        "email": email if isinstance(email, str) else None,
        "email_verified": claims.get("email_verified") in (True, "true"),
    }


def maker_of(id_token: str) -> str | None:
    """Which provider made a token, as it says itself and nobody has checked."""
    issuer = id_tokens.claimed_issuer(id_token)
    return next((name for name in NAMES if issuer in _named(name).issuers), None)


def is_on(name: str) -> bool:
    """Whether people can sign in by it on this server."""
    return bool(_named(name).client_ids)


def switched_on(name: str) -> Any:
    """The provider of that name. Raises NotFound, or ProviderOff."""
    if name not in NAMES:
        raise NotFound
    provider = _named(name)
    if not provider.client_ids:
        raise ProviderOff
    return provider


def _named(name: str) -> Any:
    # allauth keeps client ids in rows of its own, too; ours are settings.
    return registry.get_class(name)(request=None, app=SocialApp(provider=name))
