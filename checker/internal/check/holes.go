package check

// HoleState is how far a part of the task is.
type HoleState string

// States of a hole.
const (
	HoleUntouched HoleState = "untouched"  // as the lesson gave it
	HoleFails     HoleState = "fails"      // changed, and one of its checks fails
	HolePasses    HoleState = "passes"     // all of its checks pass
	HoleNotJudged HoleState = "not-judged" // changed, and not all of its checks have a verdict
)

// Hole is a part of the lesson's task in a report.
type Hole struct {
	Name   string    `json:"name"`
	At     []string  `json:"at"` // file#declaration
	Checks []string  `json:"checks"`
	State  HoleState `json:"state"`
}

// JudgeHole returns the state of a hole from the results of its checks.
func JudgeHole(h Hole, untouched bool, results []Result) HoleState {
	verdicts := map[Verdict]int{}
	for _, r := range results {
		for _, id := range h.Checks {
			if r.CheckID == id {
				verdicts[r.Verdict]++
			}
		}
	}
	switch {
	case verdicts[Pass] == len(h.Checks):
		return HolePasses
	case untouched:
		return HoleUntouched
	case verdicts[Fail]+verdicts[BuildError] > 0:
		return HoleFails
	default:
		return HoleNotJudged
	}
}
