# %% tags=["mutant"]
# mistake = "the last token is read too, though nothing is written after it"
# loses = ["q5-step"]
# breaks = ["cost"]
# hint = "read no more"
# public = true

# %% grade_id="q5-step"
@torch.no_grad()
def decode_step_by_step(encoder, decoder, source, mask, max_length):
    memory, state = encoder(source, mask)
    read = torch.full((len(source), 1), START)
    ended = torch.zeros(len(source), dtype=torch.bool)
    written = []
    for _ in range(max_length + 1):
        logits, state, _ = decoder(read, state, memory, mask)
        following = logits[:, -1].argmax(dim=1).masked_fill(ended, PAD)
        written.append(following)
        ended = ended | (following == END)
        read = following.unsqueeze(1)
    return torch.stack(written[:max_length], dim=1)
