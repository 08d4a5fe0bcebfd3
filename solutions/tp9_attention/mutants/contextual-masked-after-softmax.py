# %% tags=["mutant"]
# mistake = "weights are masked after the softmax and not renormalised"
# loses = ["q4-contextual"]
# breaks = ["weights"]
# hint = "set to 0 on padding after the softmax"
# public = true

# %% grade_id="q4-contextual"
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class ContextualPooling(nn.Module):
    def __init__(self, dim, hidden_size, num_layers=1, cell="lstm", bidirectional=False):
        super().__init__()
        self.rnn = getattr(nn, cell.upper())(
            dim, hidden_size, num_layers=num_layers, batch_first=True, bidirectional=bidirectional
        )
        self.out_features = 2 * hidden_size if bidirectional else hidden_size
        self.score = nn.Linear(self.out_features, 1)

    def forward(self, x, mask):
        lengths = mask.sum(dim=1)
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        out, _ = self.rnn(packed)
        out, _ = pad_packed_sequence(out, batch_first=True, total_length=mask.shape[1])
        attn = F.softmax(self.score(out).squeeze(-1), dim=1) * mask
        return (attn.unsqueeze(-1) * out).sum(1), attn
