"""The staff group breaks and heals: nothing for staff is lost, whoever can mend it is told."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from bot.checkups import Finding
from bot.doctor import examine
from bot.domain.messages import Channel
from tests.colleagues import Staff
from tests.emulators import telegram_groups as groups
from tests.emulators.telegram import STAFF_CHAT
from tests.world import World
from tests.world import world as a_world

pytestmark = pytest.mark.asyncio
NEW = STAFF_CHAT - 1


async def called(world: World, channel: Channel = Channel.VK) -> Staff:
    """A client has called a person, and Olga has seen it."""
    olga = await world.staff("Ольга")
    ivan = world.client("Иван", channel)
    await ivan.says("позовите сотрудника")
    await ivan.hears("Передал")
    await olga.sees("Просит сотрудника")
    return olga


async def eventually(met: object, what: str) -> None:
    deadline = time.monotonic() + 8
    while not met():  # type: ignore[operator]
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.05)


@pytest.mark.requirement("E1", "S5")
async def test_a_deleted_topic_is_made_anew_with_what_was_said(world: World) -> None:
    """Its successor begins with the last lines and the buttons, then comes what could not be posted."""
    olga = await world.staff("Ольга")
    ivan = world.client("Иван", Channel.VK)
    await ivan.says("позовите сотрудника")
    await ivan.hears("Передал")
    await olga.sees("Просит сотрудника")
    first = await olga.topic()
    groups.delete_topic(world.telegram, STAFF_CHAT, first)
    await ivan.says("меня зовут по поводу молока")
    await olga.sees("Тему удалили", "позовите сотрудника")
    assert await olga.topic() != first
    await olga.sees("Клиент: меня зовут по поводу молока")
    await olga.presses("Беру")
    await olga.answers("Слушаю вас")
    await ivan.hears("Слушаю вас")
    assert len(world.telegram.topics(STAFF_CHAT)) == 1


@pytest.mark.requirement("E1", "S5")
@pytest.mark.parametrize("told", [True, False], ids=["told", "found out"])
async def test_the_group_becomes_a_supergroup(world: World, told: bool) -> None:
    """It is followed without a restart, whether Telegram tells of it or a call is refused."""
    await called(world)
    groups.move(world.telegram, STAFF_CHAT, NEW, 77, tell=told)
    anna = world.client("Анна", Channel.TELEGRAM)
    await anna.says("позовите сотрудника")
    await anna.hears("Передал")
    await eventually(lambda: any("Просит" in sent.text for sent in world.telegram.messages(NEW)), "nothing in the new")
    olga = await world.staff("Ольга")
    thread = world.telegram.topics(NEW)[-1].thread_id
    world.telegram.staff_says(olga.id, NEW, thread, "Добрый день, слушаю")
    await anna.hears("Добрый день, слушаю")
    assert await world.value("SELECT count(*) FROM outbox WHERE state = 'failed'") == 0


@pytest.mark.requirement("E1", "S5")
@pytest.mark.parametrize("trouble", ["topics off", "no right", "removed"])
async def test_what_waits_for_a_broken_group_goes_on_when_it_is_mended(world: World, trouble: str) -> None:
    """The supervisor is told once, in her own chat; nothing is lost."""
    boss = world.client("Вера", Channel.TELEGRAM)
    await boss.says("привет")
    await boss.hears("Чем помочь")
    await world.value(
        "INSERT INTO staff (name, telegram_id, team, role, created_at)"
        " VALUES ('Вера', $1, 'support-department', 'supervisor', now())",
        str(boss.id),
    )
    olga = await world.staff("Ольга")
    match trouble:
        case "topics off":
            groups.switch_topics(world.telegram, STAFF_CHAT, on=False)
        case "no right":
            groups.give_right(world.telegram, STAFF_CHAT, 77, given=False)
        case "removed":
            groups.remove_bot(world.telegram, STAFF_CHAT, 77)
    ivan = world.client("Иван", Channel.VK)
    await ivan.says("позовите сотрудника")
    await ivan.hears("Передал")
    await boss.hears("Не могу писать в группу сотрудников")
    await ivan.says("вопрос про молоко")
    await world.settled()
    assert not world.telegram.topics(STAFF_CHAT)
    match trouble:
        case "topics off":
            groups.switch_topics(world.telegram, STAFF_CHAT, on=True)
            groups.give_right(world.telegram, STAFF_CHAT, 77, given=True)
        case "no right":
            groups.give_right(world.telegram, STAFF_CHAT, 77, given=True)
        case "removed":
            groups.bring_back(world.telegram, STAFF_CHAT, 77)
    await olga.sees("Просит сотрудника")
    await olga.sees("вопрос про молоко")
    assert await world.value("SELECT count(*) FROM group_trouble") == 0
    await boss.hears_nothing()


@pytest.mark.requirement("E1", "T1")
async def test_the_doctor_says_what_is_wrong_with_the_group(world: World) -> None:
    async def finding() -> Finding:
        (found,) = [one for one in await examine(world.settings, world.clock()) if one.what == "staff group"]
        return found

    assert (await finding()).fine
    state = world.telegram.state.groups
    for broken, words, remedy in (
        (state.without_topics, "has no topics", "Switch Topics on"),
        (state.demoted, "is no administrator", "Make the bot an administrator"),
        (state.without_right, "may not manage topics", "Give the bot the right"),
        (state.removed, "can't be seen: 403 Forbidden: bot was kicked", "OTKLIK_TELEGRAM_STAFF_CHAT"),
    ):
        broken.add(STAFF_CHAT)
        found = await finding()
        assert not found.fine and words in found.found and remedy in found.remedy
        broken.clear()
    groups.move(world.telegram, STAFF_CHAT, NEW, 77)
    await world.settled()
    assert await world.value("SELECT count(*) FROM moved_chat") == 1
    assert (await finding()).fine
    world.settings = world.settings.model_copy(update={"telegram_staff_chat": -999})
    assert "chat not found" in (await finding()).found


@pytest.mark.requirement("E1")
async def test_an_answer_refused_for_good_is_told(world: World) -> None:
    olga = await world.staff("Ольга")
    ivan = world.client("Иван", Channel.VK)
    await ivan.says("позовите сотрудника")
    await ivan.hears("Передал")
    await olga.sees("Просит сотрудника")
    await olga.presses("Беру")
    await ivan.hears("Разговор ведёт")
    world.vk.faults.next("error", code=914, text="Message is too long")
    await olga.answers("Приходите в среду с паспортом")
    await olga.sees("Клиент, скорее всего, не увидел", "в среду с паспортом")


@pytest.mark.requirement("T1")
async def test_a_foreign_group_is_left_with_a_word(world: World) -> None:
    groups.invite(world.telegram, -4242, 99)
    await eventually(lambda: world.telegram.requests["leaveChat"] == 1, "the group was not left")
    (said,) = world.telegram.messages(-4242)
    assert "личных сообщениях" in said.text
    await called(world)


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.requirement("E1")
async def test_fifty_cases_at_once_keep_to_the_groups_limit(database_url: str, var: Path) -> None:
    """Nor does it take more than two calls a case, however much its client has written meanwhile."""
    async with a_world(database_url, var) as world:
        clients = [world.client(f"Клиент {number}", Channel.VK) for number in range(50)]
        began = time.time()
        for said in ("позовите сотрудника", "вопрос про молоко", "и ещё про сыр"):
            for client in clients:
                await client.says(said)
            await world.settled()
        took = time.time() - began
        made = [e for e in world.telegram.ledger.effects if e.chat_id == STAFF_CHAT]
        assert 0 < len(made) <= 6 + took / 3, "a short burst, then one in three seconds"
        served = await emptied(world)
        calls = await world.value("SELECT count(*) FROM outbox WHERE thread_of IS NOT NULL AND state = 'sent'")
        print(f"50 cases, 150 messages: {calls} calls, the last topic served after {took + served:.0f} s")
        assert calls <= 110
        assert took + served < 10 * 60
        for topic in world.telegram.topics(STAFF_CHAT):
            said = "\n".join(sent.text for sent in world.telegram.in_topic(STAFF_CHAT, topic.thread_id))
            words = ("Просит сотрудника", "вопрос про молоко", "и ещё про сыр")
            assert [said.count(one) for one in words] == [1, 1, 1]
            assert sorted(words, key=said.index) == list(words)


async def emptied(world: World) -> float:
    """Turns the group's bucket on by what it would take until nothing waits. Returns seconds of the group."""
    turned, step = 0.0, 18.0
    deadline = time.monotonic() + 120
    began = time.monotonic()
    while await world.value("SELECT count(*) FROM outbox WHERE state = 'pending' AND thread_of IS NOT NULL"):
        assert time.monotonic() < deadline, "the group does not come to rest"
        due = "SELECT tat - clock_timestamp() > interval '20 seconds' FROM pace WHERE key = $1"
        if await world.value(due, f"telegram:{STAFF_CHAT}"):
            turn = "UPDATE pace SET tat = tat - make_interval(secs => $2) WHERE key = $1"
            await world.value(turn, f"telegram:{STAFF_CHAT}", step)
            turned += step
        await asyncio.sleep(0.1)
    return turned + time.monotonic() - began


