"""The area under a ROC curve, with which checks compare."""

import numpy as np


def roc_area(is_signal: np.ndarray, scores: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Area under the ROC curve of scores (n_events,) that grow with signal; is_signal: (n_events,), of both kinds."""
    from sklearn.metrics import roc_auc_score  # here, because notebooks without classifiers need not wait for it

    return float(roc_auc_score(is_signal, scores, sample_weight=weights))


def mean_area(targets: np.ndarray, outputs: np.ndarray) -> float:
    """Mean of the areas of each class against the rest; targets, of one 1 a row, and outputs: (n_events, n_classes)."""
    return float(np.mean([roc_area(targets[:, n], outputs[:, n]) for n in range(targets.shape[1])]))
