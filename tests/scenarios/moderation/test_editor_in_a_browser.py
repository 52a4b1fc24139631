"""The editor of templates as moderators use it: real browsers, a real worker, a client in Telegram."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from bot.domain.messages import Channel
from tests.browsing import Clerk, Office
from tests.scenarios.moderation.moderators import served
from tests.world import World

pytestmark = [pytest.mark.asyncio, pytest.mark.browser, pytest.mark.timeout(600)]

SHORT = "#short-ru"
NEW = "Теперь работаем каждый день с 8:00 до 20:00, без обеда."


async def fits(clerk: Clerk) -> None:
    """On a narrow screen nothing has to be moved sideways."""
    await clerk.page.set_viewport_size({"width": 390, "height": 780})
    wide = await clerk.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390, f"{clerk.page.url} is {wide} px wide"
    await clerk.page.set_viewport_size({"width": 1440, "height": 900})


async def tries(clerk: Clerk, question: str) -> None:
    """By keyboard; the answer of the draft comes by itself once that is learned."""
    await clerk.page.get_by_label("Вопрос, как его напишет клиент").fill(question)
    await clerk.page.keyboard.press("Enter")
    now, draft = clerk.page.locator(".got").nth(0), clerk.page.locator(".got").nth(1)
    await expect(now).to_contain_text("с 9:00 до 18:00")
    await expect(draft).to_contain_text(NEW, timeout=90_000)
    await draft.get_by_text("Что решило").click()
    await draft.scroll_into_view_if_needed()
    await clerk.pictures("template-tried")
    await clerk.page.evaluate("scrollTo(0, 0)")


@pytest.mark.requirement("K2", "K3", "K4")
async def test_two_moderators_bring_a_text_to_clients(world: World, office: Office) -> None:
    """Written, kept through a reload, met by a colleague's edit, read, released, taken back."""
    anna, boris = [await office.clerk(*one, "moderator") for one in (("Анна", "anna"), ("Борис", "boris"))]
    for clerk in (anna, boris):
        await clerk.comes()
        await clerk.page.get_by_role("link", name="Готовые ответы").click()
    await fits(anna)
    await anna.page.get_by_label("Слова из ответа").fill("часы работы")
    await anna.page.keyboard.press("Enter")
    await anna.page.get_by_role("link", name="Часы работы").click()
    await boris.opens("/desk/templates/working-hours")
    await anna.page.locator(SHORT).fill(NEW)
    await anna.page.reload()
    await expect(anna.page.locator(SHORT)).to_have_value(NEW)
    await expect(anna.page.get_by_text("не успели сохранить")).to_be_visible()
    await anna.page.locator(SHORT).press("Control+Enter")
    await expect(anna.page.locator("#done")).to_be_focused()
    await expect(anna.page.locator("#changes ins").first).to_be_visible()
    await boris.page.locator(SHORT).fill("Работаем как обычно.")
    await boris.presses("Сохранить черновик")
    await expect(boris.page.locator("#trouble")).to_contain_text("Анна")
    await expect(boris.page.locator("#trouble")).to_contain_text(NEW)
    await expect(boris.page.locator(SHORT)).to_have_value("Работаем как обычно.")
    await boris.pictures("desk-conflict", readme=640)
    await fits(boris)
    await anna.page.reload()
    await expect(anna.page.locator(".phone:visible")).to_contain_text(NEW)
    await anna.page.get_by_role("radio", name="ВКонтакте").check()
    await expect(anna.page.locator(".phone:visible")).to_have_attribute("data-channel", "vk")
    await tries(anna, "когда вы работаете")
    await anna.pictures("desk-template", readme=640)
    await fits(anna)
    await anna.presses("Отдать на проверку")
    await expect(anna.page.get_by_text("Вы его правили")).to_be_visible()
    await boris.opens("/desk/templates?show=review")
    await boris.pictures("templates")
    await boris.page.get_by_role("link", name="Часы работы").click()
    await boris.presses("Одобрить")
    await boris.page.get_by_role("link", name="К выпуску").click()
    await boris.page.get_by_label("Зачем").first.fill("новый режим")
    await fits(boris)
    await boris.pictures("releases-next")
    await boris.presses("Выпустить")
    await expect(boris.page.locator("#done")).to_contain_text("Выпущено")
    maria = world.client("Мария", Channel.TELEGRAM)
    await served(world, 2)
    await maria.says("когда вы работаете")
    await maria.hears("каждый день с 8:00 до 20:00")
    await anna.opens("/desk/templates/working-hours/history")
    await expect(anna.page.locator(".changes del").first).to_be_visible()
    await anna.pictures("template-history")
    await fits(anna)
    await anna.opens("/desk/releases")
    await anna.page.locator("#release-1 summary", has_text="Вернуться").click()
    await anna.page.locator("#reason-1").fill("рано")
    await anna.presses("Вернуть эти ответы")
    await expect(anna.page.locator("#done")).to_contain_text("снова получают")
    await anna.pictures("desk-releases", readme=640)
    await served(world, 3)
    await maria.says("когда вы работаете")
    await maria.hears("с 9:00 до 18:00")


@pytest.mark.requirement("K2")
async def test_a_session_that_ended_takes_no_words_with_it(world: World, office: Office) -> None:
    """Saved after the session ended: signed in again, the words stand in the editor."""
    anna = await office.clerk("Анна", "anna", "moderator")
    await anna.comes()
    await anna.opens("/desk/templates/working-hours")
    await anna.page.locator(SHORT).fill(NEW)
    await anna.page.context.clear_cookies()
    await anna.presses("Сохранить черновик")
    await anna.signs_in()
    await anna.opens("/desk/templates/working-hours")
    await expect(anna.page.locator(SHORT)).to_have_value(NEW)
    await anna.presses("Сохранить черновик")
    await expect(anna.page.locator("#done")).to_contain_text("Черновик сохранён")
    await anna.page.reload()
    await expect(anna.page.get_by_text("не успели сохранить")).to_be_hidden()
