"""What was meant as a marker is seen as one, however it is written; prose is not."""

from __future__ import annotations

import time

import pytest

from amal_attention.course.script.lookalikes import looks_like_a_marker

MEANT = {
    "BEGIN SOLUTION": """
        ### BEGIN SOLUTION
        ### BEGIN SOLUTON
        ### BEGN SOLUTION
        ### BEIGN SOLUTION
        ## BEGIN SOLUTION
        #### BEGIN SOLUTION
        # BEGIN SOLUTION
        BEGIN SOLUTION
        ### begin solution
        # begin solution
        # Begin solution.
        # - begin solution
        ### Begin Solution
        ### BEGINSOLUTION
        ###BEGIN SOLUTION
        # beginsolution
        ### BEGIN_SOLUTION
        ### BEGIN-SOLUTION
        ### begin: solution
        ### BEGIN SOLUTION (easy)
        ### BEGIN SALUTION
        ### BEGIN SLUTON
        ### BEGNSOLUTON
        ### Begin the solution
        ### BE GIN SOLUTION
        ### BEGIN SOLU TION
        ### BEGINS OLUTION
        ### START SOLUTION
        ### DÉBUT SOLUTION
        x = 1  ### BEGIN SOLUTION
        x = 1  ### BEGN SOLUTION
        x = 1  # BEGIN_SOLUTION
        print("BEGIN SOLUTION")
        ### ＢＥＧＩＮ ＳＯＬＵＴＩＯＮ
        ### \u0412EGIN SOLUTION
        ### BEGIN\u00a0SOLUTION
        ### BEGIN\u200bSOLUTION
        [begin](solution) BEGIN SOLUTION""",
    "END SOLUTION": """
        ### END SOLUTION
        ### END SOLUTIONS
        ### END  SOLUTION
        ### ENDSOLUTION
        ### EDN SOLUTION
        ### ENDE SOLUTION
        ### END OF SOLUTION
        ### End of the solution
        ### STOP SOLUTION
        ### FIN SOLUTION
        x = 1  # END OF THE SOLUTION
        # end solution""",
    "BEGIN HIDDEN TESTS": """
        ### BEGIN HIDDEN TESTS
        ### BEGIN HIDDEN TEST
        ### BEGIN HIDENTESTS
        ### BEGINHIDDEN TESTS
        ### BEGIN TESTS
        # Begin hidden tests.""",
    "END HIDDEN TESTS": """
        ### END HIDDEN TESTS
        ### End hidden tests
        print('END HIDDEN TESTS')""",
    "BEGIN MARK SCHEME": """
        === BEGIN MARK SCHEME ===
        == BEGIN MARK SCHEME ==
        === Begin mark scheme ===
        === BEGIN MARKSCHEME ===
        === BEGIN MARKING SCHEME ===
        <!-- BEGIN MARK SCHEME -->
        **Begin mark scheme**""",
    "END MARK SCHEME": """
        === END MARK SCHEME ===
        END MARKSCHEME
        # end mark scheme""",
    "SOLUTION": """
        ### SOLUTION
        ### Solution
        # SOLUTION
        ### SOLUTON""",
    "HIDDEN TESTS": """
        ### HIDDEN TESTS
        ### Hidden test""",
    "MARK SCHEME": """
        === MARK SCHEME ===
        === Mark scheme ===""",
}
INNOCENT = """
    the solution begins at the end
    # The solution begins at the end
    We begin with the solution of exercise 2.
    In the end, solutions differ.
    # the end of the solution space
    ## The solution
    solution
    solution = model(x)
    "solution",
    begin_solution()
    end_solution
    begin - solution
    end = solution
    return solution
    # no solution
    # one solution
    ## No solution
    # and solution
    Find solutions
    # find solution
    ## Hidden tests
    Hidden tests run on what you hand in.
    begin, end = spans[0]
    for begin, end in solutions:
    def end_solution(self):
    Vous avez la solution en tête ; commencez par la fin.
    La fin de la solution est donnée.
    en solution
    BEGIN
    END
    SOLUTION
    if begin > end:  # the solution is empty
    Your mark depends on the scheme below.
    ## Evolution and resolution
    ## The END
    # end of the tests
    # begin test
    END = "end"
    Do not BEGIN before you have read it; a SOLUTION is in the book.
    READ THE WHOLE TEXT BEFORE YOU START
    a beginning, then a solution
    # send solution
    send solutions
    ==========
    ### 3""".strip().split("\n")
AS_ONE = [(words, line.strip()) for words, lines in MEANT.items() for line in lines.strip().split("\n")]


@pytest.mark.parametrize(("words", "line"), AS_ONE, ids=[ascii(line) for _, line in AS_ONE])
def test_what_was_meant_as_a_marker_is_seen(words, line):
    assert looks_like_a_marker(line) == words
    assert looks_like_a_marker(f"        {line}") == words


@pytest.mark.parametrize("line", [line.strip() for line in INNOCENT])
def test_prose_and_code_are_no_marker(line):
    assert looks_like_a_marker(line) is None


@pytest.mark.parametrize("words", ["the solution begins ", "SOLVE IT AND BEGIN "])
def test_a_long_line_takes_time_in_proportion(words):
    begin = time.perf_counter()
    assert looks_like_a_marker(f"# {words * 300}") is None
    assert time.perf_counter() - begin < 2  # 0.2 s here; a search that goes back would take minutes
