"""Staff decide about people, and people sign in and out."""

from datetime import timedelta

from django.utils import timezone
from hypothesis.stateful import rule

from accounts import standing
from accounts.models import User
from tests.town.meeting import person
from tests.town.rules import Rules


class Standing(Rules):
    """Bans, limits, sign-ins."""

    @rule(who=person)
    def ban_or_lift_it(self, who):
        user = User.objects.get(pk=self.dogs[who].user_id)
        if who in self.banned:
            assert standing.unban(user=user)
        else:
            assert standing.ban(user=user)
            assert self.ask(who, "get", "me").status_code == 401
        self.banned ^= {who}
        user.refresh_from_db()
        self.clients[who] = type(self).client_for(user)

    @rule(who=person)
    def limit_or_lift_it(self, who):
        user = User.objects.get(pk=self.dogs[who].user_id)
        if who in self.limited:
            assert standing.unlimit(user=user)
        else:
            assert standing.limit(user=user, until=timezone.now() + timedelta(days=7))
        self.limited ^= {who}

    @rule(who=person)
    def sign_out_and_in(self, who):
        assert self.ask(who, "post", "auth/logout").status_code == 204
        assert self.ask(who, "get", "me").status_code == 401
        self.clients[who] = type(self).client_for(User.objects.get(pk=self.dogs[who].user_id))
