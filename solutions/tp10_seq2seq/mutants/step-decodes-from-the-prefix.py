# %% tags=["mutant"]
# mistake = "the incremental way, answered by the one that decodes the prefix again"
# loses = ["q5-step"]
# breaks = ["cost"]
# hint = "each step reads one token: hand on the state"
# public = true

# %% grade_id="q5-step"
@torch.no_grad()
def decode_step_by_step(encoder, decoder, source, mask, max_length):
    memory, state = encoder(source, mask)
    written = torch.full((len(source), 1), START)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_length):
        logits, _, _ = decoder(written, state, memory, mask)
        following = logits[:, -1].argmax(dim=1).masked_fill(ended, PAD)
        written = torch.cat([written, following.unsqueeze(1)], dim=1)
        ended = ended | (following == END)
    return written[:, 1:]
