# %% tags=["mutant"]
# mistake = "all three ways stop when any line has ended"
# loses = ["q5-step"]
# breaks = ["stops-at-end"]
# hint = "stops no other"
# public = true

# %% grade_id="q5-step"
@torch.no_grad()
def decode_step_by_step(encoder, decoder, source, mask, max_length):
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
        if ended.any():
            break
    written = torch.stack(written, dim=1)
    return F.pad(written, (0, max_length - written.shape[1]))


# %% grade_id="q5-naive"
@torch.no_grad()
def decode_naive(encoder, decoder, source, mask, max_length):
    written = torch.full((len(source), 1), START)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_length):
        memory, state = encoder(source, mask)
        logits, _, _ = decoder(written, state, memory, mask)
        following = logits[:, -1].argmax(dim=1).masked_fill(ended, PAD)
        written = torch.cat([written, following.unsqueeze(1)], dim=1)
        ended = ended | (following == END)
        if ended.any():
            break
    return F.pad(written[:, 1:], (0, max_length + 1 - written.shape[1]))


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
