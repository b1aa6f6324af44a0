"""`python -m rems …`"""

import sys

from rems.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
