# %% tags=["mutant"]
# mistake = "TP 9's pooling over the states of a GRU"
# loses = ["q6-encoder-pooling"]
# breaks = ["attends-on-states", "order"]
# hint = "no recurrent layer"
# public = true

# %% grade_id="q6-encoder-pooling"
class EncoderPooling(nn.Module):
    def __init__(self, dim, model_dim, heads, hidden_size, num_layers=1, readout="query", positions=True, norm_first=True, dropout=0.0):
        super().__init__()
        self.out_features = model_dim
        self.gru = nn.GRU(dim, model_dim, num_layers, batch_first=True)
        self.query = nn.Parameter(torch.randn(model_dim))

    def forward(self, x, mask):
        states, _ = self.gru(x)
        w = (states @ self.query).masked_fill(~mask, -1e9).softmax(dim=1) * mask
        return (w.unsqueeze(1) @ states).squeeze(1), w
