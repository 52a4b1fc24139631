"""schemathesis on every route, signed in as whoever may do most, and as nobody: never a fault of ours."""

from __future__ import annotations

import asyncio
from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Err

from bot.turn import Runtime
from tests.console.house import SITE, House
from tests.console.house import house as a_house
from tests.console.test_inbox import a_case
from tests.storage.rows import ask
from tests.storage.worker import Worker

EXAMPLES = 25


@pytest.mark.timeout(300)
@pytest.mark.slow
@pytest.mark.parametrize("signed", [True, False], ids=["administrator", "stranger"])
async def test_no_input_breaks_the_console(runtime: Runtime, signed: bool) -> None:
    async with a_house(runtime) as house:
        browser = await house.seated("admin", "administrator") if signed else house.browser()
        if not signed:
            await browser.gets("/desk/sign-in")
        await a_case(Worker(runtime))
        await Worker(runtime).sends_an_appeal("anna")
        cookies = {name: browser.cookie(name) for name in ("desk", "desk-form") if browser.cookie(name)}
        counts = await asyncio.to_thread(_tries, house, cookies, browser.form)
        assert counts > 200
        alive = await (await house.seated("olga")).gets("/desk/inbox")
        assert alive.status == 200
        assert (await ask(runtime.db, "SELECT count(*) AS n FROM staff WHERE active"))[0]["n"] >= 1


def _tries(house: House, cookies: dict[str, str], form: str) -> int:
    """Every operation with generated input; how many requests there were."""
    schema = schemathesis.openapi.from_dict(house.app.openapi())
    done = 0
    for result in schema.get_all_operations():
        if isinstance(result, Err):
            raise result.err()
        operation = result.ok()
        if operation.path in ("/live", "/sign-out"):
            continue

        @hypothesis.settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy())
        def tries(case: schemathesis.Case[Any]) -> None:
            nonlocal done
            if isinstance(case.body, dict) and "form" in case.body:
                case.body["form"] = form
            response = case.call(
                base_url=f"{house.url}/desk", cookies=cookies, headers=SITE, allow_redirects=False, timeout=20
            )
            done += 1
            case.validate_response(response, checks=[not_a_server_error])

        tries()
    return done
