"""Keeps PySide6 from reading the source of every module that is imported after it."""

import sys

FEATURES = "PySide6.support.feature"
SCAN = "_mod_uses_pyside"


def skip_feature_scan() -> bool:
    """Say beforehand what the scan would find: nothing here uses ``from __feature__ import``.

    PySide6 looks for its own name in the source of each new module, to know where such
    switches may apply. That is a tenth of what a start spends on imports, and more for VTK.
    Nothing public turns it off; where a release calls it otherwise, starting only takes longer,
    and this returns False.
    """
    features = sys.modules.get(FEATURES)
    if not hasattr(features, SCAN):
        return False
    setattr(features, SCAN, lambda module: False)
    return True
