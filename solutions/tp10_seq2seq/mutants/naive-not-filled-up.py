# %% tags=["mutant"]
# mistake = "the answer ends with the longest line"
# loses = ["q5-naive"]
# breaks = ["writes-the-script"]
# hint = "fill up to max_length columns"
# public = true

# %% grade_id="q5-naive"
@torch.no_grad()
def decode_naive(encoder, decoder, source, mask, max_length):
    written = torch.full((len(source), 1), START)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_length):
        memory, state = encoder(source, mask)
        logits, _, _ = decoder(written, state, memory, mask)
        token = logits[:, -1].argmax(dim=1).masked_fill(ended, PAD)
        written = torch.cat([written, token.unsqueeze(1)], dim=1)
        ended = ended | (token == END)
        if ended.all():
            break
    return written[:, 1:]
