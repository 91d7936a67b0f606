"""Conversations and messages, as staff see them: that people write, but not idly what."""

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.decorators import display

from messaging.models import Conversation, Message, Participant
from pupmatch.lib.admin.base import ReadOnlyAdmin, link
from pupmatch.lib.admin.filters import state_filter
from pupmatch.lib.admin.reading import CLOSED, ReadWithReason
from pupmatch.lib.admin.sections import Figure, Section
from pupmatch.lib.admin.when import MadeFilter, made_within

MESSAGES_SHOWN = 500


@admin.register(Conversation)
class ConversationAdmin(ReadWithReason):
    """Who writes to whom, and how much; and what, to whoever gives a reason."""

    section = Section.MEETING
    icon = "chat"
    list_display = ("pair", "state", "last_position", "created_at", "closed_at")
    list_filter = (state_filter("closed_at", absent="Open", present="Closed"), MadeFilter)
    list_select_related = ("low", "high")
    search_fields = ("id", "low", "high")
    search_help_text = "Id of a conversation or profile"
    fields = (
        ("one_side", "other_side"), ("state", "created_at", "closed_at"), "sides", "transcript",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        """With both dogs."""
        return super().get_queryset(request).select_related("low", "high")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The page, which knows what part of a long conversation it shows."""
        if conversation := kwargs.get("obj"):
            conversation.page = request.GET.get("part")
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description="between")
    def pair(self, conversation: Conversation) -> str:
        """Both names."""
        return f"{conversation.low} and {conversation.high}"

    def title_of(self, row: Any) -> str:
        """Both names."""
        return self.pair(row)

    @display(description="state", label={"open": "success"})
    def state(self, conversation: Conversation) -> str:
        """Whether they can still write."""
        return "closed" if conversation.closed_at else "open"

    @display(description="one side")
    def one_side(self, conversation: Conversation) -> SafeString:
        """The dog with the smaller id."""
        return link(conversation.low)

    @display(description="other side")
    def other_side(self, conversation: Conversation) -> SafeString:
        """The dog with the larger id."""
        return link(conversation.high)

    @display(description="what each side has read")
    def sides(self, conversation: Conversation) -> SafeString:
        """The inbox rows of both."""
        rows = conversation.participants.select_related("profile")
        return render_to_string("admin/messaging/sides.html", {"sides": rows})

    @display(description="messages")
    def transcript(self, conversation: Any) -> SafeString:
        """The conversation on one page, the latest first: who wrote when; while it is open, what."""
        rows = conversation.messages.select_related("sender", "playground", "reply_to")
        page = Paginator(rows.order_by("-position"), MESSAGES_SHOWN).get_page(conversation.page)
        context = {"page": page, "is_open": conversation.is_open, "closed": CLOSED}
        return render_to_string("admin/messaging/transcript.html", context)


@admin.register(Message)
class MessageAdmin(ReadWithReason):
    """Messages. The text of one is open together with its conversation, and then on its page."""

    section = Section.MEETING
    icon = "sms"
    person_path = "sender__user"
    figures = (
        Figure("Messages in 24 h", lambda: made_within(Message.objects.all(), days=1), "?made=day"),
    )
    list_display = ("created_at", "kind", "author", "recipient", "position", "state")
    list_filter = ("kind", MadeFilter)
    list_select_related = ("sender", "conversation__low", "conversation__high")
    search_fields = ("id", "conversation", "sender")
    search_help_text = "Id of a message, conversation or sender's profile"
    fields = (
        ("author", "recipient"), "talk", ("kind", "position", "state"), "text", "place",
        "answered",
        ("created_at", "edited_at", "deleted_at"), "client_id",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        """With both dogs."""
        return super().get_queryset(request).select_related(*self.list_select_related)

    def words_of(self, row: Any) -> Model:
        """The conversation: one message means nothing without the others."""
        return row.conversation

    def title_of(self, row: Any) -> str:
        """Its place in the conversation."""
        return f"No. {row.position}, {row.conversation.low} and {row.conversation.high}"

    @display(description="from")
    def author(self, message: Message) -> SafeString:
        """Who wrote it."""
        return link(message.sender)

    @display(description="to")
    def recipient(self, message: Message) -> SafeString:
        """Who got it."""
        pair = message.conversation
        return link(pair.high if message.sender_id == pair.low_id else pair.low)

    @display(description="conversation")
    def talk(self, message: Message) -> SafeString:
        """Where it was written."""
        return link(message.conversation, "Conversation")

    @display(description="text")
    def text(self, message: Any) -> str | None:
        """What it says, while its conversation is open for reading."""
        return message.body if message.is_open else CLOSED

    @display(description="shared place")
    def place(self, message: Any) -> SafeString | None:
        """Which one it shows, likewise."""
        return link(message.playground) if message.is_open and message.playground else None

    @display(description="state", label={"unsent": "warning", "edited": "info", "held": "danger"})
    def state(self, message: Message) -> str:
        """What became of it."""
        if message.deleted_at:
            return "unsent"
        if message.held_at:
            return "held"
        return "edited" if message.edited_at else "sent"

    @display(description="reply to")
    def answered(self, message: Message) -> SafeString | None:
        """The message that it answers."""
        return link(message.reply_to) if message.reply_to else None


@admin.register(Participant)
class ParticipantAdmin(ReadOnlyAdmin):
    """The two inbox rows of each conversation."""

    section = Section.SYSTEM
    icon = "inbox"
    list_display = ("whose", "with_whom", "unread_count", "read_position", "updated_at")
    list_filter = (state_filter("deleted_at", absent="In the inbox", present="Deleted"),)
    list_select_related = ("profile", "other")
    search_fields = ("id", "conversation", "profile")
    search_help_text = "Id of a conversation or profile"

    def title_of(self, row: Any) -> str:
        """Whose inbox, with whom."""
        return f"{row.profile} with {row.other}"

    @display(description="inbox of")
    def whose(self, side: Participant) -> str:
        """Whose inbox."""
        return str(side.profile)

    @display(description="with")
    def with_whom(self, side: Participant) -> SafeString:
        """The other dog."""
        return link(side.other)
