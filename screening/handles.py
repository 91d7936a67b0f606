"""Names that somebody has on other services, in folded texts.

The name of a service alone says nothing: people talk of Instagram, their greyhound is an IG, and a show
line is no chat. What follows it has to look like a name that was made up (`bob_b`, `bob99`), or to
be given as one (`insta: bob`, `find us on insta as bob`).
"""

import re
from collections.abc import Iterator

from screening.addresses import HANDLE, MAIL_HOSTS

# Names of services that mean nothing else; those that mean something else, too; and plain words.
SERVICES = (
    "instagram|instagr|insta|fb|snapchat|telegram|whatsapp|whats app|kik|discord|facebook|tiktok|tik tok|twitter"
    "|wechat|weixin|viber|skype|venmo|cashapp|cash app|onlyfans|only fans|paypal|zelle|messenger"
    "|youtube|threads|bluesky|bsky|linkedin|pinterest|twitch|imessage|facetime"
)
SHORT = "ig|sna+p|sc|tg|wa|gram|tele|yt|tt"
PLAIN = "line|signal"
LEAST_TELLING = 10

WORD = r"[a-z][a-z0-9._-]{2,30}"
DOTTED = r"[a-z][a-z0-9_]{2,20}[.][a-z0-9_]{2,20}"
IS = r"(?: (?:id|handle|name|user(?:name)?|acc(?:ount)?))?(?: is| ist| es| c'?est| e| me| as| als)?(?: ?[^a-z0-9\s.,!?@$]{1,3})?"
ENDS = r"(?= ?(?:$|[\n,.!)]))"
FIND = "find|follow|add|see|check|look|dm|message|hit|friend"
# What follows the name of a service where nobody gives away their own.
NO_NAME = (
    r"(?!(?:for|and|or|to|if|too|but|with|every\w*|where|when|because|before|after|please|anyway|not?"
    r"|nope|never|none|very|so|all|full|just|my|the|a|an|private|public|new|empty|dead|mostly|only|we"
    r"|he|she|it|i|you|they|don'?t|yes|yeah|love\w*|this|that|at|in|on|of|here|there)\b)"
)

LEET = str.maketrans("013457@$!|", "oieastasil")
TOKEN = re.compile(r"[a-z0-9@$!|]{4,12}")
TOKENS = {name for name in SERVICES.split("|") if " " not in name}
GHOST = "\N{GHOST}"

PATTERNS = [
    # instagram: bob, insta @bob
    re.compile(rf"\b(?:{SERVICES})\b{IS} ?(?:[:=] ?[@$]?|[@$]){NO_NAME}{WORD}"),
    # instagram bob_b, my telegram is bob99, kik me bob99, sc: bob99
    re.compile(rf"\b(?:{SERVICES}|{SHORT})\b{IS},? {{0,2}}[@$]?{HANDLE}"),
    re.compile(rf"\b(?:{SERVICES}|{SHORT})\b{IS} {{0,2}}{NO_NAME}{DOTTED}{ENDS}"),
    re.compile(rf"\b(?:{PLAIN}) ?(?:[:=]|id:?) ?{HANDLE}"),
    re.compile(rf"\bt[. ]me ?/ ?{WORD}"),
    re.compile(rf"\bline id ?[:-]? ?{WORD}"),
    # ig - rexthegolden
    re.compile(rf"\b(?:ig|sc|tg|snap) ?[:=-] ?[a-z]{{{LEAST_TELLING},30}}{ENDS}"),
    # my insta is rexthegolden
    re.compile(
        rf"\b(?:my|his|her|our|the|mein|meine|mon|mi|il mio) (?:{SERVICES})"
        rf" (?:handle |name )?(?:is|ist|es|c'?est|e) {NO_NAME}{WORD}"
    ),
    # find us on insta as rexthegolden
    re.compile(
        rf"\b(?:{FIND})(?: [a-z]+){{0,3}} (?:{SERVICES}|ig|snap)\b,? (?:as|under|by):? @?{WORD}"
    ),
    re.compile(
        rf"\b(?:{FIND})(?: [a-z]+){{0,3}} (?:{SERVICES}|ig|snap)\b[:,]? {NO_NAME}[a-z0-9._]{{5,30}}\b"
    ),
    re.compile(r"\bdiscord\b[^\n]{0,12}?[a-z0-9._]{2,32}#\d{4}\b"),
    # bob99 on snap, $bob on cash app
    re.compile(
        rf"(?:\b|@){HANDLE} (?:on|via|in|bei|auf|en|su|sur) (?:{SERVICES}|{MAIL_HOSTS}|ig|snap|tg)\b"
    ),
    re.compile(rf"[@$]{WORD} (?:on|via) (?:{SERVICES})\b"),
    # on snapchat, i'm bob99
    re.compile(
        rf"\b(?:{SERVICES}|ig|snap|tg)\b[^\n.]{{0,20}}? (?:i'?m|im|as|it'?s|under|ist|soy|sono) @?{HANDLE}"
    ),
    # @bob_b
    re.compile(
        r"(?<![\w@.$/])@(?!(?:the|home|work|park|beach|night|noon|least)\b)[a-z][a-z0-9._-]{2,30}"
    ),
]


def handles(text: str) -> Iterator[str]:
    """The names on other services in a text, as `addresses.spelled` reads it."""
    text = TOKEN.sub(_plainly, text.replace(GHOST, " snapchat "))
    for pattern in PATTERNS:
        yield from (found[0] for found in pattern.finditer(text))


def _plainly(found: re.Match[str]) -> str:
    """The name of a service, where digits stand for some of its letters."""
    plain = found[0].translate(LEET)
    return plain if plain in TOKENS else found[0]
