from tests.requirements import IDS, ROOT, TO_COME, marked_tests, page


def test_every_requirement_has_a_test_or_is_said_to_come():
    coming = {name for names in TO_COME.values() for name in names}
    assert set(IDS) - coming - set(marked_tests()) == set()


def test_no_test_names_a_requirement_that_is_not_there():
    assert set(marked_tests()) <= set(IDS)


def test_the_page_is_up_to_date():
    written = (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8")
    assert written == page(), "python -m tests.requirements > docs/requirements.md"
