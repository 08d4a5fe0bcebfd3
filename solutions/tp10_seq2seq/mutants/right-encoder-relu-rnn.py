# %% tags=["mutant"]
# variant = "an RNN with a ReLU, memory first in the pair by a named tuple of its own"
# loses = []

# %% grade_id="q2-encoder"
from collections import namedtuple

Read = namedtuple("Read", "memory final")


class Encoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size, num_layers=1, bidirectional=False):
        super().__init__()
        self.out_features = 2 * hidden_size if bidirectional else hidden_size
        self.embedding = nn.Embedding(num_tokens, dim)
        self.rnn = nn.RNN(
            dim, hidden_size, num_layers, "relu", batch_first=True, bidirectional=bidirectional
        )

    def forward(self, tokens, mask):
        packed = pack_padded_sequence(self.embedding(tokens), mask.sum(1).cpu(), True, False)
        out, h = self.rnn(packed)
        memory, _ = pad_packed_sequence(out, True, 0.0, tokens.shape[1])
        return Read(memory, torch.cat([*h[-2:]], dim=1) if self.rnn.bidirectional else h[-1])
