# %% tags=["mutant"]
# variant = "entropy through torch.distributions.Categorical"
# loses = []

# %% grade_id="q2-entropy"
from torch.distributions import Categorical


def attention_entropy(weights, mask):
    return Categorical(probs=weights * mask).entropy()
