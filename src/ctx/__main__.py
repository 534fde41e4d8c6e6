"""Start of the program. Kept tiny: run as a script it is compiled anew each time.

Installed launchers and shell hooks start it as `python -I -S <this file>`: isolated from the user's PYTHON*
variables and without `site`, which alone costs more than everything else that `ctx use` does.
"""

import sys

if not __package__:
    sys.path.insert(0, __file__.rpartition("/ctx/")[0] or __file__.replace("\\", "/").rpartition("/ctx/")[0])

from ctx.cli.main import main

if __name__ == "__main__":
    main()
