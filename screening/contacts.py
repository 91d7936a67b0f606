"""Contact details and links in a text, in whatever disguise."""

from collections.abc import Iterator
from typing import NamedTuple

from screening import addresses, handles, numbers
from screening.folding import folded
from screening.models import Finding

CONTACT, LINK = Finding.Kind.CONTACT, Finding.Kind.LINK


class Found(NamedTuple):
    """Something in a text: which kind of finding it makes, what it is, and how it was written."""

    kind: Finding.Kind
    what: str
    excerpt: str


def find(text: str) -> list[Found]:
    """Everything of that sort in a text; the same thing perhaps twice, in two readings."""
    return list(_find(folded(text)))


def _find(text: str) -> Iterator[Found]:
    for number in numbers.numbers(text):
        yield Found(CONTACT, "a telephone number", number)
    spelled = addresses.spelled(text)
    for is_mail, link in addresses.links(spelled):
        yield Found(CONTACT, "a mail address", link) if is_mail else Found(LINK, "a link", link)
    for mail in addresses.mails(spelled):
        yield Found(CONTACT, "a mail address", mail)
    for handle in handles.handles(spelled):
        yield Found(CONTACT, "a name on another service", handle)
