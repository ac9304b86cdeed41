"""The parts that need a package of their own, without it."""

from __future__ import annotations

import subprocess
import sys

import pytest

MISSING = """
import sys
sys.modules["{package}"] = None
from qa.errors import QAError
try:
    import qa.integrations.{module}
except QAError as error:
    print(error, isinstance(error, ImportError))
"""


@pytest.mark.parametrize(
    ("module", "package", "said"),
    [
        ("langchain", "langchain_core", "the retriever needs the package langchain-core"),
        ("mcp", "mcp_types", "the MCP server needs the package mcp, 2 or newer"),
    ],
)
def test_a_missing_package_is_told_in_a_sentence(module: str, package: str, said: str) -> None:
    code = MISSING.format(module=module, package=package)
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == f"{said}: pip install 'factsheet-qa[{module}]' True\n"
