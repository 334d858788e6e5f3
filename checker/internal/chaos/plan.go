package chaos

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// allowance is how much of the day the plan leaves to the steady state, the settling and the judgement of one experiment.
const allowance = 6 * time.Second

// Strike is an experiment of a plan: everything that the seed decides.
type Strike struct {
	Experiment Experiment
	// At is when it may begin, from the beginning of the day. It begins later when the one before has not settled.
	At time.Duration
	// Lead is how long the traffic runs in the steady state before the fault, Lasts from the fault to the heal.
	Lead, Lasts time.Duration
	Acts        []Act
	// Seed is that of the traffic during the experiment.
	Seed uint64
}

// Act is a fault at its target.
type Act struct {
	Do, At, What string
	By, After    time.Duration
}

func (a Act) String() string {
	words := []string{a.Do}
	if a.After > 0 {
		words = []string{"after " + a.After.String(), a.Do}
	}
	if a.What != "" {
		words = append(words, a.What+"s")
	}
	words = append(words, a.At)
	if a.By != 0 {
		words = append(words, "by "+a.By.String())
	}
	return strings.Join(words, " ")
}

func (s Strike) String() string {
	var acts []string
	for _, act := range s.Acts {
		acts = append(acts, act.String())
	}
	return fmt.Sprintf("%s: %s, for %s", s.Experiment.Name, strings.Join(acts, " and "), s.Lasts)
}

// Plan is the timetable of a game day. The same seed, length and experiments make the same plan. Every experiment comes once before any
// comes twice.
func Plan(seed uint64, length time.Duration, experiments []Experiment) []Strike {
	r := rand.New(rand.NewPCG(seed, 0xc4a05))
	var plan []Strike
	var order []int
	for at := time.Duration(0); at < length && len(experiments) > 0; {
		if len(order) == 0 {
			order = r.Perm(len(experiments))
		}
		e := experiments[order[0]]
		order = order[1:]
		s := Strike{Experiment: e, At: at, Lead: choose(r, Range{0, time.Second}), Lasts: choose(r, e.Lasts), Seed: r.Uint64()}
		for _, f := range e.Faults {
			s.Acts = append(s.Acts, Act{Do: f.Do, At: f.At[r.IntN(len(f.At))], What: f.What, By: choose(r, f.By), After: choose(r, f.After)})
		}
		plan = append(plan, s)
		at += s.Lead + s.Lasts + allowance
	}
	return plan
}

// choose returns a duration of the range, in whole milliseconds.
func choose(r *rand.Rand, in Range) time.Duration {
	span := (in.To - in.From).Milliseconds()
	return in.From + time.Duration(r.Int64N(span+1))*time.Millisecond
}
