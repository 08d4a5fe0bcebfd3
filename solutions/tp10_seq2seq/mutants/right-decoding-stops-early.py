# %% tags=["mutant"]
# variant = "decoding stops once all lines have ended, and fills up; END is read after END"
# loses = []

# %% grade_id="q5-naive"
@torch.no_grad()
def decode_naive(encoder, decoder, source, mask, max_length):
    line = torch.full((len(source), 1), START, device=source.device)
    done = torch.zeros(len(source), dtype=torch.bool, device=source.device)
    answer = torch.zeros(len(source), max_length, dtype=torch.long, device=source.device)
    for t in range(max_length):
        memory, h = encoder(source, mask)
        out, h, _ = decoder(line, h, memory, mask)
        best = out[:, -1, :].argmax(-1)
        best[done] = END
        answer[~done, t] = best[~done]
        done |= best.eq(END)
        line = torch.cat([line, best[:, None]], 1)
        if done.all():
            break
    return answer


# %% grade_id="q5-prefix"
@torch.no_grad()
def decode_from_prefix(encoder, decoder, source, mask, max_length):
    memory, h0 = encoder(source, mask)
    answer = torch.zeros(len(source), max_length + 1, dtype=torch.long)
    answer[:, 0] = START
    done = torch.zeros(len(source), dtype=torch.bool)
    for t in range(1, max_length + 1):
        if bool(done.all()):
            break
        best = decoder(answer[:, :t], h0, memory, mask)[0][:, t - 1].argmax(-1)
        answer[:, t] = torch.where(done, torch.tensor(PAD), best)
        done = done | (best == END)
    return answer[:, 1:]


# %% grade_id="q5-step"
@torch.no_grad()
def decode_step_by_step(encoder, decoder, source, mask, max_length):
    memory, h = encoder(source, mask)
    x = torch.full([source.size(0), 1], START)
    out = []
    alive = torch.ones(source.size(0), dtype=torch.long)
    while len(out) < max_length and alive.any():
        logits, h, _ = decoder(x, h, memory, mask)
        best = logits[:, 0].argmax(dim=-1)
        out.append(best * alive)
        alive = alive * (best != END)
        x = torch.where(alive.bool(), best, torch.tensor(END)).unsqueeze(1)
    return F.pad(torch.stack(out, 1), (0, max_length - len(out)), value=PAD)
