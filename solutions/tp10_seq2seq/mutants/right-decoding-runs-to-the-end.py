# %% tags=["mutant"]
# variant = "decoding runs to the end and cleans; what is read after END is whatever was chosen"
# loses = []

# %% grade_id="q5-naive"
@torch.no_grad()
def decode_naive(encoder, decoder, source, mask, max_length):
    line = source.new_ones(source.shape[0], 1)
    while line.size(1) <= max_length:
        memory, final = encoder(source, mask)
        line = torch.cat((line, decoder(line, final, memory, mask)[0][:, -1:].argmax(-1)), 1)
    line = line[:, 1:]
    after = (line == END).cumsum(1) - (line == END).long() > 0
    return torch.where(after, PAD, line)


# %% grade_id="q5-prefix"
@torch.no_grad()
def decode_from_prefix(encoder, decoder, source, mask, max_length):
    memory, final = encoder(source, mask)
    line = source.new_ones(source.shape[0], 1)
    for _ in range(max_length):
        logits = decoder(line, final, memory, mask)[0]
        line = torch.cat((line, logits[:, -1:].max(dim=2).indices), 1)
    line = line[:, 1:]
    for i in range(1, max_length):
        over = (line[:, i - 1] == END) | (line[:, i - 1] == PAD)
        line[over, i] = PAD
    return line


# %% grade_id="q5-step"
@torch.no_grad()
def decode_step_by_step(encoder, decoder, source, mask, max_length):
    memory, state = encoder(source, mask)
    token, tokens = source.new_ones(source.shape[0], 1), []
    for _ in range(max_length):
        logits, state, _ = decoder(token, state, memory, mask)
        token = logits.topk(1).indices.squeeze(2)
        tokens.append(token)
    tokens = torch.cat(tokens, 1)
    for row in tokens:
        place = (row == END).nonzero()
        if len(place):
            row[place[0, 0] + 1 :] = PAD
    return tokens
