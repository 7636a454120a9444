"""Settings of a vendor: what is wrong is told at the start, by field, and never what stands in the key file."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.screening.settings import Settings

KEY = "k" * 40


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """A good one."""
    path = tmp_path / "vendor.key"
    path.write_text(KEY)
    return path


def faults(**values: Any) -> dict[str, str]:
    """What is said about settings of the vendor."""
    with pytest.raises(ValidationError) as caught:
        Settings(**values)
    found = caught.value.errors(include_input=False)
    return {str(each["loc"][0]): each["msg"] for each in found if str(each["loc"][0]).startswith("vendor")}


def test_none_of_them_is_needed() -> None:
    """Off by default."""
    assert faults() == {}


@pytest.mark.parametrize("missing", ["vendor_url", "vendor_key_file"])
def test_checks_need_an_address_and_a_key(key_file: Path, missing: str) -> None:
    """A vendor that cannot be called, or whose reports cannot be known, serves nobody."""
    values = {"vendor_url": "https://vendor.example", "vendor_key_file": key_file, "vendor_checks": "net:record-check"}
    assert faults(**values) == {}
    assert faults(**{name: value for name, value in values.items() if name != missing}).keys() == {"vendor_checks"}


def test_what_is_wrong_is_told_by_field(tmp_path: Path) -> None:
    """Address, key and checks each; the key file's content is in no message."""
    short = tmp_path / "short.key"
    short.write_text("hunter2")
    found = faults(vendor_url="ftp://vendor", vendor_key_file=short, vendor_checks="record-check")
    assert found.keys() == {"vendor_url", "vendor_key_file", "vendor_checks"}
    assert "hunter2" not in str(found)
    assert "cannot be read" in faults(vendor_key_file=tmp_path / "nowhere")["vendor_key_file"]


def test_production_calls_no_vendor_in_clear_text(key_file: Path) -> None:
    """Who is checked for what is nobody's on the way."""
    assert "https" in faults(environment="production", vendor_url="http://vendor.example")["vendor_url"]
