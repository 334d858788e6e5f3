package findings

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

func TestParse_FormsOfAFinding_AreRead(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"a/x.go:12 — logs — why":                       "a/x.go 12-12 logs — why",
		"- `a/x.go:12`: logs, because":                 "a/x.go 12-12 logs, because",
		"1. **a/x.go:12-14** -- logs":                  "a/x.go 12-14 logs",
		"| a/x.go | 12 | logs | why |":                 "a/x.go 12-12 logs | why",
		"### x.go line 12\n\nlogs\nand why":            "x.go 12-12 logs and why",
		"a/x.go#L12 – logs":                            "a/x.go 12-12 logs",
		"* ./a/x.go : logs":                            "a/x.go 0-0 logs",
		"a/x.go:1 — one\na/y.go:2 — two":               "a/x.go 1-1 one; a/y.go 2-2 two",
		"```\na/x.go:1 — in a fence\n```":              "",
		"<!-- a/x.go:1 — an\nexample -->":              "",
		"a/x.go:1 — note: a matter of taste":           "",
		"# Review\n\nText about nothing in particular": "",
		"a/x.go:1 — one\n\n## Other\n\nnot part of it": "a/x.go 1-1 one",
		"a/x.go#Wallet.TopUp — logs":                   "a/x.go#Wallet.TopUp 0-0 logs",
		"`a/x.go#(*Wallet).TopUp`: logs":               "a/x.go#(*Wallet).TopUp 0-0 logs",
		"change.diff:57 — logs":                        "change.diff 57-57 logs",
	} {
		var got []string
		for _, f := range Parse(written) {
			got = append(got, fmt.Sprintf("%s %d-%d %s", strings.TrimSuffix(f.File+"#"+f.Decl, "#"), f.Line, f.Last, f.Text))
		}
		if joined := strings.Join(got, "; "); joined != want {
			t.Errorf("%q is read as %q, want %q", written, joined, want)
		}
	}
}

var code = fstest.MapFS{
	"a/x.go": {Data: []byte("package a\n\nimport \"log\"\n\n// F is it.\nfunc F() {\n\tlog.Println()\n}\n\nfunc far() {}\n" + strings.Repeat("\n", 20) + "func G() {\n\tpanic(1)\n}\n")},
	"a/y.go": {Data: []byte("package a\n\nvar y = 1\n")},
}

func sheet() Sheet {
	return Sheet{
		Defects: []Defect{
			{ID: "logs", Title: "F logs", Places: []string{"a/x.go#F", `a/x.go~"log"`}, Words: [][]string{{"log"}, {"test", "effect"}}, Explanation: "e"},
			{ID: "panics", Title: "G panics", Places: []string{"a/x.go#G"}, Words: [][]string{{"panic"}}, Explanation: "e"},
		},
		Accepted: []string{"a/y.go"},
	}
}

func TestJudge_Findings_AreFoundMissedUnclearOrFalse(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"a/x.go:7 logs, an effect\na/x.go:32 a panic":                                "found logs, panics; missed ; unclear 0; false 0",
		"x.go:3 logging: tests write\nx.go:31-33 panics":                             "found logs, panics; missed ; unclear 0; false 0",
		"a/x.go:7 logs, an effect":                                                   "found logs; missed panics; unclear 0; false 0",
		"a/x.go:7 logs\na/x.go:32 panic":                                             "found panics; missed logs; unclear 1; false 0",
		"a/x.go:20 logs, an effect\na/x.go:32 panic":                                 "found panics; missed logs; unclear 1; false 0",
		"a/x.go:7 logs, an effect\na/x.go:32 panic\na/x.go:20 bad name":              "found logs, panics; missed ; unclear 0; false 1",
		"a/x.go:7 logs, an effect\na/x.go:32 panic\na/z.go:1 bad":                    "found logs, panics; missed ; unclear 0; false 1",
		"a/x.go:7 logs, an effect\na/x.go:32 panic\na/y.go:3 why a global?":          "found logs, panics; missed ; unclear 0; false 0",
		"a/x.go:7 logs, an effect\na/x.go:6 log: an effect, again\na/x.go:32 panics": "found logs, panics; missed ; unclear 0; false 0",
		"a/x.go#F logs, an effect\na/x.go#G panics":                                  "found logs, panics; missed ; unclear 0; false 0",
		"a/x.go#far logs, an effect\na/x.go#G panics":                                "found panics; missed logs; unclear 1; false 0",
		"change.diff:4 logs, an effect\na/x.go:32 panics":                            "found logs, panics; missed ; unclear 0; false 0",
		"": "found ; missed logs, panics; unclear 0; false 0",
	} {
		const change = "--- a/a/x.go\n+++ b/a/x.go\n@@ -5,1 +6,2 @@\n+\tlog.Println()\n"
		g, err := sheet().Judge(code, change, Parse(written))
		if err != nil {
			t.Fatal(err)
		}
		var found, missed []string
		for _, m := range g.Found {
			found = append(found, m.Defect.ID)
		}
		for _, d := range g.Missed {
			missed = append(missed, d.ID)
		}
		got := fmt.Sprintf("found %s; missed %s; unclear %d; false %d", strings.Join(found, ", "), strings.Join(missed, ", "), len(g.Unclear), len(g.FalseAlarms))
		if got != want {
			t.Errorf("%q:\n got %s\nwant %s", written, got, want)
		}
	}
}

func TestJudge_PlaceThatTheCodeDoesNotHave_IsAnError(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"a/none.go", "a/x.go#None", "a/x.go~nothing like it"} {
		s := sheet()
		s.Defects[0].Places = []string{at}
		if _, err := s.Judge(code, "", nil); err == nil {
			t.Errorf("%s is taken for a place", at)
		}
	}
}

func TestCompare_StatedNumbers_MustBeNearTheMeasuredOnes(t *testing.T) {
	t.Parallel()
	wanted := []Number{{Name: "p99", Unit: "ms", Tolerance: 0.2}, {Name: "availability", Unit: "%", Slack: 0.5}}
	measured := map[string]float64{"p99": 850, "availability": 99.2}
	for written, want := range map[string]int{
		"p99: 800 ms\navailability: 99 %":             0,
		"- **P99**: 0.9 s\n| availability | 99,5% |":  0,
		"p99: 500 ms\navailability: 99 %":             1,
		"availability: 99 %":                          1,
		"p99: 800 req/s\navailability: 99 %":          1,
		"<!-- p99: 800 ms -->\navailability: 90 %":    2,
		"The p99 is about 800 ms\navailability = 99%": 1,
	} {
		if wrong := Compare(wanted, Numbers(written), measured); len(wrong) != want {
			t.Errorf("%q: %d faults, want %d: %q", written, len(wrong), want, wrong)
		}
	}
}
