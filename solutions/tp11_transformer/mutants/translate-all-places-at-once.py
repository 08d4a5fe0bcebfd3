# %% tags=["mutant"]
# mistake = "all places are taken from one call that has read START alone"
# loses = ["q8-translate"]
# breaks = ["feeds-back-what-it-wrote"]
# hint = "START"
# public = true

# %% grade_id="q8-translate"
def translate(model, source, source_mask, max_length):
    learning = model.training
    model.eval()
    teacher = torch.full((len(source), max_length), PAD)
    teacher[:, 0] = START
    with torch.no_grad():
        written = model(source, source_mask, teacher).argmax(dim=2)
    model.train(learning)
    ended = (written == END).cumsum(dim=1) - (written == END).long() > 0
    return written.masked_fill(ended, PAD)
