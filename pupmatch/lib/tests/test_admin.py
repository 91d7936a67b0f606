from datetime import timedelta
from pathlib import Path

import pytest
from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.gis.geos import Point
from django.contrib.staticfiles import finders
from django.db.models import CompositePrimaryKey
from django.urls import reverse
from django.utils import timezone

from pupmatch.lib.admin import counting
from pupmatch.lib.admin.fields import PointField
from pupmatch.lib.admin.sections import Section
from pupmatch.lib.audit import record
from pupmatch.lib.ids import first_id_of, uuid7
from pupmatch.lib.jobs import enqueue
from pupmatch.lib.models import (
    AuditEntry,
    DiscardedFile,
    HeldFile,
    IdempotentAnswer,
    Job,
    JobFailure,
    LimitedCaller,
    RequestCounter,
)
from pupmatch.lib.tests import probes  # noqa: F401 (makes its tasks known)
from pupmatch.lib.tests.admin_pages import (
    cannot_be_changed,
    filters_answer,
    list_costs_the_same,
    models_of,
    opens,
    staff,
    superuser,
)

pytestmark = pytest.mark.django_db


def somebody():
    return get_user_model().objects.create_user(f"{uuid7()}@pupmatch.example")


def audit_entry():
    return record(by=somebody(), action=f"user.{uuid7()}", subject=somebody())


def job():
    enqueue("pupmatch.lib.tests.probes.leave_a_trace", key="a")
    return Job.objects.latest("pk")


def limited_caller():
    """Somebody who is limited for another minute."""
    user, now = somebody(), timezone.now()
    return LimitedCaller.objects.create(
        key=f"like:person:{user.pk}", scope="like", kind="person", caller=str(user.pk), user=user,
        allowed=120, seconds=60, since=now, window_ends_at=now + timedelta(minutes=1),
        refusals=3, windows=1,
    )  # fmt: skip


MAKERS = {
    Job: job,
    JobFailure: lambda: JobFailure.objects.create(job=job(), attempt=1, error="Out of biscuits"),
    RequestCounter: lambda: RequestCounter.objects.create(
        key=str(uuid7()), window_ends_at=timezone.now(), count=1
    ),
    LimitedCaller: limited_caller,
    IdempotentAnswer: lambda: IdempotentAnswer.objects.create(user=somebody(), key=str(uuid7())),
    HeldFile: lambda: HeldFile.objects.create(name=f"photos/{uuid7()}.webp", holder=uuid7()),
    DiscardedFile: lambda: DiscardedFile.objects.create(name=f"photos/{uuid7()}.webp"),
    AuditEntry: audit_entry,
}
each_model = pytest.mark.parametrize("model", MAKERS)


def test_no_model_is_forgotten():
    assert models_of("lib") == set(MAKERS)


@each_model
def test_every_page_opens(model):
    opens(superuser(), MAKERS[model]())


@each_model
def test_every_filter_answers(model):
    filters_answer(superuser(), model)


@each_model
def test_a_list_costs_the_same_for_one_row_and_for_twenty(model):
    list_costs_the_same(superuser(), MAKERS[model])


@each_model
def test_nobody_changes_what_the_product_writes(model):
    cannot_be_changed(superuser(), MAKERS[model]())


def test_a_stored_answer_is_not_shown():
    answer = IdempotentAnswer.objects.create(
        user=somebody(), key="k", body={"body": "a private line"}
    )
    page = superuser().get(reverse("admin:lib_idempotentanswer_change", args=[answer.pk]))
    assert "a private line" not in page.content.decode()


def test_every_model_of_the_product_is_in_the_admin_and_in_the_sidebar():
    ours = {
        model
        for config in apps.get_app_configs()
        if config.path.startswith(str(settings.BASE_DIR)) and "site-packages" not in config.path
        for model in config.get_models()
        # Django's admin cannot show those whose key has several columns; events are in their stream.
        if not isinstance(model._meta.pk, CompositePrimaryKey)
    }
    # Hashes that live for half a minute: nothing that anybody could look for.
    ours.remove(apps.get_model("realtime", "Ticket"))
    # Hashes of a day's first messages: the same.
    ours.remove(apps.get_model("screening", "Opener"))
    # The same for ten minutes.
    ours.remove(apps.get_model("accounts", "SignInNonce"))
    # Sealed, for the evidence of a report and for nobody to read.
    ours.remove(apps.get_model("messaging", "FormerWords"))
    # Points on which dogs live, kept by a trigger: nothing to look up in them either.
    ours.remove(apps.get_model("matching", "Place"))
    # Between dogs that are gone.
    ours.remove(apps.get_model("matching", "FormerPass"))
    # On the page of the case that they belong to.
    ours -= {apps.get_model("moderation", name) for name in ("Evidence", "EvidenceFile", "Note")}
    assert len(ours) >= 20
    assert ours <= set(admin.site._registry)
    page = superuser().get(reverse("admin:index")).content.decode()
    for model, model_admin in admin.site._registry.items():
        assert model_admin.section in Section
        opts = model._meta
        path = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
        assert f'href="{path}"' in page, path


