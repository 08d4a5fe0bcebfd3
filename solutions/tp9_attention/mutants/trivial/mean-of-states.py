# %% tags=["mutant"]
# trivial = "the mean of the states of a recurrent layer"

# %% grade_id="q4-contextual"
class ContextualPooling(nn.Module):
    def __init__(self, dim, hidden_size, num_layers=1, cell="lstm", bidirectional=False):
        super().__init__()
        layers = {"gru": nn.GRU, "lstm": nn.LSTM}[cell]
        self.layers = layers(dim, hidden_size, num_layers, batch_first=True, bidirectional=bidirectional)
        self.out_features = hidden_size * (2 if bidirectional else 1)

    def forward(self, x, mask):
        return MeanPooling(self.out_features)(self.layers(x)[0], mask)
