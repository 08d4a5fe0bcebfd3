# %% tags=["mutant"]
# mistake = "as many tokens are written as the source has: max_length tells how many"
# loses = ["q5-naive"]
# breaks = ["writes-the-script"]
# hint = "the most likely one comes next"
# public = true

# %% grade_id="q5-naive"
@torch.no_grad()
def decode_naive(encoder, decoder, source, mask, max_length):
    written = torch.full((len(source), 1), START)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(source.shape[1]):
        memory, state = encoder(source, mask)
        logits, _, _ = decoder(written, state, memory, mask)
        following = logits[:, -1].argmax(dim=1).masked_fill(ended, PAD)
        written = torch.cat([written, following.unsqueeze(1)], dim=1)
        ended = ended | (following == END)
    written = written[:, 1:]
    return F.pad(written, (0, max_length - written.shape[1]))
