"""Edits, replies, reactions, places, numbers: what people do in a messenger besides writing and pressing."""

from __future__ import annotations

import pytest

from bot.domain.messages import Channel
from tests.world import World

pytestmark = pytest.mark.asyncio
messengers = pytest.mark.parametrize("door", [Channel.TELEGRAM, Channel.VK], ids=lambda door: door.value)


@messengers
@pytest.mark.requirement("T1", "T2")
async def test_the_last_answer_in_a_form_is_corrected(world: World, door: Channel) -> None:
    """The place is given as a place of the map where VK and Telegram can, the story is corrected by an edit."""
    anna = world.client("Анна", door)
    await anna.says("хочу написать жалобу")
    await anna.hears("Шаг 1 из 5")
    await anna.presses("Жалоба")
    await anna.hears("Шаг 2 из 5")
    await anna.says("Второй месяц не приходит субсидия на молоко")
    await anna.hears("Шаг 3 из 5")
    await anna.edits("Третий месяц не приходит субсидия на молоко")
    await anna.hears("Исправил", "Шаг 3 из 5")
    await anna.sends("location")
    await anna.hears("Шаг 4 из 5")
    await anna.says("Смирнова Анна")
    await anna.hears("Шаг 5 из 5")
    if door is Channel.TELEGRAM:
        await anna.sends("contact")
    else:
        await anna.says("8 000 000 00 00")
    await anna.hears("Третий месяц", "56.63400, 47.89990", "+70000000000")
    assert not await world.value("SELECT count(*) FROM message WHERE text LIKE '%0000000%'")


@messengers
@pytest.mark.requirement("T1", "T2", "E1")
async def test_a_person_sees_edits_replies_and_reactions(world: World, door: Channel) -> None:
    olga = await world.staff("Ольга")
    ivan = world.client("Иван", door)
    await ivan.says("позовите сотрудника")
    await ivan.hears("Передал")
    await olga.sees("Просит сотрудника")
    await olga.presses("Беру")
    await ivan.hears("Разговор ведёт")
    await ivan.says("договор номер 15")
    await olga.sees("договор номер 15")
    await ivan.edits("договор номер 51")
    await olga.sees("исправил", "договор номер 51")
    await olga.answers("Приходите в среду с паспортом")
    answer = await ivan.hears("в среду")
    await ivan.replies("а в четверг можно?", answer)
    await olga.sees("а в четверг можно?", "↩", "Приходите в среду")
    await ivan.reacts("🙏", answer)
    await olga.sees("Клиент поставил 🙏")
    await ivan.hears_nothing()


@messengers
@pytest.mark.requirement("T1", "T2", "F1")
async def test_a_thumb_says_whether_the_answer_helped(world: World, door: Channel) -> None:
    """At most once, and without a word; a thumb down asks what was missing."""
    anna = world.client("Анна", door)
    await anna.says("грант агростартап")
    answer = await anna.hears("Агростартап")
    await anna.reacts("👍", answer)
    await anna.hears_nothing()
    assert await world.value("SELECT helped FROM episode") is True
    await anna.reacts("👎", answer)
    await anna.hears_nothing()
    assert await world.value("SELECT helped FROM episode") is True
    assert await world.value("SELECT string_agg(emoji, '') FROM reaction WHERE episode_id IS NOT NULL") == "👎"
    await anna.reacts("", answer)
    await anna.hears_nothing()
    assert await world.value("SELECT count(*) FROM reaction") == 0

    await anna.says("сельская ипотека")
    await anna.reacts("👎", await anna.hears("ипотек"))
    await anna.hears("Чего не хватило")


@messengers
@pytest.mark.requirement("T1", "T2")
async def test_the_message_replied_to_gives_the_topic(world: World, door: Channel) -> None:
    """«А какие?» alone says nothing; as a reply to an answer it does."""
    anna = world.client("Анна", door)
    await anna.says("какие документы на субсидию")
    answer = await anna.hears_on()
    await anna.says("часы работы")
    await anna.hears("9:00")
    before = len(await anna.lines())
    await anna.replies("ну и?", answer)
    await anna.speaks_again(before)
    assert "нет проверенного ответа" not in (await anna.last()).text, await anna.transcript()


@messengers
@pytest.mark.requirement("T1", "T2")
async def test_a_question_is_mended_by_an_edit(world: World, door: Channel) -> None:
    ivan = world.client("Иван", door)
    await ivan.says("абырвалг")
    await ivan.hears_on()
    await ivan.edits("грант агростартап")
    await ivan.hears("Агростартап")
    await ivan.edits("грант агростартап?")
    await ivan.hears_nothing()


@pytest.mark.requirement("T1")
async def test_everything_telegram_knows_is_answered(world: World) -> None:
    """Polls, dice, games, stories, things unknown yet: one plain sentence each, and the next question is answered."""
    anna = world.client("Анна", Channel.TELEGRAM)
    for kind in ("sticker", "voice", "poll", "dice", "video_note", "venue", "contact"):
        before = len(await anna.lines())
        await anna.sends(kind)
        await anna.speaks_again(before)
    world.telegram.push_raw(
        {
            "message": {
                "message_id": 9_000_001,
                "date": 1763712000,
                "chat": {"id": anna.id, "type": "private", "first_name": "Анна"},
                "from": {"id": anna.id, "is_bot": False, "first_name": "Анна"},
                "hologram": {"depth": 3},
            }
        }
    )
    await anna.speaks_again(before + 1)
    await anna.says("грант агростартап")
    await anna.hears("Агростартап")
    assert await world.value("SELECT count(*) FROM inbox WHERE state = 'aside'") == 0
