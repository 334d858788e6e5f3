package check

import "testing"

func TestJudgeHole_StateFollowsFromItsChecksAndWhetherItWasTouched(t *testing.T) {
	t.Parallel()
	hole := Hole{Checks: []string{"a", "b"}}
	for _, c := range []struct {
		a, b      Verdict
		untouched bool
		want      HoleState
	}{
		{Pass, Pass, false, HolePasses},
		{Pass, Pass, true, HolePasses},
		{Pass, Fail, false, HoleFails},
		{Pass, Fail, true, HoleUntouched},
		{BuildError, NotRun, false, HoleFails},
		{Pass, Unknown, false, HoleNotJudged},
		{NotRun, NotRun, true, HoleUntouched},
	} {
		results := []Result{{CheckID: "a", Verdict: c.a}, {CheckID: "b", Verdict: c.b}, {CheckID: "other", Verdict: Fail}}
		if got := JudgeHole(hole, c.untouched, results); got != c.want {
			t.Errorf("a %s, b %s, untouched %v: state %s, want %s", c.a, c.b, c.untouched, got, c.want)
		}
	}
}
