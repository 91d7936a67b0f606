"""How far copies of one picture are apart, and how far others are: which hash, and which threshold.

    python -m bench.lookalikes

Compares 64-bit hashes on the pictures of a folder (`--folder`) and on tiles cut from them, which count
as other pictures; each copy is encoded again, as whoever puts it up again would. Then it looks
pictures up among millions of hashes (`--photos`) on the migrated database that DATABASE_URL names, in
a schema of its own, which is dropped again.
"""

import itertools
import math
import os
import random
import statistics
import time
from argparse import ArgumentParser
from io import BytesIO
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pupmatch.settings")
django.setup()

from django.conf import settings  # noqa: E402 (Django must be set up first)
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps  # noqa: E402

from bench.results import table, write  # noqa: E402
from profiles.lookalikes import photos_like  # noqa: E402
from pupmatch.lib.ids import uuid7  # noqa: E402
from screening import pictures  # noqa: E402

FOLDER = settings.BASE_DIR.parent / "shared" / "data" / "photos"
UPLOAD = 1280


# --- Hashes ---------------------------------------------------------------------------------------


def difference(picture):
    return pictures.perceptual_hash(picture)


def average(picture):
    greys = _greys(picture, 8, 8)
    mean = statistics.fmean(greys)
    return sum((grey > mean) << at for at, grey in enumerate(greys))


def waves(picture):
    """What is often called pHash: signs of the 8×8 lowest waves of 32×32 greys."""
    greys = _greys(picture, 32, 32)
    rows = [greys[at : at + 32] for at in range(0, 1024, 32)]
    half = [[sum(map(math.prod, zip(row, wave, strict=True))) for wave in WAVES] for row in rows]
    low = [
        sum(half[y][u] * wave[y] for y in range(32)) for wave in WAVES for u in range(len(WAVES))
    ]
    middle = statistics.median(low[1:])
    return sum((value > middle) << at for at, value in enumerate(low))


WAVES = [[math.cos((2 * x + 1) * u * math.pi / 64) for x in range(32)] for u in range(8)]


def _greys(picture, width, height):
    return list(picture.convert("L").resize((width, height), Image.Resampling.BOX).tobytes())


HASHES = {"difference": difference, "average": average, "waves": waves}


# --- Copies ---------------------------------------------------------------------------------------


def cropped(share):
    def crop(picture):
        x, y = round(picture.width * share), round(picture.height * share)
        return picture.crop((x, y, picture.width - x, picture.height - y))

    return crop


def captioned(picture):
    copy = picture.copy()
    ImageDraw.Draw(copy).rectangle((0, copy.height * 0.9, copy.width, copy.height), fill="white")
    return copy


def scaled(share):
    return lambda picture: picture.resize(
        (max(1, round(picture.width * share)), max(1, round(picture.height * share)))
    )


def same(picture):
    return picture


