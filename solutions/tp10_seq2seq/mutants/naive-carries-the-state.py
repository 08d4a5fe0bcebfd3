# %% tags=["mutant"]
# mistake = "each step encodes again, but decodes from the state before: only the last token is read"
# loses = ["q5-naive"]
# breaks = ["cost"]
# hint = "calls of the decoder"
# public = true

# %% grade_id="q5-naive"
@torch.no_grad()
def decode_naive(encoder, decoder, source, mask, max_length):
    written = torch.full((len(source), 1), START)
    ended = torch.zeros(len(source), dtype=torch.bool)
    _, state = encoder(source, mask)
    for _ in range(max_length):
        memory, _ = encoder(source, mask)
        logits, state, _ = decoder(written[:, -1:], state, memory, mask)
        following = logits[:, -1].argmax(dim=1).masked_fill(ended, PAD)
        written = torch.cat([written, following.unsqueeze(1)], dim=1)
        ended = ended | (following == END)
    return written[:, 1:]
