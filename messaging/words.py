"""What counts as the same word in a message: capitals and accents make no difference."""

import re
from typing import Any

from django.contrib.postgres.search import SearchQueryField, SearchVectorField
from django.db import connection
from django.db.models import BooleanField, Func, Value
from django.db.models.functions import Cast

# Made by a migration: PostgreSQL's `simple`, which knows no language, after `unaccent`.
CONFIG = "messaging_words"

# Telephones write these when a person types an ordinary quotation mark.
QUOTES = str.maketrans("“”„«»", '"' * 5)
# One minus after another, with nothing to leave out in between: PostgreSQL gives up on forty.
MINUSES = re.compile(r'-[^\w"]*-')
# Whoever types has perhaps not come to the end of this; behind a minus or in quotes it stands as is.
LAST_WORD = re.compile(r'^[^"]*("[^"]*"[^"]*)*(?<![^\s"])\w{2,}$')

READ = "SELECT words::text, querytree(words) FROM websearch_to_tsquery(%s, %s) AS words"


class Words(Func):
    """The words of a text, as the index has them; none for no text."""

    template = f"to_tsvector('{CONFIG}'::regconfig, %(expressions)s)"
    output_field = SearchVectorField()


class Matches(Func):
    """Whether words are what a query looks for."""

    template = "(%(expressions)s)"
    arg_joiner = " @@ "
    output_field = BooleanField()


def query_for(text: str) -> Any:
    """What to look for, of what somebody typed; None when that is nothing.

    All words, `"words in a row"`, `this or that`, `-without`; the last word may be unfinished. Only
    to leave words out is to look for nothing.
    """
    text = MINUSES.sub("-", text.translate(QUOTES))
    with connection.cursor() as cursor:
        cursor.execute(READ, [CONFIG, text])
        words, to_look_up = cursor.fetchone()
    if to_look_up in ("", "T"):
        return None
    if LAST_WORD.match(text) and words.endswith("'"):
        words += ":*"
    return Cast(Value(words), SearchQueryField())
