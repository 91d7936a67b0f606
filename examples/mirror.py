"""What an app keeps on the phone: a snapshot, and the events applied to it.

Every event carries what it is about as it is now, so applying one twice, or to a snapshot that is
newer, does no harm.
"""

from typing import Any

Shape = dict[str, Any]

# What a card no longer shows once the match is over.
FORMER: Shape = {
    "bio": "",
    "photos": [],
    "prompts": [],
    "favorite_playgrounds": [],
    "distance": None,
}


class Mirror:
    """Matches, likes received, conversations and messages, each by id."""

    def __init__(self) -> None:
        self.matches: dict[str, Shape] = {}
        self.likes: dict[str, Shape] = {}
        self.conversations: dict[str, Shape] = {}
        self.messages: dict[str, Shape] = {}
        # Conversations to be fetched, because an event spoke of them and they are not here.
        self.missing: set[str] = set()

    def apply(self, event: Shape) -> None:
        """Take in one event; afterwards fetch what is in `missing`, if anything."""
        name = event["type"].replace(".", "_")
        handler = getattr(self, f"_{name}", None)
        if handler is not None:  # kinds that this version does not know
            handler(event["data"])

    def _message_created(self, data: Shape) -> None:
        if "body" not in data:
            return  # its author is gone
        self._keep_message(data)
        conversation = self._conversation(data["conversation_id"])
        if conversation is None:
            return
        conversation["unread_count"] = data["unread_count"]
        latest = conversation["last_message"]
        if latest is None or latest["position"] <= data["position"]:
            conversation["last_message"] = self.messages[data["id"]]
            conversation["updated_at"] = data["created_at"]

    def _message_updated(self, data: Shape) -> None:
        self._message_created(data)

    def _message_deleted(self, data: Shape) -> None:
        self._message_created(data)

    def _keep_message(self, data: Shape) -> None:
        self.messages[data["id"]] = {
            name: value for name, value in data.items() if name != "unread_count"
        }

    def _conversation(self, id: str) -> Shape | None:
        found = self.conversations.get(id)
        if found is None:
            self.missing.add(id)
        return found

    def _conversation_read(self, data: Shape) -> None:
        conversation = self._conversation(data["conversation_id"])
        if conversation is None:
            return
        if "unread_count" in data:
            conversation["unread_count"] = data["unread_count"]
            conversation["read_position"] = max(conversation["read_position"], data["position"])
        else:
            self._raise(conversation, "other_read_position", data["position"])
            self._raise(conversation, "other_delivered_position", data["position"])

    def _conversation_delivered(self, data: Shape) -> None:
        conversation = self._conversation(data["conversation_id"])
        if conversation is not None:
            self._raise(conversation, "other_delivered_position", data["position"])

    @staticmethod
    def _raise(conversation: Shape, name: str, position: int) -> None:
        if conversation[name] is not None:  # None: one of us does not share receipts
            conversation[name] = max(conversation[name], position)

    def _conversation_deleted(self, data: Shape) -> None:
        id = data["conversation_id"]
        self.conversations.pop(id, None)
        self.missing.discard(id)
        self.messages = {
            key: message
            for key, message in self.messages.items()
            if message["conversation_id"] != id or message["position"] > data["position"]
        }

    def _match_created(self, data: Shape) -> None:
        self._conversation(data["conversation_id"])
        if "profile" in data:  # else it is over already; its end is further on
            self.matches[data["id"]] = data

    def _match_ended(self, data: Shape) -> None:
        self.matches.pop(data["id"], None)
        conversation = self._conversation(data["conversation_id"])
        if conversation is not None:
            conversation["closed_at"] = data["ended_at"]
            conversation["profile"] = {**conversation["profile"], **FORMER}
            # Nor do they tell how far they read.
            conversation["other_read_position"] = conversation["other_delivered_position"] = None

    def _like_received(self, data: Shape) -> None:
        if "profile" in data:
            self.likes[data["id"]] = data

    def _like_removed(self, data: Shape) -> None:
        self.likes.pop(data["id"], None)
