"""Photos of the town's dogs, taken through the product's own pipeline, on all processors."""

import multiprocessing
import os
from collections.abc import Iterator
from io import BytesIO

import django
from PIL import Image

from demo import portraits
from demo.dogs import Dog
from profiles.images import Renditions, render

# Below this many dogs, starting other processes takes longer than drawing.
WORTH_A_POOL = 12


def develop(dogs: list[Dog], *, drawn: bool) -> Iterator[list[Renditions]]:
    """The renditions of each dog's photos, in order; undrawn ones are plain tiles in its colour."""
    take = _photograph if drawn else _tiles
    if not drawn or len(dogs) < WORTH_A_POOL:
        yield from map(take, dogs)
        return
    # Spawned, not forked: a copy of this process would share its database connection.
    context = multiprocessing.get_context("spawn")
    try:
        pool = context.Pool(os.cpu_count(), initializer=django.setup)
    except OSError:
        # No semaphores here, as in a chroot whose /dev/shm only root may write: slower, and as good.
        yield from map(take, dogs)
        return
    with pool:
        yield from pool.imap(take, dogs)


def _photograph(dog: Dog) -> list[Renditions]:
    return [render(BytesIO(portraits.jpeg(dog.look, shot))) for shot in dog.shots]


def _tiles(dog: Dog) -> list[Renditions]:
    pictures = []
    for colour in (dog.look.coat.base, dog.look.collar):
        out = BytesIO()
        Image.new("RGB", (64, 80), colour).save(out, "PNG")
        pictures.append(render(BytesIO(out.getvalue())))
    return pictures
