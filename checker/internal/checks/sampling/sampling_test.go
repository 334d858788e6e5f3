package sampling

import (
	"context"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"stagecraft/checker/internal/overlay"
	"stagecraft/checker/internal/workspace"
)

// The numbers that the check compares with are those that the learner's own measurement gives for the reference.
func TestCostOf_EqualsTheMeasurementOfTheLesson(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("../../../..")
	if err != nil {
		t.Fatal(err)
	}
	const name = "platform/telemetry/cost_test.go"
	source, err := os.ReadFile(filepath.Join(root, "lessons/43-sampling/starter", name))
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "shop")
	// A file that only adds a test leaves the stage's own tests of the package out, so it is alone.
	if err := workspace.Make(dir, root, "stage3-hardening", overlay.Memory(map[string][]byte{name: source})); err != nil {
		t.Fatal(err)
	}
	for _, ratio := range []float64{0, 1} {
		command := exec.CommandContext(context.Background(), "go", "test", "./platform/telemetry", "-run", "TestCost", "-v", "-count=1",
			"-ratio", strconv.FormatFloat(ratio, 'f', -1, 64))
		command.Dir = dir
		out, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		m := regexp.MustCompile(`and (\d+) bytes per purchase`).FindSubmatch(out)
		if m == nil {
			t.Fatalf("the measurement prints no bytes:\n%s", out)
		}
		measured, _ := strconv.ParseFloat(string(m[1]), 64)
		if want, _ := costOf(ratio); math.Abs(measured-want) > 1 {
			t.Errorf("ratio %g: measured %g bytes per purchase, the check says %g", ratio, measured, want)
		}
	}
}
