# %% tags=["mutant"]
# variant = "a loop over places, a softmax over the slice"
# loses = []

# %% grade_id="q8-key-value"
class KeyValueAttention(nn.Module):
    def __init__(self, dim, window):
        super().__init__()
        self.dim, self.L = dim, window
        self.W1 = nn.Linear(dim, 7, bias=False)
        self.W2 = nn.Linear(dim, 7, bias=False)
        self.v = nn.Parameter(torch.randn(7))

    def forward(self, states, mask):
        B, T, _ = states.shape
        k, v = states[:, :, : self.dim], states[:, :, self.dim :]
        contexts, rows = [torch.zeros_like(v[:, 0])], [torch.zeros_like(states[:, :, 0])]
        for i in range(1, T):
            a = max(0, i - self.L)
            s = torch.tanh(self.W1(k[:, a:i]) + self.W2(k[:, i]).unsqueeze(1)) @ self.v
            w = torch.softmax(s, dim=1) * mask[:, i : i + 1]
            contexts.append((w.unsqueeze(2) * v[:, a:i]).sum(dim=1))
            rows.append(F.pad(w, (a, T - i)))
        return torch.stack(contexts, dim=1), torch.stack(rows, dim=1)
