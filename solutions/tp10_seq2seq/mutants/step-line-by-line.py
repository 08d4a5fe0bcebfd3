# %% tags=["mutant"]
# mistake = "one line after the other: the encoder is called once for each"
# loses = ["q5-step"]
# breaks = ["cost"]
# hint = "one call of the encoder for the whole batch"
# public = true

# %% grade_id="q5-step"
@torch.no_grad()
def decode_step_by_step(encoder, decoder, source, mask, max_length):
    lines = []
    for row in range(len(source)):
        memory, state = encoder(source[row : row + 1], mask[row : row + 1])
        read, line = torch.tensor([[START]]), []
        while len(line) < max_length and (not line or line[-1] != END):
            logits, state, _ = decoder(read, state, memory, mask[row : row + 1])
            read = logits.argmax(dim=2)
            line.append(read.item())
        lines.append(line + [PAD] * (max_length - len(line)))
    return torch.tensor(lines)
