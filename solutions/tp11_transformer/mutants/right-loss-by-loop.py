# %% tags=["mutant"]
# variant = "the loss by a loop over pairs"
# loses = []

# %% grade_id="q7-next-token-loss"
def next_token_loss(logits, tokens, mask):
    losses = []
    for line, words, seen in zip(logits, tokens, mask):
        for place in range(len(words) - 1):
            if seen[place] and seen[place + 1]:
                losses.append(line[place].logsumexp(0) - line[place, words[place + 1]])
    return torch.stack(losses).mean()
