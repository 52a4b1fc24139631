"""What people send reaches whom it is for; what must not come in stays out, and is told so."""

from __future__ import annotations

import io
import zipfile

import pytest

from bot.domain.messages import Channel
from tests.emulators.telegram import STAFF_CHAT
from tests.people import Client
from tests.world import World

pytestmark = pytest.mark.asyncio

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\0" * 400
PDF = b"%PDF-1.7\n" + b"1" * 400
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
MEGABYTE = 1024 * 1024
MESSENGERS = (Channel.TELEGRAM, Channel.VK)


async def begins_an_appeal(client: Client) -> None:
    """Up to the step where the matter is told."""
    await client.says("хочу написать жалобу")
    await client.hears("Шаг 1")
    await client.says("1")
    await client.hears("Шаг 2")


async def tells_who(client: Client) -> None:
    """From the place of the matter to the summary."""
    await client.hears("Шаг 3")
    await client.presses("Пропустить")
    await client.hears("Шаг 4")
    await client.says("Петрова Анна")
    await client.hears("Шаг 5")
    await client.presses("Пропустить")


@pytest.mark.requirement("R5", "T8")
async def test_a_photo_in_the_middle_of_an_appeal_goes_along(world: World, channel: Channel) -> None:
    """Анна sends a document while she writes; staff get her words and the file, and the page's is no other's."""
    olga = await world.staff("Ольга")
    anna = world.client("Анна", channel)
    await begins_an_appeal(anna)
    await anna.sends_file(PDF, "акт.pdf")
    await anna.hears("Файл приложил", "Шаг 2")
    await anna.says("На ферме сломан водопровод, акт приложила")
    await tells_who(anna)
    summary = await anna.hears("Проверьте", "Документы и фото: 1 шт.")
    assert "📎 Приложить файл" in summary.labels
    await anna.presses("Отправить")
    await anna.hears("принято")
    await olga.sees("Файл клиента")
    post = next(line for line in olga.posts() if line.file)
    assert post.file == "акт.pdf"
    assert await world.value("SELECT count(*) FROM attachment WHERE request_id IS NOT NULL AND state = 'kept'") == 1


@pytest.mark.requirement("R5")
@pytest.mark.parametrize("channel", MESSENGERS, ids=str)
async def test_a_photo_with_a_caption_is_both(world: World, channel: Channel) -> None:
    """The caption is the text of the appeal, the photo its file."""
    pyotr = world.client("Пётр", channel)
    await begins_an_appeal(pyotr)
    await pyotr.sends_file(JPEG, kind="photo", caption="Дорогу к ферме размыло, вот фото")
    await pyotr.hears("Файл приложил", "Шаг 3")


@pytest.mark.requirement("R5")
async def test_files_are_added_and_taken_away_at_the_summary(world: World, channel: Channel) -> None:
    ivan = world.client("Иван", channel)
    await begins_an_appeal(ivan)
    await ivan.says("Прошу разобраться с соседом, который травит пчёл")
    await tells_who(ivan)
    await ivan.hears("Проверьте", "Документы и фото: не указано")
    await ivan.presses("📎 Приложить файл")
    await ivan.hears("Пришлите документы или фото")
    await ivan.says("вот он")
    await ivan.hears("скрепкой")
    await ivan.sends_file(PDF, "договор.pdf")
    await ivan.hears("Файл приложил", "Можно прислать ещё")
    await ivan.presses("Дальше")
    await ivan.hears("Документы и фото: 1 шт.")
    await ivan.presses("📎 Приложить файл")
    await ivan.hears("Пришлите документы")
    await ivan.presses("Убрать файлы")
    await ivan.hears("Документы и фото: не указано")
    assert await world.value("SELECT count(*) FROM attachment") == 0


@pytest.mark.requirement("R5", "T8")
async def test_an_album_gets_one_polite_reply(world: World) -> None:
    """Five photos of one album arrive as five updates: one reply, one appeal with all of them."""
    olga = await world.staff("Ольга")
    zoya = world.client("Зоя", Channel.TELEGRAM)
    await zoya.starts()
    await zoya.hears("Здравствуйте")
    for number in range(5):
        world.telegram.client_sends_file(zoya.id, "photo", JPEG + bytes([number]), media_group_id="77")
    got = await zoya.hears("Что с ним сделать")
    assert got.labels[0] == "Написать обращение"
    await zoya.hears_nothing()
    await zoya.presses("Написать обращение")
    await zoya.hears("Файл приложил", "Шаг 1")
    await zoya.says("1")
    await zoya.says("Затопило поле, фотографии приложила")
    await zoya.hears("Шаг 2")
    await tells_who(zoya)
    await zoya.hears("Документы и фото: 5 шт.")
    await zoya.presses("Отправить")
    await zoya.hears("принято")
    await olga.sees("Файл клиента")
    posts = "SELECT count(*) FROM outbox WHERE kind = 'file' AND conversation LIKE 'staff:%'"
    assert await world.value(posts) == 5, "a group takes 20 posts a minute, so the last ones are on their way still"


@pytest.mark.requirement("R5", "E6")
async def test_files_pass_both_ways_while_a_person_leads(world: World, channel: Channel) -> None:
    olga = await world.staff("Ольга")
    maria = world.client("Мария", channel)
    await maria.says("позовите человека")
    await maria.hears("Передал сотруднику")
    await olga.sees("Просит сотрудника")
    await olga.presses("Беру")
    await maria.hears("Разговор ведёт")
    await maria.sends_file(PDF, "справка.pdf")
    await maria.hears("передаю сотруднику")
    await olga.sees("Файл клиента")
    assert [line.file for line in olga.posts() if line.file] == ["справка.pdf"]

    await olga.sends_file(JPEG, "схема.jpg")
    sent = await maria.hears("Файл прислал")
    assert sent.file == "схема.jpg"
    assert await maria.opens_file(sent) == JPEG


