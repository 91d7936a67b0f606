"""Whatever staff send is one transaction, kept if it ends well, and then on record."""

import json
from types import SimpleNamespace

import pytest
from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, OperationalError, connection, transaction
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.test import RequestFactory
from django.urls import reverse
from psycopg.errors import DeadlockDetected, ForeignKeyViolation, LockNotAvailable

from pupmatch.lib.audit import record
from pupmatch.lib.models import AuditEntry, DiscardedFile
from pupmatch.lib.problems import Problem
from pupmatch.lib.staff.site import BUSY

pytestmark = pytest.mark.django_db

ELSEWHERE = "/somewhere/"


class Asleep(Problem):
    """A refusal of some service."""

    default_code = "asleep"
    default_detail = "The dog is asleep."


@pytest.fixture
def boss(db):
    return get_user_model().objects.create_superuser("boss@pupmatch.example")


def posted(user, url_name, object_id=None, **made):
    """A POST as the middleware hands it on, with the form's token."""
    request = RequestFactory().post("/admin/", **made)
    request._dont_enforce_csrf_checks = True
    request.user, request.session = user, {}
    kwargs = {"object_id": object_id} if object_id else {}
    request.resolver_match = SimpleNamespace(url_name=url_name, kwargs=kwargs)
    return request


@pytest.fixture
def send(boss):
    """`send(view)`: the view's answer to a POST, through the site."""

    def sent(view, *, url_name="lib_discardedfile_change", object_id=None, data=None, **headers):
        sent.request = posted(boss, url_name, object_id, data=data or {}, headers=headers)
        return admin.site.admin_view(view)(sent.request)

    return sent


def write(name="a.webp"):
    return DiscardedFile.objects.create(name=name)


def kept():
    """What is there afterwards: names of rows, and what is on record."""
    names = DiscardedFile.objects.order_by("name").values_list("name", flat=True)
    return list(names), list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


NOTHING = ([], [])


# --- What is kept --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        HttpResponseRedirect(ELSEWHERE),
        HttpResponse(status=204),
        HttpResponse(headers={"HX-Redirect": ELSEWHERE}),
        JsonResponse({}),
    ],
)
def test_what_nobody_recorded_the_site_does(send, boss, answer):
    def view(request):
        write()
        return answer

    data = {"action": "deactivate_selected", "_selected_action": ["one", "two"]}
    send(view, object_id="a_5Fb", data=data)
    assert kept() == (["a.webp"], ["admin.lib_discardedfile_change"])
    entry = AuditEntry.objects.get()
    assert (entry.actor_id, entry.subject_type) == (boss.pk, "lib.discardedfile")
    assert entry.subject_id == "a_b"
    assert entry.data == {"chosen": "deactivate_selected", "rows": ["one", "two"]}


def test_what_was_recorded_is_not_recorded_again(send, boss):
    def view(request):
        record(by=boss, action="file.discard", subject=write())
        return HttpResponseRedirect(ELSEWHERE)

    send(view)
    assert kept() == (["a.webp"], ["file.discard"])


def test_a_record_that_a_savepoint_took_back_counts_for_nothing(send, boss):
    def view(request):
        with transaction.atomic():
            record(by=boss, action="file.discard")
            transaction.set_rollback(True)
        write()
        return HttpResponseRedirect(ELSEWHERE)

    send(view)
    assert kept() == (["a.webp"], ["admin.lib_discardedfile_change"])


def test_whoever_signs_out_did_so(send, boss):
    def view(request):
        request.user = SimpleNamespace(pk=None)
        return HttpResponseRedirect(ELSEWHERE)

    send(view, url_name="logout")
    assert AuditEntry.objects.get().actor_id == boss.pk


def test_looking_is_not_recorded(boss):
    request = RequestFactory().get("/admin/")
    request.user = boss
    admin.site.admin_view(lambda request: HttpResponse("Rows"))(request)
    assert kept() == NOTHING


# --- What is not ---------------------------------------------------------------------------------


class Form(forms.Form):
    name = forms.CharField()


@pytest.mark.parametrize(
    "answer",
    [
        HttpResponse("Really?"),
        TemplateResponse(None, "admin/index.html", {}),
        HttpResponse(status=400),
        HttpResponse(status=403),
        HttpResponse(status=500),
    ],
)
def test_a_question_or_a_refusal_keeps_nothing(send, answer):
    def view(request):
        write()
        return answer

    assert send(view) is answer
    assert kept() == NOTHING


def test_a_form_with_errors_keeps_nothing_even_if_something_was_recorded(send, boss):
    def view(request):
        record(by=boss, action="file.discard", subject=write())
        return TemplateResponse(request, "admin/index.html", {"form": Form({})})

    send(view)
    assert kept() == NOTHING


