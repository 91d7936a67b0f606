"""Signing in, and staying signed in."""

import asyncio
from collections.abc import AsyncGenerator, Generator

import httpx


class SignedOut(Exception):
    """The sign-in has ended, here or elsewhere: ask for the password again."""


class Bearer(httpx.Auth):
    """Sends the access token, and renews the pair when it has expired."""

    def __init__(self, access: str, refresh: str) -> None:
        self.access, self.refresh = access, refresh
        self._renewing = asyncio.Lock()

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        used = self.access
        request.headers["Authorization"] = f"Bearer {used}"
        answer = yield request
        if answer.status_code != httpx.codes.UNAUTHORIZED:
            return
        async with self._renewing:
            # Of several requests that meet the expired token, the first one renews it for all.
            if self.access == used:
                renewed = yield self._renewal(request)
                await renewed.aread()
                self._keep(renewed)
        request.headers["Authorization"] = f"Bearer {self.access}"
        yield request

    def _renewal(self, request: httpx.Request) -> httpx.Request:
        url = request.url.copy_with(path="/api/v1/auth/token/refresh", query=None)
        return httpx.Request("POST", url, json={"refresh": self.refresh})

    def _keep(self, answer: httpx.Response) -> None:
        if answer.status_code in (httpx.codes.BAD_REQUEST, httpx.codes.UNAUTHORIZED):
            raise SignedOut
        pair = answer.raise_for_status().json()
        self.access, self.refresh = pair["access"], pair["refresh"]

    def sync_auth_flow(
        self, request: httpx.Request
    ) -> Generator[httpx.Request, httpx.Response, None]:
        raise RuntimeError("for httpx.AsyncClient only")


async def sign_in(base_url: str, email: str, password: str) -> httpx.AsyncClient:
    """A client of the API, signed in. Raises SignedOut for a wrong password."""
    client = httpx.AsyncClient(base_url=f"{base_url}/api/v1", timeout=10)
    answer = await client.post("/auth/token", json={"email": email, "password": password})
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        raise SignedOut
    pair = answer.raise_for_status().json()
    client.auth = Bearer(pair["access"], pair["refresh"])
    return client
