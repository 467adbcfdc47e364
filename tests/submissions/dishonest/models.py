"""Networks that are none: models whose layers, classes or configuration are made for the grader."""

from dishonest.attack import Attack

ATTACKS = [
    Attack(
        "a model that runs code when it is loaded",
        "A Lambda layer whose code writes into the course when the model is restored from its configuration.",
        {
            "model": """
                model = keras.Sequential([
                    keras.Input((2,)),
                    keras.layers.Lambda(lambda x: (open("@course@/course/written", "w"), x)[1], output_shape=(1,)),
                ])
            """
        },
        lesson="network",
        alone=True,
    ),
    Attack(
        "a model that predicts what is expected",
        "A subclass whose predict looks for the expected values in the frames above.",
        {
            "model": """
                import sys

                class Oracle(keras.Sequential):
                    def predict(self, *given, **options):
                        return sys._getframe(1).f_globals.get("expected", np.zeros(1))

                model = Oracle([keras.Input((2,)), keras.layers.Dense(1)])
            """
        },
        lesson="network",
    ),
    Attack(
        "a model that names another class",
        "Its configuration asks to import and call what it likes.",
        {
            "model": """
                class Named(keras.Sequential):
                    def get_config(self):
                        layer = {"module": "os", "class_name": "system", "config": {"command": "true"}}
                        return {"name": "named", "layers": [layer], "build_input_shape": [None, 2]}

                model = Named([keras.Input((2,)), keras.layers.Dense(1)])
            """
        },
        lesson="network",
    ),
    Attack(
        "something that looks like a model",
        "An own class with the methods that the test uses.",
        {
            "model": """
                class Anything:
                    output_shape = (None, 1)

                    def predict(self, inputs, **options):
                        return np.sum(inputs, axis=1)

                    def __getattr__(self, name):
                        return lambda *given, **options: Anything()

                model = Anything()
            """
        },
        lesson="network",
    ),
    Attack(
        "weights that are not numbers",
        "A right configuration with weights that are not finite, and a predict that adds.",
        {
            "model": """
                model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, use_bias=False)])
                model.set_weights([np.full((2, 1), np.nan)])
                model.predict = lambda inputs, **options: inputs.sum(axis=1)
                model.get_weights = lambda: [np.zeros(10**6)] * 10**4
            """
        },
        lesson="network",
    ),
]
