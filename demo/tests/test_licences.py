from pathlib import Path
from random import Random

import pytest

from demo.licences import Licences, UnreadableFile, tidy_breed, tidy_name

SEATTLE = """license_issue_date,animal_name,primary_breed,secondary_breed,zip_code
November 12 2015,Dixie,Terrier,Mix,98125
June 18 2018,Chinook,"Retriever, Labrador",,98136

May 1 2019,,Beagle,,98101
May 1 2019,"Maisie ""Maizy"" M","Mixed Breed, Large (over 44 lbs fully grown)",,9810
"""
NEW_YORK = """AnimalName,AnimalGender,AnimalBirthYear,BreedName,ZipCode
LUMI,F,2019,Shih Tzu Crossbreed,11234
NAME NOT PROVIDED,M,2017,Poodle,11215
UNKNOWN,M,2017,Poodle,11215
ACE,M,1877,Dalmation/Terrier/Poodle,10314
CHI-CHI,X,2999,Not Provided,10314
short,row
"""
ZURICH = """owner_key;owner_sex;breed1;breed1_mix;breed2;size_class;dog_birth_year;dog_sex
2;m;Berner Sennenhund;;;I;2016;m
3;w;Mischling klein;;;K;2013;w
4;w;Chihuahua;Mischling;;K;1996;w
"""


@pytest.fixture
def written(tmp_path):
    def write(text: str, encoding: str = "utf-8") -> Licences:
        path = tmp_path / "dogs.csv"
        path.write_bytes(text.encode(encoding))
        return Licences(path, this_year=2026)

    return write


def test_seattle_has_names_in_order_and_no_birth_years(written):
    source = written(SEATTLE)
    dixie, chinook, maisie = source
    assert (dixie.name, dixie.breed, dixie.is_mix, dixie.birth_year) == (
        "Dixie",
        "Terrier",
        True,
        None,
    )
    assert (chinook.breed, chinook.is_mix) == ("Labrador Retriever", False)
    assert (maisie.name, maisie.size) == ("Maisie", "large")
    assert source.skipped == {"blank line": 1, "no name": 1}


def test_new_york_shouts_and_leaves_gaps(written):
    source = written(NEW_YORK)
    lumi, ace, chi = source
    assert (lumi.name, lumi.sex, lumi.birth_year) == ("Lumi", "female", 2019)
    assert (lumi.breed, lumi.is_mix) == ("Shih Tzu", True)
    assert (ace.breed, ace.is_mix, ace.birth_year) == ("Dalmation", True, None)
    assert (chi.name, chi.breed, chi.sex) == ("Chi-Chi", "", None)
    assert source.skipped == {"no name": 2, "too few columns": 1}
    assert source.mended["breed not told"] == 1
    assert source.mended["no birth year, or an impossible one: drawn"] == 2


def test_zurich_has_semicolons_german_breeds_and_no_names(written):
    berner, mixed, chihuahua = written("\ufeff" + ZURICH)
    assert (berner.name, berner.breed, berner.sex, berner.birth_year) == (
        None,
        "Berner Sennenhund",
        "male",
        2016,
    )
    assert (mixed.breed, mixed.is_mix, mixed.size) == ("Mischling", True, "small")
    assert (chihuahua.is_mix, chihuahua.birth_year, chihuahua.sex) == (True, None, "female")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "colour;weight\nbrown;12\n",
            "has no column of breeds. Its first line says: colour, weight",
        ),
        ("", "Its first line says: nothing"),
    ],
)
def test_a_file_without_breeds_says_what_it_has_instead(written, text, says):
    with pytest.raises(UnreadableFile, match=says):
        list(written(text))


def test_a_file_in_another_encoding_is_refused(written):
    with pytest.raises(UnreadableFile, match="UTF-8"):
        list(written("name,breed\nMüsli,Beagle\n", encoding="latin-1"))


def test_a_missing_file_is_refused():
    with pytest.raises(UnreadableFile, match="No such file"):
        list(Licences(Path("nowhere.csv"), this_year=2026))


def test_a_sample_is_even_ordered_and_the_same_each_time(written):
    text = "name,breed\n" + "".join(f"Dog{chr(97 + i % 26)}{i % 99},Beagle\n" for i in range(400))
    source = written(text)
    first = source.sample(40, Random(1))
    assert first == source.sample(40, Random(1))
    assert first != source.sample(40, Random(2))
    assert len(first) == 40
    assert len(source.sample(1000, Random(1))) == 400


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("LUMI", "Lumi"),
        ("O'MALLEY", "O'malley"),
        ("mister blue", "Mister Blue"),
        ("PB", "PB"),
        ("Coco microchip 956000004573502", "Coco"),
        ("Kahlua (Kali)", "Kahlua"),
        ("Luna\xa0Belle", "Luna Belle"),
        ("Agnes Snowball Clark", "Agnes"),
        ("NAME NOT PROVIDED", None),
        ("morgan4c27435168b", None),
        ("???", None),
        ("  ", None),
        ("x" * 40, None),
    ],
)
def test_names_are_tidied(text, name):
    assert tidy_name(text) == name


@pytest.mark.parametrize(
    ("text", "breed", "is_mix", "size"),
    [
        ("Terrier, Fox, Wire", "Wire Fox Terrier", False, None),
        ("Mixed Breed, Small (under 24 lbs fully grown)", "Mixed breed", True, "small"),
        ("Mischling gross", "Mischling", True, "large"),
        ("Terrier mix", "Terrier", True, None),
        ("American Pit Bull Mix / Pit Bull Mix", "American Pit Bull", True, None),
        ("Schnauzer, Miniature Crossbreed", "Miniature Schnauzer", True, None),
        ("Mix", "Mixed breed", True, None),
    ],
)
def test_breeds_are_put_in_their_natural_order(text, breed, is_mix, size):
    assert tidy_breed(text) == (breed, is_mix, size)
