# %% tags=["mutant"]
# mistake = "max_norm: a call shortens the vectors of the words that it reads"
# loses = ["q7-language-model"]
# breaks = ["calls"]
# hint = "writes none"
# public = false

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
        self.embedding = nn.Embedding(num_tokens, dim, max_norm=1.0)
        self.encoder = Encoder(
            dim, heads, hidden_size, num_layers, norm_first=True, dropout=dropout
        )
        self.linear = nn.Linear(dim, num_tokens)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        words = self.embedding(tokens)
        words = words + sinusoidal_positions(words.shape[1], words.shape[2]).to(words)
        seen = causal_mask(tokens.shape[1]).to(mask.device) & mask.unsqueeze(1)
        return self.linear(self.encoder(words, seen)[0])
