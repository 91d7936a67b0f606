"""Migrations that tests apply to a table of their own, as if they were those of `demo`, which has none."""
