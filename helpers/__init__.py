"""What the notebooks of the course import: data sets, checks that speak, and the style of the figures."""

import logging
import os

# Threads of scikit-learn's trees that wait by spinning stop each other where cores are shared: 95 s instead of 3 s for
# the BDT of Exercise 5 on two busy cores. The setting counts only if it is there before scikit-learn is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
# TensorFlow tells at its import, on stderr, which instructions the processor has; this counts if it is there before.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# On some processors TensorFlow rounds otherwise than on others, and says so on stderr, each time that it is loaded.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
# TensorFlow warns when networks predict for batches of ever new sizes, as test cells let them on purpose.
logging.getLogger("tensorflow").addFilter(lambda record: "retracing" not in record.getMessage())
