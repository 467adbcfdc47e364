import os

import helpers  # noqa: F401 (its OpenMP setting must come before scikit-learn)

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
