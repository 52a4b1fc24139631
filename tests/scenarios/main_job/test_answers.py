"""A client asks, the assistant answers from approved templates, or says honestly that it can't."""

from __future__ import annotations

import pytest

from bot.domain.messages import Channel
from tests.world import World

pytestmark = pytest.mark.asyncio


@pytest.mark.requirement("A1", "A2", "A7", "T8", "K11")
async def test_first_contact_and_a_typed_question(world: World, channel: Channel) -> None:
    """Мария opens the chat, asks with a typo, reads the short answer and then the rest."""
    maria = world.client("Мария", channel)
    await maria.starts()
    hello = await maria.hears("Здравствуйте", "круглосуточно", "сохраняем")
    assert "Позвать сотрудника" in hello.labels

    await maria.says("как палучить грант агростартап")
    answer = await maria.hears("Агростартап", "1–30 апреля")
    assert len(answer.text) <= 350
    assert "Подробнее" in answer.labels

    await maria.presses("Подробнее")
    await maria.hears("Кто может получить", "На что тратить")


@pytest.mark.requirement("A3")
async def test_two_near_templates_make_a_question_back(world: World, channel: Channel) -> None:
    """A vague word fits several templates: one short question with buttons instead of a guess."""
    pavel = world.client("Павел", channel)
    await pavel.says("заявление подать")
    asked = await pavel.hears("Это про обращение или про субсидию?")
    assert 3 <= len(asked.labels) <= 4 and asked.labels[-1] == "Другое"
    await pavel.presses(asked.labels[1])
    answer = await pavel.hears_on()
    assert "Помогло 👍" in answer.labels


@pytest.mark.requirement("A4", "E1", "A11")
async def test_no_verified_answer_then_a_person(world: World, channel: Channel) -> None:
    """The first unknown question is admitted; the second one goes to a person by itself."""
    olga = await world.staff("Ольга")
    ivan = world.client("Иван", channel)
    await ivan.says("какая завтра погода на марсе")
    admitted = await ivan.hears("нет проверенного ответа", "до 16:40 сегодня")
    assert admitted.labels[0] == "Передать сотруднику"

    await ivan.says("а кто выиграл чемпионат по шахматам")
    await ivan.hears("передал ваш вопрос сотруднику", "до 16:40 сегодня")
    await olga.sees("не знает ответа", "чемпионат по шахматам")
    gaps = await world.value("SELECT count(*) FROM question WHERE outcome = 'unknown'")
    assert gaps == 2


@pytest.mark.requirement("A5")
async def test_a_need_that_this_ministry_cannot_meet(world: World, channel: Channel) -> None:
    """Why not, and who can."""
    anna = world.client("Анна", channel)
    await anna.says("почистите дорогу от снега в деревне")
    answer = await anna.hears("дорог")
    assert "министерств" in answer.text.lower() or "район" in answer.text.lower()


@pytest.mark.requirement("A8", "F1")
async def test_did_it_help_and_a_score_once(world: World, channel: Channel) -> None:
    """A yes asks for a score, the score is taken once; whoever declines is not asked again."""
    maria = world.client("Мария", channel)
    await maria.says("грант агростартап условия")
    await maria.hears("Агростартап")
    await maria.presses("Помогло")
    asked = await maria.hears("Насколько вы довольны")
    assert asked.labels[:5] == ("5", "4", "3", "2", "1")
    await maria.presses("5")
    await maria.hears("Спасибо за оценку")
    await maria.presses("4")
    await maria.hears("уже записал")
    assert await world.value("SELECT array_agg(value) FROM score") == [5]

    await maria.says("сельская ипотека под какой процент")
    await maria.hears("ипотек")
    await maria.presses("Помогло")
    await maria.hears("Насколько вы довольны")
    await maria.presses("Не сейчас")
    await maria.hears("больше не спрашиваю")
    await maria.says("как зарегистрировать трактор")
    await maria.hears("трактор")
    await maria.presses("Помогло")
    await maria.hears("Рад, что помогло")
    assert "довольны" not in (await maria.last()).text


