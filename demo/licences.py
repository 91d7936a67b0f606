"""Reads lists of licensed dogs as cities publish them: Seattle, New York, Zürich and the like."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

# What the columns are called, compared without capitals, spaces and underscores.
COLUMNS = {
    "name": ("animalname", "animalsname", "dogname", "petname", "name", "hundename", "rufname"),
    "breed": ("primarybreed", "breedname", "breed1", "breed", "rasse1", "rasse"),
    "second": ("secondarybreed", "breed2", "rasse2"),
    "mix": ("breed1mix", "rasse1mischling"),
    "year": ("animalbirthyear", "dogbirthyear", "birthyear", "geburtsjahrhund", "gebdathund"),
    "sex": ("animalgender", "dogsex", "gender", "sex", "geschlechthund", "sexhundlang"),
    "size": ("sizeclass", "rassentyp"),
}
NO_NAMES = {
    "", "unknown", "name not provided", "not provided", "no name", "none", "n/a", "na", "null", "tbd",
    "unnamed", "no", "dog", "puppy", "call or e-mail with name", "x", "xx", "?",
}  # fmt: skip
NO_BREEDS = {"", "unknown", "not provided", "none", "n/a", "unbekannt"}
SEXES = {"f": "female", "w": "female", "m": "male", "weiblich": "female", "männlich": "male"}
# A dog that was born longer ago than this is hardly out looking for playmates.
OLDEST = 20
LONGEST_NAME = 30


class UnreadableFile(ValueError):
    """Not a list of dogs that can be read; the text says why."""


@dataclass(frozen=True)
class Licence:
    """One dog of a list; None is what the list does not tell."""

    name: str | None
    breed: str
    is_mix: bool
    birth_year: int | None
    sex: str | None
    size: str | None


class Licences:
    """The dogs of a CSV file, read row by row; `skipped` and `mended` count by reason why."""

    def __init__(self, path: Path, *, this_year: int) -> None:
        self.path = path
        self.this_year = this_year
        self.skipped: Counter[str] = Counter()
        self.mended: Counter[str] = Counter()

    def sample(self, count: int, rng: Random) -> list[Licence]:
        """Up to `count` dogs drawn evenly from the whole file, in its order."""
        kept: list[tuple[int, Licence]] = []
        for index, licence in enumerate(self):
            if len(kept) < count:
                kept.append((index, licence))
            elif (slot := rng.randrange(index + 1)) < count:
                kept[slot] = (index, licence)
        return [licence for _, licence in sorted(kept, key=lambda pair: pair[0])]

    def __iter__(self) -> Iterator[Licence]:
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                header = file.readline()
                delimiter = max(",;\t", key=header.count)
                columns = self._columns(next(csv.reader([header], delimiter=delimiter), []))
                yield from self._licences(csv.reader(file, delimiter=delimiter), columns)
        except OSError as error:
            raise UnreadableFile(f"{self.path}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise UnreadableFile(f"{self.path} is not UTF-8 text") from error
        except csv.Error as error:
            raise UnreadableFile(f"{self.path} is no CSV: {error}") from error

    def _columns(self, header: list[str]) -> dict[str, int]:
        plain = [re.sub(r"[^a-z0-9]", "", title.casefold()) for title in header]
        found = {
            what: plain.index(title)
            for what, titles in COLUMNS.items()
            for title in reversed(titles)
            if title in plain
        }
        if "breed" not in found:
            expected = ", ".join(COLUMNS["breed"])
            told = ", ".join(title.strip() for title in header) or "nothing"
            raise UnreadableFile(
                f"{self.path} has no column of breeds. Its first line says: {told}. "
                f"Known names for such a column are: {expected}."
            )
        return found

    def _licences(self, rows: Iterator[list[str]], columns: dict[str, int]) -> Iterator[Licence]:
        for row in rows:
            if not any(field.strip() for field in row):
                self.skipped["blank line"] += 1
            elif len(row) <= max(columns.values()):
                self.skipped["too few columns"] += 1
            else:
                fields = {what: row[index].strip() for what, index in columns.items()}
                licence = self._licence(fields)
                if licence:
                    yield licence

    def _licence(self, fields: dict[str, str]) -> Licence | None:
        name = None
        if "name" in fields:
            name = tidy_name(fields["name"])
            if name is None:
                self.skipped["no name"] += 1
                return None
        breed, is_mix, size = tidy_breed(fields["breed"])
        if breed.casefold() in NO_BREEDS:
            self.mended["breed not told"] += 1
            breed = ""
        return Licence(
            name=name,
            breed=breed,
            is_mix=is_mix or bool(fields.get("second")) or bool(fields.get("mix")),
            birth_year=self._year(fields.get("year")),
            sex=SEXES.get(fields.get("sex", "").casefold()[:1]),
            size=size or ("small" if fields.get("size") == "K" else None),
        )

    def _year(self, text: str | None) -> int | None:
        if text is None:
            return None
        match = re.fullmatch(r"(\d{4})(\.0|-.*)?", text)
        year = int(match[1]) if match else 0
        if self.this_year - OLDEST <= year <= self.this_year:
            return year
        self.mended["no birth year, or an impossible one: drawn"] += 1
        return None


def tidy_name(text: str) -> str | None:
    """The name to call the dog by: "LUMI" is Lumi, 'Maisie "Maizy"' is Maisie; None if there is none."""
    name = re.split(r"[(\"“/,;]| aka | fka ", text.replace("\xa0", " ").strip("\"'“” "))[0]
    name = " ".join(name.split()).strip(" -.'")
    if name.casefold() in NO_NAMES or not re.search(r"[^\W\d_]", name) or len(name) > LONGEST_NAME:
        return None
    if name.count(" ") > 1:
        # Long ones end in the owner's family name, which is nobody's business.
        name = name.split()[0]
    if re.search(r"\d{3}", name):
        return None
    if (name.isupper() and len(name) > 2) or name.islower():
        return re.sub(r"[^\W\d_]+('[^\W\d_]+)?", lambda word: word[0].capitalize(), name)
    return name


def tidy_breed(text: str) -> tuple[str, bool, str | None]:
    """A breed in its natural order, whether it is mixed with another, and the size if it tells one.

    "Retriever, Labrador" is Labrador Retriever, "Shih Tzu Crossbreed" a mix of Shih Tzu.
    """
    plain = " ".join(re.sub(r"\(.*?\)", " ", text).split())
    if match := re.match(r"mixed breed, (small|medium|large)", plain, re.IGNORECASE):
        return "Mixed breed", True, match[1].lower()
    if match := re.match(r"mischling (klein|gross)", plain, re.IGNORECASE):
        return "Mischling", True, {"klein": "small", "gross": "large"}[match[1].lower()]
    first, *others = re.split(r"\s*/\s*", plain)
    plain = plain if plain.casefold() == "pit/lab" else first
    single = re.sub(r"\s*\b(crossbreed|cross|mix|mischling)\b", "", plain, flags=re.IGNORECASE)
    is_mix = bool(others) or single != plain
    return " ".join(reversed(re.split(r",\s*", single))) or "Mixed breed", is_mix, None
