# %% tags=["mutant"]
# variant = "the window by unfold, weights scattered back"
# loses = []

# %% grade_id="q8-key-value"
class KeyValueAttention(nn.Module):
    def __init__(self, dim, window):
        super().__init__()
        self.dim, self.L = dim, window
        self.W1 = nn.Linear(dim, dim)
        self.W2 = nn.Linear(dim, dim)
        self.v = nn.Linear(dim, 1, bias=False)

    def forward(self, states, mask):
        B, T, _ = states.shape
        L = self.L
        before = F.pad(states, (0, 0, L, 0)).unfold(1, L, 1)[:, :T].transpose(2, 3)
        there = F.pad(mask, (L, 0)).unfold(1, L, 1)[:, :T] & mask.unsqueeze(2)
        keys, values = before[..., : self.dim], before[..., self.dim :]
        own = self.W2(states[..., : self.dim]).unsqueeze(2)
        scores = self.v(torch.tanh(self.W1(keys) + own)).squeeze(3)
        w = scores.masked_fill(~there, -1e30).softmax(dim=2) * there
        context = (w.unsqueeze(3) * values).sum(dim=2)
        place = torch.arange(T).unsqueeze(1) - L + torch.arange(L)
        weights = torch.zeros(B, T, T + L).scatter(2, (place + L).expand(B, T, L), w)
        return context, weights[:, :, L:]
