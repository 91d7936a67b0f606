"""Names that somebody has on other services, in folded texts."""

import re
from collections.abc import Iterator

from screening.addresses import MAIL_HOSTS, NAME

# Names of services that mean nothing else, and those that do.
SERVICES = (
    "instagram|insta|fb|snapchat|telegram|whatsapp|whats app|kik|discord|facebook|tiktok|tik tok|twitter"
    "|wechat|weixin|viber|skype|venmo|cashapp|cash app|onlyfans|only fans|paypal|zelle|messenger"
    "|youtube|threads|bluesky|bsky|linkedin|pinterest|twitch|imessage|facetime"
)
SHORT = "ig|sna+p|sc|tg|wa|line|signal|gram|tele|x|yt|tt"
LEAST_TELLING = 10
JOIN = r"(?: ?[:=>~-]+| is| id| handle| name| user(?:name)?| acc(?:ount)?| ist| es| c'?est| me| e| as| als)"
WORD = r"[a-z][a-z0-9._-]{2,30}"

FIND = "find|follow|add|see|check|look|dm|message|hit|friend"
# What follows the name of a service where nobody gives away their own.
GOES_ON = (
    r"(?:for|and|or|to|if|too|but|with|every\w*|where|when|because|before|after|please|anyway)\b"
)
SAID_OF = (
    r"(?:not|very|so|all|full|just|my|the|a|private|public|new|empty|dead|mostly|only|where)\b"
)

LEET = str.maketrans("013457@$!|", "oieastasil")
TOKEN = re.compile(r"[a-z0-9@$!|]{4,12}")
TOKENS = {name for name in SERVICES.split("|") if " " not in name}
GHOST = "\N{GHOST}"

PATTERNS = [
    # instagram: bob, insta @bob
    re.compile(rf"\b(?:{SERVICES}){JOIN}{{0,2}} ?(?:[:=] ?[@$]?|[@$]){WORD}"),
    # instagram bob_b, my telegram is bob99, kik me bob99
    re.compile(rf"\b(?:{SERVICES}){JOIN}{{0,2}},? {{0,2}}[@$]?{NAME}"),
    re.compile(rf"\b(?:{SHORT})(?: ?[:=>~-]+| is| id| me)? {{0,2}}[@$]?{NAME}"),
    # ig - rexthegolden
    re.compile(rf"\b(?:{SHORT}) ?[:=-] ?[a-z]{{{LEAST_TELLING},30}}\b"),
    re.compile(rf"\bline id ?[:-]? ?{WORD}"),
    # my insta is rexthegolden
    re.compile(
        rf"\b(?:my|his|her|our|the|mein|meine|mon|mi|il mio) (?:{SERVICES})"
        rf" (?:handle |name )?(?:is|ist|es|c'?est|e) (?!{SAID_OF}){WORD}"
    ),
    # find us on insta as rexthegolden
    re.compile(
        rf"\b(?:{FIND})(?: [a-z]+){{0,3}} (?:{SERVICES}|ig|snap),? (?:as|under|by):? @?{WORD}"
    ),
    re.compile(
        rf"\b(?:{FIND})(?: [a-z]+){{0,3}} (?:{SERVICES}|ig|snap)[:,]? (?!{GOES_ON})[a-z0-9._]{{5,30}}\b"
    ),
    re.compile(r"\bdiscord\b[^\n]{0,12}?[a-z0-9._]{2,32}#\d{4}\b"),
    # bob99 on snap, $bob on cash app
    re.compile(
        rf"(?:\b|@){NAME} (?:on|via|in|bei|auf|en|su|sur) (?:{SERVICES}|{MAIL_HOSTS}|ig|snap|tg)\b"
    ),
    re.compile(rf"[@$]{WORD} (?:on|via) (?:{SERVICES})\b"),
    # on snapchat, i'm bob99
    re.compile(
        rf"\b(?:{SERVICES}|ig|snap|tg)\b[^\n.]{{0,20}}? (?:i'?m|im|as|it'?s|under|ist|soy|sono) @?{NAME}"
    ),
    # @bob_b
    re.compile(
        r"(?<![\w@.$/])@(?!the\b|home\b|work\b|park\b|beach\b|night\b|noon\b|least\b)[a-z][a-z0-9._-]{2,30}"
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
