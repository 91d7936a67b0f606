"""What every list and page of the admin shares: cheap, searchable, and careful with what it writes."""

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django import forms
from django.contrib.admin import ShowFacets
from django.contrib.admin.utils import unquote
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.gis.db.models import GeometryField
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import PermissionDenied
from django.db.models import PROTECT, Field, Model, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from pupmatch.lib.admin.counting import EstimatingPaginator
from pupmatch.lib.admin.fields import ChoicesField, PointField
from pupmatch.lib.admin.history import history
from pupmatch.lib.admin.related import related_lists
from pupmatch.lib.admin.searching import condition
from pupmatch.lib.admin.sections import Figure, Page, Section
from pupmatch.lib.audit import record
from pupmatch.lib.problems import Forbidden


def link(row: Model, text: str = "") -> SafeString:
    """A link to the page of a row."""
    opts = row._meta
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])
    return format_html('<a class="text-link" href="{}">{}</a>', url, text or str(row))


class StaffChangeList(ChangeList):
    """A list that calls itself a part of something only when it is."""

    def get_results(self, request: HttpRequest) -> None:
        """Without search and filters, what was counted is everything."""
        super().get_results(request)
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count


class StaffAdmin(ModelAdmin):
    """A list and its pages.

    `search_fields` are read by `pupmatch.lib.admin.searching`; the ones without a lookup also tell
    which rows' pages link to this list.
    """

    section: Section = Section.SYSTEM
    icon = "table_rows"
    # What a row is, for staff who meet the list for the first time; stands above it.
    explanation = ""
    figures: Sequence[Figure] = ()
    # Pages beside the list, for the sidebar.
    pages: Sequence[Page] = ()
    # The way from a row to the account that it belongs to, for `pupmatch.lib.admin.finding`.
    person_path = ""
    # What a deletion takes along, in sentences: rows are private and there may be thousands.
    deletion_takes: Sequence[str] = ()
    # What a page with a map of its own needs.
    page_media: forms.Media | None = None

    ordering: ClassVar[Any] = ("-pk",)
    list_per_page = 50
    list_fullwidth = True
    list_filter_sheet = True
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    paginator = EstimatingPaginator
    sortable_by: ClassVar[Any] = ()
    actions: Sequence[str] = ()
    delete_confirmation_template = "admin/delete_row.html"
    list_before_template = "admin/explanation.html"
    change_form_outer_before_template = "admin/related_lists.html"

    def page_urls(self) -> list[URLPattern]:
        """Addresses of `pages`, below the admin's own; each view wrapped by the site."""
        return []

    # --- Finding ----------------------------------------------------------------------------------

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Ours."""
        return StaffChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """The rows that the term means; the second value says whether any could come twice."""
        term = search_term.strip()
        if not term:
            return queryset, False
        found = condition(self.model, list(self.get_search_fields(request)), term)
        return (queryset.none() if found is None else queryset.filter(found)), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what a filter of this list offers.

        Free lookups would let staff feel their way through columns that they are not shown, and
        those of PostGIS reach GDAL.
        """
        filters = (
            item[0] if isinstance(item, tuple) else item for item in self.get_list_filter(request)
        )
        offered = {item if isinstance(item, str) else item.parameter_name for item in filters}
        name, _, kind = lookup.partition(LOOKUP_SEP)
        return name in offered and kind in ("", "exact", "isnull")

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        """Only the key, to which all refer; Django's own answer fails at the name of a relation."""
        return to_field in (self.opts.pk.name, self.opts.pk.attname)

    def row(self, request: HttpRequest, object_id: str) -> Any:
        """The row of an action's page; 404 when it is gone."""
        found = self.get_object(request, object_id)
        if found is None:
            raise Http404
        return found

    # --- Showing ----------------------------------------------------------------------------------

    def title_of(self, row: Any) -> str:
        """What a row's page is called."""
        return str(row)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The page of a row, with the lists that belong to it."""
        if row := kwargs.get("obj"):
            context["related_lists"] = related_lists(self.admin_site, request, row)
            row.staff_title = context["subtitle"] = self.title_of(row)
        if self.page_media:
            context["media"] += self.page_media
        return super().render_change_form(request, context, *args, **kwargs)

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        """Points on a map, arrays of choices as boxes."""
        shared: Any = {"required": not db_field.blank, "help_text": db_field.help_text}
        if isinstance(db_field, GeometryField):
            return PointField(**shared)
        if isinstance(db_field, ArrayField) and db_field.base_field.choices:
            named: Any = db_field.base_field.choices
            choices = [(value, capfirst(label)) for value, label in named]
            return ChoicesField(choices=choices, empty_value=[], **shared)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    # --- Writing ----------------------------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write what was changed here and nothing else: not a photo or a place of meanwhile."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        fields = {field.name: field for field in obj._meta.concrete_fields}
        changed = [name for name in form.changed_data if name in fields]
        touched = [name for name, field in fields.items() if getattr(field, "auto_now", False)]
        if changed:
            obj.save(update_fields=[*changed, *touched])

    def get_actions(self, request: HttpRequest) -> dict:
        """The list's own actions; deleting many rows at once would go past the services."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def response_action(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse:
        """What an action on several rows answers; one that is nobody's to use is refused."""
        response = super().response_action(request, queryset)
        if response is None:
            raise Forbidden("There is no such action here, or it is not yours to use.")
        return response

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list, dict, set, list]:
        """What the confirmation names; `deletion_takes` says the rest."""
        protected = [
            str(relation.related_model._meta.verbose_name_plural)
            for relation in self.opts.related_objects
            if relation.on_delete is PROTECT
            and relation.related_model._default_manager.filter(
                **{f"{relation.field.name}__in": objs}
            ).exists()
        ]
        return [self.title_of(row) for row in objs], {}, set(), protected

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict | None = None
    ) -> HttpResponse:
        """The question, in our words."""
        context = {"model_admin": self, **(extra_context or {})}
        return super().delete_view(request, object_id, context)

    # --- The record -------------------------------------------------------------------------------

    def log(self, request: HttpRequest, row: Model, action: str, **data: Any) -> None:
        """Record what staff did to a row, such as `user.sign_out`, where no service does."""
        record(by=cast(AbstractBaseUser, request.user), action=action, subject=row, **data)

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        """Which fields were changed; what they said before or say now is not for the record."""
        return {"fields": form.changed_data}

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> None:
        """Django's hook."""
        self.log(request, obj, f"{obj._meta.model_name}.add")

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> None:
        """Django's hook."""
        self.log(request, obj, f"{obj._meta.model_name}.change", **message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        """Django's hook."""
        for row in queryset:
            self.log(request, row, f"{row._meta.model_name}.delete")

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict | None = None
    ) -> HttpResponse:
        """What staff did to a row, the latest first."""
        row = self.row(request, unquote(object_id))
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            **history(request, row),
            "title": f"What staff did: {self.title_of(row)}",
            "opts": self.opts,
            "object": row,
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/history.html", context)


class ReadOnlyAdmin(StaffAdmin):
    """Rows that only the product writes: a hand edit would break a rule or tell a lie."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def may(self, request: HttpRequest, verb: str) -> bool:
        """Whether the person's role has this permission on the table, for actions to ask."""
        return request.user.has_perm(f"{self.opts.app_label}.{verb}_{self.opts.model_name}")
