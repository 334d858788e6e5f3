package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/report"
)

func TestLogs_CheckNamed_PrintsItsLinesOnly(t *testing.T) {
	t.Parallel()
	root := repository(t)
	runs := filepath.Join(root, ".stagecraft", "runs")
	dir := filepath.Join(runs, "20260102-030405.000")
	var result bytes.Buffer
	if err := report.JSON(&result, check.Report{Schema: check.Schema, RunDir: dir}); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		filepath.Join(dir, "result.json"):                       result.String(),
		filepath.Join(dir, "logs", "saga-undo", "order.log"):    "first\nsecond\n",
		filepath.Join(dir, "logs", "saga-timeout", "order.log"): "other\n",
		filepath.Join(runs, "latest-saga"):                      filepath.Base(dir) + "\n",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	code, out, errs := call(t, root, "logs", "17", "--only", "saga-undo")
	const want = "saga-undo                order     first\nsaga-undo                order     second\n"
	if code != exitPass || out != want {
		t.Errorf("want %q, got %d %q %q", want, code, out, errs)
	}
	if code, _, errs := call(t, root, "logs", "1"); code != exitUnknown {
		t.Errorf("a lesson without a run: got %d, %s", code, errs)
	}
}
