from datetime import timedelta

import pytest
from rest_framework_simplejwt.tokens import AccessToken


@pytest.fixture(autouse=True)
def nobody_signs_in_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attacks last for hours, some of them in a time of their own."""
    monkeypatch.setattr(AccessToken, "lifetime", timedelta(days=30))
