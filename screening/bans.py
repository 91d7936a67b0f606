"""Addresses, devices, photos and texts that are not to come back: known again, and never kept.

What is kept of each is a hash under a key made from SECRET_KEY, one key for each kind, so that the
table alone tells nobody who was banned.
"""

import hashlib
import hmac
import random
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db.models import IntegerField, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from screening.models import BannedMark
from screening.pictures import SAME, mirrored, unsigned
from screening.terms import words

Kind = BannedMark.Kind
# These deliver to one box whatever dots are put into its name.
DOTLESS = ("gmail.com", "googlemail.com")
# Domains that deliver to one box, and the signs that their providers pass over in its name.
ALIASES = (
    (DOTLESS, "."),
    (("icloud.com", "me.com", "mac.com"), ""),
    (("proton.me", "pm.me", "protonmail.com"), "._-"),
)
# Of shorter texts people write the same without knowing of each other.
LEAST_TEXT = 12
DISTANCE = "bit_count(('x' || digest)::bit(64) # ('x' || %s)::bit(64))"


def is_banned_address(email: str) -> bool:
    """Whether the box behind an address is banned, however its name is dressed up."""
    # Marks of 0.4.0 are of `box`, whatever domain was written.
    local, _, domain = box(email).rpartition("@")
    domains, _ = _provider(domain)
    found = {mailbox(email), *(f"{local}@{each}" for each in domains)}
    digests = [_hmac(Kind.ADDRESS, each) for each in found]
    return BannedMark.objects.current().filter(kind=Kind.ADDRESS, digest__in=digests).exists()


def is_banned_device(device_id: UUID) -> bool:
    """Whether an installation is banned."""
    return _is_marked(Kind.DEVICE, device_id)


def is_banned_photo(perceptual_hash: int | None) -> bool:
    """Whether a photo looks like one that is banned, or like its mirror image."""
    if perceptual_hash is None:
        return False
    is_near = Q()
    marks = BannedMark.objects.current().filter(kind=Kind.PHOTO)
    for name, each in (("plain", perceptual_hash), ("turned", mirrored(perceptual_hash))):
        apart = RawSQL(DISTANCE, [_digest(Kind.PHOTO, each)], IntegerField())  # noqa: S611 # nosec (hexadecimal, and bound)
        marks = marks.alias(**{name: apart})
        is_near |= Q(**{f"{name}__lte": SAME})
    return marks.filter(is_near).exists()


def is_banned_text(texts: Iterable[str]) -> bool:
    """Whether one of these says what was removed, whatever its capitals, accents and signs."""
    digests = [_digest(Kind.TEXT, text) for text in texts if is_telling(text)]
    if not digests:
        return False
    return BannedMark.objects.current().filter(kind=Kind.TEXT, digest__in=digests).exists()


def is_telling(text: str) -> bool:
    """Whether a text is long enough to be known again."""
    return len(words(text).strip()) >= LEAST_TEXT


def mark(
    *, kind: str, value: str | UUID | int, decision_id: UUID, expires_at: datetime | None = None
) -> None:
    """Let an address, a device's id, a photo's perceptual hash or a text not come back.

    Of texts, mark those that are telling.
    """
    mark_all([(kind, value)], decision_id=decision_id, expires_at=expires_at)


def mark_all(
    marks: Iterable[tuple[str, str | UUID | int]],
    *,
    decision_id: UUID,
    expires_at: datetime | None = None,
) -> None:
    """The same of many, by kind and value.

    Harmless to repeat. They lapse at `expires_at`, otherwise after BannedMark.KEPT.
    """
    lapses_at = expires_at or timezone.now() + BannedMark.KEPT
    rows = (
        BannedMark(
            kind=kind,
            digest=_digest(Kind(kind), value),
            decision_id=decision_id,
            expires_at=lapses_at,
        )
        for kind, value in marks
    )
    BannedMark.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)


def unmark(*, decision_id: UUID) -> int:
    """Take back all marks of a decision; others of the same address stay. Says how many."""
    return BannedMark.objects.filter(decision_id=decision_id).delete()[0]


def clear_lapsed() -> int:
    """Forget the marks whose time is over. Says how many."""
    return BannedMark.objects.filter(expires_at__lte=timezone.now()).delete()[0]


def _is_marked(kind: BannedMark.Kind, value: str | UUID) -> bool:
    return BannedMark.objects.current().filter(kind=kind, digest=_digest(kind, value)).exists()


# --- Hashes ---------------------------------------------------------------------------------------


def box(email: str) -> str:
    """The mailbox that an address reaches: without capitals, tags behind a plus, and idle dots.

    Digests of it are kept by cases and by marks of 0.4.0, so that it stays as it is.
    """
    local, _, domain = email.strip().lower().rpartition("@")
    local = local.partition("+")[0] or local
    if domain in DOTLESS:
        local, domain = local.replace(".", ""), DOTLESS[0]
    return f"{local}@{domain}"


def mailbox(email: str) -> str:
    """As `box`, and the same for all domains by which a provider delivers to it."""
    local, _, domain = box(email).rpartition("@")
    domains, idle = _provider(domain)
    return f"{local.translate(dict.fromkeys(map(ord, idle))) or local}@{domains[0]}"


def _provider(domain: str) -> tuple[tuple[str, ...], str]:
    """All its domains that reach the same boxes, and which signs it passes over."""
    return next((known for known in ALIASES if domain in known[0]), ((domain,), ""))


def _address_digest(email: str) -> str:
    return _hmac(Kind.ADDRESS, mailbox(email))


def _device_digest(device_id: UUID) -> str:
    return _hmac(Kind.DEVICE, str(UUID(str(device_id))))


def _photo_digest(perceptual_hash: int) -> str:
    """Its bits in a secret order, some of them turned over: distances stay what they are."""
    order, mask = _scrambling(settings.SECRET_KEY)
    bits = unsigned(int(perceptual_hash))
    mixed = sum((bits >> source & 1) << target for target, source in enumerate(order))
    return f"{mixed ^ mask:016x}"


def _text_digest(text: str) -> str:
    return _hmac(Kind.TEXT, words(text))


DIGESTS: dict[BannedMark.Kind, Callable] = {
    Kind.ADDRESS: _address_digest,
    Kind.DEVICE: _device_digest,
    Kind.PHOTO: _photo_digest,
    Kind.TEXT: _text_digest,
}


def _digest(kind: BannedMark.Kind, value: str | UUID | int) -> str:
    return DIGESTS[kind](value)


def _hmac(kind: str, text: str) -> str:
    key = f"banned {kind}:{settings.SECRET_KEY}".encode()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


@cache
def _scrambling(secret: str) -> tuple[list[int], int]:
    seed = hmac.new(f"banned photo:{secret}".encode(), b"order", hashlib.sha256).digest()
    drawn = random.Random(seed)
    order = list(range(64))
    drawn.shuffle(order)
    return order, drawn.getrandbits(64)
