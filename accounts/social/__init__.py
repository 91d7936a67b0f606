"""Sign in with Apple and Google: an app brings an ID token that the provider made for it.

nonces      what an app asks for first, so that a token is good once
keys        the providers' public keys
id_tokens   whether a token is what it claims to be
providers   Apple and Google, as django-allauth knows them
identities  whom a token speaks of
services    from there to an account (docs/adr/0023-apple-and-google.md)
"""
