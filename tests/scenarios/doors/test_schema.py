"""schemathesis at the messengers' doors: bodies that fit their schema or do not, with the secret or none."""

from __future__ import annotations

import asyncio
import string
from collections import Counter
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Err

from bot.channels.hooks import Hook
from bot.channels.telegram.webhook import SECRET_HEADER
from bot.domain.messages import Channel
from tests.emulators.vk import GROUP_ID
from tests.scenarios.doors.aftermath import all_is_well, own_hook
from tests.world import world as a_world

pytestmark = [pytest.mark.asyncio, pytest.mark.requirement("S4", "S5", "T1", "T2")]

EXAMPLES = 25
NUMBER, TEXT = {"type": "integer"}, {"type": "string"}


def _object(required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required.split(), "properties": properties}


PERSON = _object("id is_bot first_name", id=NUMBER, is_bot={"type": "boolean"}, first_name=TEXT, language_code=TEXT)
CHAT = _object("id type", id=NUMBER, type={"enum": ["private", "group", "supergroup", "channel"]}, first_name=TEXT)
PHOTO = _object("file_id file_unique_id width height", file_id=TEXT, file_unique_id=TEXT, width=NUMBER, height=NUMBER)
WRITTEN = {
    "message_id": NUMBER, "date": NUMBER, "chat": CHAT, "from": PERSON, "text": TEXT, "caption": TEXT,
    "media_group_id": TEXT, "photo": {"type": "array", "items": PHOTO, "maxItems": 3},
    "contact": _object("phone_number first_name", phone_number=TEXT, first_name=TEXT),
    "location": _object("latitude longitude", latitude={"type": "number"}, longitude={"type": "number"}),
}  # fmt: skip
MESSAGE = _object("message_id date chat", **WRITTEN)
PRESS = _object("id from chat_instance", **{"id": TEXT, "from": PERSON, "chat_instance": TEXT, "data": TEXT,
                                            "message": MESSAGE})  # fmt: skip
UPDATE = _object("update_id", update_id=NUMBER, message=MESSAGE, edited_message=MESSAGE, callback_query=PRESS,
                 channel_post=MESSAGE)  # fmt: skip
VK_MESSAGE = _object(
    "id date peer_id from_id text", id=NUMBER, date=NUMBER, peer_id=NUMBER, from_id=NUMBER, text=TEXT, payload=TEXT,
    conversation_message_id=NUMBER, attachments={"type": "array", "items": _object("type", type=TEXT), "maxItems": 3},
    fwd_messages={"type": "array", "items": _object("text", text=TEXT, from_id=NUMBER), "maxItems": 2},
)  # fmt: skip
VK_EVENT = _object(
    "type object event_id", type={"enum": ["message_new", "message_edit", "message_event", "message_allow",
                                           "message_deny", "message_reaction_event", "wall_post_new", "telepathy"]},
    event_id=TEXT, v=TEXT, object=_object(
        "", message=VK_MESSAGE, user_id=NUMBER, peer_id=NUMBER, from_id=NUMBER, text=TEXT, event_id=TEXT,
        payload=_object("a", a=TEXT), reacted_id=NUMBER, reaction_id=NUMBER, cmid=NUMBER,
    ),
)  # fmt: skip
VK_EVENT["properties"]["object"]["required"] = []
BODIES = {Channel.TELEGRAM: UPDATE, Channel.VK: VK_EVENT}
SECRETS = st.text(string.ascii_letters + string.digits + "_-", max_size=60)


@pytest.mark.timeout(300)
@pytest.mark.slow
@pytest.mark.parametrize("channel", list(BODIES), ids=lambda channel: channel.value)
async def test_no_body_breaks_a_webhook_and_no_stranger_gets_in(database_url: str, var: Path, channel: Channel) -> None:
    """The messenger's own requests are taken, whatever they hold; everybody else is told 403 or to slow down."""
    async with a_world(database_url, var, by_webhook=True) as world:
        assert world.balancer is not None
        own = own_hook(world, channel)
        known = await asyncio.to_thread(_tries, world.balancer.url, channel, own, True)
        stored = await world.value("SELECT count(*) FROM inbox")
        assert set(known) <= {200, 403, 413} and known[200] > EXAMPLES and stored >= 10, (known, stored)
        strange = await asyncio.to_thread(_tries, world.balancer.url, channel, own, False)
        assert set(strange) <= {403, 429} and strange[403] > 0, strange
        await all_is_well(world, channel, patience=60)
        forged = await world.value("SELECT count(*) FROM inbox WHERE payload LIKE '%forged by a stranger%'")
        assert forged == 0


def _tries(site: str, channel: Channel, own: Hook, known: bool) -> Counter[int]:
    """Requests that fit the schema and requests that do not. Returns how many got which status."""
    statuses: Counter[int] = Counter()
    for result in _schema(channel, own).get_all_operations():
        if isinstance(result, Err):
            raise result.err()
        modes = [result.ok().as_strategy(mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)]

        @hypothesis.settings(
            max_examples=EXAMPLES * 2,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(case=st.one_of(modes), secret=SECRETS.filter(lambda secret: secret != own.secret))
        def tries(case: schemathesis.Case[Any], secret: str) -> None:
            secret = own.secret if known else secret
            if channel is Channel.TELEGRAM:
                case.headers[SECRET_HEADER] = secret
            elif isinstance(case.body, dict):
                case.body |= {"group_id": GROUP_ID, "secret": secret}
            if not known and isinstance(case.body, dict):
                case.body["note"] = "forged by a stranger"
            response = case.call(base_url=site, timeout=20)
            statuses[response.status_code] += 1
            case.validate_response(response, checks=[not_a_server_error])
            told = response.text
            assert len(told) < 20 and own.secret not in told and "Traceback" not in told, told

        tries()
    return statuses


def _schema(channel: Channel, own: Hook) -> Any:
    body = {"required": True, "content": {"application/json": {"schema": BODIES[channel]}}}
    operation = {"post": {"requestBody": body, "responses": {"200": {"description": "taken"}}}}
    return schemathesis.openapi.from_dict(
        {"openapi": "3.1.0", "info": {"title": channel.value, "version": "1"}, "paths": {own.path: operation}}
    )
