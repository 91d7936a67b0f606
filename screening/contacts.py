"""Contact details and links in a text, in whatever disguise."""

from typing import NamedTuple

from linkify_it import LinkifyIt

from screening.folding import folded
from screening.models import Finding

LINKS = LinkifyIt()


class Found(NamedTuple):
    """Something in a text: which kind of finding it makes, what it is, and how it was written."""

    kind: Finding.Kind
    what: str
    excerpt: str


def find(text: str) -> list[Found]:
    """Everything of that sort in a text."""
    found = []
    for match in LINKS.match(folded(text)) or []:
        is_mail = match.schema == "mailto:"
        kind = Finding.Kind.CONTACT if is_mail else Finding.Kind.LINK
        found.append(Found(kind, "a mail address" if is_mail else "a link", match.text))
    return found
