# %% tags=["mutant"]
# mistake = "the decoder reads all places at each step, those that are not written yet too"
# loses = ["q5-prefix"]
# breaks = ["cost"]
# hint = "decodes all that is written again"
# public = true

# %% grade_id="q5-prefix"
@torch.no_grad()
def decode_from_prefix(encoder, decoder, source, mask, max_length):
    memory, state = encoder(source, mask)
    written = torch.full((len(source), max_length + 1), PAD)
    written[:, 0] = START
    ended = torch.zeros(len(source), dtype=torch.bool)
    for place in range(max_length):
        logits, _, _ = decoder(written[:, :-1], state, memory, mask)
        following = logits[:, place].argmax(dim=1).masked_fill(ended, PAD)
        written[:, place + 1] = following
        ended = ended | (following == END)
    return written[:, 1:]
