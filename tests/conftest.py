"""What every test starts from, whatever started the tests."""

from __future__ import annotations

import signal

# Whoever runs the tests in the background hands an ignored SIGINT down, and a shell cannot take that back.
signal.signal(signal.SIGINT, signal.default_int_handler)
