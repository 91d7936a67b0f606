"""Cards, the deck, likes, passes and matches."""

import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet, UUIDField
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from accounts.authentication import SignedInRequest
from matching import services
from matching.deck import Page, Ranked, first_page, hints, page_after
from matching.models import Like, Match, Pass
from matching.ranking import Position
from matching.serializers import (
    DeckItemSerializer,
    HintsSerializer,
    LikeInputSerializer,
    LikeOutcomeSerializer,
    LikeReceivedSerializer,
    LikeSentSerializer,
    MatchSerializer,
    PassInputSerializer,
    PassSerializer,
    deck_items,
)
from matching.visibility import reachable
from profiles.access import OwnProfileMixin
from profiles.cards import documents
from profiles.models import Profile
from profiles.serializers import CardSerializer
from pupmatch.lib.documents import Instances, Param
from pupmatch.lib.pagination import KeysetPagination
from pupmatch.lib.parsers import parsed
from pupmatch.lib.problems import NotFound
from pupmatch.lib.throttling import take

# Whoever is to be decided on; whether they may be, the service asks under its lock.
ONE = Instances(lambda: Profile.objects.filter(pk=Param("profile_id", UUIDField())))


class ProfileViewSet(OwnProfileMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Somebody's card; 404 of who ended a match with you, or is not there for another reason."""

    throttle_scope = "card"
    serializer_class = CardSerializer
    queryset = Profile.objects.none()
    lookup_value_converter = "id"

    def get_queryset(self) -> QuerySet[Profile]:
        """Whoever may be looked at, and oneself, to see what others see."""
        myself = Profile.objects.filter(pk=self.profile.pk)
        return reachable(self.profile).for_card() | myself


class DeckPagination(KeysetPagination):
    """Pages of one deck, forwards: each goes on where the last one ended, as of the same moment."""

    def paginate_deck(self, viewer: Profile, request: Any, view: Any) -> list[Ranked]:
        """The dogs of the page that the request asks for."""
        self.start(request, view)
        found = self._found(viewer)
        self.page, self.has_further, self.as_of = found.dogs, found.has_further, found.as_of
        return self.page

    def _found(self, viewer: Profile) -> Page:
        if self.cursor is None:
            return first_page(viewer, self.limit)
        as_of = datetime.datetime.fromisoformat(self.cursor.anchor or "")
        return page_after(viewer, Position(*self.cursor.values), as_of, self.limit)

    def anchor(self) -> str:
        """The moment as of which the dogs were ranked."""
        return self.as_of.isoformat()

    @property
    def has_previous(self) -> bool:
        """Never: whoever was decided on would be missing there anyway."""
        return False


class DeckViewSet(OwnProfileMixin, viewsets.GenericViewSet):
    """The dogs to decide on next."""

    throttle_scope = {"list": "deck", "hints": "hints"}
    serializer_class = DeckItemSerializer
    queryset = Profile.objects.none()
    pagination_class = DeckPagination
    paginator: DeckPagination
    ordering = ("-score", "tie")

    def list(self, request: SignedInRequest) -> Response:
        """The next dogs, best fit first, each with the reasons for its score.

        Whoever was liked, passed on or blocked, in either direction where it matters, is not in it,
        from the next request on. What I change about myself or my preferences shows at once; others
        are ranked as they were some minutes ago at most. `previous` is always null.
        Empty when nobody is left; 409 `profile_incomplete` until my own profile is complete. 429
        `cards_used_up` when I have been shown all that a day has: `Retry-After` says when it goes on.
        Where the server asks for a verified mail address, 403 `email_unverified` before.
        """
        services.check_may_browse(request.user)
        viewer = self.complete_profile
        dogs = self.paginator.paginate_deck(viewer, request, self)
        take("cards_a_day", viewer.user_id, len(dogs), refusal=services.CardsUsedUp)
        cards = documents([dog.profile_id for dog in dogs], viewer=viewer, request=request)
        return self.get_paginated_response(deck_items(dogs, cards, viewer))

    @extend_schema(responses=HintsSerializer)
    @action(detail=False, pagination_class=None)
    def hints(self, request: SignedInRequest) -> Response:
        """Which preference to relax when the deck is empty or thin, and what that brings."""
        services.check_may_browse(request.user)
        found = hints(self.complete_profile)
        return Response({"results": [hint._asdict() for hint in found]})


class LikeViewSet(OwnProfileMixin, viewsets.GenericViewSet):
    """Likes, given and received."""

    throttle_scope = {"create": "like", "received": "lists", "sent": "lists"}
    serializer_class = LikeReceivedSerializer
    queryset = Like.objects.none()
    ordering = ("-created_at", "-id")

    @extend_schema(
        request=LikeInputSerializer,
        responses={201: LikeOutcomeSerializer, 200: LikeOutcomeSerializer},
    )
    def create(self, request: SignedInRequest) -> Response:
        """Like somebody; when the liking is mutual, the answer holds the match.

        201 when the like is new, 200 when it was there. A pass on them is replaced. 403
        `account_limited`, with `until`, while staff have limited the account. 429 `likes_used_up`
        when the new likes of a day are: `Retry-After` says when there are more.
        """
        fields = parsed(LikeInputSerializer, request)
        liked = ONE.first(fields)
        if liked is None:
            raise NotFound
        match, is_new = services.like(
            liker=self.complete_profile,
            liked=liked,
            comment=fields.get("comment", ""),
        )
        outcome = LikeOutcomeSerializer({"match": match}, context=self.get_serializer_context())
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(outcome.data, status=code)

    @extend_schema(responses={204: None})
    def destroy(self, request: SignedInRequest, profile_id: Any = None) -> Response:
        """Take a like back; a match with them ends. Their like, if any, stands."""
        liked = get_object_or_404(reachable(self.profile), pk=profile_id)
        services.unlike(liker=self.profile, liked=liked)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=LikeReceivedSerializer(many=True))
    @action(detail=False)
    def received(self, request: SignedInRequest) -> Response:
        """Who likes me and waits for my answer, newest first."""
        waiting = Like.objects.waiting_for(self.profile).filter(
            liker__in=Profile.objects.visible_to(request.user)
        )
        return self._page(waiting, "liker", LikeReceivedSerializer)

    @extend_schema(responses=LikeSentSerializer(many=True))
    @action(detail=False)
    def sent(self, request: SignedInRequest) -> Response:
        """Whom I like, newest first."""
        given = Like.objects.filter(liker=self.profile, liked__in=reachable(self.profile))
        return self._page(given, "liked", LikeSentSerializer)

    def _page(self, likes: QuerySet[Like], side: str, serializer: type) -> Response:
        cards = Prefetch(side, Profile.objects.for_card())
        page = self.paginate_queryset(likes.prefetch_related(cards))
        shaped = serializer(page, many=True, context=self.get_serializer_context())
        return self.get_paginated_response(shaped.data)


