"""Text classification: reviews, what is measured of a classifier, and how it is shown.

Names come when they are asked for: Lightning takes seconds to import, and a batch needs none of it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
