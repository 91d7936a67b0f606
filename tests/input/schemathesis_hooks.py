"""What Schemathesis is told about PupMatch: which refusals no schema can announce.

It takes a 400 for data that fits the schema as a failure. Some of what is asked for depends on what is
stored, or on two members at once, and cannot be said in OpenAPI. Each such refusal is named here, by
the code of its problem or of the field that it points at; any other fails the run.
"""

import json

import schemathesis

# Of the whole problem.
PROBLEMS = {
    "cursor_ahead": "`after` is compared with the stream",
    "oneself": "an id is compared with one's own",
    "unusable_image": "what is in a file, pixels alone can tell",
    "unsupported_image": "what is in a file, pixels alone can tell",
    "image_too_large": "what is in a file, pixels alone can tell",
    "unknown_playground": "an id is looked up",
    "unknown_reply_to": "an id is looked up",
    "too_large": "the size of a body is that of all its members",
}
# The schema takes a text of any characters; PostgreSQL holds all but one.
NUL = {"The text holds a NUL character.", "The address holds a NUL."}
# Of one field: (pointer, code).
FIELDS = {
    ("/Idempotency-Key", "invalid"): "blanks around a header's value are not part of it",
    ("/age", "invalid"): "is compared with birth_date",
    ("/bbox", "invalid"): "south is compared with north",
    ("/birth_date", "future"): "is compared with today",
    ("/birth_date", "too_old"): "is compared with today",
    ("/birth_date", "required"): "either this or age",
    ("/body", "invalid"): "either this or playground_id",
    ("/breed", "does_not_exist"): "is looked up",
    ("/current_password", "required"): "goes with email",
    ("/current_password", "wrong_password"): "is looked up",
    ("/cursor", "invalid"): "is sealed by the server",
    ("/id_token", "invalid_token"): "is signed by Apple or Google",
    ("/ids", "not_all"): "are compared with what there is",
    ("/max_age", "invalid"): "is compared with min_age",
    ("/min_age", "invalid"): "is compared with max_age",
    ("/near", "invalid"): "goes with radius_m",
    ("/nonce", "required"): "goes with id_token",
    ("/password", "required"): "either this or id_token",
    ("/password", "wrong_password"): "is looked up",
    ("/q", "invalid"): "there must be a letter or a digit",
    ("/quiet_hours", "empty_quiet_hours"): "start and end are compared",
    ("/reply_to", "invalid"): "is looked up",
    ("/time_zone", "unknown"): "is looked up in the IANA database",
    ("/token", "invalid_token"): "is sealed by the server, or by a push service",
    ("/token", "unknown_push_service"): "is compared with the settings",
}
# At whichever member they stand: passwords are held against lists, and what text shows depends on
# what Unicode says of each sign.
ANYWHERE = {
    "blank",
    "control_character",
    "unseen_character",
    "stacked_marks",
    "reserved",
    "password_too_short",
    "password_too_common",
    "password_too_similar",
}


# Addresses that name a profile, where Schemathesis tries the id of the like or pass just made.
BY_PROFILE = {"/api/v1/likes/{profile_id}", "/api/v1/passes/{profile_id}"}


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Whether this is a failure."""
    kind = type(failure).__name__
    if kind == "EnsureResourceAvailability":
        return case.operation.path not in BY_PROFILE
    if kind != "RejectedPositiveData":
        return True
    problem = json.loads(response.content)
    if problem["code"] in PROBLEMS or problem["detail"] in NUL:
        return False
    errors = problem.get("errors", [])
    return not errors or not all(_is_beyond_a_schema(error) for error in errors)


def _is_beyond_a_schema(error: dict) -> bool:
    return error["code"] in ANYWHERE or (error["pointer"], error["code"]) in FIELDS
