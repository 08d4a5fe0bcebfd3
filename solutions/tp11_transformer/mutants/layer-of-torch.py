# %% tags=["mutant"]
# mistake = "torch's own layer, and an attention beside it for the weights"
# loses = ["q4-encoder-layer"]
# breaks = ["attends"]
# hint = "the layer is built of its parts"
# public = false

# %% grade_id="q4-encoder-layer"
class EncoderLayer(nn.Module):
    def __init__(self, dim, heads, hidden_size, norm_first=False, dropout=0.0):
        super().__init__()
        self.layer = nn.TransformerEncoderLayer(
            dim, heads, hidden_size, dropout, batch_first=True, norm_first=norm_first
        )

    def forward(self, x, mask):
        y = self.layer.norm1(x) if self.layer.norm_first else x
        _, weights = self.layer.self_attn(y, y, y, key_padding_mask=~mask, average_attn_weights=False)
        return self.layer(x, src_key_padding_mask=~mask), weights
