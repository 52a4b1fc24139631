"""A client asks what is kept about him, takes a copy, and has himself erased."""

from __future__ import annotations

import json

import pytest

from bot.domain.messages import Channel
from bot.storage.personal import Cipher
from bot.usecases.erase_client import StillOwed, erase_client, erase_wished
from bot.usecases.export_client import export_client
from tests.people import Client
from tests.scenarios.main_job.test_requests import fill_appeal
from tests.world import World

pytestmark = pytest.mark.asyncio
NAME, PHONE = "Кузнецова Мария Ильинична", "+79117654321"


async def write_an_appeal(world: World, cleo: Client) -> str:
    await fill_appeal(cleo)
    await cleo.presses("Отправить")
    await cleo.hears("ОТ-2026")
    await world.quiet()
    return str(await world.value("SELECT number FROM request"))


async def close_the_case(world: World, staff: str = "Ольга") -> None:
    olga = await world.staff(staff)
    await olga.answers("Всё проверили, деньги придут в пятницу.")
    await olga.presses("Закрыть")
    await world.settled()
    await world.quiet()


@pytest.mark.requirement("S1")
async def test_a_copy_to_read_and_one_as_a_file(world: World, channel: Channel) -> None:
    cleo = world.client("Клеопатра", channel)
    number = await write_an_appeal(world, cleo)
    await cleo.says("мои данные")
    await cleo.hears("Что храним")
    await cleo.presses("Показать копию")
    line = await cleo.hears("Вот что у нас есть", PHONE, number)
    assert NAME in line.text

    document = await export_client(
        world.runtime.db, world.runtime.cipher, world.runtime.shelf.content.pack, number, actor="operator",
        now=world.clock(),
    )  # fmt: skip
    text = json.dumps(document, ensure_ascii=False)
    assert {"Переписка", "Обращения", "Что вы о себе указали", "Где вы нам писали"} <= set(document)
    for part in (NAME, PHONE, number, "мои данные", "Телефон"):
        assert part in text
    assert await world.value("SELECT count(*) FROM audit WHERE verb = 'client.export'") == 1


@pytest.mark.requirement("S1")
async def test_erased_at_his_wish_and_begins_anew(world: World, channel: Channel) -> None:
    """Not a word, name, telephone or address is left anywhere; numbers and scores are; he is a stranger again."""
    cleo = world.client("Клеопатра", channel)
    other = world.client("Иван", channel)
    await other.says("сколько ждать субсидию на молоко, мой номер 89005554433")
    await other.hears("")
    await write_an_appeal(world, cleo)
    await close_the_case(world)
    await cleo.hears("Насколько вы довольны")
    await cleo.presses("4")
    await cleo.hears("Спасибо за оценку")
    await cleo.says("клюквохвост зюзелька")
    await cleo.hears_on()
    before = {
        name: await world.value(f'SELECT count(*) FROM "{name}"') for name in ("request", "score", "case", "term")
    }

    await cleo.says("удалить мои данные")
    await cleo.hears("Ваше право")
    await cleo.presses("Удалить мои данные")
    await cleo.hears("Удалить всё?", "Вернуть их нельзя")
    await cleo.presses("Да, удалить")
    await cleo.hears("Через минуту")
    await world.quiet()
    await world.passes(hours=2)
    await erase_wished(world.runtime)
    assert await world.value("SELECT count(*) FROM erasure WHERE done_at IS NOT NULL") == 1

    assert before == {name: await world.value(f'SELECT count(*) FROM "{name}"') for name in before}
    who = str(cleo.id) if channel is not Channel.PAGE else "never"
    tables = await world.value(
        "SELECT array_agg(table_name::text) FROM information_schema.tables WHERE table_schema = 'public'"
    )
    for table in set(tables) - {"item", "item_version"}:  # the content itself
        rows = await world.value(f"SELECT coalesce(string_agg(t::text, E'\\n'), '') FROM \"{table}\" AS t")
        for secret in (NAME, PHONE, "Кузнецов", "765-43-21", "клюквохвост", "не приходит субсидия", who):
            assert secret not in rows, f"{table} holds {secret}"
    assert await world.value("SELECT count(*) FROM message WHERE text LIKE '%сколько ждать субсидию%'") == 1

    await cleo.says("где моё обращение")
    await cleo.hears("Заявок от вас пока нет")


@pytest.mark.requirement("S1")
async def test_while_an_answer_is_owed_the_wish_waits(world: World, channel: Channel) -> None:
    cleo = world.client("Клеопатра", channel)
    number = await write_an_appeal(world, cleo)
    with pytest.raises(StillOwed):
        await erase_client(world.runtime.db, number, actor="operator", now=world.clock())
    await cleo.says("мои данные")
    await cleo.hears("Ваше право")
    await cleo.presses("Удалить мои данные")
    await cleo.hears("Сотрудник ещё должен вам ответ", "до ")
    await cleo.presses("Да, удалить")
    await cleo.hears("Удалю всё, как только")
    await world.quiet()
    await world.passes(hours=2)
    assert await erase_wished(world.runtime) == 0
    assert await world.value("SELECT count(*) FROM personal") > 0
    await close_the_case(world)
    assert await erase_wished(world.runtime) == 1
    assert await world.value("SELECT count(*) FROM personal") == 0


@pytest.mark.requirement("S1")
async def test_an_old_button_only_asks_again(world: World) -> None:
    cleo = world.client("Клеопатра", Channel.TELEGRAM)
    await cleo.says("привет")
    await cleo.hears_on()
    await cleo.forges("c:erase-yes")
    await cleo.hears("Удалить всё?")
    assert await world.value("SELECT count(*) FROM erasure") == 0


@pytest.mark.requirement("S1")
async def test_a_new_key_while_everybody_works(world: World) -> None:
    """Values are readable before, during and after; the old key opens nothing in the end."""
    from bot.usecases.rotate_keys import rotate_keys

    old, new = "a-secret-of-the-stories", "another-secret-of-the-stories"
    cleo = world.client("Клеопатра", Channel.TELEGRAM)
    number = await write_an_appeal(world, cleo)
    both = Cipher(new, [old])
    runtime, pack = world.runtime, world.runtime.shelf.content.pack

    async def copy(cipher: Cipher) -> str:
        found = await export_client(runtime.db, cipher, pack, number, actor="operator", now=world.clock())
        return json.dumps(found, ensure_ascii=False)

    assert PHONE in await copy(both)
    assert (await rotate_keys(runtime.db, both, batch=1)).moved == 2
    assert (await rotate_keys(runtime.db, both, batch=1)).moved == 0
    assert PHONE in await copy(both)
    assert PHONE in await copy(Cipher(new))
    assert PHONE not in await copy(Cipher(old))
