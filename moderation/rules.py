"""The rules of the house: for each reason its title, what a person is told, and what usually follows.

The reasons of reports are the rules. Staff see this table while they decide, and decisions without
words of their own tell `told`.
"""

from typing import NamedTuple

from moderation.models import Decision, Reason

Kind = Decision.Kind


class Rule(NamedTuple):
    """One rule; `category` is its place in the EU's database of statements of reasons."""

    title: str
    told: str
    suggested: tuple[Kind, ...]
    category: str


RULES: dict[str, Rule] = {
    Reason.HARASSMENT: Rule(
        "Be kind to people",
        "PupMatch is for arranging playdates. Insults, threats, pressure and unwanted sexual words "
        "are not allowed.",
        (Kind.WARN, Kind.LIMIT, Kind.SUSPEND, Kind.BAN),
        "CYBER_VIOLENCE",
    ),
    Reason.SCAM: Rule(
        "No scams",
        "Asking people for money, gifts, codes or passwords, or selling what does not exist, is not "
        "allowed.",
        (Kind.BAN, Kind.SUSPEND),
        "SCAMS_AND_FRAUD",
    ),
    Reason.FAKE: Rule(
        "Be who you are",
        "A profile has to show your own dog, in your own pictures, under its own name.",
        (Kind.HOLD_PHOTOS, Kind.SUSPEND, Kind.BAN),
        "SCAMS_AND_FRAUD",
    ),
    Reason.NOT_A_DOG: Rule(
        "Dogs only",
        "Profiles and pictures are for dogs. People and other animals may be in a picture together "
        "with the dog.",
        (Kind.REMOVE, Kind.HOLD_PHOTOS, Kind.WARN),
        "OTHER_VIOLATION_TC",
    ),
    Reason.ANIMAL_CRUELTY: Rule(
        "Be good to animals",
        "Cruelty to animals, dog fights and anything that praises them are not allowed.",
        (Kind.BAN, Kind.REMOVE, Kind.SUSPEND),
        "ANIMAL_WELFARE",
    ),
    Reason.AGGRESSIVE_DOG: Rule(
        "Keep playdates safe",
        "A dog that has bitten or attacks others cannot meet strangers' dogs through PupMatch.",
        (Kind.LIMIT, Kind.SUSPEND, Kind.BAN),
        "RISK_FOR_PUBLIC_SECURITY",
    ),
    Reason.SPAM: Rule(
        "No advertising",
        "Advertising, links and the same message to many people are not allowed.",
        (Kind.REMOVE, Kind.WARN, Kind.LIMIT, Kind.BAN),
        "OTHER_VIOLATION_TC",
    ),
    Reason.UNDERAGE: Rule(
        "Adults only",
        "Only adults may have an account.",
        (Kind.SUSPEND, Kind.BAN),
        "PROTECTION_OF_MINORS",
    ),
    Reason.OTHER: Rule(
        "The terms of use",
        "Something in your account does not go together with our terms of use.",
        (Kind.WARN, Kind.REMOVE),
        "OTHER_VIOLATION_TC",
    ),
}
