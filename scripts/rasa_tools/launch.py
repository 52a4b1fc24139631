"""Rasa's own command, run by Rasa's interpreter: ``python -m scripts.rasa_tools.launch ARGUMENT...``.

A command line is everybody's to read, so the token comes in the environment and is added here.
"""

import os
import sys

if __name__ == "__main__":
    token = os.environ.pop("OTKLIK_RASA_TOKEN", "")
    sys.argv[0] = "rasa"
    if token:
        # One word, as a token may begin with "-", which as a word of its own is taken for an option.
        sys.argv.append(f"--auth-token={token}")
    from rasa.__main__ import main

    main()
