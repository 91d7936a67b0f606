"""Accounts, sign-ins and blocks, as staff see them."""

from accounts.admin import sign_ins, staff, users

__all__ = ["sign_ins", "staff", "users"]
