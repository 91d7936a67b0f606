from tests.requirements import IDS, ROOT, marked_tests, page


def test_every_requirement_has_a_test():
    assert set(IDS) - set(marked_tests()) == set()


def test_no_test_names_a_requirement_that_is_not_there():
    assert set(marked_tests()) <= set(IDS)


def test_the_page_is_up_to_date():
    written = (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8")
    assert written == page(), "python -m tests.requirements > docs/requirements.md"
