"""Somebody to attack as, and what stands in addresses that they ask."""

from dataclasses import dataclass, field

# What stands in an address that begins so; the longest beginning counts.
PLACES = {
    "DELETE blocks": "blocked",
    "DELETE likes": "liked",
    "DELETE passes": "passed",
    "auth/sessions": "sessions",
    "blocks": "strangers",
    "conversations": "conversations",
    "likes": "strangers",
    "matches": "matches",
    "me/decisions": "decisions",
    "me/devices": "devices",
    "me/photos": "photos",
    "me/verifications": "verifications",
    "messages": "messages",
    "passes": "strangers",
    "playgrounds": "playgrounds",
    "profiles": "strangers",
}


@dataclass
class Insider:
    """An account with a complete dog, and the ids of what it may name."""

    user_id: str
    email: str
    access: str = ""
    refresh: str = ""
    ids: dict[str, list[str]] = field(default_factory=dict)

    def list_of(self, method: str, path: str) -> str:
        """Which of the lists may stand in the gap of an address; empty where no id does."""
        rest = path.removeprefix("/api/v1/")
        fits = [each for each in PLACES if f"{method} {rest}".startswith(each)]
        fits += [each for each in PLACES if rest.startswith(each)]
        return PLACES[max(fits, key=len)] if fits else ""

    def ids_in(self, method: str, path: str) -> list[str]:
        """The ids that may stand there."""
        return self.ids.get(self.list_of(method, path), [])
