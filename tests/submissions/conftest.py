import helpers  # noqa: F401 (its settings of OpenMP and TensorFlow must come before scikit-learn and Keras)
