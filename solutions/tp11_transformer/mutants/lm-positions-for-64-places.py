# %% tags=["mutant"]
# mistake = "the learned positions end at 64 places"
# loses = ["q7-language-model"]
# breaks = ["no-future-but-its-past"]
# hint = "no table that ends"
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
        self.embedding = nn.Embedding(num_tokens, dim)
        self.places = nn.Embedding(64, dim)
        self.encoder = Encoder(
            dim, heads, hidden_size, num_layers, norm_first=True, dropout=dropout
        )
        self.linear = nn.Linear(dim, num_tokens)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        words = self.embedding(tokens)
        words = words + self.places(torch.arange(words.shape[1]))
        seen = causal_mask(tokens.shape[1]).to(mask.device) & mask.unsqueeze(1)
        return self.linear(self.encoder(words, seen)[0])
