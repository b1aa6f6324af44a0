"""`python -m rems …`"""

import sys

from rems.cli.main import main

sys.exit(main())
