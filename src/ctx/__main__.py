"""Start of the program. Kept tiny: run as a script it is compiled anew each time.

Installed launchers and shell hooks start it as `python -I -S <this file>`: isolated from the user's PYTHON*
variables and without `site`, which alone costs more than everything else that `ctx use` does.
"""

import gc
import sys

if not __package__:
    # Looking for cycles would take 1.4 of the 15 ms that a start costs beside the bare interpreter; ctx ends before they
    # matter.
    gc.disable()
    sys.path.insert(0, __file__.rpartition("/ctx/")[0] or __file__.replace("\\", "/").rpartition("/ctx/")[0])
    from ctx.finder import install

    install()

from ctx.cli.main import main

if __name__ == "__main__":
    main()
