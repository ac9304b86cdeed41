"""Settings: refused with name, value and wish."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from qa.errors import SettingError
from qa.settings import READERS, Settings, read_settings


def test_every_setting_can_be_chosen() -> None:
    assert {f"QA_{field.name.upper()}" for field in fields(Settings)} == set(READERS)


def test_values_are_read() -> None:
    environment = {"QA_CORPUS": "/a", "QA_INDEX": "/b", "QA_MODEL": "m", "QA_LANGUAGES": "en, ja", "QA_PASSAGES": "3"}
    environment["QA_HINTS"] = "off"
    assert read_settings(environment) == Settings(Path("/a"), Path("/b"), "m", ("en", "ja"), False, 3)
    assert read_settings({"HOME": "/root"}) == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QA_PASSAGES", "0"),
        ("QA_PASSAGES", "21"),
        ("QA_PASSAGES", "five"),
        ("QA_PASSAGES", "²"),
        ("QA_LANGUAGES", "english"),
        ("QA_MODEL", " "),
        ("QA_HINTS", "yes"),
        ("QA_CORPUS", ""),
        ("QA_SPEED", "fast"),
    ],
)
def test_a_bad_value_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name) as caught:
        read_settings({name: value})
    assert "wanted is" in str(caught.value) or "known are" in str(caught.value)
