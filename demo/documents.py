"""What owners in the demo town show to staff for a badge."""

from datetime import date, timedelta
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw, ImageFont

from demo import portraits
from demo.dogs import Dog
from demo.portraits import Shot

SHEET = (1000, 1300)
PAPER, INK, FAINT, STAMP = (250, 247, 240), (44, 44, 56), (188, 184, 176), (76, 92, 168)
LEFT, LINE = 80, 74


def fresh_photo(dog: Dog, rng: Random) -> BytesIO:
    """The dog as it is today, as a JPEG file."""
    shot = Shot("sit", "room", rng.randrange(1 << 30))
    return BytesIO(portraits.jpeg(dog.look, shot))


def vaccination_record(dog: Dog, rng: Random, *, today: date) -> BytesIO:
    """A page of a vet's: which dog, against what, and until when; as a JPEG file."""
    given = today - timedelta(days=rng.randint(30, 200))
    until = given.replace(year=given.year + 1, day=min(given.day, 28))
    facts = {
        "Dog": dog.name,
        "Breed": dog.breed or "mixed",
        "Born": f"{dog.birth_date:%-d %B %Y}",
        "Chip": f"840 0{rng.randrange(10**11):011}",
        "Vaccine": "Rabies, inactivated",
        "Given": f"{given:%-d %B %Y}",
        "Valid until": f"{until:%-d %B %Y}",
    }
    sheet = Image.new("RGB", SHEET, PAPER)
    pen = ImageDraw.Draw(sheet)
    pen.text((LEFT, 90), "Vaccination record", INK, ImageFont.load_default(60))
    for number, (name, fact) in enumerate(facts.items()):
        y = 300 + number * LINE
        pen.text((LEFT, y), name, FAINT, ImageFont.load_default(30))
        pen.text((LEFT + 220, y), fact, INK, ImageFont.load_default(36))
        pen.line((LEFT, y + 52, SHEET[0] - LEFT, y + 52), FAINT, 2)
    _stamp(sheet)
    return _jpeg(sheet.rotate(rng.uniform(-3, 3), Image.Resampling.BICUBIC, True, fillcolor=INK))


def blank() -> BytesIO:
    """Next to nothing, which is quick."""
    return _jpeg(Image.new("RGB", (64, 80), PAPER))


def _stamp(sheet: Image.Image) -> None:
    words = Image.new("RGBA", (420, 200))
    pen = ImageDraw.Draw(words)
    pen.rounded_rectangle((4, 4, 416, 196), 24, outline=STAMP, width=6)
    pen.text((44, 44), "Paws & Tails", STAMP, ImageFont.load_default(48))
    pen.text((44, 116), "Veterinary practice", STAMP, ImageFont.load_default(32))
    stamp = words.rotate(9, Image.Resampling.BICUBIC, True)
    sheet.paste(stamp, (480, 960), stamp)


def _jpeg(picture: Image.Image) -> BytesIO:
    out = BytesIO()
    picture.save(out, "JPEG", quality=88)
    out.seek(0)
    return out
