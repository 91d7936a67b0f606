"""Accounts, sign-ins and blocks, as staff see them."""

from accounts.admin import lockouts, sign_ins, staff, users

__all__ = ["lockouts", "sign_ins", "staff", "users"]