# Tables of libraries that nobody looks up, and why.
NOT_SHOWN = {
    "account.emailaddress": "empty: addresses are in accounts.user",
    "account.emailconfirmation": "empty: links are signed, not stored",
    "admin.logentry": "empty: the record of what staff do takes its place",
    "auth.permission": "chosen on the pages of groups and accounts",
    "axes.accessattemptexpiration": "empty: all failures count equally long",
    "axes.accessfailurelog": "empty: the sign-in log has every attempt",
    "axes.accesslog": "empty: the sign-in log has every sign-in",
    "contenttypes.contenttype": "Django's own list of tables",
    "gis.postgisgeometrycolumns": "PostGIS' own list of columns",
    "gis.postgisspatialrefsys": "PostGIS' own list of projections",
    "procrastinate.procrastinateevent": "on the page of each job",
    "procrastinate.procrastinateperiodicdefer": "which task was due when: of use to the queue alone",
    "procrastinate.procrastinateworker": "signs of life, in the metrics",
    "socialaccount.socialaccount": "on the page of each account",
    "socialaccount.socialapp": "empty: client ids are settings",
    "socialaccount.socialtoken": "empty: no token of a provider is stored",
    "sessions.session": "the keys that staff are signed in by",
}


def test_tables_of_libraries_are_shown_as_ours_or_left_out_for_a_reason():
    shown = {model._meta.concrete_model for model in admin.site._registry}
    left_out = {
        model._meta.label_lower
        for config in apps.get_app_configs()
        if "site-packages" in config.path
        for model in config.get_models()
        if model._meta.concrete_model not in shown
    }
    assert left_out == set(NOT_SHOWN)


def test_the_front_page_shows_figures_that_lead_to_what_they_count():
    client = superuser()
    figures = client.get(reverse("admin:index")).context["figures"]
    assert [figure["title"] for figure in figures] == [
        "People",
        "Complete profiles",
        "Messages in 24 h",
        "Active matches",
        "Playgrounds",
        "Limited now",
        "Failed jobs",
    ]
    assert figures[0]["number"] == "1"
    for figure in figures:
        assert client.get(figure["url"]).status_code == 200


def test_somebody_without_rights_sees_an_empty_desk():
    client = staff("lib.view_discardedfile")
    page = client.get(reverse("admin:index"))
    assert page.context["figures"] == []
    assert [section["title"] for section in page.context["sections"] if section["items"]] == [
        "System"
    ]
    assert client.get(reverse("admin:lib_requestcounter_changelist")).status_code == 403


def test_big_lists_are_estimated_and_small_ones_counted(monkeypatch):
    for _ in range(12):
        MAKERS[DiscardedFile]()
    rows = DiscardedFile.objects.all()
    assert str(counting.count(rows)) == "12"
    assert str(counting.count(rows.none())) == "0"
    monkeypatch.setattr(counting, "EXACT_UP_TO", -1)
    assert counting.count(rows).is_estimate
    assert str(counting.count(rows)).startswith("about ")
    assert counting.EstimatingPaginator([1, 2, 3], 2).count == 3


def test_ids_tell_their_time():
    before = first_id_of(timezone.now() - timedelta(seconds=1))
    assert before < uuid7() < first_id_of(timezone.now() + timedelta(seconds=1))


@pytest.mark.parametrize(
    "typed",
    [
        ["91", "0"],
        ["0", "181"],
        ["nan", "0"],
        ["1e400", "0"],
        ["SRID=4326;POINT(1 1)", "0"],
        ["", "7"],
        ["", ""],
    ],
)
def test_a_point_is_two_numbers_on_the_globe(typed):
    form = _point_form(typed)
    assert not form.is_valid()


def test_a_point_keeps_its_digits():
    form = _point_form(["47.123456", "-122.654321"])
    assert form.is_valid()
    assert form.cleaned_data["place"] == Point(-122.654321, 47.123456, srid=4326)


def _point_form(typed):
    class Form(forms.Form):
        place = PointField()

    return Form({"place_latitude": typed[0], "place_longitude": typed[1]})


@pytest.mark.parametrize(
    "name",
    [
        "vendor/openlayers/ol.js",
        "vendor/openlayers/ol.css",
        "vendor/openlayers/LICENSE.md",
        "staff/map.js",
        "staff/staff.css",
        "staff/icon.svg",
        "staff/land.json",
        "staff/cities.json",
    ],
)
def test_the_map_is_made_of_our_own_files(name):
    path = finders.find(name)
    assert path
    if name.startswith("staff/"):
        text = Path(path).read_text(encoding="utf-8")
        assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
