# %% tags=["mutant"]
# mistake = "what is no token 0 is taken for text, whatever the mask says"
# loses = ["q4-loss"]
# breaks = ["mean-over-real-tokens"]
# hint = "the mask tells what counts"
# public = true

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    return F.cross_entropy(logits.transpose(1, 2), target, ignore_index=PAD)