@pytest.mark.requirement("R5")
async def test_a_file_sent_before_a_person_is_called_reaches_him(world: World, channel: Channel) -> None:
    olga = await world.staff("Ольга")
    ivan = world.client("Иван", channel)
    await ivan.sends_file(PDF, "отказ.pdf")
    await ivan.hears("Что с ним сделать")
    await ivan.presses("Передать сотруднику")
    await ivan.hears("Передал сотруднику")
    await olga.sees("Файл клиента")
    assert [line.file for line in olga.posts() if line.file] == ["отказ.pdf"]


@pytest.mark.requirement("R5")
@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"MZ\x90\0" + b"\0" * 200, "фото.jpg", "photo"),
        (b"MZ\x90\0" + b"\0" * 200, "отчёт.pdf", "document"),
        (SVG, "герб.svg", "document"),
        (b"#!/bin/sh\nrm -rf /\n", "читать.txt", "document"),
        (b"<html><script>x()</script></html>", "справка.html", "document"),
    ],
    ids=["executable as photo", "executable as pdf", "svg with script", "script as text", "html"],
)
@pytest.mark.parametrize("channel", MESSENGERS, ids=str)
async def test_what_may_be_dangerous_stays_out(
    world: World, channel: Channel, data: bytes, name: str, kind: str
) -> None:
    """Told plainly, with what can be sent instead; staff never get it."""
    olga = await world.staff("Ольга")
    ivan = world.client("Иван", channel)
    await ivan.says("позовите человека")
    await ivan.hears("Передал сотруднику")
    await ivan.sends_file(data, name, kind)
    await ivan.hears("принять не могу", "PDF")
    await olga.sees("не принят")
    assert not any(line.file for line in olga.posts())
    assert await world.value("SELECT count(*) FROM file WHERE media_type NOT LIKE '%officedocument%'") == 0


@pytest.mark.requirement("R5")
async def test_an_archive_bomb_is_never_unpacked(world: World) -> None:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("zeros", b"\0" * (30 * MEGABYTE))
    ivan = world.client("Иван", Channel.TELEGRAM)
    await ivan.sends_file(body.getvalue(), "документы.zip")
    await ivan.hears("принять не могу")


@pytest.mark.requirement("R5")
@pytest.mark.parametrize("channel", MESSENGERS, ids=str)
@pytest.mark.parametrize("told", [True, False], ids=["size told", "size hidden"])
async def test_a_file_of_50_megabytes(world: World, channel: Channel, told: bool) -> None:
    """Refused before a byte is fetched where its size is told, else as soon as the limit is passed."""
    ivan = world.client("Иван", channel)
    await ivan.says("здравствуйте")
    await ivan.hears("Здравствуйте")
    await ivan.sends_file(b"\0" * (50 * MEGABYTE), "кино.mp4", "document" if told else "photo")
    await ivan.hears("больше 20 МБ")
    assert await world.value("SELECT coalesce(max(size), 0) FROM file") < MEGABYTE
    if told:
        assert await world.value("SELECT count(*) FROM attachment") == 0


@pytest.mark.requirement("R5")
async def test_an_address_that_is_not_vks_is_never_asked(world: World) -> None:
    """A forged event that names a place within our own network: nothing goes there."""
    ivan = world.client("Иван", Channel.VK)
    await ivan.says("здравствуйте")
    await ivan.hears("Здравствуйте")
    held = {"type": "doc", "doc": {"id": 1, "owner_id": 1, "title": "a.pdf", "url": world.url + "healthz"}}
    world.vk._sends(ivan.id, "", attachments=[held])
    await ivan.hears("не удалось получить")


@pytest.mark.requirement("R5")
async def test_a_voice_message_with_a_transcript_is_heard(world: World) -> None:
    """VK puts it into writing: answered like words, and shown so that it can be corrected."""
    maria = world.client("Мария", Channel.VK)
    world.vk.client_speaks(maria.id, "Как получить грант агростартап?")
    await maria.hears("Услышал так: «Как получить грант агростартап?»", "1–30 апреля")


@pytest.mark.requirement("R5")
async def test_a_voice_message_fills_a_field(world: World) -> None:
    maria = world.client("Мария", Channel.VK)
    await begins_an_appeal(maria)
    world.vk.client_speaks(maria.id, "На улице Советской третий день лает собака")
    await maria.hears("Услышал так", "третий день лает собака", "Верно?")
    await maria.presses("Верно")
    await maria.hears("Шаг 3")


@pytest.mark.requirement("R5")
@pytest.mark.parametrize("channel", MESSENGERS, ids=str)
async def test_a_voice_message_without_a_transcript(world: World, channel: Channel) -> None:
    """A kind request to type, and a person who can listen."""
    ivan = world.client("Иван", channel)
    await ivan.sends("voice")
    heard = await ivan.hears("Голосовые", "текстом")
    assert "Позвать сотрудника" in heard.labels


@pytest.mark.requirement("R5")
async def test_a_messenger_that_fails_is_asked_again(world: World) -> None:
    """The client is told once; the file comes when the messenger hands it out."""
    olga = await world.staff("Ольга")
    ivan = world.client("Иван", Channel.TELEGRAM)
    await ivan.says("позовите человека")
    await ivan.hears("Передал сотруднику")
    world.telegram.faults.next("error_502", method="getFile")
    await ivan.sends_file(PDF, "акт.pdf")
    await ivan.hears("передаю сотруднику")
    await olga.sees("Файл клиента")
    assert world.telegram.messages(STAFF_CHAT)
