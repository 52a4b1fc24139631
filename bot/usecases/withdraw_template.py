"""Take an answer that proved wrong out of answering, at once: a person answers until a right one is released."""

from __future__ import annotations

import json

from bot import moderation
from bot.acting import Done, Form
from bot.domain.desk_errors import NotThere
from bot.domain.drafts import TEMPLATES, LiveAlready
from bot.domain.events import StaffPerson
from bot.domain.pilots import Ended
from bot.domain.staff import Right
from bot.moderation import Did
from bot.storage import drafts, pilots, releases
from bot.storage.releases import Made
from bot.storage.session import Tx
from bot.turn import Runtime
from knowledge_base import stored


async def withdraw_template(runtime: Runtime, actor: int, slug: str, reason: str, form: Form) -> Done:
    """The next release has it marked so. One person may do it: silence harms less than a wrong answer.

    Raises Forbidden, BadForm, ReasonMissing, NotThere, LiveAlready, PackError.
    """

    async def withdraw(tx: Tx, who: StaffPerson) -> Did:
        made = Made(f"staff:{actor}", moderation.reason_of(reason), runtime.clock())
        live, newest = await drafts.live(tx, TEMPLATES, slug), await releases.latest(tx)
        if live is None or newest is None:
            raise NotThere
        item = json.loads(live.body)
        if item.get("withdrawn"):
            raise LiveAlready
        body = json.dumps({**item, "withdrawn": True}, ensure_ascii=False)
        bodies = {**await releases.content(tx, newest.number), (TEMPLATES, slug): body}
        bodies = stored.bodies_of(await moderation.checked(bodies, stored.digest(bodies)))
        await pilots.end(tx, Ended.STOPPED, made.at)  # a wrong answer is given to nobody: that can't wait
        number = await releases.make(tx, bodies, stored.digest(bodies), made)
        return Did("template.withdrawn", f"release:{number}")

    return await moderation.act(runtime, actor, Right.RELEASE, form, withdraw)