COPIES = {
    "JPEG, quality 30": (same, "JPEG", 30),
    "WebP, quality 60": (same, "WEBP", 60),
    "a quarter of the size": (scaled(0.25), "JPEG", 75),
    "lighter by 30 %": (lambda p: ImageEnhance.Brightness(p).enhance(1.3), "JPEG", 75),
    "darker by 30 %": (lambda p: ImageEnhance.Brightness(p).enhance(0.7), "JPEG", 75),
    "more contrast by 40 %": (lambda p: ImageEnhance.Contrast(p).enhance(1.4), "JPEG", 75),
    "in grey": (lambda p: ImageOps.grayscale(p).convert("RGB"), "JPEG", 75),
    "blurred": (lambda p: p.filter(ImageFilter.GaussianBlur(p.width / 200)), "JPEG", 75),
    "a white bar below": (captioned, "JPEG", 75),
    "a frame of 2 %": (lambda p: ImageOps.expand(p, p.width // 50, "white"), "JPEG", 75),
    "2 % cut off each side": (cropped(0.02), "JPEG", 75),
    "5 % cut off each side": (cropped(0.05), "JPEG", 75),
    "10 % cut off each side": (cropped(0.1), "JPEG", 75),
    "turned by 2°": (lambda p: cropped(0.03)(p.rotate(2)), "JPEG", 75),
    "mirrored": (ImageOps.mirror, "JPEG", 75),
}


def encoded(picture, format, quality):
    out = BytesIO()
    picture.save(out, format, quality=quality)
    return Image.open(out).convert("RGB")


def originals(folder):
    for path in sorted(folder.glob("*.jpg")):
        picture = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
        picture.thumbnail((UPLOAD, UPLOAD))
        yield picture
        for parts in (2, 3):
            width, height = picture.width // parts, picture.height // parts
            for x, y in itertools.product(range(parts), repeat=2):
                yield picture.crop((x * width, y * height, (x + 1) * width, (y + 1) * height))


# --- Measuring ------------------------------------------------------------------------------------


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def copies_and_others(kept):
    """Rows of a table of copies, one of pairs of other pictures, and what a hash costs."""
    costs, hashes = [], {}
    for name, hash in HASHES.items():
        start = time.process_time()
        hashes[name] = [hash(picture) for picture in kept]
        costs.append(f"{name} {(time.process_time() - start) / len(kept) * 1000:.2f} ms")
    copies = []
    for name, (change, format, quality) in COPIES.items():
        changed = [encoded(change(picture), format, quality) for picture in kept]
        line = [name]
        for kind, hash in HASHES.items():
            found = [
                nearest(one, other, kind)
                for one, other in zip(hashes[kind], map(hash, changed), strict=True)
            ]
            line += [f"{statistics.median(found):.0f}", str(percentile(found, 0.95))]
            if kind == "difference":
                line += [share(found, pictures.SAME), share(found, pictures.NEAR)]
        copies.append(line)
    others = []
    for kind, values in hashes.items():
        pairs = [nearest(a, b, kind) for a, b in itertools.combinations(values, 2)]
        counts = [str(sum(pair <= most for pair in pairs)) for most in (5, 7, 10, 12, 14, 16, 18)]
        others.append([kind, *counts, str(min(pairs)), f"{statistics.median(pairs):.0f}"])
    return copies, others, costs, len(pairs)


def share(found, most):
    return f"{sum(each <= most for each in found) / len(found):.0%}"


def nearest(one, other, kind):
    """The distance as a look-up has it, which tries the mirror image's hash, too."""
    if one is None or other is None:
        return 64
    if kind != "difference":
        return pictures.distance(one, other)
    return min(pictures.distance(each, other) for each in (one, pictures.mirrored(one)))


# --- Looking up -----------------------------------------------------------------------------------


def drawn(number):
    """Hashes of pictures as they might be: each row resembles the one above."""
    for _ in range(number):
        row = bits = random.getrandbits(8)
        changes = random.getrandbits(64) & random.getrandbits(64)
        for at in range(7):
            row ^= changes >> 8 * at & 255
            bits = bits << 8 | row
        yield pictures.signed(bits)


def look_ups(number):
    """Milliseconds of a look-up among so many photos, and the index's size."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("DROP SCHEMA IF EXISTS bench_looks CASCADE")
        cursor.execute("CREATE SCHEMA bench_looks")
        cursor.execute(
            "CREATE UNLOGGED TABLE bench_looks.profiles_photo (LIKE public.profiles_photo)"
        )
        with cursor.copy(
            "COPY bench_looks.profiles_photo (id, profile_id, position, width, height, byte_size,"
            " thumbhash, small, medium, large, perceptual_hash, created_at) FROM STDIN"
        ) as copy:
            file = "photos/ab/0123456789012345678901-medium.webp"
            at, whose = timezone.now(), uuid7()
            for hash in drawn(number):
                copy.write_row((uuid7(), whose, 0, 900, 900, 1, "x" * 34, *[file] * 3, hash, at))
        # The photos table of the look-ups below.
        cursor.execute("SET search_path = bench_looks, public")
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'photo_by_looks'")
        [definition] = cursor.fetchone()
        cursor.execute(definition.replace("public.", "bench_looks."))
        cursor.execute(
            "ALTER INDEX bench_looks.photo_by_looks ALTER COLUMN 1 SET STATISTICS 0"  # as 0007 does
        )
        cursor.execute("ANALYZE bench_looks.profiles_photo")
        cursor.execute("SELECT pg_relation_size('bench_looks.photo_by_looks')")
        [size] = cursor.fetchone()
    times = []
    for hash in drawn(41):
        start = time.perf_counter()
        list(photos_like(hash))
        times.append((time.perf_counter() - start) * 1000)
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA bench_looks CASCADE")
    return times[1:], size


def main():
    random.seed(1)
    parser = ArgumentParser()
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--photos", type=int, default=4_000_000)
    options = parser.parse_args()
    kept = list(originals(options.folder))
    copies, others, costs, pairs = copies_and_others(kept)
    times, size = look_ups(options.photos)
    head = ["", "median", "95 %", f"≤ {pictures.SAME}", f"≤ {pictures.NEAR}"]
    head += ["average: median", "95 %", "waves: median", "95 %"]
    body = f"""\
{len(kept)} pictures: photos and tiles of them. In how many of 64 bits a copy is apart from its original; a hash costs
{", ".join(costs)}. The product takes the difference hash, and looks for its mirror image, too.

{table(head, copies)}

Of {pairs:,} pairs of different pictures, how many are no further apart than so many bits:

{table(["", "5", "7", "10", "12", "14", "16", "18", "least", "median"], others)}

Among {options.photos:,} photos a look-up takes {statistics.median(times):.0f} ms (at worst {max(times):.0f});
the index has {size / 2**20:.0f} MB."""
    write("lookalikes", "Look-alikes", body)


if __name__ == "__main__":
    main()
