"""Who is answered what: every operation, field and frame, as docs/access.md says."""
