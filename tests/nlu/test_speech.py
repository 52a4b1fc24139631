"""Speech is recognised on this machine or not at all, and what is missing is said plainly."""

from __future__ import annotations

import io
import shutil
import sys
import wave
from pathlib import Path

import pytest

from nlu.speech import RATE, SpeechUnavailable, local_recogniser, pcm


def recording(seconds: float, rate: int = RATE) -> bytes:
    """Silence as a WAV file."""
    told = io.BytesIO()
    with wave.open(told, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"\0\0" * int(seconds * rate))
    return told.getvalue()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpeechUnavailable, match=r"no-model, which is no folder\. Unpack a Vosk model there"):
        local_recogniser(tmp_path / "no-model")


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vosk", None)
    with pytest.raises(SpeechUnavailable, match=r"package vosk is missing\. Install it"):
        local_recogniser(tmp_path)


def test_plain_sound_needs_no_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert pcm(recording(0.5)) == b"\0\0" * (RATE // 2)


def test_a_long_recording_is_cut() -> None:
    assert len(pcm(recording(90))) == 2 * 60 * RATE


@pytest.mark.parametrize("audio", [b"", b"OggS\0", b"#EXTM3U\nfile:///etc/passwd\n", recording(0.1, 8_000)[:30]])
def test_what_is_no_recording_is_refused(audio: bytes) -> None:
    """With ffmpeg and without: never an exception of another kind, never a file of this machine."""
    with pytest.raises(SpeechUnavailable, match="can't be decoded"):
        pcm(audio)


def test_another_rate_is_decoded_where_ffmpeg_is() -> None:
    if shutil.which("ffmpeg") is None:
        with pytest.raises(SpeechUnavailable, match="can't be decoded"):
            pcm(recording(0.5, 8_000))
    else:
        assert abs(len(pcm(recording(0.5, 8_000))) - RATE) < 400
