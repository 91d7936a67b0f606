"""Every part of an export, room by room from the bottom up; `exports.parts` says what a part is."""

from operator import attrgetter

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db.models import Q

from accounts.models import AuthenticationAttempt, Block, Session, User
from events.models import Event, Stream
from exports.parts import Part, by_position
from exports.rows import (
    conversations,
    document_path,
    likes_received,
    messages,
    photo_path,
    profile_of_blocked,
    words,
)
from matching.models import FormerPass, Like, Match, Pass
from messaging.models import Conversation, Message, Participant
from moderation.models import Appeal, Decision, Report
from notifications.models import (
    Delivery,
    Device,
    Notification,
    NotificationPreferences,
    PushAttempt,
)
from playgrounds.models import Favorite, Playground, Review
from profiles.models import LocationMove, Photo, Preferences, Profile, Prompt
from verification.models import Verification

ACCOUNT = (
    Part(
        "account", "The account.", User,
        lambda user: User.objects.filter(pk=user.pk),
        (
            "id", "email", "email_verified_at", "is_active", "is_staff", "deactivated_at",
            "limited_until", "suspended_until", "banned_at", "created_at", "last_login",
        ),
    ),
    Part(
        "sign_ins", "Where you are signed in, and where you were within the last weeks.", Session,
        lambda user: Session.objects.filter(user=user),
        (
            "id", "ip_address", "user_agent", "device_id", "created_at", "last_used_at",
            "expires_at", "ended_at", "end_reason",
        ),
    ),
    Part(
        "attempts", "Every attempt to sign in to your account, or to prove that it is yours.",
        AuthenticationAttempt,
        AuthenticationAttempt.objects.told_to,
        ("id", "method", "outcome", "session_id", "ip_address", "user_agent", "created_at"),
    ),
    Part(
        "second_factors", "Passkeys and authenticator apps, of staff alone.", Authenticator,
        lambda user: Authenticator.objects.filter(user=user),
        ("id", "type", "created_at", "last_used_at"),
    ),
    Part(
        "sign_in_providers", "Who else you sign in with.", SocialAccount,
        lambda user: SocialAccount.objects.filter(user=user),
        ("id", "provider", "uid", "last_login", "date_joined", "extra_data"),
    ),
    Part(
        "blocks", "Whom you blocked.", Block,
        lambda user: Block.objects.filter(blocker=user),
        ("id", "blocked_name", "created_at"),
        {"profile_id": profile_of_blocked},
    ),
)  # fmt: skip

PLACES = (
    Part(
        "playgrounds", "Places that you added.", Playground,
        lambda user: Playground.objects.filter(created_by=user),
        (
            "id", "name", "description", "place", "location", "features", "held_at", "created_at",
            "updated_at",
        ),
    ),
    Part(
        "favorites", "Places that you marked.", Favorite,
        lambda user: Favorite.objects.filter(user=user).select_related("playground"),
        ("id", "playground", "created_at"),
        {"name": attrgetter("playground.name")},
    ),
    Part(
        "reviews", "What you wrote about places.", Review,
        lambda user: Review.objects.filter(user=user).select_related("playground"),
        ("id", "playground", "stars", "text", "held_at", "created_at", "updated_at"),
        {"name": attrgetter("playground.name")},
    ),
)  # fmt: skip

PROFILE = (
    Part(
        "profile",
        "Your dog. Places are centres of areas of about 1.1 km; others see `previous_location` until "
        "`location_shows_at`.",
        Profile,
        lambda user: Profile.objects.filter(user=user).select_related("breed"),
        (
            "id", "name", "birth_date", "bio", "breed", "sex", "size", "activity_level",
            "temperament", "play_styles", "neutered", "good_with_small_dogs", "good_with_children",
            "location", "previous_location", "previous_shows_at", "location_shows_at",
            "location_removed_at", "seen_cells",
            "bio_held_at", "verified_until", "paused_at", "last_active_at", "created_at",
            "updated_at", "is_complete",
        ),
        {"breed_name": lambda dog: dog.breed.name if dog.breed else None},
    ),
    Part(
        "photos", "Your photos; `large` is where each is in this zip, in the largest size that is kept.", Photo,
        lambda user: Photo.objects.filter(profile__user=user),
        ("id", "position", "width", "height", "byte_size", "held_at", "created_at"),
        {"large": photo_path},
    ),
    Part(
        "prompts", "Questions, and what you answered.", Prompt,
        lambda user: Prompt.objects.filter(profile__user=user),
        ("id", "position", "question", "answer", "held_at"),
    ),
    Part(
        "preferences", "Whom you look for, and what you let others notice.", Preferences,
        lambda user: Preferences.objects.filter(user=user),
        (
            "min_age", "max_age", "max_distance", "distance_unit", "activity_level",
            "read_receipts", "presence", "place_removed_at", "moved_at", "updated_at",
        ),
    ),
    Part(
        "moves", "When you moved, within the last hour or so; never from where or to where.",
        LocationMove,
        lambda user: LocationMove.objects.filter(profile__user=user),
        ("id", "created_at"),
    ),
    Part(
        "verifications", "Documents that you showed; `document` is where one that waits is in this zip.",
        Verification,
        lambda user: Verification.objects.filter(profile__user=user),
        ("id", "kind", "state", "reason", "created_at", "decided_at", "expires_at"),
        {"document": document_path},
    ),
)  # fmt: skip

