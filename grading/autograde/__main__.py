"""`python -m grading.autograde`."""

import sys

from grading.autograde.command import main

sys.exit(main())
