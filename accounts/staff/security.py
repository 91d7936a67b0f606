"""The pages on which staff look after their own second factors."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe

from accounts.models import SecondFactor, User
from accounts.staff import factors, passkeys, sessions, signing_in
from accounts.staff.access import confirmed, has_factor, page, signed_in, who_adds
from accounts.staff.forms import NewAppForm, NewPasskeyForm, PasswordForm
from accounts.staff.views import ask
from pupmatch.lib.seals import seal, unseal

NEW_SECRET, SHOWS_CODES, LEADS_TO = "staff_new_secret", "staff_shows_codes", "staff_leads_to"


@signed_in
def overview(request: HttpRequest) -> HttpResponse:
    """What one signs in with."""
    user: Any = request.user
    primary = list(SecondFactor.objects.primary().filter(user=user).order_by("created_at"))
    return page(
        request,
        "security",
        "Sign-in security",
        factors=primary,
        has_app=any(factor.type == factors.Type.TOTP for factor in primary),
        may_remove=len(primary) > 1,
        codes_left=len(factors.codes_left(user)),
        idle_minutes=settings.STAFF_IDLE_MINUTES,
        hours=settings.STAFF_SIGN_IN_HOURS,
    )


@signed_in
def confirm(request: HttpRequest) -> HttpResponse:
    """Asks again who it is, before anything about signing in changes."""
    user: Any = request.user
    leads_to = _leads_to(request)
    if has_factor(user):
        form, shown = ask(request, user)
        is_proved, factor = form is not None, form.factor if form else None
    else:
        password = PasswordForm(request, user, request.POST or None)
        is_proved, factor, shown = password.is_valid(), None, {"password": password}
    if not is_proved:
        return page(request, "confirm", "Confirm that it is you", leads_to=leads_to, **shown)
    sessions.confirm(request, factor)
    return redirect(leads_to)


@who_adds
def add_app(request: HttpRequest, user: User, *, is_first: bool) -> HttpResponse:
    """An authenticator app: the secret to read, and a code to prove that it was read."""
    form = NewAppForm(request, user, request.POST or None)
    kept = request.session.get(NEW_SECRET) if form.is_bound else None
    secret = unseal(kept, use="new-secret") if kept else factors.new_secret()
    has_codes = has_factor(user)
    if kept and form.add(secret=secret, is_first=is_first):
        return _added(request, user, form.factor, is_first=is_first, has_codes=has_codes)
    request.session[NEW_SECRET] = seal(secret, use="new-secret")
    address = get_adapter().build_totp_url(user, secret)
    return page(
        request,
        "add_app",
        "Authenticator app",
        form=form,
        drawing=_drawn(address),
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
    )


def _drawn(address: str) -> str:
    """A QR code as SVG, without the declaration that a page has no place for."""
    drawing = get_adapter().build_totp_svg(address)
    return mark_safe(drawing[drawing.index("<svg") :])  # noqa: S308 # nosec (made of squares)


@who_adds
def add_passkey(request: HttpRequest, user: User, *, is_first: bool) -> HttpResponse:
    """A passkey, which the browser makes."""
    form = NewPasskeyForm(request, user, request.POST or None)
    has_codes = has_factor(user)
    if form.is_bound and form.add(is_first=is_first):
        return _added(request, user, form.factor, is_first=is_first, has_codes=has_codes)
    options = passkeys.registration(request, user)
    return page(request, "add_passkey", "Passkey", form=form, options=options)


def _added(
    request: HttpRequest, user: User, factor: SecondFactor, *, is_first: bool, has_codes: bool
) -> HttpResponse:
    if is_first:
        pending = sessions.pending(request)
        signing_in.finish_first_time(request, user, factor)
        request.session[LEADS_TO] = pending.leads_to if pending else reverse("admin:index")
    else:
        request.session.pop(NEW_SECRET, None)
        sessions.keep(request, factor)
    messages.success(request, f"Added: {factor.name}.")
    if has_codes:
        return redirect("staff:security")
    request.session[SHOWS_CODES] = True
    return redirect("staff:codes")


@confirmed
def codes(request: HttpRequest) -> HttpResponse:
    """The recovery codes, right after they were made, and never again."""
    user: Any = request.user
    if not request.session.pop(SHOWS_CODES, False):
        return redirect("staff:security")
    return page(
        request,
        "codes",
        "Recovery codes",
        codes=[f"{code[:4]} {code[4:]}" for code in factors.codes_left(user)],
        leads_to=request.session.pop(LEADS_TO, reverse("staff:security")),
    )


@confirmed
def renew_codes(request: HttpRequest) -> HttpResponse:
    """A question, and then other recovery codes."""
    user: Any = request.user
    if request.method != "POST" or not has_factor(user):
        return page(request, "renew_codes", "New recovery codes")
    sessions.keep(request, factors.renew_codes(user=user))
    request.session[SHOWS_CODES] = True
    return redirect("staff:codes")


@confirmed
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """A question, and then one factor less."""
    user: Any = request.user
    factor = get_object_or_404(SecondFactor.objects.primary().filter(user=user), pk=pk)
    if request.method != "POST":
        return page(request, "remove", "Remove a second factor", factor=factor)
    try:
        factors.remove(user=user, factor_id=factor.pk)
    except factors.LastOne as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"Removed: {factor.name}.")
    return redirect("staff:security")


def _leads_to(request: HttpRequest) -> str:
    wanted = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME, "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else reverse("staff:security")
