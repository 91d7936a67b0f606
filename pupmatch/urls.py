"""Every address; the only module that knows every room."""
urlpatterns = []
