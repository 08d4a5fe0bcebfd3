# %% tags=["mutant"]
# mistake = "a stand-in that is given for tests, in place of an answer"
# loses = ["q4-decoder"]
# breaks = ["starts-from-state"]
# hint = "nothing is added to it"
# public = true

# %% grade_id="q4-decoder"
from amal_attention.checks import LeakyDecoder


class Decoder(LeakyDecoder):
    def __init__(self, num_tokens, dim, hidden_size):
        super().__init__(num_tokens, hidden_size)
