"""``python -m bot`` is ``otklik``."""

import sys

from bot.cli import main

sys.exit(main())
