"""The lists to choose from: breeds, and questions to answer."""

from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity
from django.db.models import FloatField, Q, QuerySet
from django.db.models.functions import Cast, Lower
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import mixins, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import SignedInRequest
from profiles.models import Breed
from profiles.serializers import BreedSerializer, PromptSuggestionSerializer
from profiles.suggestions import QUESTIONS

LONGEST_SEARCH = 80
# "labardor" has 0.38 of the trigrams of a Labrador; what is less like it comes further down.
LEAST_LIKENESS = 0.35


@extend_schema(
    parameters=[OpenApiParameter("q", str, description="Part of a name; typing errors forgiven.")]
)
class BreedViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """Breeds to choose from, by name."""

    serializer_class = BreedSerializer
    permission_classes = [AllowAny]
    throttle_scope = "search"
    queryset = Breed.objects.all()

    @property
    def _text(self) -> str:
        text = self.request.query_params.get("q", "").strip().lower()
        if len(text) > LONGEST_SEARCH:
            raise ValidationError({"q": [f"Use at most {LONGEST_SEARCH} characters."]})
        return text

    @property
    def ordering(self) -> tuple[str, ...]:
        """By name; what was searched for, closest first."""
        return ("-rank", "name") if self._text else ("name",)

    def get_queryset(self) -> QuerySet[Breed]:
        text, name = self._text, Lower("name")
        if not text:
            return self.queryset.all()
        # pg_trgm answers in single precision; a cursor must get back the number it gave out.
        word = Cast(TrigramWordSimilarity(text, name), FloatField())
        whole = Cast(TrigramSimilarity(name, text), FloatField())
        found = self.queryset.annotate(lower_name=name, word=word, rank=word + whole / 2)
        return found.filter(Q(lower_name__contains=text) | Q(word__gte=LEAST_LIKENESS))


class PromptSuggestionsView(APIView):
    """Questions to start from."""

    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="prompt_suggestions_list",
        responses=inline_serializer(
            "PromptSuggestionList", {"results": PromptSuggestionSerializer(many=True)}
        ),
    )
    def get(self, request: SignedInRequest) -> Response:
        """Questions that many owners answer; any other may be asked, too."""
        return Response({"results": [{"question": question} for question in QUESTIONS]})
