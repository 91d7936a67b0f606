"""What owners do with photos, by the services and over HTTP."""

import io

from profiles import services
from profiles.images import render
from profiles.tests.factories import picture, upload

RENDITIONS = render(io.BytesIO(picture(1500, 900)))


def add(profile):
    names = services.store_renditions(RENDITIONS)
    return services.add_photo(profile=profile, renditions=RENDITIONS, names=names)


def delete(profile, photo):
    services.delete_photo(profile=profile, photo=photo)


def reorder(profile, ids):
    return services.order_photos(profile=profile, ids=ids)


def ids(profile):
    return list(profile.photos.values_list("pk", flat=True))


def is_sound(profile):
    """The count is what others see, and positions are 0, 1, 2 …"""
    profile.refresh_from_db()
    photos = list(profile.photos.values_list("position", "held_at"))
    assert [position for position, _ in photos] == list(range(len(photos)))
    assert [held_at for _, held_at in photos].count(None) == profile.photo_count
    return True


def send(client, content=None, name="dog.jpg", **headers):
    image = {"image": upload(content, name)}
    return client.post("/api/v1/me/photos", image, format="multipart", headers=headers)


def shown(client):
    return client.get("/api/v1/me/profile").json()["photos"]
