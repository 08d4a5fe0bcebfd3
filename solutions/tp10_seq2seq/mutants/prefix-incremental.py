# %% tags=["mutant"]
# mistake = "decoding from the prefix, answered by the incremental way"
# loses = ["q5-prefix"]
# breaks = ["cost"]
# hint = "decodes all that is written again"
# public = true

# %% grade_id="q5-prefix"
@torch.no_grad()
def decode_from_prefix(encoder, decoder, source, mask, max_length):
    memory, state = encoder(source, mask)
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
