"""Files of a cache: whoever reads one sees it whole or not at all."""

from __future__ import annotations

import io
import logging
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

_log = logging.getLogger(__name__)


def write_arrays(path: Path, **arrays: Any) -> None:
    """Write arrays as ``.npz``, in place of what is there. A failing disk costs the cache only: it is logged."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    write_bytes(path, buffer.getbuffer())


def write_bytes(path: Path, data: bytes | memoryview) -> None:
    """The same for a file of any kind."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".engine-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        _log.warning("nothing could be kept in %s: %s", path.parent, error)
