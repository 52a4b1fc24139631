"""Put questions that had no good answer together with those like them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain

from bot.storage import gaps
from bot.storage.gaps import Kept
from bot.storage.session import Tx
from bot.turn import Runtime
from knowledge_base.schema import Template
from nlu import alike
from nlu.alike import Group, Grouping

BATCH = 500
"""A batch is a transaction of about a second."""


async def group_questions(runtime: Runtime) -> int:
    """Every question that is in no group yet, one worker at a time. Returns how many there were.

    In the order of their days, so the same questions make the same groups. Groups that have lost or changed their
    questions are made anew of those that they have.
    """
    done, came = 0, -1
    while came:
        async with runtime.db.begin() as tx:
            if not await gaps.lock(tx):
                return done
            await _renew(tx)
            came = await _group(runtime, tx)
        done += came
    return done


async def _renew(tx: Tx) -> None:
    encoder = await asyncio.to_thread(alike.encoder_name)
    for number, texts in (await gaps.stale(tx, encoder, BATCH)).items():
        if texts:
            await gaps.keep(tx, number, _kept(await asyncio.to_thread(_made_of, texts), encoder))
        else:
            await gaps.drop(tx, number)


async def _group(runtime: Runtime, tx: Tx) -> int:
    asked = await gaps.ungrouped(tx, BATCH)
    if not asked:
        return 0
    known, encoder = await gaps.kept(tx), alike.encoder_name()
    groups = [Group.read(one.meaning, one.words, one.size, one.encoder) for one in known.values()]
    samples = tuple(chain.from_iterable(_samples(one) for one in runtime.shelf.content.pack.templates.values()))
    grouping, places = await asyncio.to_thread(_grouped, samples, groups, [words for _, words in asked])
    numbers = list(known)
    for place in sorted(grouping.touched):
        what = _kept(grouping.groups[place], encoder)
        if place < len(known):
            await gaps.keep(tx, numbers[place], what)
        else:
            numbers.append(await gaps.begin(tx, what, runtime.clock()))
    await gaps.join(tx, {question: numbers[place] for (question, _), place in zip(asked, places, strict=True)})
    return len(asked)


def _samples(template: Template) -> Iterator[str]:
    return chain.from_iterable(template.samples.values())


_ground = lru_cache(maxsize=1)(alike.ground)
"""Of the content that serves: it is learned once a release."""


def _grouped(samples: tuple[str, ...], groups: Sequence[Group], texts: Sequence[str]) -> tuple[Grouping, list[int]]:
    grouping = Grouping(_ground(samples), groups)
    return grouping, [grouping.put(one) for one in alike.imprints(texts)]


def _made_of(texts: Sequence[str]) -> Group:
    return alike.together(alike.imprints(texts))


def _kept(group: Group, encoder: str) -> Kept:
    return Kept(group.written(), group.shown(), group.size, encoder)
