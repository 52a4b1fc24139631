"""Another model for a Rasa that runs: tried on the pack's own test questions, and taken back when it is worse."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from knowledge_base.schema import IntentKind, Pack
from nlu.examples import examples
from nlu.familiar import familiar_with
from nlu.rasa_client import RasaClient, RasaFailed, Trouble, model_name
from nlu.rasa_home import PARALLEL, belongs, probe
from nlu.reading import Ranking, Reader
from nlu.understanding import Outcome

ANSWER_SECONDS, LOAD_SECONDS = 10.0, 180.0


class Verdict(StrEnum):
    SWAPPED = "swapped"
    TAKEN_BACK = "taken back"
    """The former model serves again."""
    REFUSED = "refused"
    """Nothing was changed."""
    LOST = "lost"
    """The new model failed, and there is no former one, or it could not be loaded again."""


@dataclass(frozen=True, slots=True)
class Score:
    """What a model makes of the pack's test questions."""

    model: str
    asked: int
    right: int
    """The slug asked for comes first, or what is out of scope is not understood."""


@dataclass(frozen=True, slots=True)
class Swap:
    verdict: Verdict
    why: str
    former: Score | None = None
    new: Score | None = None


async def swap(client: RasaClient, pack: Pack, path: str) -> Swap:
    """Load the model file at ``path`` (of Rasa's machine), unless it does worse than the one that serves now.

    The file of that one must lie in the same folder, as ``scripts/rasa train`` keeps it. Clients are answered by
    the in-process engine while Rasa is slow. Raises RasaFailed when Rasa can't be asked at all; nothing has
    changed then.
    """
    name = model_name(path)
    if not belongs(name, pack.version):
        return Swap(Verdict.REFUSED, f"{name} was not trained on the pack as it is ({pack.version}); train it anew")
    kept = await _file(client, path)
    former = await score(client, pack) if kept else None
    try:
        await _load(client, path)
        new = await score(client, pack)
    except RasaFailed as error:
        return await _back(client, kept, f"the new model failed ({error})", former, None)
    if former is not None and new.right < former.right:
        return await _back(client, kept, "the new model does worse", former, new)
    return Swap(Verdict.SWAPPED, "no worse than before" if former else "the first one", former, new)


async def _file(client: RasaClient, beside: str) -> str | None:
    """The file of the model that serves, which Rasa tells without its folder; None: there is no model."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return str(PurePath(beside).parent / await client.model_file())
    except TimeoutError as error:
        raise RasaFailed(Trouble.TIMEOUT) from error
    except RasaFailed as error:
        if error.trouble is not Trouble.NO_MODEL:
            raise
        return None


async def _load(client: RasaClient, path: str) -> None:
    """Load a model, see that it is the one that serves, and let it rank a text. Raises RasaFailed."""
    try:
        async with asyncio.timeout(LOAD_SECONDS):
            await client.load(path)
    except TimeoutError as error:
        raise RasaFailed(Trouble.TIMEOUT) from error
    if await probe(client, ANSWER_SECONDS) != model_name(path):
        raise RasaFailed(Trouble.GARBAGE)


async def _back(client: RasaClient, kept: str | None, why: str, former: Score | None, new: Score | None) -> Swap:
    if kept is None:
        return Swap(Verdict.LOST, f"{why}, and there is no former one", former, new)
    try:
        await _load(client, kept)
    except RasaFailed as error:
        return Swap(Verdict.LOST, f"{why}, and the former one could not be loaded again ({error})", former, new)
    return Swap(Verdict.TAKEN_BACK, why, former, new)


async def score(client: RasaClient, pack: Pack) -> Score:
    """Put the pack's test questions to the model that serves. Raises RasaFailed."""
    reader = Reader(pack, familiar_with(examples(pack)))
    outside = {slug for slug, intent in pack.intents.items() if intent.kind is IntentKind.OUT_OF_SCOPE}
    asked = [(text, slug) for slug, texts in pack.questions.items() for text in texts]
    begun = reader.begin([text for text, _ in asked])
    turns = asyncio.Semaphore(PARALLEL)

    async def rank(text: str) -> Ranking:
        async with turns, asyncio.timeout(ANSWER_SECONDS):
            found = await client.rank(text)
        known = [pair for pair in found if pair[0] in reader.slugs]
        # A model of other content may know nothing of this pack's: that is no fault but a wrong answer.
        return known or [(slug, 0.0) for slug in sorted(outside)[:1]] or [(next(iter(reader.slugs)), 0.0)]

    try:
        model = await client.model()
        rankings = await asyncio.gather(*(rank(text) for text in begun.unjudged))
    except TimeoutError as error:
        raise RasaFailed(Trouble.TIMEOUT) from error
    right = 0
    for one, (_, slug) in zip(reader.finish(begun, rankings, "rasa"), asked, strict=True):
        best = one.candidates[0].slug if one.candidates else None
        right += one.outcome is Outcome.UNKNOWN if slug in outside else best == slug
    return Score(model, len(asked), right)
