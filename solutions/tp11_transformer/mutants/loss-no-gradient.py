# %% tags=["mutant"]
# mistake = "the number is taken out of the graph"
# loses = ["q7-next-token-loss"]
# breaks = ["finite"]
# hint = "no detach, no item"
# public = true

# %% grade_id="q7-next-token-loss"
def next_token_loss(logits: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
    counts = mask[:, :-1] & mask[:, 1:]
    loss = F.cross_entropy(logits[:, :-1][counts], tokens[:, 1:][counts])
    return torch.tensor(loss.item())