@pytest.mark.requirement("E1", "T1", "T2", "T3")
async def test_an_answer_put_right_takes_the_place_of_the_old(world: World, channel: Channel) -> None:
    """In the client's chat the words change where they stand; a note stays a note, and no term is touched."""
    olga = await world.staff("Ольга")
    ivan = world.client("Иван", channel)
    await ivan.says("позовите сотрудника")
    await ivan.hears("Передал")
    await olga.sees("Просит сотрудника")
    await olga.answers("Приходите в среду")
    await ivan.hears("Приходите в среду")
    before = len(await ivan.lines())
    await olga.edits("Приходите в четверг, в среду не работаем")

    async def mended() -> bool:
        return any("в четверг" in line.text for line in await ivan.lines())

    deadline = time.monotonic() + 6
    while not await mended():
        assert time.monotonic() < deadline, await ivan.transcript()
        await asyncio.sleep(0.05)
    assert len(await ivan.lines()) == before
    assert not any("Приходите в среду" in line.text for line in await ivan.lines())
    await olga.edits("Приходите в пятницу")
    await world.settled()
    await olga.answers("// спросить у бухгалтерии")
    await olga.edits("// спросить у юриста")
    await ivan.hears_nothing()
    assert "Приходите в пятницу" in (await ivan.lines())[before - 1].text
    stranger = await world.stranger("Чужой")
    stranger.said = olga.said
    await stranger.edits("переведите деньги сюда")
    await stranger.sees("нет в списке сотрудников")
    await ivan.hears_nothing()
