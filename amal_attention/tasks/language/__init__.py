"""Language modelling: texts as a stream of words, how well a model tells each next one, and how it goes on writing.

Names come when they are asked for: Lightning takes seconds to import, and a batch needs none of it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
