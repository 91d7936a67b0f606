"""What one password hash costs: Django's defaults against ours, in one interleaved run.

    python -m bench.passwords

Each round hashes once with every candidate, in an order of its own, so that whatever else the
machine does falls on all of them alike. Medians are shown: the wall time that a person waits, and
the processor time that the server pays, which decides how many sign-ins a second it can take.
"""

import random
import statistics
import time

from django.contrib.auth.hashers import Argon2PasswordHasher, PBKDF2PasswordHasher

from accounts.hashers import OwaspArgon2PasswordHasher

ROUNDS = 41
PASSWORD = "correct horse battery staple"
CANDIDATES = {
    "PBKDF2, Django's default": PBKDF2PasswordHasher(),
    "Argon2id, Django's default": Argon2PasswordHasher(),
    "Argon2id, ours": OwaspArgon2PasswordHasher(),
}
OURS = "Argon2id, ours"


def settings_of(hasher):
    if isinstance(hasher, PBKDF2PasswordHasher):
        return f"{hasher.iterations:,} rounds", "0 MiB"
    lanes = f"t={hasher.time_cost} p={hasher.parallelism}"
    return lanes, f"{hasher.memory_cost / 1024:.0f} MiB"


def measure():
    wall = {name: [] for name in CANDIDATES}
    cpu = {name: [] for name in CANDIDATES}
    for _ in range(ROUNDS):
        for name, hasher in random.sample(sorted(CANDIDATES.items()), len(CANDIDATES)):
            salt = hasher.salt()
            wall_start, cpu_start = time.perf_counter(), time.process_time()
            hasher.encode(PASSWORD, salt)
            cpu[name].append(time.process_time() - cpu_start)
            wall[name].append(time.perf_counter() - wall_start)
    return [{name: statistics.median(v) for name, v in kind.items()} for kind in (wall, cpu)]


def table():
    wall, cpu = measure()
    print(f"{ROUNDS} interleaved rounds, medians")
    print(
        f"{'':28}{'settings':>18}{'memory':>9}{'wall ms':>9}{'cpu ms':>9}{'per cpu s':>11}{'cost':>7}"
    )
    for name, hasher in CANDIDATES.items():
        how, memory = settings_of(hasher)
        print(
            f"{name:28}{how:>18}{memory:>9}{wall[name] * 1000:>9.1f}{cpu[name] * 1000:>9.1f}"
            f"{1 / cpu[name]:>11.1f}{cpu[name] / cpu[OURS]:>7.1f}x"
        )


if __name__ == "__main__":
    table()
