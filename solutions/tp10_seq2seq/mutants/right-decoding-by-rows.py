# %% tags=["mutant"]
# variant = "lines are kept as Python lists, a step at a time for all of them; gradients are recorded, in inference mode or not"
# loses = []

# %% grade_id="q5-naive"
def decode_naive(encoder, decoder, source, mask, max_length):
    lines = [[START] for _ in source]
    for _ in range(max_length):
        memory, state = encoder(source, mask)
        read = torch.tensor(lines)
        logits, _, _ = decoder(read, state, memory, mask)
        for line, scores in zip(lines, logits[:, -1]):
            line.append(PAD if END in line or line[-1] == PAD else int(scores.argmax()))
    return torch.tensor(lines)[:, 1:]


# %% grade_id="q5-prefix"
@torch.inference_mode()
def decode_from_prefix(encoder, decoder, source, mask, max_length):
    memory, first = encoder(source, mask)
    lines = torch.full((len(source), 1), START)
    for _ in range(max_length):
        logits, _, _ = decoder(lines, first, memory, mask)
        probabilities = torch.softmax(logits[:, -1], dim=-1)
        choice = probabilities.argmax(dim=-1, keepdim=True)
        over = (lines == END).sum(dim=1, keepdim=True) > 0
        lines = torch.cat([lines, choice * ~over], dim=1)
    return lines[:, 1:]


# %% grade_id="q5-step"
def decode_step_by_step(encoder, decoder, source, mask, max_length):
    encoder.eval(), decoder.eval()
    memory, state = encoder(source, mask)
    rows = [[] for _ in range(len(source))]
    last = [START] * len(source)
    for _ in range(max_length):
        logits, state, _ = decoder(torch.tensor(last).view(-1, 1), state, memory, mask)
        last = logits.log_softmax(dim=-1).argmax(dim=-1).flatten().tolist()
        for row, token in zip(rows, last):
            if END not in row:
                row.append(token)
        if all(END in row for row in rows):
            break
    return torch.tensor([row + [PAD] * (max_length - len(row)) for row in rows])
