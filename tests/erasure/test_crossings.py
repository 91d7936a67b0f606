"""Somebody leaves while their own apps and other people go on: nothing of theirs is written behind."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.credentials import remove_account
from accounts.models import User
from accounts.tests.factories import PASSWORD
from exports import services as exports
from matching.models import Match
from matching.tests.factories import matched
from messaging.tests.factories import say, sides_of
from notifications.tests.factories import device_of, expo_token
from playgrounds.tests.factories import PlaygroundFactory
from profiles.tests.acts import add, send
from profiles.tests.factories import ProfileFactory, picture, upload
from pupmatch.lib import files
from tests.erasure.data_map import models, read
from tests.erasure.traces import standing, stored

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("R2.7")]

V1 = "/api/v1/"
MAY_STAY = {
    models()[fate.table]._meta.db_table
    for fate in read()
    if "stay" in fate.becomes and fate.table != "accounts.authenticationattempt"
}


def an_hour_later():
    return time_machine.travel(timezone.now() + files.UPLOAD_TIME + timedelta(seconds=1))


def own_acts(client, talk, installation):
    """What the apps of whoever leaves are in the middle of."""
    device = {
        "provider": "expo", "token": expo_token(), "platform": "ios", "time_zone": "UTC",
        "locale": "en",
    }  # fmt: skip
    place = PlaygroundFactory()
    shown = {"kind": "photo", "document": upload(picture(800, 900))}
    return [
        lambda: send(client),
        lambda: client.post(f"{V1}me/verifications", shown, format="multipart"),
        lambda: client.put(f"{V1}me/devices/{installation}", device),
        lambda: client.put(f"{V1}playgrounds/{place.pk}/favorite"),
        lambda: client.put(f"{V1}playgrounds/{place.pk}/review", {"stars": 3, "text": "mine"}),
        lambda: client.post(f"{V1}realtime/ticket"),
        lambda: client.post(f"{V1}me/export"),
        lambda: client.patch(f"{V1}me/preferences", {"min_age": 1}),
        lambda: client.put(f"{V1}me/location", {"latitude": 1.0, "longitude": 2.0}),
        lambda: client.post(f"{V1}conversations/{talk}/read", {"position": 1}),
    ]


def others_acts(client, profile):
    """What other people are doing to them."""
    about = {"subject_type": "profile", "subject_id": profile.pk, "reason": "spam"}
    return [
        lambda: client.post(f"{V1}likes", {"profile_id": profile.pk}),
        lambda: client.post(f"{V1}passes", {"profile_id": profile.pk}),
        lambda: client.post(f"{V1}reports", about),
        lambda: client.put(f"{V1}blocks/{profile.pk}"),
        lambda: client.get(f"{V1}deck"),
    ]


@pytest.mark.parametrize("way", ["self", "staff"])
def test_nothing_is_written_behind_somebody_who_leaves(
    client_for, api, in_parallel, run_jobs, sized, way
):
    for _ in range(sized(1, 40)):
        me = ProfileFactory(name="Ozymandias", photos=0)
        for _ in range(2):
            add(me)
        leave_while_everybody_acts(me, way, client_for, api, in_parallel)
        run_jobs(raising=False)
        with an_hour_later():  # of what was being uploaded
            files.purge()
        user = me.user
        left = standing({"a": str(user.pk), "p": str(me.pk), "e": user.email, "n": me.name})
        assert set().union(*left.values()) <= MAY_STAY
        assert not [name for name in stored() if not name.startswith("private/evidence/")]


def leave_while_everybody_acts(me, way, client_for, api, in_parallel):
    user, match = me.user, matched(me)
    side = next(each for each in sides_of(match.conversation) if each.profile_id != me.pk)
    device, asked = device_of(user), exports.ask(user=user)
    client, other = client_for(user), client_for(ProfileFactory().user)
    known = {"email": user.email, "password": PASSWORD}
    ways = {
        "self": lambda: client.delete(f"{V1}me", {"password": PASSWORD}),
        "staff": lambda: remove_account(user=user),
    }
    gone, *rest = in_parallel(
        ways[way],
        *own_acts(client, match.conversation_id, device.installation_id),
        *others_acts(other, me),
        lambda: say(side, "Are you there?"),
        lambda: api.post(f"{V1}auth/token", known),
        lambda: exports.prepare(export_id=asked.pk),
    )
    assert getattr(gone, "status_code", gone) in (204, None), gone
    assert 500 not in {getattr(answer, "status_code", 0) for answer in rest}
    assert not User.objects.filter(pk=user.pk).exists()
    assert not Match.objects.filter(pk=match.pk).exists()
