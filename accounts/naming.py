"""What dogs and places may not be called."""

import re

from rest_framework.serializers import ValidationError

from accounts.models import User
from screening.folding import folded

# The letters of our name, each with what looks like it once it is folded: of Unicode's confusables
# those of scripts that telephones show, and what stands for letters among people who play with them.
# Here and not in `folded`, by which marks of banned texts are found again: those are to stay the same.
ALIKE = {
    "p": "pρϱƥᵽᶈꝑꝓƿþⲣꮲᑭꓑ₱卩",
    "u": "uvυʊʋμսиꭎꭒꞟⲩꮜሀᑌꓴ∪ㄩ",
    "m": "mμɱᶆʍϻӎⲙꮇᛖᗰꓟ₥爪",
    "a": "aα@4λδʌɐⱥⲁꭺᗅᗩꓮ∀∧∆卂",
    "t": "tτ7ŧƭʈƫⱦʇⲧꭲꓔ₮†✝丅ㄒ",
    "c": "cςƈȼҫↄʗⲥꮯꓚᑕ¢©⊂匚",
    "h": "hηnհɦћђⱨꜧⲏꮋꮒᕼꓧ卄",
}
SIGNS = {sign for signs in ALIKE.values() for sign in signs if not sign.isalnum()}
OURS = re.compile("".join(f"[{ALIKE[letter]}]" for letter in "pupmatch"))


def check_not_ours(name: str, user: User) -> None:
    """Refuse a name that speaks for us, such as "PupMatch Team", however it is spelled.

    Staff may have one. Titles such as "Moderator" are free: dogs are called all sorts, every
    language has its own, and none of our people writes to anybody in the app.
    """
    signs = folded(name)
    # Once with the signs that stand for letters, and once without, when they stand between them.
    for kept in (SIGNS, set[str]()):
        letters = "".join(sign for sign in signs if sign.isalnum() or sign in kept)
        if OURS.search(letters.replace("rn", "m")) and not user.is_staff:
            raise ValidationError("Only our own people may be called that.", code="reserved")
