"""The pages of signing in to the admin, and out of it."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator

from accounts.models import SecondFactor, User
from accounts.staff import factors, passkeys, sessions, signing_in
from accounts.staff.access import between_steps, guarded, has_factor, may_see, page, signed_in
from accounts.staff.forms import CodeForm, OwnPasswordForm, PasskeyForm, StaffSignInForm


@method_decorator(guarded, name="dispatch")
class SignInView(LoginView):
    """The first step: the password."""

    template_name = "admin/accounts/sign_in.html"
    form_class = StaffSignInForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form, unless there is nothing to do."""
        if may_see(request):
            return redirect(self.get_success_url())
        return super().get(request, *args, **kwargs)

    def get_default_redirect_url(self) -> str:
        """The front page."""
        return reverse("admin:index")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """As the admin's own page has it."""
        framed = admin.site.each_context(self.request)
        address = {"title": "Sign in", "app_path": self.request.get_full_path()}
        return super().get_context_data(**framed, **address, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Nobody is signed in yet, unless a development server asks for no more."""
        user: Any = form.get_user()
        leads_to = self.get_success_url()
        if not has_factor(user) and not sessions.is_required():
            signing_in.finish(self.request, user, None)
            return redirect(leads_to)
        sessions.begin(self.request, user, leads_to=leads_to)
        return redirect("staff:second_step" if has_factor(user) else "staff:set_up")


@between_steps
def second_step(request: HttpRequest, pending: sessions.Pending) -> HttpResponse:
    """The second step: a code, or a passkey."""
    if not has_factor(pending.user):
        return redirect("staff:set_up")
    form, shown = ask(request, pending.user)
    if form is None:
        return page(request, "second_step", "Second step", **shown)
    signing_in.finish(request, pending.user, form.factor)
    return redirect(pending.leads_to)


def ask(request: HttpRequest, user: User) -> tuple[CodeForm | PasskeyForm | None, dict[str, Any]]:
    """The form that proved who it is; while there is none, what its page shows."""
    sent = request.POST if request.method == "POST" else None
    is_passkey = sent is not None and "credential" in sent
    passkey = PasskeyForm(request, user, sent if is_passkey else None)
    code = CodeForm(request, user, None if is_passkey else sent)
    form = passkey if is_passkey else code
    if form.is_valid():
        return form, {}
    kinds = SecondFactor.objects.filter(user=user).values_list("type", flat=True)
    has_passkeys = factors.Type.WEBAUTHN in kinds
    return None, {
        "code": code,
        "passkey": passkey if has_passkeys else None,
        "has_app": factors.Type.TOTP in kinds,
        "options": passkeys.authentication(request, user) if has_passkeys else None,
    }


@between_steps
def set_up(request: HttpRequest, pending: sessions.Pending) -> HttpResponse:
    """For whoever has no second factor yet: what there is to choose from."""
    if has_factor(pending.user):
        return redirect("staff:second_step")
    return page(request, "set_up", "Protect your sign-in")


@signed_in
def sign_out(request: HttpRequest) -> HttpResponse:
    """The end of it."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    signing_in.sign_out(request)
    messages.success(request, "You are signed out.")
    answer = redirect("admin:login")
    # What the browser keeps of the pages. Not its cookies: the session is gone, and by another one the
    # browser is known at the next sign-in.
    answer["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@signed_in
def change_password(request: HttpRequest) -> HttpResponse:
    """Another password of one's own."""
    form = OwnPasswordForm(request, request.POST or None)
    if form.is_valid():
        form.save()
        messages.success(request, "Your password is changed. You are signed out everywhere else.")
        return redirect("staff:security")
    return page(request, "password", "Change password", form=form)
