"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class OwaspArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2id with the OWASP Password Storage Cheat Sheet's parameters: 19 MiB, t=2, p=1.

    About an eighth of the processor time of either of Django's own, and a fifth of the memory of its
    Argon2, whose 100 MiB would let a handful of parallel sign-ins exhaust a small server;
    `bench/passwords.py` measures it.
    """

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1