class PassViewSet(OwnProfileMixin, mixins.ListModelMixin, viewsets.GenericViewSet):
    """Passes, which the other side never learns of."""

    throttle_scope = {"list": "lists"}
    serializer_class = PassSerializer
    queryset = Pass.objects.none()
    ordering = ("-created_at", "-id")

    def get_queryset(self) -> QuerySet[Pass]:
        """Those that I made on people I may still see."""
        mine = Pass.objects.filter(passer=self.profile, passed__in=reachable(self.profile))
        return mine.prefetch_related(Prefetch("passed", Profile.objects.for_card()))

    @extend_schema(
        request=PassInputSerializer, responses={201: PassSerializer, 200: PassSerializer}
    )
    def create(self, request: SignedInRequest) -> Response:
        """Pass on somebody. 201 when it is new, 200 when it was there.

        A like for them is replaced; a pass on a match is 409 `already_matched`.
        """
        fields = parsed(PassInputSerializer, request)
        passed = ONE.first(fields)
        if passed is None:
            raise NotFound
        row, is_new = services.pass_on(passer=self.complete_profile, passed=passed)
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(self.get_serializer(row).data, status=code)

    @extend_schema(responses={204: None})
    def destroy(self, request: SignedInRequest, profile_id: Any = None) -> Response:
        """Take a pass back."""
        passed = get_object_or_404(reachable(self.profile), pk=profile_id)
        services.take_back_pass(passer=self.profile, passed=passed)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema_view(retrieve=extend_schema(summary="One match, while it lasts."))
class MatchViewSet(
    OwnProfileMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet
):
    """Matches that last, newest first."""

    throttle_scope = {"list": "lists"}
    serializer_class = MatchSerializer
    queryset = Match.objects.none()
    lookup_value_converter = "id"
    ordering = ("-created_at", "-id")

    def get_queryset(self) -> QuerySet[Match]:
        """Mine, with people who can still sign in."""
        cards = Profile.objects.for_card()
        return (
            Match.objects.active()
            .of(self.profile)
            .of_people_in_use()
            .prefetch_related(Prefetch("low", cards), Prefetch("high", cards))
        )

    @extend_schema(responses={204: None})
    def destroy(self, request: SignedInRequest, pk: Any = None) -> Response:
        """Unmatch: the match ends and its conversation closes for good; it counts as a pass."""
        services.unmatch(match=self.get_object(), by=self.profile)
        return Response(status=status.HTTP_204_NO_CONTENT)