def test_a_page_without_errors_is_an_answer_once_something_is_on_record(send, boss):
    def view(request):
        record(by=boss, action="file.discard", subject=write())
        return TemplateResponse(request, "admin/index.html", {"form": Form({"name": "a"})})

    send(view)
    assert kept() == (["a.webp"], ["file.discard"])


@pytest.mark.parametrize("error", [ZeroDivisionError, PermissionDenied, IntegrityError])
def test_an_exception_keeps_nothing(send, boss, error):
    def view(request):
        record(by=boss, action="file.discard", subject=write())
        raise error

    with pytest.raises(error):
        send(view)
    assert kept() == NOTHING


# --- Refusals ------------------------------------------------------------------------------------


def refused(request):
    write()
    messages.success(request, "Done.")
    raise Asleep


@pytest.mark.parametrize(
    ("came_from", "led_to"),
    [
        ("http://testserver/admin/lib/job/?q=1", "http://testserver/admin/lib/job/?q=1"),
        ("https://evil.example/admin/", "/admin/"),
        ("javascript:alert(1)", "/admin/"),
        ("", "/admin/"),
    ],
)
def test_a_refusal_is_told_where_staff_come_from(send, came_from, led_to):
    answer = send(refused, Referer=came_from)
    assert (answer.status_code, answer["Location"]) == (302, led_to)
    told = [(message.level_tag, message.message) for message in messages.get_messages(send.request)]
    assert told == [("error", "The dog is asleep.")]
    assert kept() == NOTHING


def test_a_refusal_leads_back_out_of_a_dialog(send):
    page = "http://testserver/admin/lib/job/"
    answer = send(refused, **{"HX-Request": "true", "HX-Current-URL": page})
    assert (answer.status_code, answer["HX-Redirect"]) == (200, page)
    assert kept() == NOTHING


def test_a_refusal_is_a_problem_for_a_script(send):
    answer = send(refused, Accept="application/json")
    assert (answer.status_code, json.loads(answer.content)["code"]) == (409, "asleep")
    assert kept() == NOTHING


# --- Crossing others -----------------------------------------------------------------------------


def crossing(times, cause=DeadlockDetected, kind=OperationalError):
    """A view that the database refuses so many times."""
    tries = []

    def view(request):
        tries.append(request.FILES["file"].read() if request.FILES else None)
        write(f"try {len(tries)}")
        messages.success(request, "Done.")
        if len(tries) <= times:
            raise kind from cause()
        return HttpResponseRedirect(ELSEWHERE)

    view.tries = tries
    return view


@pytest.mark.parametrize("cause", [DeadlockDetected, ForeignKeyViolation])
def test_what_crossed_somebody_elses_is_done_afresh(send, cause):
    view = crossing(2, cause)
    answer = send(view, data={"file": SimpleUploadedFile("a.txt", b"words")})
    assert answer["Location"] == ELSEWHERE
    assert view.tries == [b"words"] * 3
    assert kept() == (["try 3"], ["admin.lib_discardedfile_change"])
    assert len(messages.get_messages(send.request)) == 1


@pytest.mark.parametrize(("cause", "tries"), [(DeadlockDetected, 4), (LockNotAvailable, 1)])
def test_what_keeps_crossing_is_to_be_tried_again_by_hand(send, cause, tries):
    view = crossing(9, cause)
    assert send(view)["Location"] == reverse("admin:index")
    assert len(view.tries) == tries
    assert [message.message for message in messages.get_messages(send.request)] == [BUSY]
    assert send(view, Accept="application/json").status_code == 503
    assert kept() == NOTHING


def test_what_never_fits_is_a_mistake_and_not_a_crossing(send):
    with pytest.raises(IntegrityError):
        send(crossing(9, ForeignKeyViolation, IntegrityError))
    assert kept() == NOTHING


@pytest.mark.django_db(transaction=True)
def test_two_who_lock_the_same_the_other_way_round_both_succeed(boss, in_parallel):
    for name in ("a", "b"):
        write(name)

    def locking(names):
        def view(request):
            for name in names:
                DiscardedFile.objects.select_for_update().get(name=name)
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(0.2)")
            record(by=boss, action=f"lock.{''.join(names)}")
            return HttpResponseRedirect(ELSEWHERE)

        def act():
            return admin.site.admin_view(view)(posted(boss, "lock"))

        return act

    answers = in_parallel(locking(["a", "b"]), locking(["b", "a"]))
    assert [answer["Location"] for answer in answers] == [ELSEWHERE] * 2
    assert set(kept()[1]) == {"lock.ab", "lock.ba"}
