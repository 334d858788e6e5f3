package check

// Verdict is the outcome of a check or of a whole run.
type Verdict string

// Verdicts. Unknown is always ours, Fail and BuildError are always about the learner's code.
const (
	Pass       Verdict = "pass"
	Fail       Verdict = "fail"
	BuildError Verdict = "build-error"
	Unknown    Verdict = "unknown"
	NotRun     Verdict = "not-run"
)

// Judge is the only place where results become the verdict of a run.
// What is wrong with the code outweighs what could not be judged; checks left out by choice do not count,
// but a run that was interrupted, or in which nothing ran, is never a pass.
func Judge(results []Result, interrupted bool) Verdict {
	count := map[Verdict]int{}
	for _, r := range results {
		count[r.Verdict]++
	}
	switch {
	case count[BuildError] > 0:
		return BuildError
	case count[Fail] > 0:
		return Fail
	case count[Unknown] > 0 || interrupted:
		return Unknown
	case count[Pass] > 0:
		return Pass
	default:
		return NotRun
	}
}

// ExitCode is what a command ends with: 0 pass, 1 the code is wrong, 2 could not judge.
func (v Verdict) ExitCode() int {
	switch v {
	case Pass:
		return 0
	case Fail, BuildError:
		return 1
	default:
		return 2
	}
}
