# %% tags=["mutant"]
# mistake = "one layer, called num_layers times"
# loses = ["q7-language-model"]
# breaks = ["own-layers"]
# hint = "each layer has parameters of its own"
# public = true

# %% grade_id="q7-language-model"
class LanguageModel(nn.Module):
    def __init__(
        self,
        num_tokens: int,
        dim: int,
        heads: int,
        hidden_size: int,
        num_layers: int = 1,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, dim)
        layer = EncoderLayer(dim, heads, hidden_size, norm_first=True, dropout=dropout)
        self.layers = nn.ModuleList([layer] * num_layers)
        self.linear = nn.Linear(dim, num_tokens)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        words = self.embedding(tokens)
        words = words + sinusoidal_positions(words.shape[1], words.shape[2]).to(words)
        seen = causal_mask(tokens.shape[1]).to(mask.device) & mask.unsqueeze(1)
        for layer in self.layers:
            words, _ = layer(words, seen)
        return self.linear(words)
