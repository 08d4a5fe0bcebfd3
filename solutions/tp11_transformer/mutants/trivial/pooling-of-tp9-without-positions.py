# %% tags=["mutant"]
# trivial = "TP 9's learned query over the words, as wide as the model"

# %% grade_id="q6-encoder-pooling"
class EncoderPooling(nn.Module):
    def __init__(
        self,
        dim,
        model_dim,
        heads,
        hidden_size,
        num_layers=1,
        readout="query",
        positions=True,
        norm_first=True,
        dropout=0.0,
    ):
        super().__init__()
        self.out_features = model_dim
        self.value = nn.Linear(dim, model_dim)
        self.query = nn.Parameter(torch.randn(model_dim))

    def forward(self, x, mask):
        v = self.value(x)
        w = (v @ self.query).masked_fill(~mask, -1e9).softmax(dim=1) * mask
        return (w.unsqueeze(1) @ v).squeeze(1), w
