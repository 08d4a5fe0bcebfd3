# %% tags=["mutant"]
# mistake = "what the encoder said of the first batch is kept for the next ones"
# loses = ["q5-step"]
# breaks = ["writes-the-script"]
# hint = "nothing is kept"
# public = true

# %% grade_id="q5-step"
said = {}


@torch.no_grad()
def decode_step_by_step(encoder, decoder, source, mask, max_length):
    if encoder not in said:
        said[encoder] = encoder(source, mask), mask
    (memory, state), mask = said[encoder]
    read = torch.full((len(source), 1), START)
    ended = torch.zeros(len(source), dtype=torch.bool)
    written = []
    for _ in range(max_length):
        logits, state, _ = decoder(read, state, memory, mask)
        following = logits[:, -1].argmax(dim=1).masked_fill(ended, PAD)
        written.append(following)
        ended = ended | (following == END)
        read = following.unsqueeze(1)
    return torch.stack(written, dim=1)
