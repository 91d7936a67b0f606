"""One way of writing for the many in which the same can be written."""

import unicodedata

# Letters that look like Latin ones, and Latin ones that no decomposition leads back to.
LOOK_ALIKES = {
    "авекмнорстухіјѕԁԛԝһьгѵ": "abekmhopctyxijsdqwhbrv",
    "αβειηκνορτυχωγϲϳ": "abeinkvoptuxwycj",
    "ıȷɑɡłøđħƒɩ": "ijaglodhfi",
    "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ": "abcdefghijklmnopqrstuvwyz",
}
# Letters in black circles and squares, and those that make flags: 26 in a row from each of these.
ALPHABETS = (0x1F150, 0x1F170, 0x1F1E6)
UNSEEN = ("Cf", "Mn", "Me")


class _Table(dict[int, str]):
    """What stands for each character; what is not listed is judged by what Unicode says of it."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        if unicodedata.category(sign) in UNSEEN:
            return ""
        digit = unicodedata.digit(sign, None)
        return sign if digit is None else str(digit)


TABLE = _Table({code: chr(code) for code in range(128)})
for alike, letters in LOOK_ALIKES.items():
    TABLE.update(str.maketrans(dict(zip(alike, letters, strict=True))))
for start in ALPHABETS:
    TABLE.update({start + at: chr(ord("a") + at) for at in range(26)})


def folded(text: str) -> str:
    """The text in small letters, without accents and what nobody sees, look-alikes made alike.

    Full-width, circled and mathematical letters and digits become plain ones, and Cyrillic and
    Greek letters the Latin ones that they look like. Meant for looking things up, not for reading.
    """
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKD", text).lower().translate(TABLE)
