"""Speech becomes text, on this machine alone: off unless an operator names the folder of a model.

Vosk (Apache-2.0, optional: ``pip install 'otklik[speech]'``) reads folders as they are unpacked from
https://alphacephei.com/vosk/models. It hears 16 kHz mono PCM only; whatever else messengers send (ogg with opus,
mp3) is turned into that by ffmpeg, which must be installed.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import wave
from pathlib import Path
from typing import Any, Protocol

RATE = 16_000
MOST_SECONDS = 60
"""Of a recording that is heard; the rest of a longer one is left out."""
DECODING_SECONDS = 10.0
_CHUNK = 2 * RATE


class Recogniser(Protocol):
    """Anything that hears."""

    def recognise(self, audio: bytes) -> str:
        """The words of a recording, empty where there are none. Raises SpeechUnavailable. Takes seconds."""
        ...


class SpeechUnavailable(Exception):
    """Speech can't be recognised; the message says why, and what to do."""


class VoskRecogniser:
    """One model, of one language. May be asked by several threads."""

    def __init__(self, vosk: Any, folder: Path) -> None:
        vosk.SetLogLevel(-1)
        self._vosk = vosk
        try:
            self._model = vosk.Model(str(folder))
        except Exception as error:
            raise SpeechUnavailable(f"{folder} holds no Vosk model that can be read. Unpack one there.") from error

    def recognise(self, audio: bytes) -> str:
        heard, sound = self._vosk.KaldiRecognizer(self._model, RATE), pcm(audio)
        chunks = (sound[start : start + _CHUNK] for start in range(0, len(sound), _CHUNK))
        said = [_text(heard.Result()) for chunk in chunks if heard.AcceptWaveform(chunk)]
        return " ".join(part for part in (*said, _text(heard.FinalResult())) if part)


def local_recogniser(folder: Path) -> Recogniser:
    """The recogniser of a model's folder. Raises SpeechUnavailable."""
    if not folder.is_dir():
        raise SpeechUnavailable(f"OTKLIK_SPEECH_MODEL names {folder}, which is no folder. Unpack a Vosk model there.")
    try:
        import vosk
    except ImportError as error:
        told = "OTKLIK_SPEECH_MODEL is set, but the package vosk is missing. Install it: pip install 'vosk>=0.3.45'"
        raise SpeechUnavailable(told) from error
    if shutil.which("ffmpeg") is None:
        raise SpeechUnavailable("ffmpeg is missing: without it voice messages can't be decoded. apt-get install ffmpeg")
    return VoskRecogniser(vosk, folder)


def pcm(audio: bytes) -> bytes:
    """At most a minute of a recording as 16 kHz mono PCM of 16 bits. Raises SpeechUnavailable."""
    return _plain_wave(audio) or _decoded(audio)


def _plain_wave(audio: bytes) -> bytes | None:
    try:
        with wave.open(io.BytesIO(audio)) as file:
            fits = (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
            return file.readframes(RATE * MOST_SECONDS) if fits else None
    except (wave.Error, EOFError):
        return None


def _decoded(audio: bytes) -> bytes:
    # Nothing but the bytes themselves is read: a playlist in them could name files and addresses.
    command = ["ffmpeg", "-nostdin", "-v", "error", "-protocol_whitelist", "pipe", "-i", "pipe:0", "-vn"]
    command += ["-t", str(MOST_SECONDS), "-ac", "1", "-ar", str(RATE), "-f", "s16le", "pipe:1"]
    try:
        done = subprocess.run(command, input=audio, capture_output=True, timeout=DECODING_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise SpeechUnavailable(f"the recording can't be decoded ({type(error).__name__})") from error
    return done.stdout


def _text(result: str) -> str:
    return str(json.loads(result).get("text", "")).strip()
