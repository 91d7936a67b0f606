"""Django's admin, as the settings install it: on a site of our own."""

from django.contrib.admin.apps import AdminConfig


class StaffConfig(AdminConfig):
    """The admin, which keeps what staff do on record."""

    default_site = "pupmatch.lib.staff.site.StaffSite"
