"""Write a draft of a template or of what staff write by, or that it is to go; a new one begins with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import moderation
from bot.acting import Done, Form
from bot.domain.desk_errors import NotThere
from bot.domain.drafts import GONE, TEMPLATES
from bot.domain.events import StaffPerson
from bot.domain.staff import Right
from bot.moderation import Did
from bot.storage import drafts
from bot.storage.session import Tx
from bot.turn import Runtime


async def write_draft(
    runtime: Runtime,
    actor: int,
    slug: str,
    item: Mapping[str, Any],
    form: Form,
    base: int | None,
    kind: str = TEMPLATES,
) -> Done:
    """Keep what was typed, whole or not: what is wrong with it stands in the way of a release only.

    ``form.seen``: the step of the open draft that was shown, 0 for none; ``base``: the live version that was shown.
    An approval is taken back by it. Raises Forbidden, BadForm, DraftConflict when either has changed since.
    """
    body = moderation.body_of(slug, item)

    return await _write(runtime, actor, kind, slug, body, form, base)


async def write_deletion(runtime: Runtime, actor: int, slug: str, form: Form, base: int | None) -> Done:
    """The same for a template that clients are not to get any more: read by a second person and released like a text.

    Raises as ``write_draft`` does, NotThere for one that clients do not get: its draft can be dropped.
    """
    return await _write(runtime, actor, TEMPLATES, slug, GONE, form, base)


async def _write(runtime: Runtime, actor: int, kind: str, slug: str, body: str, form: Form, base: int | None) -> Done:
    async def write(tx: Tx, who: StaffPerson) -> Did:
        draft, live = await drafts.open_of(tx, kind, slug), await drafts.live(tx, kind, slug)
        stands = (draft.step if draft else 0, live.id if live else None)
        if stands != (form.seen or 0, base):
            raise await moderation.conflict(tx, kind, slug, draft)
        if live is None and body == GONE:
            raise NotThere
        now = runtime.clock()
        if draft is None:
            number = await drafts.begin(tx, kind, slug, body, base, actor, now)
        else:
            number = draft.id
            await drafts.save(tx, number, body, base, actor, now)
        return Did("draft.deletion" if body == GONE else "draft.saved", f"draft:{number}")

    return await moderation.act(runtime, actor, Right.EDIT, form, write)
