"""Addresses of the stream."""

from django.urls import path

from realtime import views

urlpatterns = [
    path("events", views.EventsView.as_view()),
    path("realtime/ticket", views.TicketView.as_view()),
]