MEETING = (
    Part(
        "likes", "Whom you like.", Like,
        lambda user: Like.objects.filter(liker__user=user).select_related("liked"),
        ("id", "liker", "liked", "comment", "created_at"),
        {"name": attrgetter("liked.name")},
    ),
    Part(
        "likes_received", "Who likes you and waits for your answer.", Like,
        likes_received,
        ("id", "liker", "liked", "comment", "created_at"),
        {"name": attrgetter("liker.name")},
    ),
    Part(
        "passes", "Whom you passed on.", Pass,
        lambda user: Pass.objects.filter(passer__user=user).select_related("passed"),
        ("id", "passer", "passed", "created_at", "is_unmatch"),
        {"name": attrgetter("passed.name")},
    ),
    Part(
        "former_passes", "Whom you passed on while both had a dog; again, when both have one.",
        FormerPass,
        lambda user: FormerPass.objects.filter(passer=user),
        ("id", "created_at", "is_unmatch", "forgotten_at"),
    ),
    Part(
        "matches", "Whom you met, also where it is over.", Match,
        lambda user: Match.objects.filter(Q(low__user=user) | Q(high__user=user)),
        ("id", "low", "high", "conversation", "created_at", "ended_at"),
    ),
    Part(
        "conversations", "Your conversations.", Conversation,
        conversations,
        ("id", "low", "high", "last_position", "created_at", "closed_at"),
    ),
    Part(
        "inbox", "Your side of them: with whom, and how far you have read.", Participant,
        lambda user: Participant.objects.filter(profile__user=user).select_related("other"),
        (
            "id", "conversation", "match_id", "profile", "other", "read_position",
            "delivered_position", "shown_position", "cleared_position", "unread_count",
            "deleted_at", "closed_at", "updated_at",
        ),
        {"name": attrgetter("other.name")},
    ),
    Part(
        "messages", "What you wrote, and what was written to you, as far as you have not deleted it.",
        Message,
        messages,
        (
            "id", "conversation", "position", "sender", "client_id", "kind", "playground",
            "reply_to", "created_at", "edited_at", "deleted_at", "held_at",
        ),
        {
            "body": words,
            "playground_name": lambda said: said.shown_playground and said.shown_playground.name,
        },
    ),
)  # fmt: skip

SAFETY = (
    Part(
        "decisions", "What staff decided about you, as you were told.", Decision,
        lambda user: Decision.objects.told_to(user),
        (
            "id", "kind", "state", "reason", "statement", "subject_type", "subject_id", "until",
            "in_force_at", "undone_at",
        ),
    ),
    Part(
        "appeals", "What you said to that, and what was answered.", Appeal,
        lambda user: Appeal.objects.filter(decision__in=Decision.objects.told_to(user)),
        ("id", "decision", "text", "outcome", "answer", "created_at", "decided_at"),
    ),
    Part(
        "reports", "What you reported, and how it ended.", Report,
        lambda user: Report.objects.filter(reporter=user),
        (
            "id", "subject_type", "subject_id", "reason", "text", "outcome", "created_at",
            "decided_at",
        ),
    ),
)  # fmt: skip

NEWS = (
    Part(
        "devices", "Where you are pushed to; of their tokens the last letters.", Device,
        lambda user: Device.objects.filter(user=user),
        (
            "id", "session", "installation_id", "provider", "token_set_at", "platform",
            "time_zone", "locale", "created_at", "registered_at",
        ),
        {"token_ending": attrgetter("token_ending")},
    ),
    Part(
        "notification_preferences", "What you want to be told, and when.", NotificationPreferences,
        lambda user: NotificationPreferences.objects.filter(user=user),
        (
            "muted", "mailed", "previews", "quiet_start", "quiet_end", "time_zone",
            "device_time_zone", "held_until", "mailed_at",
        ),
    ),
    Part(
        "notifications", "That you were told something; what was said is not kept.", Notification,
        lambda user: Notification.objects.filter(user=user),
        (
            "id", "channel", "kind", "subject_id", "from_position", "to_position", "state",
            "created_at",
        ),
    ),
    Part(
        "deliveries", "To which devices that went.", Delivery,
        lambda user: Delivery.objects.filter(notification__user=user),
        ("id", "notification", "device", "state", "due_at", "tries", "from_position", "sent_at"),
    ),
    Part(
        "push_attempts", "What was asked of whoever delivers it.", PushAttempt,
        lambda user: PushAttempt.objects.filter(notification__user=user),
        (
            "id", "notification", "device", "provider", "step", "verdict", "status_code", "detail",
            "duration_ms", "created_at",
        ),
    ),
    Part(
        "stream", "How far your events have come.", Stream,
        lambda user: Stream.objects.filter(user=user),
        ("last_position", "acknowledged_position", "wants_notifications", "notify_from"),
    ),
    Part(
        "events", "What happened to you within the last weeks, by ids.", Event,
        lambda user: by_position(Event.objects.filter(stream=user.pk)),
        ("position", "type", "data", "at"),
    ),
)  # fmt: skip

PARTS = ACCOUNT + PROFILE + PLACES + MEETING + SAFETY + NEWS
