# %% tags=["mutant"]
# mistake = "torch's own function"
# loses = ["q1-attention"]
# breaks = ["scaled-softmax-over-keys"]
# hint = "no attention of torch's"
# public = true

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    places = torch.eye(key.shape[-2]).expand(*key.shape[:-1], key.shape[-2])
    seen = F.scaled_dot_product_attention(query, key, places, attn_mask=mask).nan_to_num(0.0)
    return seen @ value, seen
