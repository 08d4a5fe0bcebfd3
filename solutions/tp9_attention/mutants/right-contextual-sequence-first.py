# %% tags=["mutant"]
# variant = "no batch_first, but the axes are transposed before and after; packed; attention of question 2 reused"
# loses = []

# %% grade_id="q4-contextual"
import torch.nn.utils.rnn as rnn_utils


class ContextualPooling(nn.Module):
    def __init__(self, dim, hidden_size, num_layers=1, cell="lstm", bidirectional=False):
        super().__init__()
        kinds = dict(gru=nn.GRU, lstm=nn.LSTM)
        self.encoder = kinds[cell](dim, hidden_size, num_layers, bidirectional=bidirectional)
        self.out_features = (1 + int(bidirectional)) * hidden_size
        self.attention = LearnedQueryPooling(self.out_features)

    def forward(self, x, mask):
        n = mask.sum(1)
        seq = rnn_utils.pack_padded_sequence(x.transpose(0, 1), n, enforce_sorted=False)
        states, _ = rnn_utils.pad_packed_sequence(self.encoder(seq)[0])
        return self.attention(states.transpose(0, 1), mask)
