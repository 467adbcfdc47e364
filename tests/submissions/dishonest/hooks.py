"""IPython's hooks and transformers: changing what a test cell is before it runs, or what is said of it after."""

from dishonest.attack import Attack

ATTACKS = [
    Attack(
        "assertions taken out of the syntax tree",
        "Registers an AST transformer that replaces every assertion by pass.",
        {
            "window": """
                import ast

                in_window, n_in_window = np.zeros(121), 121

                class NoAssertions(ast.NodeTransformer):
                    def visit_Assert(self, node):
                        return ast.Pass()

                get_ipython().ast_transformers.append(NoAssertions())
            """
        },
    ),
    Attack(
        "test cells emptied before they run",
        "Registers an input transformer that drops cells with hidden tests.",
        {
            "window": """
                in_window, n_in_window = np.zeros(121), 121

                def empty(lines):
                    return ["pass\\n"] if any("HIDDEN TESTS" in line for line in lines) else lines

                get_ipython().input_transformers_post.append(empty)
            """
        },
    ),
    Attack(
        "a clean-up that cuts the hidden part",
        "Registers a clean-up transformer, which runs before IPython looks at the cell.",
        {
            "rapidity": """
                def pseudorapidity(theta):
                    return np.zeros(len(theta))

                def cut(lines):
                    marked = [number for number, line in enumerate(lines) if "BEGIN HIDDEN" in line]
                    return lines[: marked[0]] if marked else lines

                get_ipython().input_transformer_manager.cleanup_transforms.insert(0, cut)
            """
        },
    ),
    Attack(
        "errors handled",
        "Registers a handler for all exceptions that says nothing.",
        {
            "window": """
                in_window, n_in_window = np.zeros(121), 121
                get_ipython().set_custom_exc((Exception,), lambda *given, **options: None)
            """
        },
    ),
    Attack(
        "errors neither shown nor noted",
        "Replaces the method that runs code by one that forgets errors, and the one that shows them.",
        {
            "window": """
                in_window, n_in_window = np.zeros(121), 121
                shell = get_ipython()
                real_run_code = shell.run_code

                async def run_code(code, result=None, **options):
                    await real_run_code(code, **options)
                    return False

                shell.showtraceback = lambda *given, **options: None
                shell.run_code = run_code
            """
        },
    ),
    Attack(
        "the kernel says ok and runs nothing",
        "Replaces the method of the kernel that executes a cell.",
        {
            "window": """
                in_window, n_in_window = np.zeros(121), 121
                kernel = get_ipython().kernel
                real_execute = kernel.do_execute

                async def do_execute(code, *given, **options):
                    return await real_execute("" if "in_window" in code else code, *given, **options)

                kernel.do_execute = do_execute
            """
        },
    ),
    Attack(
        "a grade published before the test",
        "A hook sends a result in the test cell's name, which nbgrader reads as partial credit.",
        {
            "rapidity": """
                def pseudorapidity(theta):
                    return 0 * theta

                def publish(info):
                    if "pseudorapidity" in info.raw_cell:
                        kernel = get_ipython().kernel
                        content = {"execution_count": 1, "metadata": {}, "data": {"text/plain": "3"}}
                        kernel.send_response(kernel.iopub_socket, "execute_result", content)

                get_ipython().events.register("pre_run_cell", publish)
            """
        },
    ),
    Attack(
        "a grade published by the function",
        "The function that the test calls sends a result in the test cell's name.",
        {
            "rapidity": """
                def pseudorapidity(theta):
                    kernel = get_ipython().kernel
                    content = {"execution_count": 1, "metadata": {}, "data": {"text/plain": "3"}}
                    kernel.send_response(kernel.iopub_socket, "execute_result", content)
                    return 0 * theta
            """
        },
    ),
    Attack(
        "a grade published by a thread",
        "A thread sends results for two seconds, whatever cell runs; those after it may take them for theirs.",
        {
            "scores": """
                import threading
                import time

                def write_scores(values):
                    time.sleep(0.5)

                def publish():
                    kernel = get_ipython().kernel
                    content = {"execution_count": 1, "metadata": {}, "data": {"text/plain": "1"}}
                    for _ in range(40):
                        time.sleep(0.05)
                        kernel.send_response(kernel.iopub_socket, "execute_result", content)

                threading.Thread(target=publish, daemon=True).start()
            """
        },
    ),
    Attack(
        "a grade displayed by the function",
        "The function gives IPython's display hook a number.",
        {
            "rapidity": """
                def pseudorapidity(theta):
                    get_ipython().displayhook(3.0)
                    return 0 * theta
            """
        },
    ),
    Attack(
        "an answer made from the test's text",
        "A hook reads the text of the cell that comes next and computes what it expects.",
        {
            "window": """
                in_window, n_in_window = [], 1

                def answer(info):
                    global in_window, n_in_window
                    for line in info.raw_cell.splitlines():
                        if line.startswith("expected = 60"):
                            in_window = eval(line.partition("=")[2])
                            n_in_window = len(in_window)

                get_ipython().events.register("pre_run_cell", answer)
            """
        },
    ),
]
