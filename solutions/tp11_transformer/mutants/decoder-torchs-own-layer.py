# %% tags=["mutant"]
# mistake = "torch's own decoder layer"
# loses = ["q8-decoder-layer"]
# breaks = ["network"]
# hint = "written by hand"
# public = false

# %% grade_id="q8-decoder-layer"
class DecoderLayer(nn.Module):
    def __init__(self, dim, heads, hidden_size, norm_first=False, dropout=0.0):
        super().__init__()
        self.layer = nn.TransformerDecoderLayer(
            dim, heads, hidden_size, dropout, batch_first=True, norm_first=norm_first
        )
        self.look = self.layer.multihead_attn

    def forward(self, x, mask, memory, memory_mask):
        kept = {}
        layer, original = self.layer, self.look.forward

        def keeping(*given, **named):
            named["need_weights"], named["average_attn_weights"] = True, False
            states, kept["weights"] = original(*given, **named)
            return states, None

        self.look.forward = keeping
        later = ~torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).tril()
        states = layer(
            x,
            memory,
            tgt_mask=later,
            tgt_key_padding_mask=~mask,
            memory_key_padding_mask=~memory_mask,
        )
        del self.look.forward
        return states, kept["weights"]
