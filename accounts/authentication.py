"""Who is asking: access tokens, checked against the sign-in that they belong to."""
