"""The runtimes of `shells/`, each in its own shell, against one contract."""

import pytest

pytest.register_assert_rewrite("tests.shells.contract", "tests.shells.posixlike")
