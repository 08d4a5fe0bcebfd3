# %% tags=["mutant"]
# mistake = "in the second way alone, decoding stops when any line has ended"
# loses = ["q5-prefix"]
# breaks = ["writes-the-script"]
# hint = "stops no other"
# public = true

# %% grade_id="q5-prefix"
@torch.no_grad()
def decode_from_prefix(encoder, decoder, source, mask, max_length):
    memory, state = encoder(source, mask)
    written = torch.full((len(source), 1), START)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_length):
        logits, _, _ = decoder(written, state, memory, mask)
        following = logits[:, -1].argmax(dim=1).masked_fill(ended, PAD)
        written = torch.cat([written, following.unsqueeze(1)], dim=1)
        ended = ended | (following == END)
        if ended.any():
            break
    return F.pad(written[:, 1:], (0, max_length + 1 - written.shape[1]))
