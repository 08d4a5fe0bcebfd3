# %% tags=["mutant"]
# mistake = "torch's own function, by getattr"
# loses = ["q1-attention"]
# breaks = ["scaled-softmax-over-keys"]
# hint = "no attention of torch's"
# public = true

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    look = getattr(F, "scaled_dot_product_attention")
    places = torch.eye(key.shape[-2]).expand(*key.shape[:-1], key.shape[-2])
    seen = look(query, key, places, attn_mask=mask).nan_to_num(0.0)
    return seen @ value, seen
