"""Image classification: small pictures of digits, how many are told rightly, and which squares a model looks at.

Names come when they are asked for: Lightning takes seconds to import, and a batch needs none of it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
