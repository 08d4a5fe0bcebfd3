# %% tags=["mutant"]
# mistake = "the answer holds floats: torch.zeros without a type"
# loses = ["q5-step"]
# breaks = ["form"]
# hint = "tokens are int64"
# public = true

# %% grade_id="q5-step"
@torch.no_grad()
def decode_step_by_step(encoder, decoder, source, mask, max_length):
    memory, state = encoder(source, mask)
    read = torch.full((len(source), 1), START)
    ended = torch.zeros(len(source), dtype=torch.bool)
    written = torch.zeros(len(source), max_length)
    for place in range(max_length):
        logits, state, _ = decoder(read, state, memory, mask)
        following = logits[:, -1].argmax(dim=1).masked_fill(ended, PAD)
        written[:, place] = following
        ended = ended | (following == END)
        read = following.unsqueeze(1)
    return written
