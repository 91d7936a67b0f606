"""Where people are reached, what they want to be told, and what became of telling them."""

from notifications.models.people import (
    Device,
    NotificationPreferences,
    Platform,
    Provider,
    preferences_of,
)
from notifications.models.sending import Delivery, Notification, Outage, PushAttempt

__all__ = [
    "Delivery",
    "Device",
    "Notification",
    "NotificationPreferences",
    "Outage",
    "Platform",
    "Provider",
    "PushAttempt",
    "preferences_of",
]
