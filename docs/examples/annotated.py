from torch import nn


class Net(nn.Module):  # weighbridge: input=N,3,32,32
    def __init__(self, classes: int = 10):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 32, 3, padding=1),
            nn.ReLU(),  # [N, 32, 28, 28]  0
            nn.MaxPool2d(2),  # halves it
        )
        self.fc = nn.Linear(32 * 16 * 16, classes)

    def forward(self, x):
        return self.fc(self.features(x).flatten(1))
