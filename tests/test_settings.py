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


def test_values_of_a_public_service_are_read() -> None:
    environment = {
        "QA_URL": "https://qa.example.org/factsheet/",
        "QA_ORIGINS": "https://www.example.org, http://localhost:8080",
        "QA_PROXIES": "10.0.0.0/8, ::1",
        "QA_LIMITS": "log",
        "QA_METRICS_TOKEN": "0123456789abcdef",
        "QA_LOG": "on",
    }
    settings = read_settings(environment)
    assert (settings.url, settings.root_path) == ("https://qa.example.org/factsheet", "/factsheet")
    assert settings.origins == ("https://www.example.org", "http://localhost:8080")
    assert settings.proxies == ("10.0.0.0/8", "::1/128")
    assert (settings.limits, settings.log) == ("log", True)
    assert read_settings({"QA_ORIGINS": "*", "QA_URL": "http://qa.example.org"}).root_path == ""
    assert "0123456789abcdef" not in repr(settings)


def test_a_secret_is_not_shown() -> None:
    with pytest.raises(SettingError, match=r"^QA_METRICS_TOKEN cannot be used") as caught:
        read_settings({"QA_METRICS_TOKEN": "tooshort"})
    assert "tooshort" not in str(caught.value)


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
        ("QA_URL", "qa.example.org"),
        ("QA_URL", "https://qa.example.org/?q="),
        ("QA_URL", "https://[qa"),
        ("QA_ORIGINS", "https://www.example.org/page"),
        ("QA_ORIGINS", "https://www.example.org/"),
        ("QA_ORIGINS", "www.example.org"),
        ("QA_ORIGINS", "https://www.Example.org"),
        ("QA_ORIGINS", "https://www.example.org:443"),
        ("QA_ORIGINS", "https://me:secret@example.org"),
        ("QA_URL", "https://me:secret@example.org"),
        ("QA_URL", "https://example.org:99999999"),
        ("QA_ORIGINS", "*, https://www.example.org"),
        ("QA_PROXIES", "10.0.0.1/8"),
        ("QA_PROXIES", "proxy"),
        ("QA_LIMITS", "yes"),
        ("QA_RATE", "0"),
        ("QA_SECONDS", "1.5"),
    ],
)
def test_a_bad_value_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name) as caught:
        read_settings({name: value})
    assert "wanted is" in str(caught.value) or "known are" in str(caught.value)
