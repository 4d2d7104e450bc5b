"""A plugin of pytest: with it, Product answers 200 where it should say that something is not there."""

from __future__ import annotations

import copy
from typing import Any

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: Any) -> None:
    """Put the mistake between a test and its fixture `product`."""
    call = pyfuncitem.funcargs.get("product")
    if call is None:
        return

    def found_anyway(*request: Any, **more: Any) -> Any:
        answer = copy.copy(call(*request, **more))
        answer.status = 200 if answer.status == 404 else answer.status
        return answer

    pyfuncitem.funcargs["product"] = found_anyway
