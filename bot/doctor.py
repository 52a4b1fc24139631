"""Checks everything a worker needs and says what to do about each fault."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable

from bot import checkups, ways
from bot.checkups import Finding
from bot.config import Settings
from bot.domain.errors import SendFailed
from bot.domain.text_keys import REQUIRED_TEXTS
from bot.storage import migrate, server
from knowledge_base.load import PackError, load_pack
from nlu.matcher import Matcher
from nlu.rasa_client import RasaClient, RasaFailed, Trouble
from nlu.rasa_home import belongs, probe
from nlu.speech import SpeechUnavailable, local_recogniser

RASA_SECONDS = 5.0
_START = "Start it (scripts/rasa serve) and check OTKLIK_RASA_URL."
_LOG = "Look into its log."
_RASA_REMEDIES = {
    Trouble.REFUSED: _START,
    Trouble.TIMEOUT: "It hangs or is overloaded: restart it.",
    Trouble.DENIED: "Check OTKLIK_RASA_TOKEN: it must be the token that Rasa was started with.",
    Trouble.NO_MODEL: "It has no model. Run scripts/rasa train, then: otklik nlu swap MODEL.",
    Trouble.REJECTED: "What answers there is no Rasa 3.6 with --enable-api: check OTKLIK_RASA_URL.",
    Trouble.FAILED: _LOG,
    Trouble.GARBAGE: "What answers there is no Rasa 3.6 with --enable-api: check OTKLIK_RASA_URL.",
    Trouble.STRANGE_INTENT: _LOG,
}


async def examine(settings: Settings, now: dt.datetime) -> list[Finding]:
    """All findings, in the order in which faults should be mended."""
    found = [await _database(settings)]
    found.append(await _migrations(settings) if found[0].fine else Finding("migrations", False, "not checked"))
    found.extend(await checkups.examine_work(settings, now) if found[1].fine else [])
    found.extend(await checkups.examine_machine(settings, now))
    found.extend(_content(settings))
    found.append(await _rasa(settings, database=found[1].fine))
    if settings.rasa_url is not None and settings.rasa_mode == "shadow" and found[1].fine:
        found.append(await checkups.examine_shadow(settings))
    found.append(_speech(settings))
    found.append(await _telegram(settings))
    if settings.telegram_token is not None and found[-1].fine:
        token = settings.telegram_token.get_secret_value()
        found.append(await ways.examine_telegram(settings, token))
        found.append(await ways.examine_group(settings, token, database=found[1].fine))
    found.append(await _vk(settings))
    if settings.vk_token is not None and settings.vk_group_id is not None and found[-1].fine:
        found.append(await ways.examine_vk(settings, settings.vk_token.get_secret_value(), settings.vk_group_id))
    return found


async def _database(settings: Settings) -> Finding:
    try:
        found = await server.ask(settings.database_url)
    except server.Unreachable as error:
        return Finding(
            "database",
            False,
            f"can't be reached ({error})",
            "Start PostgreSQL and check OTKLIK_DATABASE_URL; scripts/run starts one of its own when it is unset.",
        )
    if found.too_old:
        return Finding("database", False, f"PostgreSQL {found.version}", "PostgreSQL 15 or newer is needed.")
    return Finding("database", True, f"PostgreSQL {found.version}")


async def _migrations(settings: Settings) -> Finding:
    current, head = await migrate.current(settings.database_url), migrate.head()
    if current == head:
        return Finding("migrations", True, f"at {head}")
    return Finding(
        "migrations",
        False,
        f"at {current or 'nothing'}, the code wants {head}",
        "Start a worker (otklik run): it migrates by itself.",
    )


def _content(settings: Settings) -> list[Finding]:
    try:
        pack = load_pack(settings.pack, REQUIRED_TEXTS)
    except PackError as error:
        return [
            Finding(
                "pack",
                False,
                f"{len(error.faults)} faults, the first: {error.faults[0]}",
                f"Run: otklik kb check {settings.pack}",
            ),
            Finding("engine", False, "not checked, it is trained from the pack"),
        ]
    found = [Finding("pack", True, f"{pack.agency.name}, {len(pack.templates)} answers, {pack.version}")]
    try:
        engine = Matcher.fit(pack, settings.var / "engines")
    except Exception as error:  # noqa: BLE001 - a doctor reports whatever it finds
        remedy = f"Check that {settings.var / 'engines'} can be written, then start again."
        return [*found, Finding("engine", False, f"{type(error).__name__}: {error}", remedy)]
    return [*found, Finding("engine", True, engine.name)]


def _speech(settings: Settings) -> Finding:
    if settings.speech_model is None:
        return Finding("speech", True, "off (OTKLIK_SPEECH_MODEL is not set)")
    try:
        local_recogniser(settings.speech_model)
    except SpeechUnavailable as error:
        return Finding("speech", False, str(error), "Until then clients who speak are asked to type.")
    return Finding("speech", True, f"voice messages are heard by the model in {settings.speech_model}")


async def _rasa(settings: Settings, *, database: bool) -> Finding:
    if settings.rasa_url is None or settings.rasa_mode == "off":
        why = "OTKLIK_RASA_URL is not set" if settings.rasa_url is None else "OTKLIK_RASA_MODE"
        return Finding("Rasa", True, f"off ({why}); the in-process engine answers")
    client = RasaClient(settings.rasa_url, settings.rasa_token.get_secret_value() if settings.rasa_token else None)
    try:
        model = await probe(client, RASA_SECONDS)
    except RasaFailed as error:
        instead = "Meanwhile the in-process engine answers; Rasa is used again by itself."
        return Finding("Rasa", False, error.trouble.value, f"{_RASA_REMEDIES[error.trouble]} {instead}")
    finally:
        await client.close()
    seen = await checkups.examine_engines(settings) if database else checkups.Engines()
    if seen.version is not None and not belongs(model, seen.version):
        remedy = "Run scripts/rasa train, then: otklik nlu swap MODEL. Until then the in-process engine answers."
        return Finding("Rasa", False, f"serves {model}, the live release is {seen.version}", remedy)
    lately = f"; read {seen.by_rasa} of the last {seen.messages} messages" if settings.rasa_mode == "on" else ""
    return Finding("Rasa", True, f"{settings.rasa_mode}, serves {model}{lately if seen.messages else ''}")


async def _telegram(settings: Settings) -> Finding:
    if settings.telegram_token is None:
        return Finding("Telegram", True, "off (OTKLIK_TELEGRAM_TOKEN is not set)")
    from bot.channels.telegram.send import TelegramSender

    sender = TelegramSender(settings.telegram_token.get_secret_value(), settings.telegram_api)
    remedy = "Take the token from @BotFather again and check that OTKLIK_TELEGRAM_API can be reached."
    return await _token("Telegram", sender.check, sender.close, remedy)


async def _vk(settings: Settings) -> Finding:
    if settings.vk_token is None or settings.vk_group_id is None:
        missing = [
            name
            for name, value in (("OTKLIK_VK_TOKEN", settings.vk_token), ("OTKLIK_VK_GROUP_ID", settings.vk_group_id))
            if value is None
        ]
        half = len(missing) == 1
        return Finding("VK", not half, f"off ({', '.join(missing)} not set)", "Set both." if half else "")
    from bot.channels.vk.send import VkSender

    sender = VkSender(settings.vk_token.get_secret_value(), settings.vk_group_id, settings.vk_api)
    remedy = "Make a community token with the right to messages, and switch Bots Long Poll on."
    return await _token("VK", sender.check, sender.close, remedy)


async def _token(
    what: str, check: Callable[[], Awaitable[str]], close: Callable[[], Awaitable[None]], remedy: str
) -> Finding:
    try:
        return Finding(what, True, await check())
    except SendFailed as error:
        return Finding(what, False, str(error), remedy)
    finally:
        await close()
