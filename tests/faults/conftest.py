"""Fixtures of the fault tests: a database server of their own, quickly started workers, a deployment."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.faults.deployment import Deployment
from tests.faults.ground import deployed, keeping, nursing
from tests.faults.helper import Helper


@pytest.fixture(scope="session")
def keeper() -> Iterator[Helper]:
    """A database server that may be stopped."""
    with keeping() as made:
        yield made


@pytest.fixture(scope="session")
def nursery() -> Iterator[Helper]:
    """Where workers start quickly."""
    with nursing() as made:
        yield made


@pytest.fixture
async def deployment(keeper: Helper, nursery: Helper, tmp_path: Path) -> AsyncIterator[Deployment]:
    """A deployment on an empty database of this test's own, without a worker yet."""
    async with deployed(keeper, nursery, tmp_path) as made:
        yield made
