"""What a request is held against: which limits, counted for whom, and how many they allow.

Each limit counts its caller: the person, or the address of whoever shows no token. The general
limits and the long ones also count for the person's address, for everybody there together, because
somebody may have many accounts. Addresses of IPv6 count by /64, which is what one line has, and by /48, which is what one
customer may get: otherwise 65,536 times as much would be theirs.
"""

import hashlib
import ipaddress
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest

from pupmatch.lib.models import LimitedCaller
from pupmatch.lib.requests import client_network

# How much more everybody at an address may do than one person, and a /48 than a /64 in it.
WIDER = 10
# What is read all the time, where a question to Redis or PostgreSQL would cost too much.
IN_MEMORY = {"read", "places", "lists", "events", "refused"}
# A limit by the minute is held for an address by the general one; a longer one by itself.
LONG_S = 3600
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
# What columns of PostgreSQL hold.
LONGEST_KEY = 64
GREATEST = 2**31 - 1
# The greatest RATE_LIMIT_SCALE that there is: nothing is counted.
OFF = 1_000_000


Kind = LimitedCaller.Kind


class Limit(NamedTuple):
    """So many requests in so many seconds from the first one on, for one caller."""

    scope: str
    kind: LimitedCaller.Kind
    caller: str
    allowed: int
    seconds: int

    @property
    def key(self) -> str:
        """What it is counted under: in words, as far as the column has room for them."""
        name = f"{self.scope}:{self.kind}:{self.caller}"
        return name if len(name) <= LONGEST_KEY else hashlib.sha256(name.encode()).hexdigest()


class Count(NamedTuple):
    """One more request, seen against the limit of its window."""

    limit: int
    number: int
    seconds_left: float

    @property
    def is_allowed(self) -> bool:
        """Whether the limit still holds with this request."""
        return self.number <= self.limit

    @property
    def remaining(self) -> int:
        """How many more the window allows."""
        return max(0, self.limit - self.number)


class Each(NamedTuple):
    """A limit that counts a person's requests for each value of a part of the address by itself."""

    scope: str
    part: str


Scope = str | Each


def are_off() -> bool:
    """Whether nothing is counted."""
    return settings.RATE_LIMIT_SCALE >= OFF


def limit_of(scope: str, kind: LimitedCaller.Kind, caller: str, *, wider: int = 1) -> Limit:
    """The limit that the settings set for `scope`, for this caller, times `wider`."""
    allowed, seconds = settings.RATE_LIMITS[scope]
    scaled = max(1, round(allowed * wider * settings.RATE_LIMIT_SCALE))
    return Limit(scope, kind, caller, min(scaled, GREATEST), seconds)


def limits_of(
    scopes: tuple[Scope, ...], request: HttpRequest, person: Any, parts: dict[str, Any]
) -> list[Limit]:
    """Everything that one request is held against, the narrowest first.

    `person` is the id of whoever asks, or None; `parts` those of the address.
    """
    general = "read" if request.method in SAFE_METHODS else "write"
    found = []
    for scope in (*scopes, general):
        if isinstance(scope, Each):
            found.append(limit_of(scope.scope, Kind.PERSON, f"{person}/{parts[scope.part]}"))
        elif person is None:
            found += of_address(scope, request)
        else:
            limit = limit_of(scope, Kind.PERSON, str(person))
            found.append(limit)
            if scope == general or limit.seconds >= LONG_S:
                found += _of_address(scope, Kind.PEOPLE, request, WIDER)
    return found


def of_address(scope: str, request: HttpRequest) -> list[Limit]:
    """The limits of whoever asks without a token."""
    return list(_of_address(scope, Kind.ADDRESS, request, 1))


def _of_address(
    scope: str, kind: LimitedCaller.Kind, request: HttpRequest, wider: int
) -> Iterator[Limit]:
    network = client_network(request)
    yield limit_of(scope, kind, network, wider=wider)
    if "/" in network:
        site = ipaddress.ip_network(network).supernet(new_prefix=48)
        yield limit_of(scope, kind, str(site), wider=wider * WIDER)
