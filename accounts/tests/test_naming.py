"""What looks like our name, in whatever letters."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.serializers import ValidationError

from accounts.naming import ALIKE, check_not_ours

SOMEBODY = SimpleNamespace(is_staff=False)


@pytest.mark.parametrize(
    "name",
    [
        "Ρυρμatch", "ꓑupMatch", "ᏢupMatch", "Pսpmatcհ", "PupMatϲh", "ΡupMatch",
        "PupMatcΗ", "PUPMΛTCH", "P@pmatch".replace("@", "u"), "PupM@tch", "Pu𝐩M4tch", "ⲣupmatⲥh",
        "Ƥupmatch", "PupMa7ch", "PupMatcᏂ", "Pupmatⅽħ", "ᑭᑌᑭᗰᗅTCH", "Official Puρ-Μatch Support",
        "₱upMat¢h", "PupMa₮©h", "P∪p Matc-h", "PUPMA✝CH", "PupM∀tch", "PupMΔtch", "Pʊpmatch", "ꝓupmatch",
        "ᑭᑌᑭᗰᗩTᑕᕼ", "ᏢᏌᏢᎷᎪᎢᏟᎻ", "卩ㄩ卩爪卂ㄒ匚卄", "PupMȺtch", "PupMaⱦch",
        "Pup†Match", "Pup © Match 4", "Pup∆Match", "p†u†p†m†a†t†c†h", "Pup@Match", "Pup¢Match Support",
    ],
)  # fmt: skip
def test_other_letters_make_no_other_name(name):
    with pytest.raises(ValidationError):
        check_not_ours(name, SOMEBODY)


@given(st.tuples(*(st.sampled_from(ALIKE[letter]) for letter in "pupmatch")))
def test_every_letter_of_the_table_counts(letters):
    with pytest.raises(ValidationError):
        check_not_ours("Team " + "".join(letters), SOMEBODY)


@pytest.mark.parametrize(
    "name",
    [
        "Pupkin",
        "Match",
        "Παρμενίδης",
        "Ματς",
        "Папуля",
        "Հայկ",
        "Pumpa 4",
        "Puma 7ch",
        "Pat Upham",
        "Support Moderator",
        "卩卂",
        "Pup © Math 4",
        "† Pup † Mat",
    ],
)
def test_dogs_of_all_countries_keep_theirs(name):
    check_not_ours(name, SOMEBODY)
