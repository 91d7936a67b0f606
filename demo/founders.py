"""The two dogs whose owners' sign-ins are told: in the middle of town, and open to everybody."""

from dataclasses import replace

from demo.dogs import OLDEST, Breeder, Dog
from demo.licences import Licence

EMAILS = ("ada", "ben")
# Name, breed, sex, age, and how many kilometres east and north of the centre they live.
_DOGS = (
    ("Waffles", "Pembroke Welsh Corgi", "female", 3, (0.3, 0.2)),
    ("Nori", "Australian Shepherd", "male", 4, (-0.9, 0.6)),
)


def founders(breeder: Breeder) -> list[Dog]:
    """The first two dogs of a town."""
    found = []
    for number, (name, breed, sex, age, way) in enumerate(_DOGS, start=1):
        year = breeder.today.year - age
        licence = Licence(name, breed, False, year, sex, None)
        dog = breeder.dog(number, licence)
        wishes = {"min_age": 0, "max_age": OLDEST, "max_distance": 25, "activity_level": None}
        found.append(
            replace(
                dog,
                home=breeder.town.place(*way),
                preferences=dog.preferences | wishes,
                good_with_small_dogs=True,
                good_with_children=True,
            )
        )
    return found
