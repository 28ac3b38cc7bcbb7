"""unittest."""
import io
import re
import unittest


class Sums(unittest.TestCase):
    def setUp(self):
        self.items = [1, 2]

    def test_good(self):
        self.assertEqual(sum(self.items), 3)
        self.assertIn(1, self.items)
        with self.assertRaisesRegex(ValueError, "bad"):
            raise ValueError("bad thing")

    def test_wrong(self):
        self.assertEqual({"a": 1}, {"a": 2})

    def test_error(self):
        raise KeyError("x")

    @unittest.skip("not now")
    def test_skipped(self):
        pass

    @unittest.expectedFailure
    def test_expected(self):
        self.fail()

    def test_parts(self):
        for n in range(3):
            with self.subTest(n=n):
                self.assertNotEqual(n, 1)

    def test_logs(self):
        import logging
        with self.assertLogs("here", "INFO") as logs:
            logging.getLogger("here").info("message")
        self.assertEqual(logs.output, ["INFO:here:message"])


stream = io.StringIO()
suite = unittest.defaultTestLoader.loadTestsFromModule(__import__("__main__"))
result = unittest.TextTestRunner(stream, verbosity=2).run(suite)
print(result.testsRun, len(result.failures), len(result.errors), len(result.skipped), len(result.expectedFailures), result.wasSuccessful())
print(re.sub(r"in [\d.]+s", "in TIME", stream.getvalue().split("\n\n")[-2]))
print(sorted(re.findall(r"test_\w+ \(.*\)", stream.getvalue().split("\n\n")[0])))
