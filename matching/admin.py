"""Likes, passes and matches, as staff see them; only the people themselves make and end them."""

from typing import Any

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import display

from matching.models import Deck, Like, Match, Pass
from profiles.models import Profile
from pupmatch.lib.admin.base import ReadOnlyAdmin, link
from pupmatch.lib.admin.filters import state_filter
from pupmatch.lib.admin.reading import CLOSED, ReadWithReason
from pupmatch.lib.admin.sections import Figure, Section
from pupmatch.lib.admin.when import MadeFilter

RANKED_SHOWN = 50
RANKING_COLUMNS = ("Dog", "Score", "Distance", "Age", "Activity", "Recency", "Interest")


@admin.register(Match)
class MatchAdmin(ReadOnlyAdmin):
    """Who found each other."""

    section = Section.MEETING
    icon = "handshake"
    figures = (Figure("Active matches", lambda: Match.objects.active(), "?state=absent"),)
    list_display = ("created_at", "one", "other_one", "state", "ended_at", "talk")
    list_filter = (state_filter("ended_at", absent="Active", present="Ended"), MadeFilter)
    list_select_related = ("low", "high", "conversation")
    search_fields = ("id", "low", "high", "conversation")
    search_help_text = "Id of a match, profile or conversation"
    fields = (("one", "other_one"), "talk", ("state", "created_at", "ended_at"))

    def title_of(self, row: Any) -> str:
        """Both names."""
        return f"{row.low} and {row.high}"

    @display(description="dog")
    def one(self, match: Match) -> SafeString:
        """The dog with the smaller id."""
        return link(match.low)

    @display(description="and")
    def other_one(self, match: Match) -> SafeString:
        """The dog with the larger id."""
        return link(match.high)

    @display(description="state", label={"active": "success"})
    def state(self, match: Match) -> str:
        """Whether it lasts."""
        return "ended" if match.ended_at else "active"

    @display(description="conversation")
    def talk(self, match: Match) -> SafeString:
        """Where they write to each other."""
        return link(match.conversation, "Conversation")


@admin.register(Like)
class LikeAdmin(ReadWithReason):
    """Who likes whom. What they wrote along with it is for whoever gives a reason."""

    section = Section.MEETING
    icon = "thumb_up"
    list_display = ("created_at", "by", "whom")
    list_filter = (MadeFilter,)
    list_select_related = ("liker", "liked")
    search_fields = ("id", "liker", "liked")
    search_help_text = "Id of a like or profile"
    fields = (("by", "whom"), "opener", "created_at")

    def title_of(self, row: Any) -> str:
        """Both names."""
        return f"{row.liker} likes {row.liked}"

    @display(description="who likes")
    def by(self, like: Like) -> SafeString:
        """Who likes."""
        return link(like.liker)

    @display(description="whom")
    def whom(self, like: Like) -> SafeString:
        """Who is liked."""
        return link(like.liked)

    @display(description="comment")
    def opener(self, like: Any) -> str:
        """What came along with it."""
        if not like.comment:
            return "–"
        return like.comment if like.is_open else CLOSED


@admin.register(Pass)
class PassAdmin(ReadOnlyAdmin):
    """Who passed on whom."""

    section = Section.MEETING
    icon = "thumb_down"
    list_display = ("created_at", "by", "whom")
    list_filter = (MadeFilter,)
    list_select_related = ("passer", "passed")
    search_fields = ("id", "passer", "passed")
    search_help_text = "Id of a pass or profile"
    fields = (("by", "whom"), "created_at")

    def title_of(self, row: Any) -> str:
        """Both names."""
        return f"{row.passer} passes on {row.passed}"

    @display(description="who passed")
    def by(self, row: Pass) -> SafeString:
        """Who passed."""
        return link(row.passer)

    @display(description="on whom")
    def whom(self, row: Pass) -> SafeString:
        """Who was passed on."""
        return link(row.passed)


@admin.register(Deck)
class DeckAdmin(ReadOnlyAdmin):
    """Whom people are shown first, as it is kept for some minutes."""

    section = Section.MEETING
    icon = "playing_cards"
    explanation = (
        "The best dogs for somebody as of a moment. Whoever was liked, passed on, blocked or paused"
        " since then is left out when the deck is shown."
    )
    list_display = ("as_of", "whose", "size", "is_whole")
    list_filter = ("is_whole",)
    list_select_related = ("viewer",)
    search_fields = ("viewer",)
    search_help_text = "Id of a profile"
    ordering = ("-as_of", "-pk")
    fields = ("whose", ("as_of", "is_whole"), "ranking")

    def title_of(self, row: Any) -> str:
        """Whose it is."""
        return f"Deck of {row.viewer}"

    @display(description="viewer")
    def whose(self, deck: Deck) -> SafeString:
        """Who is shown these dogs."""
        return link(deck.viewer)

    @display(description="dogs")
    def size(self, deck: Deck) -> int:
        """How many are ranked."""
        return len(deck.profile_ids)

    @display(description="first dogs")
    def ranking(self, deck: Deck) -> SafeString:
        """The first of them, with the points of each part."""
        ids = deck.profile_ids[:RANKED_SHOWN]
        names = Profile.objects.only("name").in_bulk(ids)
        points = zip(
            deck.distance_points, deck.age_points, deck.activity_points, deck.recency_points,
            deck.interest_points, strict=True,
        )  # fmt: skip
        rows = [
            (link(names[pk]), sum(tenths) / 10, *(each / 10 for each in tenths))
            for pk, tenths in zip(ids, points, strict=False)
            if pk in names
        ]
        return format_html(
            "<table><tr>{}</tr>{}</table>",
            format_html_join("", "<th>{}</th>", ((name,) for name in RANKING_COLUMNS)),
            format_html_join("", "<tr>" + "<td>{}</td>" * len(RANKING_COLUMNS) + "</tr>", rows),
        )
