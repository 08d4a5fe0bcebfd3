# %% tags=["mutant"]
# variant = "lines that have ended leave the batch"
# loses = []

# %% grade_id="q5-step"
@torch.no_grad()
def decode_step_by_step(encoder, decoder, source, mask, max_length):
    memory, state = encoder(source, mask)
    answer = torch.zeros(len(source), max_length, dtype=torch.long)
    left = torch.arange(len(source))
    token = torch.full((len(source), 1), START)
    for place in range(max_length):
        logits, state, _ = decoder(token, state, memory[left], mask[left])
        token = logits.argmax(dim=2)
        answer[left, place] = token[:, 0]
        going = token[:, 0] != END
        left, token, state = left[going], token[going], state[going]
        if len(left) == 0:
            break
    return answer