@pytest.mark.requirement("A8")
async def test_it_did_not_help(world: World, channel: Channel) -> None:
    """A "no" asks what was missing, keeps it for moderators and offers a person."""
    pavel = world.client("Павел", channel)
    await pavel.says("сельская ипотека")
    await pavel.hears("ипотек")
    await pavel.presses("Не помогло")
    await pavel.hears("Чего не хватило")
    await pavel.says("не сказали, можно ли брать дом в райцентре")
    offered = await pavel.hears("Записал")
    assert offered.labels[0] == "Передать сотруднику"
    assert await world.value("SELECT count(*) FROM question WHERE outcome = 'not_helped'") == 1


@pytest.mark.requirement("A10")
async def test_small_talk_and_silence(world: World, channel: Channel) -> None:
    """Greeting, thanks, an insult, dots, an emoji: each gets its own reply."""
    anna = world.client("Анна", channel)
    for said, heard in (
        ("привет", "Чем помочь"),
        ("спасибо большое", "Пожалуйста"),
        ("вы все там идиоты", "накипело"),
        ("...", "Я читаю текст"),
        ("😀😀", "Я читаю текст"),
    ):
        await anna.says(said)
        await anna.hears(heard)


@pytest.mark.requirement("A10")
async def test_several_questions_at_once(world: World, channel: Channel) -> None:
    """Two questions in one message are both answered."""
    ivan = world.client("Иван", channel)
    await ivan.says("Здравствуйте! Как зарегистрировать КФХ? И когда министерство работает?")
    await ivan.hears("хозяйств")
    await ivan.hears("9:00")


@pytest.mark.requirement("A10", "H1")
async def test_an_english_question(world: World, channel: Channel) -> None:
    """English is noticed, and answered in English where the pack has it."""
    john = world.client("John", channel)
    await john.says("where is the ministry and what is the phone number?")
    answer = await john.hears("+7 (000)")
    assert "It helped 👍" in answer.labels


@pytest.mark.requirement("A10")
@pytest.mark.parametrize("messenger", [Channel.TELEGRAM, Channel.VK], ids=lambda c: c.value)
async def test_stickers_and_voice(world: World, messenger: Channel) -> None:
    """What can't be read yet is answered kindly, never with silence."""
    anna = world.client("Анна", messenger)
    await anna.sends("sticker")
    await anna.hears("Мило")
    await anna.sends("voice" if messenger is Channel.TELEGRAM else "audio_message")
    await anna.hears("Голосовые", "текстом")
    await anna.sends("photo")
    await anna.hears("Файл получил")


@pytest.mark.requirement("S5")
async def test_bad_input_is_answered_or_refused(world: World, channel: Channel) -> None:
    """Zero-width and right-to-left characters, huge texts, foreign buttons: a clear answer, never a crash."""
    anna, pavel = world.client("Анна", channel), world.client("Павел", channel)
    await anna.says("ка\u200bк \u202eполучить\u202c агро\u200bстартап")
    await anna.hears("Агростартап")
    await anna.says("субсидия " * 300)
    await anna.hears("")
    await pavel.says("грант агростартап")
    await pavel.hears("Агростартап")
    episode = await world.value("SELECT max(id) FROM episode")
    for action in (f"h:{episode}:1", f"r:{episode}:1", "q:1", "w:1", "f:1:text:v:x", "t:no-such", "'; DROP TABLE--"):
        before = len(await anna.lines())
        await anna.forges(action)
        await world.settled()
        await anna.speaks_again(before)
    helped = await world.value("SELECT helped FROM episode WHERE id = $1", episode)
    assert helped is None
    assert await world.value("SELECT count(*) FROM inbox WHERE state = 'aside'") == 0


@pytest.mark.requirement("S3", "S5")
async def test_a_flood_is_held_off_and_hurts_nobody(world: World, channel: Channel) -> None:
    """After twenty messages at once one plain sentence, then silence; others are served."""
    noisy, calm = world.client("Шумный", channel), world.client("Анна", channel)
    for number in range(26):
        await noisy.says(f"привет {number}")
    await calm.says("грант агростартап")
    await calm.hears("Агростартап", patience=15)
    await noisy.hears("Сообщений очень много", patience=35)
    await world.settled()
    assert await world.value("SELECT count(*) FROM inbox WHERE outcome = 'flood'") >= 4
