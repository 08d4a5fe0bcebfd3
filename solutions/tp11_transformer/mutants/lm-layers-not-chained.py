# %% tags=["mutant"]
# mistake = "each layer reads the words, not what the one before says"
# loses = ["q7-language-model"]
# breaks = ["learned"]
# hint = "is not used in the answer"
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
        self.layers = nn.ModuleList(
            EncoderLayer(dim, heads, hidden_size, norm_first=True, dropout=dropout)
            for _ in range(num_layers)
        )
        self.linear = nn.Linear(dim, num_tokens)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        words = self.embedding(tokens)
        words = words + sinusoidal_positions(words.shape[1], words.shape[2]).to(words)
        seen = causal_mask(tokens.shape[1]).to(mask.device) & mask.unsqueeze(1)
        for layer in self.layers:
            states, _ = layer(words, seen)
        return self.linear(states)
