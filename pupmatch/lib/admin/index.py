"""The sidebar and the front page, put together from what each admin says about itself."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst

from pupmatch.lib.admin.base import StaffAdmin
from pupmatch.lib.admin.counting import count_each
from pupmatch.lib.admin.history import latest_of
from pupmatch.lib.admin.sections import Section, visible


def _list_address(model_admin: StaffAdmin) -> str:
    opts = model_admin.opts
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar, in Unfold's form: the lists that the person may see, by section."""
    groups: dict[Section, list] = {section: [] for section in Section}
    for model_admin in visible(admin.site, request):
        groups[model_admin.section].append(
            {
                "title": capfirst(model_admin.opts.verbose_name_plural),
                "icon": model_admin.icon,
                "link": _list_address(model_admin),
            }
        )
        groups[model_admin.section] += [
            {"title": page.title, "icon": page.icon, "link": reverse(page.address)}
            for page in model_admin.pages
            if request.user.has_perm(page.permission)
        ]
    home = {"title": "Overview", "icon": "home", "link": reverse("admin:index")}
    return [
        {"items": [home]},
        *({"title": section, "items": items} for section, items in groups.items()),
    ]


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The front page: figures that are cheap to have, each a link to what it counts."""
    shown = [
        (model_admin, figure)
        for model_admin in visible(admin.site, request)
        for figure in model_admin.figures
    ]
    numbers = count_each([figure.rows() for _, figure in shown])
    figures = [
        {
            "title": figure.title,
            "icon": model_admin.icon,
            "number": str(number),
            "url": _list_address(model_admin) + figure.query,
        }
        for (model_admin, figure), number in zip(shown, numbers, strict=True)
    ]
    return {
        **context,
        "title": "Overview",
        "figures": figures,
        "sections": navigation(request)[1:],
        "latest": latest_of(request),
    }
