"""A replay from this process's side: texts go to ``nlu.replay``, their readings come back."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from pathlib import Path

from knowledge_base.schema import Pack

SECONDS = 300
"""Until the first readings, the draft's engine being fitted before, and between two of them."""
_LONGEST_LINE = 8 << 20

Told = tuple[str, list[str], float]
"""Outcome, slugs of what would be answered, asked back or begun; the score of the best."""


class ReplayFailed(RuntimeError):
    """The questions could not be read again; the message says why."""


async def read_twice(
    folder: Path, drafts: Path, live: Pack, draft: Pack, texts: Sequence[str], niceness: int
) -> AsyncGenerator[list[tuple[Told, Told]]]:
    """Both readings of every text. The process ends with this generator, however that ends. Raises ReplayFailed."""
    found = os.pathsep.join(path for path in sys.path if path)
    asked = {"live": live.model_dump(mode="json"), "draft": draft.model_dump(mode="json"), "texts": list(texts)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "nlu.replay", str(folder), str(drafts), str(niceness),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": found}, limit=_LONGEST_LINE,
    )  # fmt: skip
    try:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        with suppress(ConnectionError):
            process.stdin.write(json.dumps(asked).encode())
            await process.stdin.drain()
            process.stdin.close()
        read = 0
        while read < len(texts):
            line = await asyncio.wait_for(process.stdout.readline(), SECONDS)
            if not line:
                said = (await process.stderr.read()).decode(errors="replace").strip()
                raise ReplayFailed(said.splitlines()[-1][-300:] if said else "the process was ended")
            chunk = [(tuple(before), tuple(after)) for before, after in json.loads(line)]
            read += len(chunk)
            yield chunk
    except TimeoutError:
        raise ReplayFailed("it took too long") from None
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
